"""A container cut into the blocks a reader sees: paragraphs, items, tables, figures, videos.

The walk needs no well-formed paragraphs: text between any two block elements or line breaks
is a block, which is what Word paste, ``<div>`` with ``<br><br>`` and table layouts need.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape
from typing import NamedTuple

from lxml.html import HtmlElement

from archive.records import Image
from crawler.extraction.blocks import Block, Figure, Kind, unique_images
from crawler.extraction.embeds import EMBEDDED, embedded_in
from crawler.extraction.images import picture
from crawler.extraction.inline import PLAIN, Run, Style, render
from crawler.extraction.marks import NO_LOOK, Look, Sort, align_of, look_of, sort_of
from crawler.extraction.tables import data_table, has_table, is_data, picture_table, rows_of
from crawler.extraction.text import clean_line, convert_legacy
from crawler.extraction.urls import absolute

MAX_WALK = 150
"""Depth below which the walk stops to descend and takes an element's text as it stands."""
MAX_BLOCKS = 20_000

_BLOCK = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hgroup", "html", "legend", "li", "main", "menu", "ol", "p", "pre",
    "section", "summary", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption",
))  # fmt: skip
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_LISTS = frozenset(("ul", "ol", "dir", "menu"))
_SKIP = frozenset((
    "script", "style", "noscript", "template", "svg", "canvas", "head", "link", "meta", "title",
    "input", "select", "textarea", "button", "option", "optgroup", "datalist", "map", "area",
    "param", "nav", "dialog", "math", "progress", "meter",
))  # fmt: skip
_BOLD = frozenset(("b", "strong"))
_ITALIC = frozenset(("i", "em", "cite", "dfn", "var"))
_ENDS = re.compile(r"[.!?:;…”\"»)]\s*$")


class _Context(NamedTuple):
    """What the block elements around a text make of it."""

    element: HtmlElement
    kind: Kind = "paragraph"
    level: int = 0
    ordered: bool = False
    quote: bool = False
    align: str = ""
    caption: bool = False


_NOTHING: frozenset[HtmlElement] = frozenset()


def read_blocks(
    container: HtmlElement, base: str, skip: Collection[HtmlElement] = _NOTHING
) -> list[Block]:
    """The blocks of ``container`` in reading order; elements of ``skip`` and below are unseen.

    Captions are found by ``captions.attach_captions`` afterwards. Never raises on odd trees.
    """
    walker = _Walker(base, skip)
    context = _Context(container, align=align_of(container))
    walker.walk(container, context, PLAIN, 0)
    walker.flush(context)
    return walker.blocks


