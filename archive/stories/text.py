"""Do two texts tell the same story? Pure functions over a text and a pair of texts.

Two texts that share most of their phrases may still be reports of two events, told in the same
template sentences: union offices write so. What tells them apart are the facts in the sentences,
names and numbers. So both are compared, and facts also by their place: where two texts use the
same words, the same fact should follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from archive.stories.chunks import ENDS, FACT, NAME, packed_text
from archive.stories.run_hashes import RUN, numpy, run_hashes

MIN_SYLLABLES = 30
"""Texts shorter than this are too short to tell a copy from a template."""
SHARED = 0.35
"""Of the shorter text's phrases: what the other must have, too."""
AGREEING = 0.8
"""Of the facts that stand in the same words in both texts: how many must be the same."""
FACTS = 0.4
"""Of the text with fewer facts: how many of them the other must know."""
_CONTEXT = 2
"""Syllables before a fact that make its place."""


@dataclass(frozen=True, slots=True, eq=False)
class Telling:
    """A text as the comparison sees it: hashed phrases, and the facts among them.

    All but ``syllables`` are arrays of numpy.
    """

    shingles: Any
    """CRC-32 of every run of three syllables, without marks and case; distinct, ascending."""
    facts: Any
    """CRC-32 of numbers, and of syllables written with a capital inside a sentence; likewise."""
    telling: Any
    """The shingles with a fact in them: what a report does not share with others of its kind."""
    places: Any
    """Of each fact, as often as it stands in the text, the two syllables that stand before it:
    their CRC-32, one above the other."""
    facts_there: Any
    """The fact at each of these places."""
    syllables: int


class Told(Protocol):
    """What of a telling is compared, wherever it comes from."""

    @property
    def shingles(self) -> Any: ...
    @property
    def facts(self) -> Any: ...
    @property
    def places(self) -> Any: ...
    @property
    def facts_there(self) -> Any: ...
    @property
    def syllables(self) -> int: ...


def telling(text: str) -> Telling:
    """What a text says, for ``same_story``. Any text will do; an empty one tells nothing.

    >>> import zlib
    >>> told = telling("Sáng 12/5, LĐLĐ huyện Yên Dũng trao 30 suất quà.")
    >>> set(told.facts.tolist()) == {zlib.crc32(word) for word in (b"12/5", b"30", b"dung", b"yen")}
    True
    """
    np = numpy()
    packed, begins = packed_text(text)
    syllables, notes, shingles = run_hashes(packed)
    inside = np.zeros(len(syllables), bool)
    inside[1:] = notes[:-1] & ENDS == 0
    for at, begun in begins.items():
        inside[at] = not begun
    marked = np.flatnonzero(notes & FACT | (notes & NAME) * inside)
    above = np.zeros(len(syllables) + _CONTEXT, np.uint64)
    above[_CONTEXT:] = syllables
    near = np.concatenate([marked - back for back in range(RUN)])
    near = near[(near >= 0) & (near < len(shingles))]
    facts_there = syllables[marked]
    return Telling(
        _distinct(shingles),
        _distinct(facts_there),
        _distinct(shingles[near]),
        above[marked] << np.uint64(32) | above[marked + 1],
        facts_there,
        len(syllables),
    )


def _distinct(numbers: Any) -> Any:
    """In ascending order; a fifth of the time of ``numpy.unique``, which looks at more."""
    np = numpy()
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def same_story(first: Told, second: Told) -> bool:
    """Whether two texts are one story, copied or edited, and not two of the same kind.

    Symmetric, and a function of the two texts alone. The thresholds were chosen on the labelled
    set of ``benchmarks/labelled_copies.py``; ``benchmarks/near_duplicates.py`` measures them.
    """
    if min(first.syllables, second.syllables) < MIN_SYLLABLES:
        equal = numpy().array_equal
        return bool(equal(first.shingles, second.shingles) and equal(first.facts, second.facts))
    if overlap(first.facts, second.facts) < FACTS:
        return False
    if overlap(first.shingles, second.shingles) < SHARED:
        return False
    agreeing = contradicting = 0
    here, there = _by_place(first), _by_place(second)
    for place in here.keys() & there.keys():
        if here[place] & there[place]:
            agreeing += 1
        else:
            contradicting += 1
    return agreeing >= AGREEING * (agreeing + contradicting)


def _by_place(told: Told) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for place, fact in zip(told.places.tolist(), told.facts_there.tolist(), strict=True):
        found.setdefault(place, set()).add(fact)
    return found


def shared(first: Any, second: Any) -> int:
    """How many numbers two arrays of distinct ones have in common."""
    return len(numpy().intersect1d(first, second, assume_unique=True))


def overlap(first: Any, second: Any) -> float:
    """How much of the smaller set the larger one holds, 0 to 1; 1 where the smaller is empty."""
    smaller = min(len(first), len(second))
    return shared(first, second) / smaller if smaller else 1.0


def share_of(first: Told, second: Told) -> float:
    """How much of the first text's phrases the second has, 0 to 1."""
    if not len(first.shingles):
        return 1.0 if numpy().array_equal(first.facts, second.facts) else 0.0
    return shared(first.shingles, second.shingles) / len(first.shingles)
