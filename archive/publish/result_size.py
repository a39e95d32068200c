"""How much memory one question in SQL may fill.

A time limit bounds no memory: ``select zeroblob(39000000) from captures`` filled 600 MB within
a second. Rows and columns of the archive itself are bounded by what was fetched; values that
a visitor's own SQL makes are not, so these are held to ``LONGEST_ASKED`` each and ``BUDGET``
together. Tables, downloads and our own pages keep to neither.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar
from urllib.parse import parse_qs

from datasette.database import Database, QueryInterrupted, Results
from datasette.utils import sqlite_timelimit
from datasette.views.base import DatasetteError

T = TypeVar("T")

LONGEST_VALUE = 40_000_000
"""Bytes of a value or row, SQLite's own bound being a thousand million. No page that is fetched
is longer (``DOWNLOAD_MAXSIZE``), nor its text."""
LONGEST_ASKED = 4_000_000
"""The same where visitors write SQL."""
BUDGET = 10_000_000
"""Bytes of the values of a result, as Python holds them, where visitors write SQL."""
TOO_LARGE = "This result is too large: ask for fewer rows or columns."

_OWN_SQL = ("sql", "_where")
visitors_sql: ContextVar[str] = ContextVar("visitors_sql", default="")
"""Which parameter of the request that is being answered holds SQL; "" for none."""


def sql_within(query_string: str) -> str:
    """Which parameter of a query string holds SQL of the visitor's own; "" for none.

    >>> sql_within("%73ql=select+1"), sql_within("_where=1"), sql_within("q=sql")
    ('sql', '_where', '')
    """
    given = parse_qs(query_string, keep_blank_values=True)
    return next((name for name in _OWN_SQL if name in given), "")


def bound_results(datasette: Any, database: Database) -> None:
    """Hold the results of visitors' SQL to the bounds above.

    Of SQL alone (``?sql=``) come the rows that fit, and the result says that it was cut, as for
    one of too many rows. A table narrowed by SQL (``?_where=``) is refused, for its next page
    would begin behind rows that were never shown: DatasetteError with status 400.
    """
    execute, execute_fn = database.execute, database.execute_fn

    async def limited_fn(work: Callable[[sqlite3.Connection], T]) -> T:
        if not visitors_sql.get():
            whole: T = await execute_fn(work)
            return whole

        def run(conn: sqlite3.Connection) -> T:
            conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_ASKED)
            try:
                return work(conn)
            finally:
                conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)

        result: T = await execute_fn(run)
        return result

    async def limited(
        sql: str,
        params: Mapping[str, Any] | None = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,
    ) -> Any:
        where = visitors_sql.get()
        if not truncate or not where:
            return await execute(
                sql, params, truncate, custom_time_limit, page_size, log_sql_errors
            )
        milliseconds = min(custom_time_limit or sys.maxsize, datasette.sql_time_limit_ms)
        most = datasette.max_returned_rows
        most += most == (page_size or datasette.page_size)

        def work(conn: sqlite3.Connection) -> Any:
            try:
                with sqlite_timelimit(conn, milliseconds):
                    cursor = conn.execute(sql, params or {})
                    rows, cut = _rows(cursor, most, BUDGET)
            except sqlite3.OperationalError as error:
                if error.args == ("interrupted",):
                    raise QueryInterrupted(error, sql, params) from error
                raise
            return rows, cut, cursor.description

        rows, cut, description = await limited_fn(work)
        if cut == "bytes" and where != "sql":
            raise DatasetteError(TOO_LARGE, status=400)
        return Results(rows, bool(cut), description)

    database.execute_fn = limited_fn
    database.execute = limited


def _rows(cursor: sqlite3.Cursor, most: int, budget: int) -> tuple[list[Any], str]:
    """Rows as far as they fit, and what did not: "rows", "bytes" or "" where all of them did."""
    rows: list[Any] = []
    for row in cursor:
        if len(rows) == most:
            return rows, "rows"
        budget -= sum(map(sys.getsizeof, row))
        if budget < 0:
            return rows, "bytes"
        rows.append(row)
    return rows, ""
