"""Sitemaps: addresses of a site's pages, in XML, as plain text, as a feed, also gzipped.

Source: sitemaps.org/protocol.html; Google's news extension for ``news:publication_date``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from crawler.extraction.feeds import moment_of, parse_feed
from crawler.extraction.text import clean_line
from crawler.extraction.urls import absolute
from crawler.extraction.xml_stream import NotXml, closed_elements, local_name, unpacked

MAX_ENTRIES = 50_000
"""Addresses in one sitemap: the protocol's own limit."""
MAX_CHILDREN = 1_000
"""Sitemaps that are followed of one index; the protocol allows 50,000."""

_ENTRIES = frozenset({"url", "sitemap"})


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """A page, or a further sitemap."""

    url: str
    """Absolute."""
    changed: datetime | None = None
    """``lastmod``, else the publication date of a news sitemap; aware."""
    title: str = ""
    """Of a news sitemap."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Each address once, in the document's order."""

    pages: tuple[SitemapEntry, ...] = ()
    sitemaps: tuple[SitemapEntry, ...] = ()
    cut: bool = False
    """Whether there were more entries than are read."""


def parse_sitemap(body: bytes, url: str) -> Sitemap:
    """The entries of a sitemap or sitemap index that was found at ``url``.

    Raises NotXml where it is none.
    """
    body = unpacked(body)
    text = _plain_list(body, url)
    if text is not None:
        return text
    pages: dict[str, SitemapEntry] = {}
    sitemaps: dict[str, SitemapEntry] = {}
    stream = closed_elements(body, _ENTRIES)
    name, _ = next(stream)
    if name in ("rss", "feed", "rdf"):
        feed = parse_feed(body, url, limit=MAX_ENTRIES)
        found = (SitemapEntry(entry.url, entry.published, entry.title) for entry in feed.entries)
        return Sitemap(tuple(found), cut=feed.cut)
    if name not in ("urlset", "sitemapindex"):
        raise NotXml(f"the root is <{name}>, not a sitemap's")
    for name, element in stream:
        into, limit = (sitemaps, MAX_CHILDREN) if name == "sitemap" else (pages, MAX_ENTRIES)
        if len(into) >= limit:
            return Sitemap(tuple(pages.values()), tuple(sitemaps.values()), cut=True)
        entry = _entry(element, url)
        if entry is not None:
            into.setdefault(entry.url, entry)
    return Sitemap(tuple(pages.values()), tuple(sitemaps.values()))


def _entry(element: etree._Element, base: str) -> SitemapEntry | None:
    address = title = ""
    changed: datetime | None = None
    published: datetime | None = None
    for child in element.iterdescendants():
        name = local_name(child)
        text = (child.text or "").strip()
        if name == "loc" and not address and local_name(_parent(child)) in _ENTRIES:
            address = absolute(base, text).partition("#")[0]
        elif name == "lastmod":
            changed = changed or moment_of(text)
        elif name == "publication_date":
            published = published or moment_of(text)
        elif name == "title" and not title:
            title = clean_line(text)[:500]
    return SitemapEntry(address, changed or published, title) if address else None


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _plain_list(body: bytes, url: str) -> Sitemap | None:
    """The addresses of a sitemap that is a text file, None where it is none."""
    start = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start[:8].lower().startswith((b"http://", b"https://")):
        return None
    pages: dict[str, SitemapEntry] = {}
    for line in body.decode("utf-8-sig", "replace").split("\n"):
        text = line.strip()
        if not text.lower().startswith(("http://", "https://")):
            continue
        if len(pages) >= MAX_ENTRIES:
            return Sitemap(tuple(pages.values()), cut=True)
        address = absolute(url, text).partition("#")[0]
        if address:
            pages.setdefault(address, SitemapEntry(address))
    return Sitemap(tuple(pages.values()))
