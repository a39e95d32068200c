"""The texts of articles as the comparison sees them, each worked out once and remembered.

A rebuild compares all articles at once, in several processes, and meets a text many times: there
what was worked out is kept in a file beside the database, from which it comes back in a twentieth
of the time.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlite_utils import Database

from archive.stories.text import Telling, Told, telling

REMEMBERED = 1024
"""Texts kept in memory for comparing, about 90 kB each."""

Packed = tuple[int, int, bytes, bytes, bytes, bytes]
"""Article, syllables, facts, shingles, places, and the fact at each of these places."""
_TABLE = """create table tellings (article_id integer primary key, syllables integer, facts blob,
    shingles blob, places blob, facts_there blob)"""


def packed(article: int, told: Telling) -> Packed:
    """A text's telling as bytes; the machine's own byte order."""
    there = [(place, fact) for place, facts in told.places.items() for fact in facts]
    return (
        article,
        told.syllables,
        array("I", told.facts).tobytes(),
        array("I", told.shingles).tobytes(),
        array("Q", (place for place, _ in there)).tobytes(),
        array("I", (fact for _, fact in there)).tobytes(),
    )


class KeptTelling:
    """A telling that was packed; each part is unpacked when it is asked for."""

    def __init__(self, row: Packed) -> None:
        _, self.syllables, self._facts, self._shingles, self._places, self._facts_there = row

    @cached_property
    def facts(self) -> frozenset[int]:
        return frozenset(array("I", self._facts))

    @cached_property
    def shingles(self) -> frozenset[int]:
        return frozenset(array("I", self._shingles))

    @cached_property
    def places(self) -> dict[int, frozenset[int]]:
        found: dict[int, frozenset[int]] = {}
        for place, fact in zip(
            array("Q", self._places), array("I", self._facts_there), strict=True
        ):
            found[place] = found.get(place, frozenset()) | {fact}
        return found


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
            "select * from tellings where article_id = ?", (article,)
        ).fetchone()
        return KeptTelling(row) if row else None

    def forget(self, articles: Iterable[int]) -> None:
        for article in articles:
            self._known.pop(article, None)

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()


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
        db.execute(_TABLE)
        db.execute("begin")
        yield db
        db.execute("commit")
        db.close()
        part.replace(path)
    finally:
        db.close()
        part.unlink(missing_ok=True)


def add_tellings(db: sqlite3.Connection, rows: Iterable[Packed]) -> None:
    db.executemany("insert into tellings values (?, ?, ?, ?, ?, ?)", rows)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
