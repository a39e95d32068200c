"""Do two texts tell the same story? Pure functions over a text and a pair of texts.

Two texts that share most of their phrases may still be reports of two events, told in the same
template sentences: union offices write so. What tells them apart are the facts in the sentences,
names and numbers. So both are compared, and facts also by their place: where two texts use the
same words, the same fact should follow.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

from archive.stories.run_hashes import RUN, WORD, packed_word, run_hashes
from archive.vietnamese.folding import fold_stroke

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


ABBREVIATIONS = {
    "lđlđ": "liên đoàn lao động", "tlđ": "tổng liên đoàn", "lđlđvn": "liên đoàn lao động việt nam",
    "tlđlđvn": "tổng liên đoàn lao động việt nam", "cđ": "công đoàn", "cđcs": "công đoàn cơ sở",
    "cnvcđ": "công nhân viên chức lao động", "cnvclđ": "công nhân viên chức lao động",
    "cnlđ": "công nhân lao động", "cbccvclđ": "cán bộ công chức viên chức lao động",
    "nlđ": "người lao động", "đvcđ": "đoàn viên công đoàn", "đ/c": "đồng chí",
    "bch": "ban chấp hành", "btv": "ban thường vụ", "ubnd": "ủy ban nhân dân",
    "hđnd": "hội đồng nhân dân", "tp": "thành phố",
    "thpt": "trung học phổ thông", "thcs": "trung học cơ sở", "kcn": "khu công nghiệp",
    "bhxh": "bảo hiểm xã hội", "bhyt": "bảo hiểm y tế", "atvslđ": "an toàn vệ sinh lao động",
    "ubkt": "ủy ban kiểm tra", "tnlđ": "tai nạn lao động", "qlđ": "quan hệ lao động",
    "tưlđtt": "thỏa ước lao động tập thể", "gd&đt": "giáo dục và đào tạo", "pct": "phó chủ tịch",
}  # fmt: skip
"""How newsrooms shorten what others spell out."""

_TOKEN = re.compile(r"(đ/c|gd&đt|\d+(?:[.,/:-]\d+)*|[^\W\d_]+)", re.IGNORECASE)
_LONGEST_REMEMBERED = 30
_SEEN = 4
"""Signs before a name that are looked at for the end of a sentence."""
_SENTENCE_END = re.compile(r"[.!?…:;“”\"\n(]\s*$")
_FRAME = """lien doan lao dong tong cong viet nam ban chap hanh thuong vu uy nhan dan hoi dong chu
tich pho dang bo thanh tinh huyen quan phuong xa"""
_COMMON_NAMES = frozenset(_FRAME.split())
"""Capitalised in every report: they tell no two apart."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A text as the comparison sees it: hashed phrases, and the facts among them."""

    shingles: frozenset[int]
    """CRC-32 of every run of three syllables, without marks and case."""
    facts: frozenset[int]
    """CRC-32 of numbers, and of syllables written with a capital inside a sentence."""
    telling: frozenset[int]
    """The shingles with a fact in them: what a report does not share with others of its kind."""
    places: dict[int, frozenset[int]]
    """The facts by the two syllables that stand before them: their CRC-32, one above the other."""
    syllables: int


class Told(Protocol):
    """What of a telling is compared, wherever it comes from."""

    @property
    def shingles(self) -> frozenset[int]: ...
    @property
    def facts(self) -> frozenset[int]: ...
    @property
    def places(self) -> dict[int, frozenset[int]]: ...
    @property
    def syllables(self) -> int: ...


def plain(text: str) -> str:
    """Lower case without tone marks or strokes; both placements of a tone mark become one.

    >>> plain("Đại hội HOÀ Bình")
    'dai hoi hoa binh'
    """
    decomposed = unicodedata.normalize("NFD", fold_stroke(text.casefold()))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class _Chunk(NamedTuple):
    """What stands between two spaces: most often a syllable, with or without punctuation."""

    words: bytes
    """Its plain syllables, each as ``packed_word``."""
    facts: tuple[int, ...]
    """Which of them are facts wherever the chunk stands."""
    name: int
    """Which of them is a fact if the chunk does not begin a sentence; -1: none."""
    head: str
    """What stands before its first token."""
    tail: str
    """What stands after its last."""


