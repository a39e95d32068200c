"""How many rows a table has, on Datasette's own pages: counted up to a bound.

Datasette counts all rows of every table and filter it shows, which reads a whole index each time.
"""

from __future__ import annotations

from typing import Any

from datasette.database import Database

COUNTED = 100_000
"""Rows that are counted; of more, a page says "more than" this, and JSON this and one."""
_COUNT = "select count(*) from "


def bound_row_counts(database: Database) -> None:
    """Let the counts of Datasette's table pages end at ``COUNTED``; people's own SQL is left alone.

    Only the table page asks for a count by position, with parameters and without any option.
    """
    execute = database.execute

    async def bounded(sql: str, params: Any = None, **options: Any) -> Any:
        if not options and sql.startswith(_COUNT):
            sql = f"select count(*) from (select 1 from {sql[len(_COUNT) :]} limit {COUNTED + 1})"
        return await execute(sql, params, **options)

    database.execute = bounded
