"""Searches for the beginning of very many words: read from the articles, not from the index.

The index keeps a list of articles for each word, and a prefix is all the lists of its words,
merged before the first answer: two letters (``ng*``) stand for hundreds of words and, in a
million articles, two seconds. So the first articles are looked at: where a prefix is common among
them, the articles are walked through by date and read, at most ``READ`` of them a page. Whatever
else the query asks for is asked of the index as always.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from archive.publish import matched
from archive.publish.filters import Filters
from archive.publish.rarity import about
from archive.publish.walking import Cursor, Found, walk
from archive.search.query import Query
from archive.tables.browsing import INDEXED

LOOKED_AT = 60
"""Articles that are looked at to tell whether a prefix is common (their beginnings: 3 ms)."""
COMMON = 12
"""So many of them with a word of that beginning, and it is."""
FROM = 20_000
"""Articles from which on it matters: a prefix takes 2 microseconds an article at most."""
READ = 300
"""Articles that one page reads (0.2 ms each)."""
AMONG = 60_000
"""Most articles with the rest of the query that are held at once."""
COUNTED = 1_000
"""Matches of the rest that are counted before so many are held."""
FACET_SAMPLE = 2_500


def has_common_prefix(conn: sqlite3.Connection, query: Query, exact: bool, articles: int) -> bool:
    """Whether a prefix of the query stands for words of a fifth of all articles or more."""
    if not query.has_prefix or articles < FROM:
        return False
    texts = [
        dict(zip(INDEXED, row, strict=True))
        for row in conn.execute(
            f"select {', '.join(f'substr({name}, 1, 2000)' for name in INDEXED)}"
            f" from articles order by id limit {LOOKED_AT}"
        )
    ]
    return any(
        sum(prefix.matches(text, exact) for text in texts) >= COMMON for prefix in query.prefixes()
    )


def reader(
    conn: sqlite3.Connection, query: Query, exact: bool, most: int = 0
) -> Callable[[int], bool | None]:
    """Tells by reading whether the article with an id is a match; None after ``most`` of them."""
    left = most or -1

    def passes(key: int) -> bool | None:
        nonlocal left
        if left == 0:
            return None
        left -= 1
        row = conn.execute(
            f"select {', '.join(INDEXED)} from articles where id = ?", (key,)
        ).fetchone()
        return row is not None and query.matches(dict(zip(INDEXED, row, strict=True)), exact)

    return passes


def read_through(
    conn: sqlite3.Connection,
    index: str,
    query: Query,
    filters: Filters,
    *,
    exact: bool,
    oldest: bool,
    cursor: Cursor | None,
    size: int,
    articles: int,
    facets: bool,
) -> Found:
    """A page of articles by date, found by reading.

    Counted exactly where it holds them all. Else ``total`` is an estimate from the articles that
    were read, or where the rest of the query decides, the least number that there are.
    """
    rest = query.without_prefixes(exact)
    passes = reader(conn, query, exact, READ)
    among: set[int] | None = None
    if rest and about(conn, index, rest, COUNTED) <= AMONG:
        rows = conn.execute(
            f"select rowid from {index} where {index} match ? limit {2 * AMONG}", (rest,)
        )
        among = {row[0] for row in rows}
    if among is not None and len(among) < 2 * AMONG:
        found = walk(conn, filters, cursor, size, oldest, among=among, passes=passes)
    else:
        found = walk(conn, filters, cursor, size, oldest, index if rest else "", rest,
                     passes=passes)  # fmt: skip
    if cursor is None and not found.more:
        return replace(found, total=len(found.ids), exact=True)
    if rest:
        return replace(found, total=max(len(found.ids), 1), at_least=True)
    first = conn.execute(f"select id from articles order by id limit {LOOKED_AT}").fetchall()
    reading = reader(conn, query, exact)
    share = sum(reading(key) is True for (key,) in first) / max(len(first), 1)
    inside = matched.counted(conn, filters)
    reach, scale = matched.sample_reach(conn, FACET_SAMPLE)
    if facets or inside is None:
        where, values = filters.conditions("n")
        sampled = matched.gather(
            conn,
            f"select {matched.columns('n')} from articles n indexed by articles_narrow"
            f" where n.id <= :reach and {where}",
            {"reach": reach, **values},
        )
        inside = int(sampled * scale) if inside is None else inside
        found.facets = matched.facets(conn, scale * share) if facets else {}
    return replace(found, total=max(int(inside * share), len(found.ids)))
