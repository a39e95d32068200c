"""Do two texts tell the same story? Pure functions over a text and a pair of texts.

Two texts that share most of their phrases may still be reports of two events, told in the same
template sentences: union offices write so. What tells them apart are the facts in the sentences,
names and numbers. So both are compared, and facts also by their place: where two texts use the
same words, the same fact should follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from archive.stories.chunks import ENDS, FACT, NAME, packed_text
from archive.stories.run_hashes import RUN, WORD, numpy, run_hashes

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
_TOGETHER = 20_000
"""Words of texts that are hashed together, or somewhat more: what fast memory holds."""

_Packed = tuple[bytes, dict[int, bool]]
"""A text as ``packed_text`` gives it."""


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
    return tellings_of([text])[0]


def tellings_of(texts: Iterable[str]) -> list[Telling]:
    """``telling`` of each text. Many at once cost half: numpy asks as much for a call as for some
    thousand numbers.
    """
    found: list[Telling] = []
    group: list[_Packed] = []
    size = 0
    # All are packed before the first is hashed: in turn each drives the other from fast memory.
    for each in [packed_text(text) for text in texts]:
        group.append(each)
        size += len(each[0])
        if size >= _TOGETHER * WORD.size:
            found += _tellings(group)
            group, size = [], 0
    return found + _tellings(group) if group else found


def _tellings(texts: Sequence[_Packed]) -> list[Telling]:
    np = numpy()
    syllables, notes, runs = run_hashes(b"".join(packed for packed, _ in texts))
    counts = np.array([len(packed) // WORD.size for packed, _ in texts])
    ends = np.cumsum(counts)
    starts = ends - counts
    within = np.ones(len(runs), bool)
    """Runs that lie in one text."""
    across = np.concatenate([ends - back for back in range(1, RUN)])
    within[across[(across >= 0) & (across < len(runs))]] = False
    inside = np.zeros(len(syllables), bool)
    """Words inside a sentence."""
    inside[1:] = notes[:-1] & ENDS == 0
    inside[starts[counts > 0]] = False
    for start, (_, begins) in zip(starts.tolist(), texts, strict=True):
        for at, begun in begins.items():
            inside[start + at] = not begun
    marked = np.flatnonzero(notes & FACT | (notes & NAME) * inside)
    marks = np.searchsorted(marked, ends)
    before = marked - np.repeat(starts, np.diff(marks, prepend=0))
    """Words of its text before each fact."""
    near = np.zeros(len(runs), bool)
    for back in range(RUN):
        begin = marked[before >= back] - back
        near[begin[begin < len(runs)]] = True
    near = np.flatnonzero(near & within)
    above = np.zeros(len(syllables) + _CONTEXT, np.uint64)
    above[_CONTEXT:] = syllables
    second, first = above[marked], above[marked + 1]
    second[before < 2], first[before < 1] = 0, 0
    facts_there = syllables[marked]
    each = zip(
        _distinct(runs[within], np.cumsum(np.maximum(counts - RUN + 1, 0))),
        _distinct(facts_there, marks),
        _distinct(runs[near], np.searchsorted(near, ends)),
        _cut(second << np.uint64(32) | first, marks),
        _cut(facts_there, marks),
        counts.tolist(),
        strict=True,
    )
    return [Telling(*told) for told in each]


def _distinct(numbers: Any, ends: Any) -> list[Any]:
    """Of each text in ascending order; a fifth of the time of ``numpy.unique``, which looks at
    more. Each text's numbers end where ``ends`` says."""
    np = numpy()
    ordered = numbers.copy()
    for piece in _cut(ordered, ends):
        piece.sort()
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    first[ends[ends < len(ordered)]] = True
    kept = np.concatenate([[0], np.cumsum(first)])
    return _cut(ordered[first], kept[ends])


def _cut(numbers: Any, ends: Any) -> list[Any]:
    return [numbers[start:end] for start, end in pairwise([0, *ends.tolist()])]


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
