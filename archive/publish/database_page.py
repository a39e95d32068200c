"""The page of tables and questions: like Datasette's, but described, and of constant cost.

Datasette counts the rows of every table each time, which takes half a second in a large archive.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Request
from datasette.views.database import DatabaseView

from archive.publish.face import Addresses, page
from archive.publish.home import holdings
from archive.publish.snapshot import read
from archive.tables.schema import SCHEMA

KINDS = ("view", "table", "count", "index")


def relations(conn: sqlite3.Connection) -> list[str]:
    """Names of the tables and views of a database, in order."""
    return [
        row[0]
        for row in conn.execute(
            "select name from sqlite_master where type in ('table', 'view') order by name"
        )
    ]


async def database_view(datasette: Any, request: Request, send: Any) -> Any:
    """Our page; Datasette's own view where SQL is asked, or for another database."""
    to = Addresses(datasette, request)
    named, shape = request.url_vars["database"], request.url_vars["format"]
    if named != to.database or shape or "sql" in request.args:
        return await DatabaseView.as_view(datasette)(request, send)

    def work(conn: sqlite3.Connection) -> tuple[list[str], dict[str, Any]]:
        return relations(conn), holdings(conn)

    names, held = await read(datasette, request, work)
    visible: dict[str, bool] = {}
    for name in names:
        seen, private = await datasette.check_visibility(
            request.actor,
            permissions=[
                ("view-table", (to.database, name)),
                ("view-database", to.database),
                "view-instance",
            ],
        )
        if seen:
            visible[name] = private
    queries = []
    for query in (await datasette.get_canned_queries(to.database, request.actor)).values():
        seen, private = await datasette.check_visibility(
            request.actor,
            permissions=[
                ("view-query", (to.database, query["name"])),
                ("view-database", to.database),
                "view-instance",
            ],
        )
        if seen:
            queries.append({**query, "private": private})
    context = {
        "database": to.database,
        "metadata": (datasette.metadata("databases") or {}).get(to.database, {}),
        "allow_execute_sql": await datasette.permission_allowed(
            request.actor, "execute-sql", to.database, default=True
        ),
        "queries": queries,
        "kinds": [
            (
                kind,
                [
                    (name, visible[name])
                    for name, table in SCHEMA.items()
                    if table.kind == kind and name in visible
                ],
            )
            for kind in KINDS
        ],
        "others": [name for name in visible if name not in SCHEMA],
        "held": held,
    }
    return await page(datasette, request, "database.html", context)
