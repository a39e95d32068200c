"""Atom feeds of the archive and of any search (RFC 4287)."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from datasette.utils.asgi import Request, Response

from archive.crawled_web import SAMPLE
from archive.publish.face import Addresses, language_of
from archive.publish.hits import Hit
from archive.publish.language import Speaker
from archive.publish.search_page import Asked, answer, mistake
from archive.publish.settings import FaceSettings
from archive.publish.snapshot import read, web_held
from archive.publish.words import WORDS
from archive.xml_text import FORBIDDEN

ENTRIES = 50
_SAMPLE_CATEGORY = f'<category term="{SAMPLE}" label="{WORDS["sample_title"][0]}"/>'


def _text(value: object) -> str:
    return escape(FORBIDDEN.sub("", str(value)))


def _attribute(value: object) -> str:
    return quoteattr(FORBIDDEN.sub("", str(value)))


def _permanent(address: str) -> str:
    """An id that stays when the archive moves to another host (RFC 4287, 4.2.6)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, address).urn


def _authors(row: dict[str, Any]) -> str:
    """Whoever signed; else the unit, else the site, for an entry must have an author."""
    persons = [name for name in row["author"].split(", ") if name]
    names = persons or [row["unit"] or row["site_title"]]
    return "".join(f"<author><name>{_text(name[:200])}</name></author>" for name in names[:20])


def entry(hit: Hit, address: str, *, sample: bool = False) -> str:
    """``sample``: the article is invented, which it says also where it is read alone."""
    row = hit.row
    published = row["published_at"] or ""
    published = f"<published>{_text(published)}</published>" if published else ""
    categories = "".join(
        f"<category term={_attribute(row[name])}/>" for name in ("province", "unit") if row[name]
    )
    return (
        f"<entry><id>{_permanent(row['url'])}</id>"
        f"<title>{_text(row['title'][:300] or row['url'])}</title>"
        f'<link rel="alternate" type="text/html" href={_attribute(address)}/>'
        f'<link rel="via" href={_attribute(row["url"])}/>'
        f"{published}<updated>{_text(row['first_seen_at'])}</updated>"
        f"{_authors(row)}{categories}{_SAMPLE_CATEGORY if sample else ''}"
        f"<summary>{_text(row['lead'] or ''.join(text for text, _ in hit.extract))}</summary>"
        "</entry>"
    )


async def feed(datasette: Any, request: Request) -> Response:
    """The newest articles of a search; every parameter of /search narrows it."""
    asked = Asked.of(request.args)
    t = Speaker(language_of(request))
    if wrong := mistake(asked, t):
        return Response.text(wrong["message"], status=400)
    asked.sort, asked.size, asked.page, asked.cursor = "newest", ENTRIES, 1, None
    to, settings = Addresses(datasette, request), FaceSettings.of(datasette)

    def work(conn: sqlite3.Connection) -> list[Hit]:
        return answer(conn, asked, facets=False, leads=True).hits

    hits = await read(datasette, request, work)
    sample = await web_held(datasette) == SAMPLE
    query = asked.parameters(sort="", size="")
    own = to.absolute(to.path("/feed.atom")) + (f"?{query}" if query else "")
    html = to.absolute(to.path("/search")) + (f"?{query}" if query else "")
    title = settings.title
    told = [asked.text, *(value for _, value in asked.filters.items())]
    if any(told):
        title += ": " + ", ".join(part for part in told if part)
    if sample:
        title = f"{WORDS['sample_title'][0]}: {title}"
    said = f"<subtitle>{_text(' '.join(WORDS['sample_data']))}</subtitle>" if sample else ""
    updated = max((hit.row["first_seen_at"] for hit in hits), default="2000-01-01T00:00:00+07:00")
    entries = "\n".join(
        entry(hit, to.absolute(to.article(hit.row["id"])), sample=sample) for hit in hits
    )
    identity = _permanent(f"congdoan-archive feed {query}")
    xml = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi"><id>{identity}</id>'
        f"<title>{_text(title)}</title>{said}<updated>{_text(updated)}</updated>"
        f'<link rel="self" type="application/atom+xml" href={_attribute(own)}/>'
        f'<link rel="alternate" type="text/html" href={_attribute(html)}/>\n{entries}\n</feed>\n'
    )
    return Response(xml, content_type="application/atom+xml; charset=utf-8")
