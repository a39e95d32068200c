"""Pages of unknown make written in TCVN3, VNI or VIQR, turned into Unicode before they are judged.

A judge of content counts words and knows none of these. Only text nodes that are surely of an
older encoding are rewritten, each block for itself: sites that changed over keep old articles in
new frames. What is Unicode is never touched, and a page with nothing old is the same object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.document import Document
from crawler.extraction.remembered import remembered
from crawler.extraction.text import is_spelled, legacy_kind, may_be_legacy, spell

_UNSEEN = frozenset(("script", "style", "noscript", "template", "textarea"))
_INLINE = frozenset((
    "a", "b", "strong", "i", "em", "u", "font", "span", "small", "big", "sup", "sub", "br", "tt",
))  # fmt: skip
_ATTRIBUTES = ("content", "alt", "title")
_SHARE = 0.6
"""Of the blocks that are of an older encoding, how many must be of one for short ones to follow."""


def in_unicode(document: Document) -> Document:
    """The page with its old text in Unicode; the page itself where it has none."""
    kinds = _kinds(document.tree)
    if not kinds:
        return document
    tree = deepcopy(document.tree)
    common, count = kinds.most_common(1)[0]
    usual = common if count >= _SHARE * sum(kinds.values()) else ""
    for block in [*_blocks(tree)]:
        text = "".join(piece for _, piece, _ in block)
        kind = legacy_kind(text)
        if not kind and usual and is_spelled(text, usual):
            kind = usual
        if kind:
            for element, piece, behind in block:
                if behind:
                    element.tail = spell(piece, kind)
                else:
                    element.text = spell(piece, kind)
    for element in tree.iter("meta", "img", "a", "h1"):
        for name in _ATTRIBUTES:
            value = element.get(name)
            if value:
                kind = legacy_kind(value) or (usual if usual and is_spelled(value, usual) else "")
                if kind:
                    element.set(name, spell(value, kind))
    return replace(document, tree=tree)


def _kinds(tree: HtmlElement) -> Counter[str]:
    """How many blocks of a page are of which encoding."""
    said = set(cast("list[str]", _TEXTS(tree)))
    said.difference_update([element.text for element in tree.iter(*_UNSEEN)])
    if not any(map(_may_be_part, said)):
        return Counter()
    # The text of every block, as ``_blocks`` finds them: few pages need to know more.
    pieces: list[str] = []
    texts: list[str] = []
    for element in tree.iter():
        tag = element.tag
        if pieces and tag not in _INLINE:
            texts.append("".join(pieces))
            pieces = []
        text, tail = element.text, element.tail
        if text and not text.isspace() and tag not in _UNSEEN and isinstance(tag, str):
            pieces.append(text)
        if tail and not tail.isspace():
            pieces.append(tail)
    texts.append("".join(pieces))
    return Counter(kind for text in texts if (kind := _kind_of(text)))


_may_be_part = remembered(count=4096)(may_be_legacy)
_kind_of = remembered(count=4096)(legacy_kind)
_TEXTS = XPath("descendant::text()", smart_strings=False)


def _blocks(tree: HtmlElement) -> Iterator[list[tuple[HtmlElement, str, bool]]]:
    """The text nodes of each block: element, text, and whether it stands behind the element."""
    block: list[tuple[HtmlElement, str, bool]] = []
    for element in tree.iter():
        tag = element.tag
        if not (isinstance(tag, str) and tag in _INLINE):
            if block:
                yield block
            block = []
        text, tail = element.text, element.tail
        if isinstance(tag, str) and tag not in _UNSEEN and text and not text.isspace():
            block.append((element, text, False))
        if tail and not tail.isspace():
            # Behind an element with children it belongs to the block around, which is near enough.
            block.append((element, tail, True))
    if block:
        yield block
