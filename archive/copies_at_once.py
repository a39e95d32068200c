"""The stories of a whole archive worked out by several processes, for a rebuild.

The same stories that ``archive.copies.update_stories`` finds article by article: they are the
connected components of "tells the same story", whoever compares. The functions here that take a
path only read the archive there and may run anywhere; the others write what came back.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from archive.copies import (
    BANDS_SHARED,
    Groups,
    Stories,
    Story,
    Tellings,
    band_keys,
    story_of,
    write_story,
)
from archive.database import transaction
from archive.story_text import same_story

SLICE = 200
"""Articles whose texts are reduced to keys by a process at a time: half a second of work."""
COMPARED = 1000
"""Articles compared with all others by a process at a time. Each text is worked out once for every
such piece that it is compared in: larger pieces mean less work, and more memory."""


def slices(db: Database, size: int = SLICE) -> list[tuple[int, int]]:
    """All articles, as ranges of ids, both ends included, with ``size`` articles in each."""
    ids = array("q", (row[0] for row in db.execute("select id from articles order by id")))
    return [(ids[at], ids[min(at + size, len(ids)) - 1]) for at in range(0, len(ids), size)]


def keys_between(archive: Path, first: int, last: int) -> tuple[array[int], array[int]]:
    """The index keys of the articles from ``first`` to ``last``: keys, and the article of each."""
    keys, articles = array("q"), array("q")
    with _reading(archive) as db:
        tellings = Tellings(db)
        for article in _articles(db, first, last):
            found = band_keys(tellings[article])
            keys.extend(found)
            articles.extend([article] * len(found))
    return keys, articles


def gather_keys(db: Database, found: Iterable[tuple[array[int], array[int]]]) -> Iterator[None]:
    """Put the keys into the index; yields after each slice, for whoever tells the progress."""
    with transaction(db):
        db.execute("create temp table gathered (key integer, article_id integer)")
        for keys, articles in found:
            db.conn.executemany(
                "insert into gathered values (?, ?)", zip(keys, articles, strict=True)
            )
            yield
        # In the order of the tree that they go into: a tenth of the time.
        for table in ("copy_keys", "copies_pending", "article_copies", "stories"):
            db.execute(f"delete from {table}")
        db.execute(
            "insert into copy_keys select distinct key, article_id from gathered order by 1, 2"
        )
    db.execute("drop table gathered")


def same_between(archive: Path, first: int, last: int) -> list[tuple[int, int]]:
    """Pairs of articles that tell the same story, the first of each from ``first`` to ``last``.

    Not all such pairs, but enough to know which articles are connected by them.
    """
    found: list[tuple[int, int]] = []
    joined = Groups()
    with _reading(archive) as db:
        tellings = Tellings(db)
        for article in _articles(db, first, last):
            for other in _later_candidates(db, article):
                if joined.find(article) != joined.find(other) and same_story(
                    tellings[article], tellings[other]
                ):
                    joined.join(article, other)
                    found.append((article, other))
    return found


def _later_candidates(db: Database, article: int) -> list[int]:
    rows = db.execute(
        "select b.article_id from copy_keys a join copy_keys b on b.key = a.key"
        " where a.article_id = ? and b.article_id > ? group by 1"
        f" having count(*) >= {BANDS_SHARED} order by 1",
        [article, article],
    )
    return [row[0] for row in rows]


def stories_of(archive: Path, groups: Sequence[Sequence[int]]) -> list[Story]:
    """The stories that groups of articles tell; each group in the order of ids."""
    with _reading(archive) as db:
        tellings = Tellings(db)
        return [story_of(db, group, tellings) for group in groups]


def write_stories(db: Database, stories: Iterable[Story]) -> Stories:
    """Write all stories of the archive, in place of any others."""
    count = copies = 0
    with transaction(db):
        for table in ("article_copies", "stories"):
            db.execute(f"delete from {table}")
        for story in stories:
            write_story(db, story)
            count += 1
            copies += len(story.copies)
        db.execute("delete from copies_pending")
    return Stories(count, count, copies)


def _articles(db: Database, first: int, last: int) -> list[int]:
    rows = db.execute("select id from articles where id between ? and ? order by id", [first, last])
    return [row[0] for row in rows]


@contextmanager
def _reading(archive: Path) -> Iterator[Database]:
    connection = sqlite3.connect(f"{archive.resolve().as_uri()}?mode=ro", uri=True, timeout=60)
    try:
        yield Database(connection)
    finally:
        connection.close()
