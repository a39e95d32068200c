"""A page, decoded once and parsed once, with the bounds that keep hostile HTML harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from archive.records import Page, Unreadable
from crawler.extraction.selectors import Index
from crawler.extraction.text import clean_line, decode_html, is_marked, is_whole_utf8

MAX_BYTES = 10_000_000
"""Bytes of a body. The largest article pages seen are below 1 MB, embedded images included."""
MAX_TAGS = 200_000
"""``<`` characters in a page: what bounds the memory of the tree (about 200 bytes an element)."""
MAX_DEPTH = 600
"""Elements inside one another. Unclosed tags of pasted Word text reach about 300; the parser
itself gives up at 2048 and would then lose the rest of the page."""

_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""lxml.html looks the class of every element up in Python; one class for all is found in C."""
_TOO_DEEP = etree.XPath("boolean(" + "/*" * MAX_DEPTH + ")")
UNSEEN = frozenset(("script", "style", "noscript", "template", "option", "textarea", "title"))
"""Elements whose text no reader of the page sees."""
_FIRST = 3000
"""Characters of text by which a page is judged at sight."""
_HEAD = 5000
"""Bytes in which a page shows what it is, unless a very long comment stands first."""
_REPORTS_BYTES = etree.LIBXML_VERSION >= (2, 14)
"""Whether the parser says of every byte that is no UTF-8 that it is none (its first hundred
complaints are told, so silence means that there is nothing to complain of)."""
_MARKUP = re.compile(
    r"<\s*(?:!doctype\s+html|html|head|body|div|p|table|t[dr]|h[1-6]|article|span|br|a|b|font|"
    r"center|ul|li|section|main|form|script|frameset)\b",
    re.I,
)
_DECLARED = re.compile(rb"\s*<!doctype\s+html\b", re.I)
"""How nearly every page begins, and no feed."""
_HTML_TYPES = ("html", "xml")
_OTHER_TYPES = re.compile(
    r"^\s*(?:image|audio|video|font)/|pdf|zip|msword|officedocument|ms-excel|ms-powerpoint|"
    r"octet-stream|javascript|json|\bcss\b|rss|atom|x-rar|rtf",
    re.I,
)
_MAGIC = (
    b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"Rar!", b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0", b"\x00\x00\x01\x00", b"{\\rtf",
)  # fmt: skip
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*|<\?.*?\?>\s*)*<(rss|feed|rdf:RDF|urlset|sitemapindex)\b",
    re.S,
)


@dataclass(frozen=True)
class Document:
    """``source`` is what was parsed, as UTF-8; ``tree`` the ``html`` element. Nobody changes
    either."""

    page: Page
    source: bytes
    tree: HtmlElement

    @cached_property
    def text(self) -> str:
        """The decoded source."""
        return self.source.decode("utf-8", "replace")

    @cached_property
    def base(self) -> str:
        """What relative addresses are relative to: ``<base href>`` where sane, else the URL."""
        for element in self.index.of_tag("base"):
            href = (element.get("href") or "").strip()
            if href:
                try:
                    base: str = urljoin(self.page.url, href)
                except ValueError:
                    break
                if base.startswith(("http://", "https://")):
                    return base
                break
        return self.page.url

    @cached_property
    def cut(self) -> bool:
        """Whether the source ends before the page does: a body opened, and no end of it."""
        tail = self.source[-4000:].lower()
        if b"</html" in tail or b"</body" in tail:
            return False
        source = self.source.lower()
        return b"<body" in source and b"</html" not in source and b"</body" not in source

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """``content`` of every ``<meta>``, by lower-case name, property or itemprop."""
        found: dict[str, list[str]] = {}
        for element in self.index.of_tag("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop")
            content = element.get("content")
            if name and content and content.strip():
                found.setdefault(name.strip().lower(), []).append(content.strip())
        return found

    def first_meta(self, *names: str) -> str:
        """The first value among ``names``, in their order, cleaned; "" where none stands."""
        for name in names:
            for value in self.meta.get(name, ()):
                cleaned = clean_line(value)
                if cleaned:
                    return cleaned
        return ""

    @cached_property
    def body(self) -> HtmlElement:
        """The ``body`` element, or the tree where the page has none."""
        found = self.tree.find("body")
        return self.tree if found is None else found

    @cached_property
    def first_text(self) -> str:
        """The first 3,000 characters of text that is not script, style or form, folded."""
        pieces: list[str] = []
        size = 0
        for node in self.body.iter():
            tag = node.tag
            if isinstance(tag, str) and node.text and tag not in UNSEEN:
                piece = node.text.strip()
                if piece:
                    pieces.append(piece)
                    size += len(piece)
            if node.tail and node is not self.body:
                piece = node.tail.strip()
                if piece:
                    pieces.append(piece)
                    size += len(piece)
            if size >= _FIRST:
                break
        return clean_line(" ".join(pieces))[:_FIRST]

    @cached_property
    def page_title(self) -> str:
        """Text of ``<title>``, cleaned."""
        for element in self.index.of_tag("title"):
            text: str = clean_line(element.text_content())
            if text:
                return text
        return ""

    @cached_property
    def index(self) -> Index:
        """Classes and ids of the page, for selectors."""
        return Index(self.tree)

    def select(self, selector: str) -> list[HtmlElement]:
        """Elements that a CSS selector finds, in document order.

        Raises ``ValueError`` for a selector that cannot be compiled.
        """
        return self.index.select(selector)

    def matching(self, selectors: tuple[str, ...]) -> Iterator[list[HtmlElement]]:
        """What each of ``selectors`` finds, in their order, those that find nothing left out.

        Far cheaper than to ask for one after another. Raises as ``select`` does.
        """
        return self.index.matching(selectors)


