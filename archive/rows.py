"""Rows in and out of the database where sqlite-utils' conveniences would cost too much."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

MOST_VALUES = 30_000
"""Values in one statement; SQLite takes 32,766."""


def insert_row(db: Database, table: str, row: dict[str, Any], verb: str = "insert") -> bool:
    """Insert a row given by column; whether there is one more than before."""
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    cursor = db.conn.execute(f"{verb} into {table} ({names}) values ({marks})", row)
    return cursor.rowcount > 0


def insert_rows(db: Database, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows with the same columns, by as few statements as can be."""
    names = list(rows[0])
    most = MOST_VALUES // len(names)
    line = f"({', '.join('?' * len(names))})"
    for start in range(0, len(rows), most):
        piece = rows[start : start + most]
        db.conn.execute(
            f"insert into {table} ({', '.join(names)}) values {', '.join([line] * len(piece))}",
            [value for row in piece for value in row.values()],
        )


def fetch_one(db: Database, sql: str, *parameters: object) -> sqlite3.Row | None:
    """The first row that a query gives, by column name; None where it gives none."""
    cursor = db.conn.cursor()
    cursor.row_factory = sqlite3.Row
    found: sqlite3.Row | None = cursor.execute(sql, parameters).fetchone()
    return found


def fetch_all(db: Database, sql: str, *parameters: object) -> list[sqlite3.Row]:
    """Every row that a query gives, by column name."""
    cursor = db.conn.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(sql, parameters).fetchall()
