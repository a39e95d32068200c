"""Going on with another file where the database was put in place anew.

A rebuild, a restore or a copy puts a new ``archive.db`` in the place of the old one. A connection
keeps the file that it was opened on for ever, though nobody else can see that one any more, and
Datasette keeps its connections as long as it runs. So each piece of reading begins with a look at
which file bears the name now.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from datasette.database import Database

T = TypeVar("T")
File = tuple[int, int]
"""Device and inode, which no two files share while one of them is open."""


def file_of(path: str | None) -> File | None:
    """Which file bears this name now; None where there is none, as for a moment in a rebuild."""
    if not path:
        return None
    try:
        told = os.stat(path)
    except OSError:
        return None
    return told.st_dev, told.st_ino


def follow_replacements(datasette: Any, database: Database) -> None:
    """Have every read of ``database`` use the file that bears its name when the read begins.

    Reads that have begun end on the file that they began with. Each of Datasette's threads has
    a connection of its own and changes it by itself, between two reads.
    """
    if database.is_memory or database.path is None:
        return
    mine = threading.local()

    def connection() -> sqlite3.Connection:
        # Looked at before opening: if the file changes in between, the connection is opened once
        # more than needed, and never too seldom.
        now = file_of(database.path)
        held: sqlite3.Connection | None = getattr(mine, "connection", None)
        if held is not None and (now is None or now == mine.file):
            return held
        opened: sqlite3.Connection = database.connect()
        try:
            datasette._prepare_connection(opened, database.name)
        except BaseException:
            _close(database, opened)
            raise
        mine.connection, mine.file = opened, now
        if held is not None:
            _close(database, held)
        return opened

    async def execute_fn(work: Callable[[sqlite3.Connection], T]) -> T:
        def run() -> T:
            return work(connection())

        if datasette.executor is None:
            return run()
        loop = asyncio.get_running_loop()
        result: T = await loop.run_in_executor(datasette.executor, run)
        return result

    database.execute_fn = execute_fn


def _close(database: Database, connection: sqlite3.Connection) -> None:
    connection.close()
    database._all_file_connections.remove(connection)
