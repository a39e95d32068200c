"""The texts of articles as the comparison sees them, each worked out once and remembered.

A rebuild compares all articles at once, in several processes, and meets a text many times: there
what was worked out is kept in a file beside the database, from which it comes back in a hundredth
of the time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.stories.run_hashes import numpy
from archive.stories.text import FACTS, MIN_SYLLABLES, SHARED, Telling, Told, telling

REMEMBERED = 1024
"""Texts kept in memory for comparing, about 6 kB each."""

Packed = tuple[int, int, bytes, bytes, bytes, bytes]
"""Article, syllables, facts, shingles, places, and the fact at each of these places."""
_TABLES = """
create table facts (article_id integer primary key, syllables integer, facts blob);
create table phrases (article_id integer primary key, shingles blob, places blob, facts_there blob)
"""
_MARKS = 500
_SIEVE = 1 << 16
"""Remainders by which phrases are told apart at first; a text has some hundred."""


def packed(article: int, told: Telling) -> Packed:
    """A text's telling as bytes; the machine's own byte order."""
    return (
        article,
        told.syllables,
        told.facts.tobytes(),
        told.shingles.tobytes(),
        told.places.tobytes(),
        told.facts_there.tobytes(),
    )


@dataclass(frozen=True, slots=True, eq=False)
class KeptTelling:
    """A telling that was packed."""

    syllables: int
    facts: Any
    shingles: Any
    places: Any
    facts_there: Any


def unpacked(row: Packed) -> KeptTelling:
    """What ``packed`` was given, as far as it is compared."""
    np = numpy()
    _, syllables, facts, shingles, places, facts_there = row
    return KeptTelling(
        syllables,
        np.frombuffer(facts, np.uint32),
        np.frombuffer(shingles, np.uint32),
        np.frombuffer(places, np.uint64),
        np.frombuffer(facts_there, np.uint32),
    )


class Tellings:
    """The texts of articles by their ids, ready to compare; some are remembered.

    ``kept``: a file that ``keep_tellings`` wrote; what it lacks is worked out from the text.
    """

    def __init__(self, db: Database, kept: Path | None = None) -> None:
        self._db = db
        self._known: dict[int, Told] = {}
        self._kept = _opened(kept) if kept is not None and kept.exists() else None

    def __getitem__(self, article: int) -> Told:
        known = self._known.get(article)
        if known is None:
            if len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            known = self._known[article] = self._unpacked(article) or self.fresh(article)
        return known

    def fresh(self, article: int) -> Telling:
        """Worked out from the text, and not remembered."""
        sql = "select lead, body from articles where id = ?"
        lead, body = self._db.conn.execute(sql, [article]).fetchone()
        return telling(f"{lead}\n{body}")

    def _unpacked(self, article: int) -> KeptTelling | None:
        if self._kept is None:
            return None
        row = self._kept.execute(
            "select article_id, syllables, facts, shingles, places, facts_there"
            " from facts join phrases using (article_id) where article_id = ?",
            (article,),
        ).fetchone()
        return unpacked(row) if row else None

    def may_be_same(self, article: int, others: Sequence[int]) -> list[int]:
        """Of some articles those that ``same_story`` might join with this one.

        Most that share a key are told apart by a look at many at once: here, where the texts are
        kept. Never leaves out one that tells the same story.
        """
        if not others:
            return []
        told = self[article]
        if self._kept is None or told.syllables < MIN_SYLLABLES:
            return list(others)
        left = _sharing(told.facts, self._column("facts", "facts", others), FACTS)
        return _sharing(told.shingles, self._column("phrases", "shingles", left), SHARED)

    def _column(self, table: str, column: str, articles: Sequence[int]) -> list[tuple[int, bytes]]:
        assert self._kept is not None
        found: list[tuple[int, bytes]] = []
        for at in range(0, len(articles), _MARKS):
            piece = articles[at : at + _MARKS]
            marks = ", ".join("?" * len(piece))
            found += self._kept.execute(
                f"select article_id, {column} from {table} where article_id in ({marks})", piece
            )
        return found

    def forget(self, articles: Iterable[int]) -> None:
        for article in articles:
            self._known.pop(article, None)

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()


def _sharing(numbers: Any, others: Sequence[tuple[int, bytes]], least: float) -> list[int]:
    """Those of which the smaller side may have the share ``least`` in common with ``numbers``.

    Numbers are taken for equal whose last bits are: so a few too many may be named.
    """
    if not others:
        return []
    np = numpy()
    sieve = np.zeros(_SIEVE, np.bool_)
    sieve[numbers & np.uint32(_SIEVE - 1)] = True
    counts = np.array([len(data) // 4 for _, data in others])
    joined = np.frombuffer(b"".join(data for _, data in others), np.uint32)
    met = np.concatenate([[0], np.cumsum(sieve[joined & np.uint32(_SIEVE - 1)])])
    ends = np.cumsum(counts)
    # A little less, since a quotient and a product are not rounded alike.
    enough = met[ends] - met[ends - counts] > least * np.minimum(counts, len(numbers)) - 0.01
    return [article for (article, _), is_one in zip(others, enough.tolist(), strict=True) if is_one]


@contextmanager
def keep_tellings(path: Path) -> Iterator[sqlite3.Connection]:
    """A new file for tellings, in place of any other; give it rows with ``add_tellings``.

    It is there when the block ends well, and not otherwise.
    """
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    db = sqlite3.connect(part, isolation_level=None)
    try:
        db.execute("pragma page_size = 8192")
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        for statement in _TABLES.split(";\n"):
            db.execute(statement)
        db.execute("begin")
        yield db
        db.execute("commit")
        db.close()
        part.replace(path)
    finally:
        db.close()
        part.unlink(missing_ok=True)


def add_tellings(db: sqlite3.Connection, rows: Sequence[Packed]) -> None:
    db.executemany("insert into facts values (?, ?, ?)", [row[:3] for row in rows])
    db.executemany("insert into phrases values (?, ?, ?, ?)", [(row[0], *row[3:]) for row in rows])


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
