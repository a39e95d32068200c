"""Pages for machines: robots.txt and the sitemap."""

from __future__ import annotations

import sqlite3
from typing import Any
from xml.sax.saxutils import escape

from datasette.utils.asgi import NotFound, Request, Response

from archive.publish.face import Addresses
from archive.publish.settings import FaceSettings
from archive.publish.snapshot import read

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
LARGEST_SITEMAP = 50_000
"""Addresses in one sitemap (sitemaps.org)."""


async def robots(datasette: Any, request: Request) -> Response:
    """No indexing unless the owner allows it: the texts belong to the sites they came from."""
    to = Addresses(datasette, request)
    if not FaceSettings.of(datasette).allow_indexing:
        return Response.text("User-agent: *\nDisallow: /\n")
    sitemap = to.absolute(to.path("/sitemap.xml"))
    kept_out = "".join(
        f"Disallow: {to.path(path)}\n"
        for path in (
            "/search",
            "/download/",
            "/feed.atom",
            "/changes.atom",
            f"/{to.database}?",
            "/-/",
        )
    )
    return Response.text(f"User-agent: *\n{kept_out}\nSitemap: {sitemap}\n")


async def sitemap_index(datasette: Any, request: Request) -> Response:
    """One sitemap for each month."""
    to = Addresses(datasette, request)
    _refuse_unless_allowed(datasette)

    def work(conn: sqlite3.Connection) -> list[str]:
        return [
            row[0]
            for row in conn.execute(
                "select distinct month from month_counts where month <> '' order by 1 desc"
            )
        ]

    months = await read(datasette, request, work)
    parts = "\n".join(
        f"<sitemap><loc>{escape(to.absolute(to.path(f'/sitemap-{month}.xml')))}</loc></sitemap>"
        for month in months
    )
    return _xml(f"<sitemapindex {_NAMESPACE}>\n{parts}\n</sitemapindex>")


async def sitemap_of_month(datasette: Any, request: Request) -> Response:
    """The articles of one month, for search engines. Raises NotFound for a month without any, or
    where the owner publishes no sitemap."""
    to = Addresses(datasette, request)
    _refuse_unless_allowed(datasette)
    month = request.url_vars["month"]

    def work(conn: sqlite3.Connection) -> list[tuple[int, str]]:
        return conn.execute(
            "select id, last_seen_at from articles where published_at >= ? and published_at < ?"
            " order by published_at limit ?",
            (month, month + "~", LARGEST_SITEMAP),
        ).fetchall()

    rows = await read(datasette, request, work)
    if not rows:
        raise NotFound("No such month")
    parts = "\n".join(
        f"<url><loc>{escape(to.absolute(to.article(key)))}</loc>"
        f"<lastmod>{escape(seen)}</lastmod></url>"
        for key, seen in rows
    )
    return _xml(f"<urlset {_NAMESPACE}>\n{parts}\n</urlset>")


def _refuse_unless_allowed(datasette: Any) -> None:
    if not FaceSettings.of(datasette).allow_indexing:
        raise NotFound("The owner of this archive does not publish a sitemap")


def _xml(text: str) -> Response:
    return Response(_HEAD + text + "\n", content_type="application/xml; charset=utf-8")
