"""What markup says of an element beside its text: hidden, a caption, centred, in bold.

A site writes the same few styles and classes on all its pages, so each is read once.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extraction.remembered import remembered

_HIDDEN_CLASS = frozenset(
    ("hidden", "hide", "d-none", "sr-only", "screen-reader-text", "visually-hidden", "invisible")
)
_CAPTION_CLASS = re.compile(
    r"caption(?!s?-?(?:wrap|box|slide))|figcap|desc_cation|chu-?thich|photo-?(?:desc|note)|"
    r"(?:img|image|pic|picture|anh)[-_]?(?:desc|note|title|text|info|alt)|note[-_]?(?:img|image)|"
    r"(?:^|[\s_-])cap(?:$|\s)",
    re.I,
)
_TEXT_ALIGN = re.compile(r"text-align\s*:\s*(center|right|left|justify)", re.I)
_CLASS_ALIGN = re.compile(
    r"(?:^|\s)(?:has-text-align-|text-|text-xs-|rte)?(center|right)(?:\s|$)", re.I
)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_ITALIC = re.compile(r"font-style\s*:\s*italic", re.I)
_UPRIGHT = re.compile(r"font-style\s*:\s*normal", re.I)
_DISPLAY_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|table)\b", re.I)


class Look(NamedTuple):
    """What a ``style`` attribute says."""

    hidden: bool = False
    align: str = ""
    bold: bool = False
    italic: bool = False
    upright: bool = False
    """Not italic, where the text around it is."""
    block: bool = False
    """An inline element that is shown as a block."""


class Sort(NamedTuple):
    """What a ``class`` attribute says."""

    hidden: bool = False
    align: str = ""
    caption: bool = False


NO_LOOK = Look()
NO_SORT = Sort()


def look_of(style: str | None) -> Look:
    """What the value of a ``style`` attribute says."""
    return _look(style) if style else NO_LOOK


def sort_of(names: str | None) -> Sort:
    """What the value of a ``class`` attribute says."""
    return _sort(names) if names else NO_SORT


@remembered(count=2048)
def _look(style: str) -> Look:
    align = _TEXT_ALIGN.search(style)
    italic = _ITALIC.search(style) is not None
    return Look(
        hidden=_INVISIBLE.search(style) is not None,
        align=align[1].lower() if align else "",
        bold=_BOLD.search(style) is not None,
        italic=italic,
        upright=not italic and _UPRIGHT.search(style) is not None,
        block=_DISPLAY_BLOCK.search(style) is not None,
    )


@remembered(count=2048)
def _sort(names: str) -> Sort:
    align = _CLASS_ALIGN.search(names)
    return Sort(
        hidden=not _HIDDEN_CLASS.isdisjoint(names.lower().split()),
        align=align[1].lower() if align else "",
        caption=_CAPTION_CLASS.search(names) is not None,
    )


def is_hidden(element: HtmlElement) -> bool:
    """Whether the markup itself hides an element from readers."""
    return (
        element.get("hidden") is not None
        or look_of(element.get("style")).hidden
        or sort_of(element.get("class")).hidden
    )


def align_of(element: HtmlElement) -> str:
    """How an element itself sets its text: "left", "center", "right", "justify" or ""."""
    align = look_of(element.get("style")).align
    if align:
        return align
    align = element.get("align")
    # Of a table it places the table, and says nothing of the text in it.
    if align and element.tag != "table":
        return str(align).lower()
    return sort_of(element.get("class")).align
