"""TCVN3 ("ABC", the .VnTime fonts): how Vietnamese offices wrote before Unicode.

Its letters lie on the places of Latin-1 signs, so that an old file read as Windows-1252 says
"§¹i héi" where "Đại hội" is meant. Capitals with a tone mark were a font of their own and cannot
be told from small letters. (TCVN 5712:1993, VN3.)
"""

from __future__ import annotations

import re

from archive.vietnamese.legacy_tables import TCVN3

_LETTERS = str.maketrans(TCVN3)
_TELLING = re.compile("[µ¸¶·¹¨»¾¼½©ª«¬®§¡¢£¤¥¦]")
"""Signs that stand inside words in TCVN3 and hardly ever in any other text."""
_UNICODE = re.compile("[ạ-ỹẠ-Ỹăđơư]")
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


def looks_like_tcvn3(text: str) -> bool:
    """Whether a text is TCVN3 read as Windows-1252: its signs are many, Unicode's letters none.

    >>> looks_like_tcvn3("§¹i héi C«ng ®oµn tØnh"), looks_like_tcvn3("Đại hội © 2024")
    (True, False)
    """
    signs = len(_TELLING.findall(text))
    letters = sum(map(len, _WORD.findall(text)))
    return signs >= 5 and signs > 0.04 * letters and not _UNICODE.search(text)


def from_tcvn3(text: str) -> str:
    """The text in Unicode.

    >>> from_tcvn3("§¹i héi C«ng ®oµn tØnh")
    'Đại hội Công đoàn tỉnh'
    """
    return text.translate(_LETTERS)
