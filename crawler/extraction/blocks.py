"""The blocks a reader sees: paragraphs, headings, list items, tables, figures, videos, files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from lxml.html import HtmlElement

from archive.records import Image

Kind = Literal["paragraph", "heading", "item", "table", "figure", "video", "file"]

_ATTACHMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|odt|ods|rtf)$", re.I)
_SHARED = re.compile(
    r"drive\.google\.com/(?:file/d/|open|uc)|docs\.google\.com/(?:document|spreadsheets|presentation)/d/"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """Pictures that stand together and their one caption."""

    images: tuple[Image, ...]
    caption: str = ""


@dataclass(slots=True)
class Block:
    """One block in reading order. ``html`` is inline HTML, escaped but not yet sanitised."""

    kind: Kind
    text: str
    html: str = ""
    level: int = 0
    """Of a heading 1 to 6; of a list item its depth, from 1."""
    ordered: bool = False
    quote: bool = False
    align: str = ""
    bold: bool = False
    italic: bool = False
    caption_mark: bool = False
    """The markup says that this is a caption."""
    linked: int = 0
    """How many characters of ``text`` are inside links."""
    links: tuple[tuple[str, str], ...] = ()
    """(absolute address, text) of the links in it."""
    rows: tuple[tuple[str, ...], ...] = ()
    figure: Figure | None = None
    url: str = ""
    """Of a video or file: its address."""
    element: HtmlElement | None = field(default=None, repr=False)
    """The nearest block element around it."""
    after_break: int = 0
    """Line breaks between this block and the one before in the same element."""

    def with_figure(self, figure: Figure) -> Block:
        """A copy of this block that shows ``figure``."""
        return Block(
            self.kind, self.text, self.html, self.level, self.ordered, self.quote, self.align,
            self.bold, self.italic, self.caption_mark, self.linked, self.links, self.rows,
            figure, self.url, self.element, self.after_break,
        )  # fmt: skip


def unique_images(images: Iterable[Image]) -> tuple[Image, ...]:
    """Every address once; of two pictures of one address the later."""
    return tuple({image.url: image for image in images}.values())


def is_attachment(url: str) -> bool:
    """Whether an address names a document file: pdf, Word, Excel, PowerPoint or an archive.

    So do addresses of single files on Google Drive, where offices keep what is too large for them.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if _SHARED.match(f"{parts.netloc}{parts.path}"):
        return True
    if _ATTACHMENT.search(unquote(parts.path)):
        return True
    return any(
        _ATTACHMENT.search(value)
        for values in parse_qs(parts.query[:2000]).values()
        for value in values
    )
