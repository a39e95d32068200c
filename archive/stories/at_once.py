"""The stories of a whole archive worked out by several processes, for a rebuild.

The same stories that ``archive.stories.copies.update_stories`` finds article by article: they are
the connected components of "tells the same story", whoever compares. The functions here that take
a path only read the archive there and may run anywhere; the others write what came back.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from archive.database import transaction
from archive.read_only import connect_read_only
from archive.stories.copies import Groups, Stories, Story, story_of, write_story
from archive.stories.keys import band_keys_of, later_candidates
from archive.stories.tellings import Packed, Tellings, add_tellings, keep_tellings, packed
from archive.stories.text import same_story, tellings_of

SLICE = 200
"""Articles whose texts are reduced to keys by a process at a time: a tenth of a second of work."""
COMPARED = 1000
"""Articles compared with all others by a process at a time."""

Found = tuple["array[int]", "array[int]", list[Packed]]
"""Keys, the article of each, and the texts of these articles as they are compared."""


def kept_beside(archive: Path) -> Path:
    """Where the texts are kept as they are compared, as long as a rebuild needs them."""
    return archive.with_name(f"{archive.stem}.tellings.db")


def slices(db: Database, size: int = SLICE) -> list[tuple[int, int]]:
    """All articles, as ranges of ids, both ends included, with ``size`` articles in each."""
    ids = array("q", (row[0] for row in db.execute("select id from articles order by id")))
    return [(ids[at], ids[min(at + size, len(ids)) - 1]) for at in range(0, len(ids), size)]


def keys_between(archive: Path, first: int, last: int) -> Found:
    """What the index needs of the articles from ``first`` to ``last``."""
    keys, articles = array("q"), array("q")
    with _reading(archive) as (db, _):
        rows = db.execute(
            "select id, lead, body from articles where id between ? and ? order by id",
            [first, last],
        ).fetchall()
    # Each step for all texts before the next: in turn they would cost half as much again.
    told = tellings_of(f"{lead}\n{body}" for _, lead, body in rows)
    for (article, _, _), found in zip(rows, band_keys_of(told), strict=True):
        keys.extend(found)
        articles.extend([article] * len(found))
    texts = [packed(article, each) for (article, _, _), each in zip(rows, told, strict=True)]
    return keys, articles, texts


def gather_keys(db: Database, archive: Path, found: Iterable[Found]) -> Iterator[None]:
    """Put the keys into the index, and keep the texts in a file beside ``archive``.

    Yields after each slice, for whoever tells the progress.
    """
    with transaction(db), keep_tellings(kept_beside(archive)) as kept:
        db.execute("create temp table gathered (key integer, article_id integer)")
        for keys, articles, texts in found:
            db.conn.executemany(
                "insert into gathered values (?, ?)", zip(keys, articles, strict=True)
            )
            add_tellings(kept, texts)
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
    with _reading(archive) as (db, tellings):
        articles = _articles(db, first, last)
        # Each step for all, as above.
        candidates = [later_candidates(db, article) for article in articles]
        for article, others in zip(articles, candidates, strict=True):
            for other in tellings.may_be_same(article, others):
                if joined.find(article) != joined.find(other) and same_story(
                    tellings[article], tellings[other]
                ):
                    joined.join(article, other)
                    found.append((article, other))
    return found


def stories_of(archive: Path, groups: Sequence[Sequence[int]]) -> list[Story]:
    """The stories that groups of articles tell; each group in the order of ids."""
    with _reading(archive) as (db, tellings):
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
def _reading(archive: Path) -> Iterator[tuple[Database, Tellings]]:
    connection = connect_read_only(archive)
    tellings = Tellings(Database(connection), kept_beside(archive))
    try:
        yield Database(connection), tellings
    finally:
        tellings.close()
        connection.close()
