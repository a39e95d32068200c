"""Reading ``archive.db`` without ever writing to it, whatever else goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.database import BUSY_TIMEOUT_MS, ArchiveError


@contextmanager
def reading(data: Path, table: str = "captures") -> Iterator[sqlite3.Connection]:
    """A connection to ``data/archive.db`` that cannot write, opened anew each time.

    Anew, because a rebuild may have put another file in place. Rows come as tuples. ``table``
    is one that must be there.

    Raises ArchiveError where there is no archive, or one that cannot be read.
    """
    path = (data / "archive.db").resolve()
    if not path.is_file():
        raise ArchiveError(f"There is no archive at {path}. Crawl or import something first.")
    connection = _open(path, table)
    try:
        yield connection
    finally:
        connection.close()


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection to any SQLite file that waits for its writers and cannot write.

    Raises sqlite3.Error where there is no such file; one that is no database shows at first use.
    """
    return _connect(path.resolve(), "mode=ro")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, timeout=BUSY_TIMEOUT_MS / 1000)


def _open(path: Path, table: str) -> sqlite3.Connection:
    problem: Exception | None = None
    # A database in WAL mode on a medium that cannot be written opens only as immutable.
    for mode in ("mode=ro", "immutable=1"):
        connection: sqlite3.Connection | None = None
        try:
            connection = _connect(path, mode)
            connection.execute(f"select 1 from {table} limit 1").fetchone()
            return connection
        except (sqlite3.Error, UnicodeError) as error:  # The words of an error may be damaged too.
            problem = problem or error
            if connection is not None:
                connection.close()
    raise ArchiveError(f"Cannot read {path} as an archive: {problem}") from problem
