"""A container cut into the blocks a reader sees: paragraphs, items, tables, figures, videos.

The walk needs no well-formed paragraphs: text between any two block elements or line breaks
is a block, which is what Word paste, ``<div>`` with ``<br><br>`` and table layouts need.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from html import escape
from typing import NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

from lxml.html import HtmlElement

from archive.records import Image
from crawler.extraction.blocks import Block, Figure, Kind, is_attachment
from crawler.extraction.images import picture
from crawler.extraction.inline import PLAIN, Run, Style, render
from crawler.extraction.marks import align_of, is_hidden, marks_caption
from crawler.extraction.tables import captioned, has_table, is_data, rows_of, spans
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
_SKIP = frozenset((
    "script", "style", "noscript", "template", "svg", "canvas", "head", "link", "meta", "title",
    "input", "select", "textarea", "button", "option", "optgroup", "datalist", "map", "area",
    "param", "nav", "dialog", "math", "progress", "meter",
))  # fmt: skip
_BOLD = frozenset(("b", "strong"))
_ITALIC = frozenset(("i", "em", "cite", "dfn", "var"))
_VIDEO = re.compile(
    r"youtube(?:-nocookie)?\.com|youtu\.be|vimeo\.com|dailymotion|facebook\.com/plugins/video|"
    r"tiktok\.com|/embed/|/video|player|\.(?:mp4|m3u8|webm|mp3|ogg)(?:$|\?)",
    re.I,
)
_FONT_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)
_FONT_ITALIC = re.compile(r"font-style\s*:\s*italic", re.I)
_FONTPLAIN = re.compile(r"font-style\s*:\s*normal", re.I)
_DISPLAY_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|table)\b", re.I)
_ENDS = re.compile(r"[.!?:;…”\"»)]\s*$")


class _Context(NamedTuple):
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
        if element.text:
            self.add(element.text, style)
        for child in element:
            tag = child.tag
            if isinstance(tag, str):
                self.enter(child, tag, context, style, depth + 1)
            if child.tail:
                self.add(child.tail, style)

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
        if tag in _SKIP or element in self.skip or len(self.blocks) > MAX_BLOCKS:
            return
        if element.attrib and is_hidden(element):
            return
        if depth > MAX_WALK:
            self.add(element.text_content(), style)
            return
        if tag in _BLOCK:
            self.block(element, tag, context, style, depth)
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
        elif tag in ("iframe", "embed", "object", "video", "audio"):
            self.embedded(element, tag, context, depth)
        elif tag == "a":
            href = self.link(element)
            self.walk(element, context, style._replace(href=href or style.href), depth)
        else:
            self.inline(element, tag, context, style, depth)

    def inline(
        self, element: HtmlElement, tag: str, context: _Context, style: Style, depth: int
    ) -> None:
        if tag in _BOLD:
            style = style._replace(bold=True)
        elif tag in _ITALIC:
            style = style._replace(italic=True)
        elif tag in ("sup", "sub"):
            style = style._replace(script=tag)
        css = element.get("style")
        if css:
            if _FONT_BOLD.search(css):
                style = style._replace(bold=True)
            if _FONT_ITALIC.search(css):
                style = style._replace(italic=True)
            elif _FONTPLAIN.search(css):
                style = style._replace(italic=False)
            if _DISPLAY_BLOCK.search(css):
                self.flush(context)
                self.walk(element, context, style, depth)
                self.flush(context)
                return
        if not context.caption and marks_caption(element):
            self.flush(context)
            marked = context._replace(caption=True, element=element)
            self.walk(element, marked, style, depth)
            self.flush(marked)
            return
        self.walk(element, context, style, depth)

    def block(
        self, element: HtmlElement, tag: str, context: _Context, style: Style, depth: int
    ) -> None:
        self.flush(context)
        self.breaks = 0
        inner = context._replace(element=element, align=align_of(element) or context.align)
        if tag == "center":
            inner = inner._replace(align="center")
        if tag == "li":
            inner = inner._replace(kind="item", level=max(context.level, 1))
        elif tag in ("ul", "ol", "dir", "menu"):
            deeper = context.level + 1 if context.kind != "heading" else 1
            inner = inner._replace(level=deeper, ordered=tag == "ol")
        elif len(tag) == 2 and tag[0] == "h":
            inner = inner._replace(kind="heading", level=int(tag[1]))
        elif tag == "blockquote":
            inner = inner._replace(quote=True)
        elif tag == "figcaption" or (not inner.caption and marks_caption(element)):
            inner = inner._replace(caption=True)
        css = element.get("style")
        if css:
            style = style._replace(
                bold=style.bold or bool(_FONT_BOLD.search(css)),
                italic=style.italic or bool(_FONT_ITALIC.search(css)),
            )
        if tag == "pre":
            self.preformatted(element, inner, style)
        else:
            self.walk(element, inner, style, depth)
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
            self.runs.append(Run(text, *style))

    def flush(self, context: _Context) -> None:
        """End the current block. Its text may be empty: then nothing is added."""
        if not self.runs:
            return
        runs, self.runs = self.runs, []
        raw = "".join([run.text for run in runs])
        converted = convert_legacy(raw)
        text = clean_line(converted)
        if not text:
            return
        breaks, self.breaks = self.breaks, 0
        html, links, linked, bold, italic = render(runs, text)
        if converted is not raw and converted != raw:
            html = escape(text, quote=False)
        last = self.blocks[-1] if self.blocks else None
        if (
            breaks == 1
            and last is not None
            and last.element is context.element
            and last.kind == context.kind
            and text[0].islower()
            and not _ENDS.search(last.text)
        ):
            last.text = f"{last.text} {text}"
            last.html = f"{last.html} {html}"
            last.links += links
            last.linked += linked
            last.bold, last.italic = last.bold and bold, last.italic and italic
            return
        self.blocks.append(
            Block(
                kind=context.kind,
                text=text,
                html=html,
                level=context.level if context.kind in ("heading", "item") else 0,
                ordered=context.ordered,
                quote=context.quote,
                align=context.align,
                bold=bold,
                italic=italic,
                caption_mark=context.caption,
                linked=linked,
                links=links,
                element=context.element,
                after_break=breaks,
            )
        )

    # -- pictures, videos, files ------------------------------------------------------------

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

    def figure(self, element: HtmlElement, context: _Context, style: Style, depth: int) -> None:
        inner = context._replace(element=element, align=align_of(element) or context.align)
        nested = any(True for _ in element.iterdescendants("figure"))
        images = [
            found
            for child in element.iter("img")
            if child not in self.skip and (found := picture(child, self.base)) is not None
        ]
        holds_more = any(True for _ in element.iterdescendants("table", "iframe", "video"))
        if nested or holds_more or not images:
            self.walk(element, inner, style, depth)
            self.flush(inner)
            return
        captions = [self.flat(child) for child in element.iter("figcaption")]
        caption = " ".join(text for text in captions if text)
        if not caption:
            caption = " ".join(block.text for block in _texts(element, self.base, self.skip))
        self.blocks.append(
            Block("figure", "", figure=Figure(_unique(images), caption), element=element)
        )

    def flat(self, element: HtmlElement) -> str:
        return " ".join(block.text for block in _texts(element, self.base, self.skip))

    def embedded(self, element: HtmlElement, tag: str, context: _Context, depth: int) -> None:
        source = (
            element.get("src") or element.get("data-src") or element.get("data") or
            element.get("data-lazy-src") or ""
        ).strip()  # fmt: skip
        if tag in ("video", "audio", "object") and not source:
            for child in element.iter("source", "embed", "param"):
                source = child.get("src") or (
                    child.get("value") or "" if child.get("name") in ("movie", "src") else ""
                )
                if source:
                    break
        address = absolute(self.base, source) if source else ""
        if not address:
            return
        viewed = parse_qs(urlsplit(address).query[:4000]).get("url", [""])[0]
        if viewed and is_attachment(viewed):
            address = absolute(self.base, urljoin(self.base, viewed)) or address
        kind: Kind
        if is_attachment(address):
            kind = "file"
        elif tag in ("video", "audio") or _VIDEO.search(address):
            kind = "video"
        else:
            return
        self.flush(context)
        title = clean_line(element.get("title") or "")[:300]
        self.blocks.append(Block(kind, "", html=title, url=address, element=context.element))

    # -- tables -------------------------------------------------------------------------------

    def table(self, element: HtmlElement, context: _Context, style: Style, depth: int) -> None:
        """A table is a frame for pictures, a frame for text, or data."""
        rows = rows_of(element, self.skip)
        inner = context._replace(element=element, align=align_of(element) or context.align)
        if not rows:
            self.walk(element, inner, style, depth)
            self.flush(inner)
            return
        if element.get("role") != "presentation" and not has_table(element):
            figures = self.picture_table(rows)
            if figures:
                self.blocks.extend(figures)
                return
            if is_data(rows, element):
                self.data_table(element, rows, inner)
                return
        for row in rows:
            for cell in row:
                inside = inner._replace(element=cell, align=align_of(cell) or inner.align)
                self.walk(cell, inside, style, depth + 1)
                self.flush(inside)

    def picture_table(self, rows: list[list[HtmlElement]]) -> list[Block]:
        """Figures of a table that only holds pictures and their captions, else []."""
        pictures: list[tuple[int, int, list[Image]]] = []
        texts: list[tuple[int, int, str]] = []
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                images = [
                    found
                    for child in cell.iter("img")
                    if child not in self.skip and (found := picture(child, self.base)) is not None
                ]
                text = self.flat(cell)
                if images:
                    pictures.append((r, c, images))
                if text:
                    texts.append((r, c, text))
        if not pictures or len(texts) > len(pictures):
            return []
        if any(len(text) > 500 for _, _, text in texts):
            return []
        captions: dict[int, str] = {}
        for r, c, text in texts:
            # A cell across the whole table speaks of every picture in the row above it.
            across = len(rows[r]) == 1 and (rows[r][c].get("colspan") or "").strip() > "1"
            above = [i for i, (row, _, _) in enumerate(pictures) if row == r - 1]
            named = above if across and above else [captioned(r, c, pictures, rows)]
            for index in named:
                captions[index] = f"{captions[index]} {text}" if index in captions else text
        return [
            Block(
                "figure",
                "",
                figure=Figure(_unique(images), captions.get(i, "")),
                element=rows[r][c],
            )
            for i, (r, c, images) in enumerate(pictures)
        ]

    def data_table(
        self, element: HtmlElement, rows: list[list[HtmlElement]], context: _Context
    ) -> None:
        plain: list[tuple[str, ...]] = []
        markup: list[str] = []
        links: list[tuple[str, str]] = []
        figures: list[Block] = []
        for row in rows:
            cells: list[str] = []
            out: list[str] = []
            for cell in row:
                blocks = read_blocks(cell, self.base, self.skip)
                figures.extend(
                    block for block in blocks if block.kind in ("figure", "video", "file")
                )
                inside = [block for block in blocks if block.text]
                cells.append(clean_line(" ".join(block.text for block in inside)))
                links.extend(link for block in inside for link in block.links)
                tag = "th" if cell.tag == "th" else "td"
                out.append(f"<{tag}{spans(cell)}>{'<br>'.join(b.html for b in inside)}</{tag}>")
            if any(cells):
                plain.append(tuple(cells))
                markup.append(f"<tr>{''.join(out)}</tr>")
        for caption in element.iterchildren("caption"):
            text = self.flat(caption)
            if text:
                self.blocks.append(
                    Block("paragraph", text, escape(text), bold=True, element=caption)
                )
        if plain:
            self.blocks.append(
                Block(
                    "table", "", html=f"<table><tbody>{''.join(markup)}</tbody></table>",
                    rows=tuple(plain), links=tuple(links), element=element,
                )
            )  # fmt: skip
        self.blocks.extend(figures)


def _texts(element: HtmlElement, base: str, skip: Collection[HtmlElement]) -> list[Block]:
    return [block for block in read_blocks(element, base, skip) if block.text]


def _unique(images: Iterable[Image]) -> tuple[Image, ...]:
    return tuple({image.url: image for image in images}.values())