class _Walker:
    def __init__(self, base: str, skip: Collection[HtmlElement]) -> None:
        self.base = base
        self.skip = skip
        self.blocks: list[Block] = []
        self.runs: list[Run] = []
        self.breaks = 0

    # -- the walk -------------------------------------------------------------------------

    def walk(self, element: HtmlElement, context: _Context, style: Style, depth: int) -> None:
        """Read what is inside ``element``: its text, its children and their tails."""
        text = element.text
        if text:
            self.add(text, style)
        for child in element:
            tag = child.tag
            if isinstance(tag, str):
                self.enter(child, tag, context, style, depth + 1)
            tail = child.tail
            if tail:
                self.add(tail, style)

    def enter(
        self, element: HtmlElement, tag: str, context: _Context, style: Style, depth: int
    ) -> None:
        if tag == "br":
            self.flush(context)
            self.breaks += 1
            return
        if tag == "img":
            self.image(element, context)
            return
        if tag == "noscript" and element not in self.skip:
            self.without_script(element, context)
            return
        if tag in _SKIP or element in self.skip or len(self.blocks) > MAX_BLOCKS:
            return
        css = element.get("style")
        look = look_of(css) if css else NO_LOOK
        names = element.get("class")
        if look.hidden or (names and sort_of(names).hidden) or element.get("hidden") is not None:
            return
        if depth > MAX_WALK:
            self.add(element.text_content(), style)
            return
        if tag in _BLOCK:
            self.block(element, tag, look, sort_of(names), context, style, depth)
        elif tag == "table":
            self.flush(context)
            self.table(element, context, style, depth)
            self.flush(context)
        elif tag == "figure":
            self.flush(context)
            self.figure(element, context, style, depth)
            self.flush(context)
        elif tag == "hr":
            self.flush(context)
        elif tag in EMBEDDED:
            self.embedded(element, context)
            if tag == "embed" and len(element):
                # An old HTML parser takes what follows an embed for its children.
                self.walk(element, context, style, depth)
        elif tag == "a":
            href = self.link(element)
            self.walk(element, context, style._replace(href=href or style.href), depth)
        else:
            self.inline(element, tag, look, context, style, depth)

    def inline(
        self,
        element: HtmlElement,
        tag: str,
        look: Look,
        context: _Context,
        style: Style,
        depth: int,
    ) -> None:
        if tag in _BOLD:
            style = style._replace(bold=True)
        elif tag in _ITALIC:
            style = style._replace(italic=True)
        elif tag in ("sup", "sub"):
            style = style._replace(script=tag)
        if look is not NO_LOOK:
            if look.bold or look.italic or look.upright:
                italic = look.italic or (style.italic and not look.upright)
                style = style._replace(bold=style.bold or look.bold, italic=italic)
            if look.block:
                self.flush(context)
                self.walk(element, context, style, depth)
                self.flush(context)
                return
        if not context.caption and sort_of(element.get("class")).caption:
            self.flush(context)
            marked = context._replace(caption=True, element=element)
            self.walk(element, marked, style, depth)
            self.flush(marked)
            return
        self.walk(element, context, style, depth)

    def block(
        self,
        element: HtmlElement,
        tag: str,
        look: Look,
        sort: Sort,
        context: _Context,
        style: Style,
        depth: int,
    ) -> None:
        self.flush(context)
        self.breaks = 0
        _, kind, level, ordered, quote, align, caption = context
        own = look.align or element.get("align") or sort.align
        if own:
            align = own.lower()
        if tag == "li":
            kind, level = "item", max(level, 1)
        elif tag in _LISTS:
            level, ordered = (level + 1 if kind != "heading" else 1), tag == "ol"
        elif tag in _HEADINGS:
            kind, level = "heading", _HEADINGS[tag]
        elif tag == "blockquote":
            quote = True
        elif tag == "figcaption" or sort.caption:
            caption = True
        if tag == "center":
            align = "center"
        if look.bold or look.italic:
            style = style._replace(bold=style.bold or look.bold, italic=style.italic or look.italic)
        inner = _Context(element, kind, level, ordered, quote, align, caption)
        if tag == "pre":
            self.preformatted(element, inner, style)
        elif len(element):
            self.walk(element, inner, style, depth)
        elif element.text:
            self.add(element.text, style)
        self.flush(inner)
        self.breaks = 0

    def preformatted(self, element: HtmlElement, context: _Context, style: Style) -> None:
        for line in element.text_content().splitlines():
            self.add(line, style)
            self.flush(context)

    def link(self, element: HtmlElement) -> str:
        href = (element.get("href") or "").strip()
        if href.lower().startswith("mailto:"):
            return href
        return absolute(self.base, href) if href and not href.startswith("#") else ""

    # -- text -----------------------------------------------------------------------------

    def add(self, text: str, style: Style) -> None:
        if self.runs or not text.isspace():
            self.runs.append((text, style))

    def flush(self, context: _Context) -> None:
        """End the current block. Its text may be empty: then nothing is added."""
        runs = self.runs
        if not runs:
            return
        self.runs = []
        raw = runs[0][0] if len(runs) == 1 else "".join([text for text, _ in runs])
        converted = convert_legacy(raw)
        text = clean_line(converted)
        if not text:
            return
        breaks, self.breaks = self.breaks, 0
        html, links, linked, bold, italic = render(runs, text)
        if converted is not raw and converted != raw:
            html = escape(text, quote=False)
        element, kind, level, ordered, quote, align, caption = context
        if breaks == 1 and self.blocks and text[0].islower():
            last = self.blocks[-1]
            if last.element is element and last.kind == kind and not _ENDS.search(last.text):
                last.text = f"{last.text} {text}"
                last.html = f"{last.html} {html}"
                last.links += links
                last.linked += linked
                last.bold, last.italic = last.bold and bold, last.italic and italic
                return
        self.blocks.append(
            Block(
                kind,
                text,
                html,
                level if kind in ("heading", "item") else 0,
                ordered,
                quote,
                align,
                bold,
                italic,
                caption,
                linked,
                links,
                element=element,
                after_break=breaks,
            )
        )

    # -- pictures, videos, files, tables ----------------------------------------------------

    def image(self, element: HtmlElement, context: _Context) -> None:
        found = picture(element, self.base)
        if found is None or element in self.skip:
            return
        self.flush(context)
        # Joomla's caption script shows the title of such a picture below it.
        marked = "caption" in (element.get("class") or "").lower().split()
        caption = clean_line(convert_legacy(element.get("title") or "")) if marked else ""
        self.blocks.append(
            Block(
                "figure",
                "",
                figure=Figure((found,), caption),
                align=context.align,
                element=context.element,
            )
        )

    def without_script(self, element: HtmlElement, context: _Context) -> None:
        """The picture of a ``<noscript>``, where no other ``<img>`` beside it stands for it."""
        parent = element.getparent()
        images = element.findall(".//img")
        if len(images) == 1 and parent is not None and parent.find("img") is None:
            self.image(images[0], context)

    def figure(self, element: HtmlElement, context: _Context, style: Style, depth: int) -> None:
        inner = context._replace(element=element, align=align_of(element) or context.align)
        nested = any(True for _ in element.iterdescendants("figure"))
        images = self.pictures_in(element)
        holds_more = any(True for _ in element.iterdescendants("table", "iframe", "video"))
        if nested or holds_more or not images:
            self.walk(element, inner, style, depth)
            self.flush(inner)
            return
        captions = [self.flat(child) for child in element.iter("figcaption")]
        caption = " ".join(text for text in captions if text) or self.flat(element)
        self.blocks.append(
            Block("figure", "", figure=Figure(unique_images(images), caption), element=element)
        )

    def embedded(self, element: HtmlElement, context: _Context) -> None:
        found = embedded_in(element, self.base)
        if found is None:
            return
        kind, address = found
        self.flush(context)
        title = clean_line(element.get("title") or "")[:300]
        self.blocks.append(Block(kind, "", html=title, url=address, element=context.element))

    def table(self, element: HtmlElement, context: _Context, style: Style, depth: int) -> None:
        """A table is a frame for pictures, a frame for text, or data."""
        rows = rows_of(element, self.skip)
        inner = context._replace(element=element, align=align_of(element) or context.align)
        if not rows:
            self.walk(element, inner, style, depth)
            self.flush(inner)
            return
        if element.get("role") != "presentation" and not has_table(element):
            figures = picture_table(rows, self.pictures_in, self.flat)
            if figures:
                self.blocks.extend(figures)
                return
            if is_data(rows, element):
                self.blocks.extend(data_table(element, rows, self.read))
                return
        for row in rows:
            for cell in row:
                inside = inner._replace(element=cell, align=align_of(cell) or inner.align)
                self.walk(cell, inside, style, depth + 1)
                self.flush(inside)

    def pictures_in(self, element: HtmlElement) -> list[Image]:
        return [
            found
            for child in element.iter("img")
            if child not in self.skip and (found := picture(child, self.base)) is not None
        ]

    def read(self, element: HtmlElement) -> list[Block]:
        return read_blocks(element, self.base, self.skip)

    def flat(self, element: HtmlElement) -> str:
        return " ".join(block.text for block in self.read(element) if block.text)
