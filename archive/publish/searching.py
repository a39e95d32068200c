"""Finding articles: bounded work whatever the query and however large the archive.

Article ids are hashes of addresses, spread evenly over 49 bits. The full-text index returns its
matches in order of id, so the first few thousand are an unbiased sample: how far in the id space
they reach tells how many matches there are in all, and their provinces and years are those of
the whole, to a percent or two. So three cases:

* few matches (up to ``RANKED``): all are read; counts, order and facets are exact, bm25 ranks;
* more (up to ``LISTED``): all are read; those with the words in the title come first;
* most of the archive: counts are estimated from the sample, and the articles are listed by date,
  by walking the date index and asking the full-text index about each article on the way.

Where the words of a query stand in very many articles and together in few, a part of the archive
is looked through at a time (``archive/publish/parts.py``).
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection
from functools import cached_property
from typing import Literal

from archive.publish import matched, parts, walking
from archive.publish.filters import Filters, by_date
from archive.publish.matched import ID_SPACE
from archive.publish.parts import Part, ids_in, part_from
from archive.publish.prefixes import has_common_prefix, read_through, reader
from archive.publish.rarity import articles, rarest
from archive.publish.remembered import remembered_ids
from archive.publish.walking import Cursor, Found, probe, walk
from archive.search.query import Query

RANKED = 5_000
LISTED = 9_000
READ_WHOLE = 60_000
"""Most matches of a prefix that are read one and all."""
ASKED_AS_READ = 20
"""So many matches are read while one article is asked about. A page of ``size`` out of N articles
with m matches asks about size * N / m of them: reading all m is quicker up to m² = 20 size N. Of
more than two words each adds to what reading costs (half a microsecond a match), and hardly to what
asking does."""
GONE_THROUGH = 250
"""So many articles with a word the index goes through, looking each up in a set, while one article
is asked about by its id: the rarer words of a query are gone through once where that is less."""
READ_THROUGH = 500
"""Articles that one page reads where a prefix has more matches."""
SAMPLE = 2_500
PROBED = 400
MOST_PROBED = 2_000
SCANNED = 200_000
"""Matches, times the words looked for, that are read to count exactly within a filter; about a
third of a microsecond each."""
WEIGHED = 300_000
"""Articles with the words of a query, all words together, that bm25 may go through (25 to 50
microseconds a thousand): it counts each word's articles anew."""
WEIGHTS = "10.0, 4.0, 1.0, 2.0, 0.5"
"""bm25 weights of title, lead, body, byline, table_text."""

Sort = Literal["relevance", "newest", "oldest"]
FACETS = ("province", "province_2025", "site", "unit", "topic", "year", "month")


def search(
    conn: sqlite3.Connection,
    query: Query | None,
    filters: Filters,
    *,
    exact: bool = False,
    sort: Sort = "relevance",
    page: int = 1,
    cursor: Cursor | None = None,
    size: int = 20,
    facets: bool = True,
    start: int | None = 0,
) -> Found:
    """Find a page of articles. Without a query: all that pass the filters, by date.

    ``start`` is the id where a search by relevance begins, of which a part was looked through
    (``Found.next_start``); None looks through all, however long it takes.

    Uses a temporary table of the connection, which is best rolled back afterwards.
    """
    if query is None:
        return _browse(conn, filters, sort, page, cursor, size, facets)
    index = "articles_exact" if exact else "articles_fts"
    searching = _Searching(conn, index, query, exact, filters)
    return searching.run(sort, page, cursor, size, facets, start)


