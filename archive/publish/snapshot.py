"""Reading the archive inside Datasette: one consistent view, one time limit, permissions first."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from datasette.database import Database
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound, Request

from archive.crawled_web import LIVE, SAMPLE, web_noted
from archive.publish.remembered import reading
from archive.publish.settings import FaceSettings

T = TypeVar("T")

PAGE_LIMIT_MS = 10_000
"""Our own pages do bounded work; this only stops what should never happen."""


def archive_database(datasette: Any) -> Database:
    """The database that holds the articles: ``archive``, or the only one where named otherwise.

    Raises NotFound where Datasette was started without one.
    """
    names = [name for name in datasette.databases if name not in ("_internal", "_memory")]
    if "archive" in names:
        return datasette.databases["archive"]
    if names:
        return datasette.databases[names[0]]
    raise NotFound("No archive database is attached")


async def web_held(datasette: Any) -> str:
    """SAMPLE where the archive holds invented articles, else LIVE; of a database that cannot say
    so, too."""
    try:
        web = await archive_database(datasette).execute_fn(web_noted)
    except (NotFound, sqlite3.Error):
        return LIVE  # The page itself says what is wrong, or nothing is.
    return SAMPLE if web == SAMPLE else LIVE


async def read(datasette: Any, request: Request, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run ``work`` on a read-only connection, in one transaction, after checking permissions.

    A writer is never held up: in WAL mode a reader keeps its own view while others commit.
    Raises Forbidden where the visitor may not see the archive.
    """
    database = archive_database(datasette)
    await datasette.ensure_permissions(
        request.actor, [("view-database", database.name), "view-instance"]
    )
    remember = FaceSettings.of(datasette).remember_searches
    return await read_unchecked(database, work, remember=remember)


async def read_unchecked(
    database: Database, work: Callable[[sqlite3.Connection], T], *, remember: bool = False
) -> T:
    """The same for whoever has been let in. ``remember``: searches may be taken from memory."""

    def run(conn: sqlite3.Connection) -> T:
        with (
            sqlite_timelimit(conn, PAGE_LIMIT_MS),
            reading(database.path if remember else None),
        ):
            conn.execute("begin")
            try:
                return work(conn)
            finally:
                conn.rollback()

    result: T = await database.execute_fn(run)
    return result
