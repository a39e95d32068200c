"""In how many articles a word stands, about, without counting them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from archive.publish.matched import ID_SPACE

TOLD_WORDS = 12
TOLD_BY = 200
"""Articles with a word that are looked at to tell how rare it is."""


def articles(conn: sqlite3.Connection) -> int:
    """How many articles there are, from the kept counts."""
    total: int = conn.execute("select coalesce(sum(articles), 0) from month_counts").fetchone()[0]
    return total


def about(conn: sqlite3.Connection, index: str, match: str, least: int) -> float:
    """In how many articles an expression of FTS5 is found: judged by how far the first ``least``
    and one reach into the space of ids; ``least`` where there are no more."""
    row = conn.execute(
        f"select rowid from {index} where {index} match ? limit 1 offset {least}", (match,)
    ).fetchone()
    return least * ID_SPACE / (row[0] + 1) if row else least


def rarest(conn: sqlite3.Connection, index: str, words: Sequence[str]) -> list[tuple[float, str]]:
    """Of the first ``TOLD_WORDS`` words (as expressions of FTS5), how many articles have each, the
    rarest first."""
    return sorted((about(conn, index, word, TOLD_BY), word) for word in words[:TOLD_WORDS])