_AMP = {
    "amp-img": "img", "amp-anim": "img", "amp-video": "video", "amp-audio": "audio",
    "amp-iframe": "iframe", "amp-sidebar": "nav", "amp-ad": "aside", "amp-youtube": "iframe",
}  # fmt: skip


def _plain_amp(tree: HtmlElement) -> None:
    """Give the elements of accelerated mobile pages the names of what they stand for."""
    for element in list(tree.iter(*_AMP)):
        if element.tag in ("amp-img", "amp-anim"):
            for child in list(element):
                child.drop_tree()
        elif element.tag == "amp-youtube":
            video = element.get("data-videoid") or ""
            if not video.replace("-", "").replace("_", "").isalnum():
                continue
            element.set("src", f"https://www.youtube.com/embed/{video}")
        element.tag = _AMP[element.tag]


def parse_page(page: Page) -> Document | Unreadable:
    """Decode and parse, or say why not: ``empty``, ``not_html``, ``too_large``, ``broken``.

    Never raises for any bytes. Time and memory are bounded by the limits of this module.
    """
    body = page.body
    if not body or body.isspace():
        return Unreadable("empty", "no bytes")
    if len(body) > MAX_BYTES:
        return Unreadable("too_large", f"{len(body)} bytes, limit {MAX_BYTES}")
    declared = page.content_type.split(";")[0].strip().lower()
    if body.startswith(_MAGIC):
        return Unreadable("not_html", f"binary content declared as {declared or 'nothing'}")
    source = body
    # Nearly every page is whole UTF-8, and the parser finds out on its way.
    sure = is_marked(body) or not _REPORTS_BYTES
    if sure and not is_whole_utf8(body):
        source = decode_html(body, page.content_type).encode("utf-8", "replace")
    looks_like_html = _DECLARED.match(source) is not None
    if not looks_like_html:
        head = source[:_HEAD].decode("utf-8", "ignore")
        if _FEED.match(head):
            return Unreadable("not_html", "a feed or sitemap")
        looks_like_html = bool(
            _MARKUP.search(head) or _MARKUP.search(source.decode("utf-8", "replace"))
        )
    if (
        declared
        and not any(kind in declared for kind in _HTML_TYPES)
        and (_OTHER_TYPES.search(declared) or not looks_like_html)
    ):
        return Unreadable("not_html", declared)
    if not looks_like_html:
        return Unreadable("not_html", "no HTML element")
    if len(source) > MAX_TAGS and source.count(b"<") > MAX_TAGS:
        return Unreadable("too_large", f"more than {MAX_TAGS} tags")
    tree, faultless = _tree(source)
    if not (faultless or sure or is_whole_utf8(body)):
        source = decode_html(body, page.content_type).encode("utf-8", "replace")
        tree, _ = _tree(source)
    return tree if isinstance(tree, Unreadable) else Document(page, source, tree)


def _tree(source: bytes) -> tuple[HtmlElement | Unreadable, bool]:
    """What a parser makes of UTF-8, and whether it found no fault with it."""
    # Nearly no page comes to the parser's own narrow limits: elements need not be counted then.
    tree, faults = _parsed(source, huge=False)
    huge = isinstance(tree, Exception) or len(faults.filter_from_fatals()) > 0
    if huge:
        tree, faults = _parsed(source, huge=True)
    if isinstance(tree, Exception):
        if "empty" in str(tree).lower():
            return Unreadable("empty", "no element that a reader would see"), False
        return Unreadable("broken", f"cannot be parsed: {tree}"[:200]), False
    _plain_amp(tree)
    if not isinstance(tree.tag, str) or (huge and _TOO_DEEP(tree)):
        return Unreadable("broken", f"more than {MAX_DEPTH} elements inside one another"), False
    return tree, not faults


def _parsed(source: bytes, *, huge: bool) -> tuple[HtmlElement | Exception, etree._ListErrorLog]:
    """A tree, or why there is none, and what the parser complains of.

    Without ``huge`` it gives up, with a fatal complaint, at 256 elements inside one another.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=huge, remove_comments=True, remove_pis=True
    )
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        tree = lxml.html.document_fromstring(source, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        return error, parser.error_log
    return tree, parser.error_log
