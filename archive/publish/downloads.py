"""The whole result of a search, or the whole archive, as CSV or JSON lines: no cap on rows.

Rows are read and sent a few hundred at a time, each batch in a short transaction of its own, so
that a slow download neither fills memory nor keeps the crawl's log file from being folded back.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from datasette.utils.asgi import AsgiStream, AsgiWriter, NotFound, Request, Response

from archive.crawled_web import SAMPLE
from archive.publish.face import Addresses, language_of
from archive.publish.language import Speaker
from archive.publish.search_page import Asked, mistake
from archive.publish.searching import LISTED, Sort, search
from archive.publish.snapshot import archive_database, read, read_unchecked, web_held
from archive.publish.walking import Cursor, walk

BATCH = 300
LOOK = 3_000

COLUMNS = (
    "id",
    "url",
    "site",
    "title",
    "lead",
    "body",
    "table_text",
    "byline",
    "author",
    "unit",
    "source",
    "section",
    "tags",
    "province",
    "province_2025",
    "published_at",
    "published_precision",
    "published_evidence",
    "first_seen_at",
    "last_seen_at",
    "last_checked_at",
    "gone_at",
    "gone_reason",
    "revisions",
    "language",
    "words",
    "capture_id",
    "content_hash",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _cell(value: object) -> object:
    """A spreadsheet runs cells that begin like formulas; an apostrophe makes them text."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def csv_lines(rows: list[tuple[Any, ...]]) -> str:
    """Rows of ``COLUMNS`` and the archive's address as CSV, formulas made text."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def json_lines(rows: list[tuple[Any, ...]]) -> str:
    """The same rows as JSON, an object a line; ``tags`` is a list."""
    lines = []
    for row in rows:
        record = dict(zip((*COLUMNS, "archive_url"), row, strict=True))
        record["tags"] = json.loads(record["tags"])
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines)


async def download(datasette: Any, request: Request) -> Any:
    """``/download/articles.csv`` and ``.jsonl``; every parameter of /search narrows them."""
    kind = request.url_vars["format"]
    asked = Asked.of(request.args)
    if wrong := mistake(asked, Speaker(language_of(request))):
        return Response.json(wrong, status=400)
    if asked.text and asked.query is None:
        raise NotFound("Nothing to look for")
    mime = "text/csv" if kind == "csv" else "application/x-ndjson"
    name = "sample-articles" if await web_held(datasette) == SAMPLE else "articles"
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    if request.method == "HEAD":
        return Response("", headers=headers, content_type=f"{mime}; charset=utf-8")
    to = Addresses(datasette, request)
    listing = await read(datasette, request, lambda conn: _listing(conn, asked))
    database = archive_database(datasette)

    async def stream(writer: AsgiWriter) -> None:
        if kind == "csv":
            await writer.write("\ufeff" + ",".join((*COLUMNS, "archive_url")) + "\r\n")
        form: Callable[[list[tuple[Any, ...]]], str] = csv_lines if kind == "csv" else json_lines
        place: _Place | None = _Place()
        while place is not None:
            at = place

            def batch(conn: sqlite3.Connection, at: _Place = at) -> tuple[str, _Place | None]:
                ids, following = listing(conn, at)
                rows = _full_rows(conn, ids, to)
                return form(rows), following

            text, place = await read_unchecked(database, batch)
            if text:
                await writer.write(text)

    return AsgiStream(stream, headers=headers, content_type=f"{mime}; charset=utf-8")


class _Place:
    """How far a download has come: a position in a known list, or a cursor in the walk."""

    def __init__(self, start: int = 0, cursor: Cursor | None = None) -> None:
        self.start = start
        self.cursor = cursor


Listing = Callable[[sqlite3.Connection, _Place], tuple[list[int], "_Place | None"]]


def _listing(conn: sqlite3.Connection, asked: Asked) -> Listing:
    """How to go through all articles of a search, decided once."""
    exact = asked.exact
    sort: Sort = "newest" if asked.sort == "relevance" and asked.query is None else asked.sort

    def whole(exact: bool) -> Any:
        return search(
            conn, asked.query, asked.filters, exact=exact, sort=sort, size=LISTED, facets=False,
            start=None,
        )  # fmt: skip

    if asked.query is not None:
        found = whole(exact)
        if exact and found.total == 0 and asked.marks == "auto":
            exact, found = False, whole(False)
        if found.exact:
            ids = found.ids

            def from_list(
                conn: sqlite3.Connection, place: _Place
            ) -> tuple[list[int], _Place | None]:
                end = place.start + BATCH
                return ids[place.start : end], _Place(end) if end < len(ids) else None

            return from_list
    index = ("articles_exact" if exact else "articles_fts") if asked.query is not None else ""
    match = asked.query.fts(exact) if asked.query is not None else ""
    oldest = sort == "oldest"
    among: set[int] | None = None
    if asked.query is not None and asked.query.has_prefix:
        among = {
            row[0]
            for row in conn.execute(f"select rowid from {index} where {index} match ?", (match,))
        }
        index = match = ""

    def from_walk(conn: sqlite3.Connection, place: _Place) -> tuple[list[int], _Place | None]:
        found = walk(conn, asked.filters, place.cursor, BATCH, oldest, index, match, LOOK, among)
        return found.ids, _Place(cursor=found.cursor) if found.more else None

    return from_walk


def _full_rows(conn: sqlite3.Connection, ids: list[int], to: Addresses) -> list[tuple[Any, ...]]:
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    rows = {
        row[0]: (*tuple(row), to.absolute(to.article(row[0])))
        for row in conn.execute(
            f"select {', '.join(COLUMNS)} from articles where id in ({marks})", ids
        ).fetchall()
    }
    return [rows[key] for key in ids if key in rows]
