"""A page, decoded once and parsed once, with the bounds that keep hostile HTML harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urljoin

import lxml.html
from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from archive.records import Page, Unreadable
from crawler.extraction.text import clean_line, decode_html

MAX_BYTES = 10_000_000
"""Bytes of a body. The largest article pages seen are below 1 MB, embedded images included."""
MAX_TAGS = 200_000
"""``<`` characters in a page: what bounds the memory of the tree (about 200 bytes an element)."""
MAX_DEPTH = 600
"""Elements inside one another. Unclosed tags of pasted Word text reach about 300; the parser
itself gives up at 2048 and would then lose the rest of the page."""

_TOO_DEEP = etree.XPath("boolean(" + "/*" * MAX_DEPTH + ")")
_MARKUP = re.compile(
    r"<\s*(?:!doctype\s+html|html|head|body|div|p|table|h[1-6]|article|span|br)\b", re.I
)
_NAMES = re.compile(r"[#.]([A-Za-z_][\w-]*)|=\s*[\"']?([\w./:@-]+)|^([a-z][\w-]*)$")
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
    """``text`` is the decoded source, ``tree`` the ``html`` element. Nobody changes either."""

    page: Page
    text: str
    tree: HtmlElement

    @cached_property
    def base(self) -> str:
        """What relative addresses are relative to: ``<base href>`` where sane, else the URL."""
        for element in self.tree.iter("base"):
            href = (element.get("href") or "").strip()
            if href:
                try:
                    base = urljoin(self.page.url, href)
                except ValueError:
                    break
                if base.startswith(("http://", "https://")):
                    return base
                break
        return self.page.url

    @cached_property
    def cut(self) -> bool:
        """Whether the source ends before the page does: a body opened, and no end of it."""
        tail = self.text[-4000:].lower()
        if "</html" in tail or "</body" in tail:
            return False
        source = self.text.lower()
        return "<body" in source and "</html" not in source and "</body" not in source

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """``content`` of every ``<meta>``, by lower-case name, property or itemprop."""
        found: dict[str, list[str]] = {}
        for element in self.tree.iter("meta"):
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
    def page_title(self) -> str:
        """Text of ``<title>``, cleaned."""
        for element in self.tree.iter("title"):
            text = clean_line(element.text_content())
            if text:
                return text
        return ""

    def select(self, selector: str, root: HtmlElement | None = None) -> list[HtmlElement]:
        """Elements that a CSS selector finds, in document order, anywhere or below ``root``.

        Raises ``ValueError`` for a selector that cannot be compiled.
        """
        if not self.may_hold(selector):
            return []
        return list(_compiled(selector)(self.tree if root is None else root))

    def may_hold(self, selector: str) -> bool:
        """False where a name that the selector needs does not occur in the source at all.

        Looking for a word in the source costs microseconds, a walk through the tree a hundred
        times that, and a page is tried against the selectors of every family.
        """
        return all(any(word in self.text for word in words) for words in _needed(selector))


def parse_page(page: Page) -> Document | Unreadable:
    """Decode and parse, or say why not: ``empty``, ``not_html``, ``too_large``, ``broken``.

    Never raises for any bytes. Time and memory are bounded by the limits of this module.
    """
    body = page.body
    if not body.strip():
        return Unreadable("empty", "no bytes")
    if len(body) > MAX_BYTES:
        return Unreadable("too_large", f"{len(body)} bytes, limit {MAX_BYTES}")
    declared = page.content_type.split(";")[0].strip().lower()
    if body.startswith(_MAGIC):
        return Unreadable("not_html", f"binary content declared as {declared or 'nothing'}")
    text = decode_html(body, page.content_type)
    if _FEED.match(text[:5000]):
        return Unreadable("not_html", "a feed or sitemap")
    looks_like_html = _MARKUP.search(text) is not None
    if (
        declared
        and not any(kind in declared for kind in _HTML_TYPES)
        and (_OTHER_TYPES.search(declared) or not looks_like_html)
    ):
        return Unreadable("not_html", declared)
    if not looks_like_html:
        return Unreadable("not_html", "no HTML element")
    if text.count("<") > MAX_TAGS:
        return Unreadable("too_large", f"more than {MAX_TAGS} tags")
    parser = lxml.html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        return Unreadable("broken", f"cannot be parsed: {error}"[:200])
    if not isinstance(tree.tag, str) or _TOO_DEEP(tree):
        return Unreadable("broken", f"more than {MAX_DEPTH} elements inside one another")
    return Document(page, text, tree)


@lru_cache(maxsize=4096)
def _compiled(selector: str) -> CSSSelector:
    try:
        return CSSSelector(selector, translator="html")
    except Exception as error:
        raise ValueError(f"not a CSS selector: {selector!r}: {error}") from error


@lru_cache(maxsize=4096)
def _needed(selector: str) -> tuple[tuple[str, ...], ...]:
    """For a selector, words of which each group must occur in the source; () when unsure.

    A comma makes alternatives, so only one group stands for the whole selector then.
    """
    stripped = re.sub(r":not\([^)]*\)", "", selector)
    alternatives = [part for part in stripped.split(",") if part.strip()]
    per_part: list[tuple[str, ...]] = []
    for part in alternatives:
        words = tuple(
            first or second for first, second, _ in _NAMES.findall(part) if first or second
        )
        if not words:
            return ()
        per_part.append(words)
    if len(per_part) == 1:
        return tuple((word,) for word in per_part[0])
    return (tuple(max(words, key=len) for words in per_part),)
