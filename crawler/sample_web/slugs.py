"""Slugs as Vietnamese CMSs make them of a title: whole, or mangled."""

from __future__ import annotations

import re
import unicodedata


def whole_slug(title: str) -> str:
    """Every letter kept, without its marks.

    >>> whole_slug("Liên đoàn Lao động huyện Chi Lăng")
    'lien-doan-lao-dong-huyen-chi-lang'
    """
    return _joined(title.lower().replace("đ", "d"))


def mangled_slug(title: str) -> str:
    """As old Joomla makes it: đ and the letters of U+1E00..U+1EFF are lost.

    >>> mangled_slug("LĐLĐ huyện Chi Lăng tổng kết công tác")
    'l-l-huy-n-chi-lang-t-ng-k-t-cong-tac'
    """
    kept = (" " if c == "đ" or 0x1E00 <= ord(c) <= 0x1EFF else c for c in title.lower())
    return _joined("".join(kept))


def _joined(text: str) -> str:
    letters = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