class _Searching:
    def __init__(
        self, conn: sqlite3.Connection, index: str, query: Query, exact: bool, filters: Filters
    ) -> None:
        self.conn = conn
        self.index = index
        self.query = query
        self.exact = exact
        self.match = query.fts(exact)
        self.filters = filters
        self.whole = query.has_prefix
        """A prefix is gathered anew from all its words each time that one article is asked about
        (10 ms and more), so its matches are read whole, once; where they are more than that,
        the articles themselves are read (0.2 ms each)."""
        self.matches = 0
        self.articles = articles(conn)

    def run(
        self,
        sort: Sort,
        page: int,
        cursor: Cursor | None,
        size: int,
        facets: bool,
        start: int | None,
    ) -> Found:
        if self.whole and has_common_prefix(self.conn, self.query, self.exact, self.articles):
            oldest = sort == "oldest"
            found = read_through(
                self.conn, self.index, self.query, self.filters, exact=self.exact, oldest=oldest,
                cursor=cursor, size=size, articles=self.articles, facets=facets,
            )  # fmt: skip
            found.order = "oldest" if oldest else "newest"
            return found
        part = None
        if sort == "relevance" and cursor is None and start is not None:
            part = self._part(start)
        # A part is begun where the first was no sample's worth; a later one may be a little more.
        ids = self._ids(LISTED if part and start else SAMPLE + 1, part=part)
        if part and (len(ids) <= SAMPLE or start):
            return self._in_part(part, ids, page, size, facets)
        estimate = len(ids)
        known = estimate <= SAMPLE
        if not known:
            estimate = int(SAMPLE * ID_SPACE / (ids[SAMPLE - 1] + 1))
            if estimate <= self._readable(size):
                ids += self._ids(-1, after=ids[-1])
                known, estimate = True, len(ids)
        self.matches = len(ids) if known else max(estimate, LISTED + 1)
        if known and len(ids) <= LISTED:
            self._gather(ids)
            return self._listed(sort, page, size, facets)
        telling: list[tuple[float, str]] = []
        if not known and not self.whole:
            telling = self._rarest
        first = [word for count, word in telling if count < self.articles / 2][:3]
        if self.filters and (known or not self.whole) and self._choose(ids, estimate, first, known):
            return self._listed(sort, page, size, facets)
        sampled = self._gather(ids[:SAMPLE]) if facets or self.filters else 0
        scale = ID_SPACE / (ids[SAMPLE - 1] + 1)
        oldest = sort == "oldest"
        if known:
            found = walk(self.conn, self.filters, cursor, size, oldest, among=set(ids))
        elif self.whole:
            reading = reader(self.conn, self.query, self.exact)
            found = walk(
                self.conn, self.filters, cursor, size, oldest, limit=READ_THROUGH, passes=reading
            )
        else:
            narrow = ""
            if first and telling[0][0] <= GONE_THROUGH * min(
                size * self.articles / max(estimate, 1), walking.WALK
            ):
                narrow = " AND ".join(f"({word})" for word in first)
                # Of many words others are asked about first, one by one, before all together.
                first = [word for _, word in telling[len(first) :]][: len(telling) // 3]
            found = walk(
                self.conn, self.filters, cursor, size, oldest, self.index, self.match, first=first,
                narrow=narrow,
            )  # fmt: skip
        found.order = "oldest" if oldest else "newest"
        found.total = int(sampled * scale) if self.filters else estimate
        if facets:
            found.facets = matched.facets(self.conn, scale)
        return found

    @cached_property
    def _rarest(self) -> list[tuple[float, str]]:
        """Words that every match has, and how many articles have each, the rarest first."""
        return rarest(self.conn, self.index, self.query.necessary(self.exact))

    def _part(self, start: int) -> Part | None:
        """What is looked through of an archive where that is much, for a query of common words."""
        if self.whole or self.articles <= parts.LOOKED_THROUGH or not self._rarest:
            return None
        return part_from(start, min(self._rarest[0][0], self.articles))

    def _in_part(self, part: Part, ids: list[int], page: int, size: int, facets: bool) -> Found:
        """Of a query with few matches among very many articles that have all its words, those in
        a part of the archive; within a filter of few articles all, by reading these."""
        self.matches = LISTED + 1  # Neither weighed nor looked for in all titles: those read all.
        if self.filters and _gather_filtered(self.conn, self.filters, parts.READ + 1) <= parts.READ:
            passes = reader(self.conn, self.query, self.exact)
            inside = matched.by_date(self.conn, oldest=False)
            others = json.dumps([key for key in inside if not passes(key)])
            self.conn.execute(
                "delete from temp.matched where id in (select value from json_each(?))", (others,)
            )
            return self._listed("relevance", page, size, facets)
        self._gather(ids)
        found = self._listed("relevance", page, size, facets)
        found.exact, found.at_least, found.part = False, True, part
        if not found.more and not part.is_last:
            found.more, found.next_start = True, part.end
        return found

    def _readable(self, size: int) -> float:
        """Up to how many matches all are read."""
        if self.whole:
            return READ_WHOLE
        asked_as_read = ASKED_AS_READ / max(len(self.query.words) / 2, 1)
        return max(1.2 * LISTED, math.sqrt(asked_as_read * size * self.articles))

    def _ids(self, limit: int, after: int = -1, part: Part | None = None) -> list[int]:
        def find() -> list[int]:
            if part is not None:
                passes = reader(self.conn, self.query, self.exact)
                return ids_in(self.conn, self.index, self.match, part, limit, self.exact, passes)
            rows = self.conn.execute(
                f"select rowid from {self.index} where {self.index} match ? and rowid > ?"
                f" limit {limit}",
                (self.match, after),
            )
            return [row[0] for row in rows]

        return remembered_ids((self.index, self.match, limit, after, part), find)

    def _gather(self, ids: list[int]) -> int:
        """Those of these articles that pass the filters."""
        where, values = self.filters.conditions("n")
        return matched.gather(
            self.conn,
            f"select {matched.columns('n')} from json_each(:ids) f"
            f" cross join articles n indexed by articles_narrow on n.id = f.value where {where}",
            {"ids": json.dumps(ids), **values},
        )

    def _choose(self, ids: list[int], estimate: int, first: list[str], known: bool) -> bool:
        """Gather all matches of a common query within a narrow filter, where that is little."""
        inside = _gather_filtered(self.conn, self.filters, RANKED + 1)
        if inside > RANKED:
            return False
        values: dict[str, object] = {"match": self.match}
        if known:
            unmatched = "id not in (select value from json_each(:ids))"
            values = {"ids": json.dumps(ids)}
        # Asking about one article takes as long as reading about a hundred matches.
        elif inside <= min(MOST_PROBED, max(PROBED, estimate // 100)):
            asked, values = probe(self.index, self.match, first, "matched.id")
            unmatched = f"not ({asked})"
        elif estimate * self.match.count('"') // 2 <= SCANNED:
            unmatched = (
                f"id not in (select rowid from {self.index} where {self.index} match :match)"
            )
        else:
            return False
        self.conn.execute(f"delete from temp.matched where {unmatched}", values)
        return True

    def _listed(self, sort: Sort, page: int, size: int, facets: bool) -> Found:
        order: str = sort
        first: set[int] | None = None
        if sort == "relevance" and matched.count(self.conn):
            weighed = self._weighed() if self.matches <= RANKED else ""
            if weighed:
                ids = self._scored(weighed)[(page - 1) * size : page * size]
                return _page_of(self.conn, order, page, size, facets, ids=ids)
            first = self._titled()
            order = "newest" if first is None else "title"
        return _page_of(self.conn, order, page, size, facets, first=first or ())

    def _scored(self, weighed: str) -> list[int]:
        """All ids, the most relevant first; of equal ones the newest (the sort is stable)."""
        ids = matched.by_date(self.conn, oldest=False)
        # The ids are compared before the score is asked for ("+": not by a seek for each).
        scores = dict(
            self.conn.execute(
                f"select rowid, bm25({self.index}, {WEIGHTS}) from {self.index}"
                f" where {self.index} match ? and +rowid in (select id from temp.matched)",
                (weighed,),
            ).fetchall()
        )
        return sorted(ids, key=lambda key: scores.get(key, 0.0))

    def _weighed(self) -> str:
        """What bm25 is asked about: the query; of one with many common words in a large archive
        its rarest words, since the others weigh next to nothing; "" where all are common."""
        if self.whole or self.articles * len(self.query.words) <= WEIGHED:
            return self.match
        weighed: list[str] = []
        read = 0.0
        for count, word in self._rarest:
            read += count
            if read > WEIGHED or count > self.articles / 2:
                break
            weighed.append(f"({word})")
        return " AND ".join(weighed)

    def _titled(self) -> set[int] | None:
        """Those with the words in the title, or None where these are too many to tell."""
        costly = self.articles * len(self.query.words) > WEIGHED
        if matched.count(self.conn) <= (MOST_PROBED if costly else PROBED):
            # One article is not asked about by its id: the index would go on to the next match.
            rows = self.conn.execute(
                "select a.id, a.title from temp.matched m cross join articles a on a.id = m.id"
            )
            return {k for k, title in rows if self.query.matches({"title": title}, self.exact)}
        if self.matches > LISTED or self.whole:
            return None
        title = f"{{title}} : ({self.match})"
        titled = {
            row[0]
            for row in self.conn.execute(
                f"select rowid from {self.index} where {self.index} match ? limit {RANKED + 1}",
                (title,),
            )
        }
        return titled if len(titled) <= RANKED else None


def _page_of(
    conn: sqlite3.Connection,
    order: str,
    page: int,
    size: int,
    facets: bool,
    first: Collection[int] = (),
    ids: list[int] | None = None,
) -> Found:
    """A page of what was gathered: ``ids``, or by date with those in ``first`` before others."""
    start = (page - 1) * size
    if ids is None:
        ids = matched.by_date(conn, order == "oldest", size, start, first)
    total = matched.count(conn)
    found = Found(ids, total, True, order, page=page, more=total > start + size)
    if facets:
        found.facets = matched.facets(conn)
    return found


def _gather_filtered(conn: sqlite3.Connection, filters: Filters, limit: int) -> int:
    """Articles that pass the filters, at most ``limit`` with and ``limit`` without a date."""
    parts = []
    values: dict[str, str] = {}
    for undated in (False, True):
        sql, done, own = by_date(filters, undated=undated)
        where, more = filters.conditions("n", skip={done, "period"})
        values |= {**own, **more}
        parts.append(
            f"select * from (select {matched.columns('n')} from ({sql}) d"
            f" cross join articles n indexed by articles_narrow on n.id = d.id where {where}"
            f" limit {limit})"
        )
    return matched.gather(conn, " union all ".join(parts), values)


def _browse(
    conn: sqlite3.Connection,
    filters: Filters,
    sort: Sort,
    page: int,
    cursor: Cursor | None,
    size: int,
    facets: bool,
) -> Found:
    oldest = sort == "oldest"
    order = "oldest" if oldest else "newest"
    total = matched.counted(conn, filters)
    if (total is None or total <= RANKED) and _gather_filtered(conn, filters, LISTED + 1) <= LISTED:
        return _page_of(conn, order, page, size, facets)
    found = walk(conn, filters, cursor, size, oldest)
    found.order = order
    where, values = filters.conditions("n")
    if facets or total is None:
        reach, scale = matched.sample_reach(conn, LISTED if total is None else SAMPLE)
        sampled = matched.gather(
            conn,
            f"select {matched.columns('n')} from articles n indexed by articles_narrow"
            f" where n.id <= :reach and {where}",
            {"reach": reach, **values},
        )
        if facets:
            found.facets = matched.facets(conn, scale)
        if total is None:
            found.total = int(sampled * scale)
    if total is not None:
        found.total, found.exact = total, True
        found.facets |= matched.counted_facets(conn, filters)
    return found