def _chunk(text: str) -> _Chunk:
    # Separators at even places, tokens at odd ones.
    pieces = _TOKEN.split(text)
    words: list[bytes] = []
    facts: list[int] = []
    name = -1
    for at in range(1, len(pieces), 2):
        token = pieces[at]
        spelt_out = ABBREVIATIONS.get(token.casefold())
        if spelt_out:
            words += map(packed_word, plain(spelt_out).split())
            continue
        word = plain(token)
        if token[0].isdigit():
            facts.append(len(words))
        elif token[0].isupper() and word not in _COMMON_NAMES:
            if at == 1:
                name = len(words)
            elif not _SENTENCE_END.search(pieces[at - 1][-_SEEN:]):
                facts.append(len(words))
        words.append(packed_word(word))
    return _Chunk(b"".join(words), tuple(facts), name, pieces[0], pieces[-1])


_remembered = lru_cache(maxsize=50_000)(_chunk)
"""Vietnamese has some seven thousand syllables, and few signs to stand beside them."""


def telling(text: str) -> Telling:
    """What a text says, for ``same_story``. Any text will do; an empty one tells nothing.

    >>> import zlib
    >>> told = telling("Sáng 12/5, LĐLĐ huyện Yên Dũng trao 30 suất quà.")
    >>> told.facts == {zlib.crc32(word) for word in (b"12/5", b"30", b"dung", b"yen")}
    True
    """
    words: list[bytes] = []
    marked: list[int] = []
    begin = 0
    before = ""  # What stands between the last token and the next, or the end of it.
    for piece in unicodedata.normalize("NFC", text).split(" "):
        chunk = _remembered(piece) if len(piece) < _LONGEST_REMEMBERED else _chunk(piece)
        if not chunk.words:
            before = (before + piece)[-_SEEN:] + " "
            continue
        if chunk.facts:
            marked += [begin + at for at in chunk.facts]
        if chunk.name >= 0:
            before += chunk.head
            if before and not _SENTENCE_END.search(before[-_SEEN:]):
                marked.append(begin + chunk.name)
        words.append(chunk.words)
        begin += len(chunk.words) // WORD.size
        before = chunk.tail + " "
    syllables, shingles = run_hashes(b"".join(words))
    above = [0] * _CONTEXT + syllables
    places: dict[int, frozenset[int]] = {}
    for at in marked:
        place, fact = above[at] << 32 | above[at + 1], syllables[at]
        known = places.get(place)
        places[place] = frozenset((fact,)) if known is None else known | {fact}
    near = {at - back for at in marked for back in range(RUN)}
    told = frozenset(shingles[at] for at in near if 0 <= at < len(shingles))
    facts = frozenset(syllables[at] for at in marked)
    return Telling(frozenset(shingles), facts, told, places, len(syllables))


def same_story(first: Told, second: Told) -> bool:
    """Whether two texts are one story, copied or edited, and not two of the same kind.

    Symmetric, and a function of the two texts alone. The thresholds were chosen on the labelled
    set of ``benchmarks/labelled_copies.py``; ``benchmarks/near_duplicates.py`` measures them.
    """
    if min(first.syllables, second.syllables) < MIN_SYLLABLES:
        return first.shingles == second.shingles and first.facts == second.facts
    if overlap(first.facts, second.facts) < FACTS:
        return False
    if overlap(first.shingles, second.shingles) < SHARED:
        return False
    agreeing = contradicting = 0
    for place in first.places.keys() & second.places.keys():
        if first.places[place] & second.places[place]:
            agreeing += 1
        else:
            contradicting += 1
    return agreeing >= AGREEING * (agreeing + contradicting)


def overlap(first: frozenset[int], second: frozenset[int]) -> float:
    """How much of the smaller set the larger one holds, 0 to 1; 1 where the smaller is empty."""
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 1.0


def share_of(first: Told, second: Told) -> float:
    """How much of the first text's phrases the second has, 0 to 1."""
    if not first.shingles:
        return 1.0 if first.facts == second.facts else 0.0
    return len(first.shingles & second.shingles) / len(first.shingles)
