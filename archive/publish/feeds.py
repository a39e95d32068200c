"""Atom feeds of the archive and of any search (RFC 4287)."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Request, Response

from archive.crawled_web import SAMPLE
from archive.publish import atom
from archive.publish.atom import ENTRIES, NEVER, document, text
from archive.publish.face import Addresses, language_of
from archive.publish.hits import Hit
from archive.publish.language import Speaker
from archive.publish.search_page import Asked, answer, mistake
from archive.publish.settings import FaceSettings
from archive.publish.snapshot import read, web_held


def _authors(row: dict[str, Any]) -> list[str]:
    """Whoever signed; else the unit, else the site, for an entry must have an author."""
    persons = [name for name in row["author"].split(", ") if name]
    return persons[:20] or [row["unit"] or row["site_title"]]


def entry(hit: Hit, address: str, *, sample: bool = False) -> str:
    """An article as an entry of a feed, as XML. ``address`` is its page here; ``sample``: the
    article is invented, which the entry says also where it is read alone."""
    row = hit.row
    summary = row["lead"] or "".join(part for part, _ in hit.extract)
    return atom.entry(
        identity=row["url"],
        title=row["title"][:300] or row["url"],
        address=address,
        source=row["url"],
        published=row["published_at"] or "",
        updated=row["first_seen_at"],
        authors=_authors(row),
        categories=[row[name] for name in ("province", "unit") if row[name]],
        told=f"<summary>{text(summary)}</summary>",
        sample=sample,
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
    updated = max((hit.row["first_seen_at"] for hit in hits), default=NEVER)
    return document(
        title=title,
        identity=f"congdoan-archive feed {query}",
        updated=updated,
        own=own,
        html=html,
        entries=[entry(hit, to.absolute(to.article(hit.row["id"])), sample=sample) for hit in hits],
        sample=sample,
    )
