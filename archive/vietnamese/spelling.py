"""How Vietnamese words are spelled and compared: marks, their places, and the form without them.

NFC and NFD are the same text; the place of the tone mark is not spelling; đ and ơ are letters
that carry a mark.
"""

from __future__ import annotations

import itertools
import unicodedata

from archive.vietnamese.folding import fold_stroke

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_MARKS = _TONES | {"\u0302", "\u0306", "\u031b"}
_GLIDES = ("oa", "oe", "uy", "ua", "ue", "uê", "uơ", "uâ", "oă")
"""Vowel pairs on which the tone mark is found in either place."""


def tidy(text: str) -> str:
    """NFC, without control and zero-width characters (they come with copied text)."""
    kept = (char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def has_marks(text: str) -> bool:
    """Whether a text carries a Vietnamese mark: tone, circumflex, breve, horn, or the stroke."""
    return any(char in _MARKS or char in "đĐ" for char in unicodedata.normalize("NFD", text))


def fold(text: str) -> str:
    """Lower case without marks: ``Đắk Lắk`` -> ``dak lak``. What the folded index compares."""
    decomposed = unicodedata.normalize("NFD", fold_stroke(text))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


def _letter_maps() -> tuple[dict[int, str], dict[int, str]]:
    lower: dict[int, str] = {}
    folded: dict[int, str] = {}
    for code in itertools.chain(range(0x41, 0x250), range(0x1E00, 0x1F00)):
        char = chr(code)
        small, plain = char.lower(), fold(char)
        if len(small) == 1 and small != char:
            lower[code] = small
        if len(plain) == 1 and plain != char:
            folded[code] = plain
    return lower, folded


_LOWER, _FOLDED = _letter_maps()


def comparable(text: str, exact: bool) -> str:
    """A text in the form that ``Query.marks`` reads: one character for one, so offsets stay."""
    return text.translate(_LOWER if exact else _FOLDED)


def spellings(word: str) -> list[str]:
    """A word with its tone mark in every place where writers put it; the word itself first.

    >>> spellings("hòa"), spellings("toàn"), spellings("năm")
    (['hòa', 'hoà'], ['toàn', 'tòan'], ['năm'])
    """
    word = unicodedata.normalize("NFC", word.lower())
    decomposed = unicodedata.normalize("NFD", word)
    tones = [char for char in decomposed if char in _TONES]
    if len(tones) != 1:
        return [word]
    bare = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    found = [word]
    for pair in _GLIDES:
        start = bare.find(pair)
        if start < 0:
            continue
        for place in (start + 1, start + 2):
            moved = unicodedata.normalize("NFC", bare[:place] + tones[0] + bare[place:])
            if moved not in found:
                found.append(moved)
    return found


_ALPHABET = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONE_ORDER = "\u0300\u0309\u0303\u0301\u0323"
"""Grave, hook, tilde, acute, dot: the order of Vietnamese dictionaries after the level tone."""


def alphabetical(text: str) -> tuple[list[tuple[int, str]], list[int]]:
    """A key that sorts as Vietnamese dictionaries do: letters first (ă after a, đ after d), then
    tones.

    >>> sorted(["Đắk Lắk", "Dak", "Đà Nẵng", "Ăn", "An"], key=alphabetical)
    ['An', 'Ăn', 'Dak', 'Đà Nẵng', 'Đắk Lắk']
    """
    letters: list[tuple[int, str]] = []
    tones: list[int] = []
    for char in unicodedata.normalize("NFC", text.lower()):
        parts = unicodedata.normalize("NFD", char)
        bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
        letters.append((_ALPHABET.find(bare), bare))
        tones.append(next((_TONE_ORDER.index(c) + 1 for c in parts if c in _TONES), 0))
    return letters, tones
