"""Two archives' logs become one: what ran, what failed, which certificates were seen.

Each row that is left is a function of the two, not of which of them was here first. What an
archive plans to do (its schedule, the lists of captures that it is fetching) and the states that
its health was last found in stay its own.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

from sqlite_utils import Database

from archive.database import transaction


def merge_logs(db: Database, other: sqlite3.Connection) -> dict[str, int]:
    """Take in the other archive's logs; how many rows are new, by table.

    The other archive may lack columns that were added since. Taking in the same logs again
    changes nothing.
    """
    with transaction(db):
        _sites_spoken_of(db, other)
        return {
            "crawls": _newest(db, other, "crawls", "id", "finished_at"),
            "fetch_errors": _every(db, other, "fetch_errors"),
            "certificates": _newest(db, other, "certificates", "host", "seen_at"),
        }


def _sites_spoken_of(db: Database, other: sqlite3.Connection) -> None:
    spoken = {row["site"] for table in ("crawls", "fetch_errors") for row in _rows(other, table)}
    rows = [row for row in _rows(other, "sites") if row["name"] in spoken]
    db.table("sites").insert_all(rows, ignore=True)


def _rows(db: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    if not cursor.execute("select 1 from sqlite_master where name = ?", (table,)).fetchone():
        return []
    return [dict(row) for row in cursor.execute(f"select * from {table}")]


def _newest(db: Database, other: sqlite3.Connection, table: str, key: str, when: str) -> int:
    """Of two rows with one key the later; a crawl that had not ended is earlier than any."""
    here = {row[key]: row for row in _rows(db.conn, table)}
    fresh = 0
    for row in _rows(other, table):
        standing = here.get(row[key])
        if standing is None:
            db.table(table).insert(row)
            fresh += 1
        elif _rank(row, when) > _rank({name: standing[name] for name in row}, when):
            db.table(table).update(row[key], {k: v for k, v in row.items() if k != key})
    return fresh


def _rank(row: dict[str, Any], when: str) -> tuple[str, str]:
    return str(row[when] or ""), repr(sorted(row.items(), key=lambda item: item[0]))


def _every(db: Database, other: sqlite3.Connection, table: str) -> int:
    """Every row, as often as the archive that has it more often; their numbers mean nothing."""

    def counted(rows: list[dict[str, Any]]) -> Counter[tuple[tuple[str, Any], ...]]:
        return Counter(
            tuple((name, row[name]) for name in sorted(row) if name != "id") for row in rows
        )

    missing = counted(_rows(other, table)) - counted(_rows(db.conn, table))
    db.table(table).insert_all(dict(row) for row in sorted(missing.elements(), key=repr))
    return missing.total()
