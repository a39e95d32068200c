"""RSS 0.9 to 2.0, RSS 1.0 (RDF) and Atom: what a site published last.

Source: rssboard.org/rss-specification, RFC 4287, RFC 5005 (``rel="next"``), web.resource.org/rss.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from archive.records import VIETNAM
from crawler.extraction.text import clean_line
from crawler.extraction.urls import absolute
from crawler.extraction.xml_stream import NotXml, closed_elements, local_name

MAX_ENTRIES = 2_000
"""Entries read of one feed. Those seen have 10 to 50; one of 100,000 is an archive or an attack."""

_FEEDS = ("rss", "feed", "rdf")
_ENTRIES = frozenset({"item", "entry"})
_LINKS = ("link", "origlink", "guid", "id")
_DATES = ("pubdate", "published", "date", "updated", "modified", "issued")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One article as a feed names it."""

    url: str
    """Absolute."""
    title: str = ""
    published: datetime | None = None
    """Aware."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Entries in the feed's order, each address once."""

    entries: tuple[FeedEntry, ...]
    next_page: str = ""
    """Address of the feed's next page, where it says so."""
    cut: bool = False
    """Whether there were more entries than are read of one feed."""


def parse_feed(body: bytes, url: str, *, limit: int = MAX_ENTRIES) -> Feed:
    """The entries of a feed that was found at ``url``.

    Raises NotXml where it is none. An entry without an http(s) address is left out.
    """
    entries: dict[str, FeedEntry] = {}
    next_page = ""
    stream = closed_elements(body, _ENTRIES)
    name, root = next(stream)
    if name not in _FEEDS:
        raise NotXml(f"the root is <{name}>, not a feed's")
    base = absolute(url, root.get("{http://www.w3.org/XML/1998/namespace}base") or "") or url
    for _, element in stream:
        for before in element.itersiblings(preceding=True):
            if local_name(before) == "link" and before.get("rel") == "next":
                next_page = absolute(base, before.get("href") or "")
        if len(entries) >= limit:
            return Feed(tuple(entries.values()), next_page, cut=True)
        entry = _entry(element, base)
        if entry is not None:
            entries.setdefault(entry.url, entry)
    return Feed(tuple(entries.values()), next_page)


def _entry(element: etree._Element, base: str) -> FeedEntry | None:
    links: dict[str, str] = {}
    dates: dict[str, str] = {}
    title = ""
    for child in element:
        name = local_name(child)
        text = (child.text or "").strip()
        if name == "link":
            rel, href = child.get("rel") or "alternate", child.get("href") or text
            if rel == "alternate" and href:
                links.setdefault("link", href)
        elif name in _LINKS and text:
            if name != "guid" or (child.get("isPermaLink") or "true").lower() != "false":
                links.setdefault(name, text)
        elif name in _DATES and text:
            dates.setdefault(name, text)
        elif name == "title" and not title:
            title = clean_line("".join(map(str, child.itertext())))[:500]
    about = element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or ""
    for candidate in (*(links.get(name, "") for name in _LINKS), about):
        if candidate.lower().startswith(("http://", "https://", "/")):
            address = absolute(base, candidate.replace("&amp;", "&")).partition("#")[0]
            if address:
                found = (moment_of(dates.get(name)) for name in _DATES)
                return FeedEntry(address, title, next(filter(None, found), None))
    return None


def moment_of(text: str | None) -> datetime | None:
    """The moment that a feed or sitemap writes, of RFC 822 or ISO 8601; aware, else Vietnam's.

    >>> moment_of("Tue, 31 Dec 2019 17:16:00 +0700").isoformat()
    '2019-12-31T17:16:00+07:00'
    >>> moment_of("2024-05").isoformat(), moment_of("hôm qua")
    ('2024-05-01T00:00:00+07:00', None)
    """
    text = (text or "").strip()[:60]
    if not text:
        return None
    if text[:4].isdigit():
        padded = text + "-01-01"[len(text) - 4 :] if len(text) in (4, 7) else text
        try:
            found = datetime.fromisoformat(padded)
        except ValueError:
            return None
    else:
        try:
            found = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=VIETNAM)
    return found if 1990 <= found.year <= 2200 else None
