"""A part of a large archive at a time, for queries that are dear to look through.

Words that stand in most articles are looked for together in each of those articles, a quarter of
a microsecond each for a phrase, however few of them match. Where there are more than
``LOOKED_THROUGH``, a search by relevance looks at so many, says so, and goes on from there when
it is asked to. Ids are hashes, so a part is a fair sample of all.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from archive.publish.matched import ID_SPACE
from archive.publish.rarity import TOLD_WORDS, rarest
from archive.search.query import Query
from archive.search.syntax import Phrase

LOOKED_THROUGH = 200_000
"""Articles with all words of a query that one page looks through: 50 milliseconds for a phrase."""
READ = 250
"""Most articles within a filter that are all read instead (0.2 milliseconds each)."""
_READ = 3_000
"""Characters of an article that tell some of its rare words."""
_OTHERS = 200
"""Most other articles with the same words that are read."""


@dataclass(frozen=True, slots=True)
class Part:
    """The articles with an id of ``start`` or more and below ``end``."""

    start: int
    end: int

    @property
    def is_last(self) -> bool:
        return self.end >= ID_SPACE

    @property
    def reached(self) -> tuple[float, float]:
        """Which shares of all ids lie before its start, and before its end."""
        return self.start / ID_SPACE, self.end / ID_SPACE


def part_from(start: int, candidates: float) -> Part | None:
    """The part that begins at ``start``, of an archive with so many articles to look at; None
    where all are looked through at once."""
    if candidates <= LOOKED_THROUGH:
        return None
    size = int(ID_SPACE * LOOKED_THROUGH / candidates)
    end = start + size
    # What is left over and small is no part of its own.
    return Part(start, ID_SPACE if end + size // 4 >= ID_SPACE else end)


def ids_in(
    conn: sqlite3.Connection,
    index: str,
    match: str,
    part: Part,
    most: int,
    exact: bool,
    passes: Callable[[int], bool | None],
) -> list[int]:
    """The first ``most`` articles of a part that match, by their ids, and no work behind it.
    ``passes`` tells of one article whether it matches.

    FTS5 compares the ids of matches with an upper bound, and of articles that it looks at in vain
    with nothing, so that it would look for a phrase that stands nowhere to the end. The article
    behind the part is therefore made a match: some words of it, as they follow each other, are
    joined to the query by OR, and others that have them and do not match are taken out again.
    """
    behind = "" if part.is_last else _words_behind(conn, index, exact, part)
    others = set(_ids(conn, index, behind, part, _OTHERS + 1)) if behind else set()
    if not behind or len(others) > _OTHERS:
        return _ids(conn, index, match, part, most)
    found = _ids(conn, index, f"({match}) OR ({behind})", part, most + len(others))
    return [key for key in found if key not in others or passes(key)][:most]


def _ids(conn: sqlite3.Connection, index: str, match: str, part: Part, most: int) -> list[int]:
    rows = conn.execute(
        f"select rowid from {index} where {index} match ? and rowid >= ? and rowid < ? limit ?",
        (match, part.start, part.end, most),
    )
    return [row[0] for row in rows]


def _words_behind(conn: sqlite3.Connection, index: str, exact: bool, part: Part) -> str:
    """A phrase that stands in the first article behind a part and in few others: of its longest
    words the rarest, with its neighbours."""
    row = conn.execute(
        f"select substr(body, 1, {_READ}) from articles where id >= ? order by id limit 1",
        (part.end,),
    ).fetchone()
    words = re.findall(r"[^\W_]+", row[0]) if row else []
    longest = sorted(set(words), key=lambda word: (-len(word), word))[:TOLD_WORDS]
    asked = {_phrase([word], exact): word for word in longest}
    rare = rarest(conn, index, list(asked))
    if not rare:
        return ""
    place = words.index(asked[rare[0][1]])
    return _phrase(words[max(place - 1, 0) : place + 2], exact)


def _phrase(words: list[str], exact: bool) -> str:
    return Query("", Phrase(tuple(words)), exact).fts()
