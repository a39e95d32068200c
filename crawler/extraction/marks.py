"""What markup says of an element beside its text: hidden, a caption, centred."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_HIDDEN_CLASS = frozenset(
    ("hidden", "hide", "d-none", "sr-only", "screen-reader-text", "visually-hidden", "invisible")
)
_CAPTION_CLASS = re.compile(
    r"caption(?!s?-?(?:wrap|box|slide))|figcap|desc_cation|chu-?thich|photo-?(?:desc|note)|"
    r"(?:img|image|pic|picture|anh)[-_]?(?:desc|note|title|text|info|alt)|note[-_]?(?:img|image)",
    re.I,
)
_TEXT_ALIGN = re.compile(r"text-align\s*:\s*(center|right|left|justify)", re.I)
_CLASS_ALIGN = re.compile(
    r"(?:^|\s)(?:has-text-align-|text-|text-xs-|rte)?(center|right)(?:\s|$)", re.I
)
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def is_hidden(element: HtmlElement) -> bool:
    """Whether the markup itself hides an element from readers."""
    attributes = element.attrib
    if not attributes:
        return False
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    if style and _INVISIBLE.search(style):
        return True
    names = attributes.get("class")
    return bool(names) and not _HIDDEN_CLASS.isdisjoint(names.lower().split())


def marks_caption(element: HtmlElement) -> bool:
    """Whether an element's class calls it a caption."""
    names = element.get("class")
    return bool(names) and _CAPTION_CLASS.search(names) is not None


def align_of(element: HtmlElement) -> str:
    """How an element itself sets its text: "left", "center", "right", "justify" or ""."""
    attributes = element.attrib
    if not attributes:
        return ""
    style = attributes.get("style")
    if style:
        found = _TEXT_ALIGN.search(style)
        if found:
            return str(found[1]).lower()
    align = attributes.get("align")
    # Of a table it places the table, and says nothing of the text in it.
    if align and element.tag != "table":
        return str(align).lower()
    names = attributes.get("class")
    if names:
        found = _CLASS_ALIGN.search(names)
        if found:
            return str(found[1]).lower()
    return ""
