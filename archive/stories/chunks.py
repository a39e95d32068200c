"""A text as the hashes of its syllables, and which of these are facts: names and numbers.

A text is cut at its spaces. What such a chunk says depends, all but always, on the chunk alone,
and chunks return from text to text: so each is taken apart once and remembered.
"""

from __future__ import annotations

import re
import unicodedata

from archive.stories.run_hashes import WORD, packed_word
from archive.vietnamese.folding import fold_stroke

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

FACT = 1
"""Note of a word: a number, or a name wherever its chunk stands."""
NAME = 2
"""A name, unless it begins a sentence: the chunk before says so."""
ENDS = 4
"""The last word of a chunk after which a sentence begins."""

_TOKEN = re.compile(r"(đ/c|gd&đt|\d+(?:[.,/:-]\d+)*|[^\W\d_]+)", re.IGNORECASE)
_HEAD = re.compile(r"[\W_]*")
_LONGEST_REMEMBERED = 30
_REMEMBERED = 50_000
"""Vietnamese has some seven thousand syllables, and few signs to stand beside them."""
_SEEN = 4
"""Signs before a name that are looked at for the end of a sentence."""
_SENTENCE_END = re.compile(r"[.!?…:;“”\"\n(]\s*$")
_FRAME = """lien doan lao dong tong cong viet nam ban chap hanh thuong vu uy nhan dan hoi dong chu
tich pho dang bo thanh tinh huyen quan phuong xa"""
COMMON_NAMES = frozenset(_FRAME.split())
"""Capitalised in every report: they tell no two apart."""


def plain(text: str) -> str:
    """Lower case without tone marks or strokes; both placements of a tone mark become one.

    >>> plain("Đại hội HOÀ Bình")
    'dai hoi hoa binh'
    """
    decomposed = unicodedata.normalize("NFD", fold_stroke(text.casefold()))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def packed_chunk(text: str) -> bytes:
    """The words of a chunk, end to end, as ``archive.stories.run_hashes.WORD`` has them.

    The note of each says of it, by ``FACT`` and ``NAME``, whether it is a fact, as far as the
    chunk tells, and of the last one by ``ENDS`` what the next chunk has to know. A chunk without
    words gives b"".
    """
    # Separators at even places, tokens at odd ones.
    pieces = _TOKEN.split(text)
    words: list[tuple[str, int]] = []
    for at in range(1, len(pieces), 2):
        token, before = pieces[at], pieces[at - 1]
        spelt_out = ABBREVIATIONS.get(token.casefold())
        if spelt_out:
            words += [(word, 0) for word in plain(spelt_out).split()]
            continue
        word, note = plain(token), 0
        if token[0].isdigit():
            note = FACT
        elif token[0].isupper() and word not in COMMON_NAMES:
            if at == 1 and (not before or before.isspace()):
                note = NAME
            elif not _ends_sentence(before):
                note = FACT
        words.append((word, note))
    if words and _ends_sentence(pieces[-1] + " "):
        words[-1] = (words[-1][0], words[-1][1] | ENDS)
    return b"".join(packed_word(word, note) for word, note in words)


def _ends_sentence(separator: str) -> bool:
    return _SENTENCE_END.search(separator[-_SEEN:]) is not None


class _Remembered(dict[str, bytes]):
    """``packed_chunk`` of the chunks that were met; b"" of those that cannot be taken alone."""

    def __missing__(self, text: str) -> bytes:
        # The end of a sentence may stand before a head that is nothing but blanks.
        packed = b"" if text[:1].isspace() else packed_chunk(text)
        if len(text) < _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[text] = packed
        return packed


_remembered = _Remembered()


def packed_text(text: str) -> tuple[bytes, dict[int, bool]]:
    """The words of a text, end to end, and of some of them, by their places, whether they begin a
    sentence.

    Of all others the note ``ENDS`` of the word before tells; the first word of a text begins one.
    """
    chunks = unicodedata.normalize("NFC", text).replace("\n", "\n ").split(" ")
    packed = [*map(_remembered.__getitem__, chunks)]
    begins = _look_before(chunks, packed) if b"" in packed else {}
    return b"".join(packed), begins


def _look_before(chunks: list[str], packed: list[bytes]) -> dict[int, bool]:
    """Whether a sentence begins with the first word after chunks that cannot be taken alone.

    Fills in what is missing in ``packed``.
    """
    begins: dict[int, bool] = {}
    word = counted = 0
    at = -1
    while True:
        try:
            at = packed.index(b"", at + 1)
        except ValueError:
            return begins
        word += len(b"".join(packed[counted:at])) // WORD.size
        counted = at
        before = f"{_TOKEN.split(chunks[at - 1])[-1]} " if at else ""
        while at < len(chunks) and not (words := packed_chunk(chunks[at])):
            before += f"{chunks[at]} "
            at += 1
        if at == len(chunks):
            return begins
        packed[at] = words
        before += _TOKEN.split(chunks[at], maxsplit=1)[0]
        begins[word] = not before or _ends_sentence(before)
