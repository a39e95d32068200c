"""VIQR: Vietnamese typed with ASCII marks behind the letters ("Co^ng ddoa`n"), RFC 1456."""

from __future__ import annotations

import re
import unicodedata

from archive.vietnamese.legacy_tables import VIQR_SHAPES, VIQR_TONES
from crawler.extraction.syllables import is_syllable

TOKEN_RE = re.compile(
    r"(?<![\w@/.:\\-])(?:[A-Za-z]|(?<=[AEOUaeou])[\^(+*]|(?<=[AEIOUYaeiouy^(+*])['`?~.])+"
)
_VIQR_STRONG_RE = re.compile(r"[AEOaeo]\^|[OUou][+*]|[Aa]\(|[Dd][Dd]")
ASKS_RE = re.compile(
    r"(?<!\w)(?:gi`|sao|na`o|kho\^ng|ai|bao|dda\^u|chu[*+]a|the\^' a`)(?!\w)", re.I
)
_VIQR_LETTER_RE = re.compile(r"([AEOUaeou][\^(+*]|[AEIOUYaeiouy])(['`?~.]?)")


def _viqr_word(token: str) -> str:
    def letter(match: re.Match[str]) -> str:
        shape, tone = match.groups()
        base = VIQR_SHAPES.get(shape.lower(), "") or (shape if len(shape) == 1 else "")
        if not base:
            return match.group()
        base = base.upper() if shape[0].isupper() else base
        return unicodedata.normalize("NFC", base + VIQR_TONES.get(tone, ""))

    token = re.sub("dd", "đ", token)
    token = re.sub("D[Dd]", "Đ", token)
    return _VIQR_LETTER_RE.sub(letter, token)


_DOTTED = frozenset((
    "chi.", "vu.", "nghi.", "thi.", "bo^.", "ho^.", "ddo^.", "tri.", "tro*.", "ve^.", "phu.",
    "cu.", "vi.", "vie^.",
))  # fmt: skip
"""Words that hardly ever end a sentence without their dot: chị, vụ, nghị, thị, bộ, hộ, độ."""


def viqr_token(token: str, after: str, asks: bool = True) -> str:
    """One token converted; a final dot or question mark is kept where a sentence ends.

    Before a capital that is in doubt. "Thi." is the middle of a woman's name far more often than
    an end, and so is a capitalised word with a question mark ("Ky?"); "nghi." nearly always
    is that of "hội nghị". ``asks`` says whether the text has a word that asks; else no mark does.
    """
    named = bool(after.strip()) and token[-1] == "?" and token[0].isupper()
    if token.lower() in _DOTTED or (token[-1] == "?" and not asks):
        named = bool(after.strip()) or token[-1] == "?"
    ends = not after.strip() or re.match(r"\s+[A-Z\"(]|[\"')]", after)
    if token[-1] in ".?" and ends and not named:
        return _viqr_word(token[:-1]) + token[-1]
    return _viqr_word(token)


def has_viqr_marks(text: str) -> bool:
    """Whether a text has any pair of signs that VIQR writes for one letter."""
    return _VIQR_STRONG_RE.search(text) is not None


def from_viqr(text: str) -> str:
    if len(_VIQR_STRONG_RE.findall(text)) < 2:
        return text
    asks = ASKS_RE.search(text) is not None
    pieces: list[str] = []
    position = strong = right = words = 0
    for match in TOKEN_RE.finditer(text):
        token = match.group()
        spelled = viqr_token(token, text[match.end() : match.end() + 3], asks)
        pieces += (text[position : match.start()], spelled)
        position = match.end()
        if len(token) <= 6 and token.isupper():
            continue  # LDDLDD: an abbreviation says nothing of spelling.
        words += 1
        marked = _VIQR_STRONG_RE.search(token) is not None
        strong += marked
        right += is_syllable(spelled.rstrip(".?"))
    pieces.append(text[position:])
    if strong >= 2 and strong * 6 >= words and right >= 0.85 * words:
        return "".join(pieces)
    return text
