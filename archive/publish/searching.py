"""Finding articles: bounded work whatever the query and however large the archive.

Article ids are hashes of addresses, spread evenly over 49 bits. The full-text index returns its
matches in order of id, so the first few thousand are an unbiased sample: how far in the id space
they reach tells how many matches there are in all, and their provinces and years are those of
the whole, to a percent or two. So three cases:

* few matches (up to ``RANKED``): all are read; counts, order and facets are exact, bm25 ranks;
* more (up to ``LISTED``): all are read; those with the words in the title come first;
* most of the archive: counts are estimated from the sample, and the articles are listed by date,
  by walking the date index and asking the full-text index about each article on the way.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any, Literal

from archive.publish.filters import LONGEST, NARROW, Filters, by_date
from archive.search import Query

RANKED = 5_000
LISTED = 12_000
SAMPLE = 4_000
TOPIC_SAMPLE = 1_500
FACET_VALUES = 100
"""Most values of a filter that are counted out; years and months are few and all told."""
WALK = 1_500
WALK_AMONG = 20_000
"""Articles that one page of a date walk asks about; about 60 microseconds each."""
PROBED = 400
MOST_PROBED = 2_000
SCANNED = 400_000
ID_SPACE = 1 << 49
WEIGHTS = "10.0, 4.0, 1.0, 2.0, 0.5"
"""bm25 weights of title, lead, body, byline, table_text."""

Sort = Literal["relevance", "newest", "oldest"]
FACETS = ("province", "province_2025", "site", "unit", "topic", "year", "month")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the order by date: the last article that was shown or looked at."""

    published_at: str
    id: int

    def __str__(self) -> str:
        return f"{self.published_at}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        moment, tilde, number = text.rpartition("~")
        if not tilde or not number.isascii() or not number.isdigit() or len(number) > 18:
            return None
        return cls(moment[:40], int(number))


@dataclass(slots=True)
class Found:
    """Which articles a search found. ``ids`` are those of the page, in order."""

    ids: list[int]
    total: int
    exact: bool
    """Whether ``total`` and ``facets`` are counted rather than estimated."""
    order: str
    """The order that was used: "relevance", "title" (matches in titles first), "newest"
    or "oldest"."""
    facets: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    page: int = 1
    more: bool = False
    """Whether another page follows, by number (``page``) or from ``cursor``."""
    cursor: Cursor | None = None
    stopped_early: bool = False
    """Whether the walk reached its limit before the page was full."""


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
) -> Found:
    """Find a page of articles. Without a query: all that pass the filters, by date."""
    if query is None:
        return _browse(conn, filters, sort, page, cursor, size, facets)
    index = "articles_exact" if exact else "articles_fts"
    searching = _Searching(conn, index, query.fts(exact), filters, query.has_prefix)
    return searching.run(sort, page, cursor, size, facets)


class _Searching:
    def __init__(
        self, conn: sqlite3.Connection, index: str, match: str, filters: Filters, whole: bool
    ) -> None:
        self.conn = conn
        self.index = index
        self.match = match
        self.filters = filters
        self.whole = whole
        """A prefix is gathered anew from all its words each time that one article is asked about
        (10 ms and more), so its matches are read whole, once."""
        self.matches = 0
        self.among: set[int] = set()

    def run(self, sort: Sort, page: int, cursor: Cursor | None, size: int, facets: bool) -> Found:
        ids = self._ids(-1 if self.whole else LISTED + 1)
        self.matches = len(ids)
        if len(ids) <= LISTED:
            rows = self._rows(ids)
            return self._listed(rows, sort, page, size, facets)
        estimate = len(ids) if self.whole else int(len(ids) * ID_SPACE / (ids[-1] + 1))
        if self.whole:
            self.among = set(ids)
        if self.filters and (chosen := self._chosen(estimate)) is not None:
            return self._listed(chosen, sort, page, size, facets)
        sample = self._rows(ids[:SAMPLE])
        scale = ID_SPACE / (ids[SAMPLE - 1] + 1)
        oldest = sort == "oldest"
        if self.whole:
            found = walk(self.conn, self.filters, cursor, size, oldest, among=self.among)
        else:
            found = walk(self.conn, self.filters, cursor, size, oldest, self.index, self.match)
        found.order = "oldest" if oldest else "newest"
        found.total = int(len(sample) * scale) if self.filters else estimate
        if facets:
            found.facets = _facets(self.conn, sample, scale)
        return found

    def _ids(self, limit: int) -> list[int]:
        return [
            row[0]
            for row in self.conn.execute(
                f"select rowid from {self.index} where {self.index} match ? limit {limit}",
                (self.match,),
            )
        ]

    def _rows(self, ids: list[int]) -> list[Any]:
        """The narrow rows of these articles that pass the filters."""
        where, values = self.filters.conditions("n")
        return self.conn.execute(
            f"select {_columns('n')} from json_each(:ids) f"
            f" cross join articles n indexed by articles_narrow on n.id = f.value where {where}",
            {"ids": json.dumps(ids), **values},
        ).fetchall()

    def _chosen(self, estimate: int) -> list[Any] | None:
        """All matches of a common query within a narrow filter, or None where that is much."""
        inside = _filtered(self.conn, self.filters, RANKED + 1)
        if len(inside) > RANKED:
            return None
        if self.whole:
            return [row for row in inside if row[0] in self.among]
        # Asking about one article takes as long as reading about a hundred matches.
        if len(inside) <= min(MOST_PROBED, max(PROBED, estimate // 100)):
            asked = f"select 1 from {self.index} where {self.index} match ? and rowid = ?"
            return [r for r in inside if self.conn.execute(asked, (self.match, r[0])).fetchone()]
        if estimate > SCANNED:
            return None
        matching = set(self._ids(-1))
        return [row for row in inside if row[0] in matching]

    def _listed(self, rows: list[Any], sort: Sort, page: int, size: int, facets: bool) -> Found:
        order: str = sort
        rows.sort(key=_by_date, reverse=sort != "oldest")
        if sort == "relevance":
            rows, order = self._ranked(rows)
        start = (page - 1) * size
        found = Found(
            ids=[row[0] for row in rows[start : start + size]],
            total=len(rows),
            exact=True,
            order=order,
            page=page,
            more=len(rows) > start + size,
        )
        if facets:
            found.facets = _facets(self.conn, rows, 1.0)
        return found

    def _ranked(self, rows: list[Any]) -> tuple[list[Any], str]:
        """Newest first on entry, so that equal ones stay in that order (the sort is stable)."""
        if self.matches <= RANKED:
            scores = dict(
                self.conn.execute(
                    f"select rowid, bm25({self.index}, {WEIGHTS}) from {self.index}"
                    f" where {self.index} match ?",
                    (self.match,),
                ).fetchall()
            )
            rows.sort(key=lambda row: scores.get(row[0], 0.0))
            return rows, "relevance"
        titled = self._titled(rows)
        if titled is None:
            return rows, "newest"
        rows.sort(key=lambda row: row[0] not in titled)
        return rows, "title"

    def _titled(self, rows: list[Any]) -> set[int] | None:
        """Those with the words in the title, or None where these are too many to tell."""
        title = f"{{title}} : ({self.match})"
        if self.matches <= LISTED:
            titled = {
                row[0]
                for row in self.conn.execute(
                    f"select rowid from {self.index} where {self.index} match ? limit {RANKED + 1}",
                    (title,),
                )
            }
            return titled if len(titled) <= RANKED else None
        if self.whole or len(rows) > PROBED:
            return None
        asked = f"select 1 from {self.index} where {self.index} match ? and rowid = ?"
        return {row[0] for row in rows if self.conn.execute(asked, (title, row[0])).fetchone()}


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in NARROW)


def _by_date(row: Any) -> tuple[str, int]:
    return row[1] or "", row[0]


def _filtered(conn: sqlite3.Connection, filters: Filters, limit: int) -> list[Any]:
    """Narrow rows of the articles that pass the filters, at most ``limit``, no order."""
    rows: list[Any] = []
    for undated in (False, True):
        sql, done, values = by_date(filters, undated=undated)
        where, more = filters.conditions("n", skip={done, "period"})
        rows += conn.execute(
            f"select {_columns('n')} from ({sql}) d"
            f" cross join articles n indexed by articles_narrow on n.id = d.id where {where}"
            f" limit {max(limit - len(rows), 0)}",
            {**values, **more},
        ).fetchall()
    return rows


def walk(
    conn: sqlite3.Connection,
    filters: Filters,
    cursor: Cursor | None,
    size: int,
    oldest: bool = False,
    index: str = "",
    match: str = "",
    limit: int = 0,
    among: Set[int] | None = None,
) -> Found:
    """A page of articles in order of date, from a cursor, looking at ``limit`` at most.

    Only those that ``match`` in the full-text ``index``, or that are ``among`` some ids, where
    these are given. Articles without a date come last in either direction. ``total`` is left
    at -1.
    """
    limit = limit or (WALK if among is None else WALK_AMONG)
    ids: list[int] = []
    last: Cursor | None = cursor
    looked_at = 0
    phases = (False, True) if cursor is None or cursor.published_at else (True,)
    for undated in phases:
        sql, done, values = by_date(filters, undated=undated)
        where, more = filters.conditions("n", skip={done, "period"})
        parameters: dict[str, object] = {**values, **more, "match": match}
        sign, direction = (">", "asc") if oldest else ("<", "desc")
        if cursor is not None and bool(cursor.published_at) != undated:
            # The first comparison uses the index; the second drops the cursor's own moment.
            sql += (
                " and id {0} :last_id"
                if undated
                else (
                    " and published_at {0}= :last_at"
                    " and (published_at {0} :last_at or id {0} :last_id)"
                )
            )
            sql = sql.format(sign).replace(
                "id " + sign, "article_id " + sign if done == "topic" else "id " + sign
            )
            parameters |= {"last_at": cursor.published_at, "last_id": cursor.id}
        budget = limit - looked_at
        inner = f"{sql} order by published_at {direction}, id {direction} limit {budget}"
        probe = f"exists (select 1 from {index} where {index} match :match and rowid = n.id)"
        outer = (
            f"select n.id, n.published_at from ({inner}) d"
            " cross join articles n indexed by articles_narrow on n.id = d.id"
            f" where {where} and {probe if index else '1'}"
            f" limit {size + 1 - len(ids) if among is None else -1}"
        )
        for key, moment in conn.execute(outer, parameters):
            if among is not None and key not in among:
                continue
            if len(ids) == size:
                return Found(ids, -1, False, "", more=True, cursor=last)
            ids.append(key)
            last = Cursor(moment or "", key)
        end = conn.execute(
            f"select id, published_at from ({inner}) limit 1 offset {budget - 1}", parameters
        ).fetchone()
        if end is not None:
            reached = Cursor(end[1] or "", end[0])
            return Found(ids, -1, False, "", more=True, cursor=reached, stopped_early=True)
        looked_at += conn.execute(f"select count(*) from ({inner})", parameters).fetchone()[0]
        if looked_at >= limit:
            break
    return Found(ids, -1, False, "")


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
    total = counted(conn, filters)
    if total is None or total <= RANKED:
        rows = _filtered(conn, filters, LISTED + 1)
        if len(rows) <= LISTED:
            rows.sort(key=_by_date, reverse=not oldest)
            start = (page - 1) * size
            found = Found(
                [row[0] for row in rows[start : start + size]],
                len(rows),
                True,
                order,
                page=page,
                more=len(rows) > start + size,
            )
            if facets:
                found.facets = _facets(conn, rows, 1.0)
            return found
    found = walk(conn, filters, cursor, size, oldest)
    found.order = order
    where, values = filters.conditions("n")
    if facets or total is None:
        limit, scale = _sample_reach(conn, LISTED if total is None else SAMPLE)
        sample = conn.execute(
            f"select {_columns('n')} from articles n indexed by articles_narrow"
            f" where n.id <= :reach and {where}",
            {"reach": limit, **values},
        ).fetchall()
        if facets:
            found.facets = _facets(conn, sample, scale)
        if total is None:
            found.total = int(len(sample) * scale)
    if total is not None:
        found.total, found.exact = total, True
        found.facets |= counted_facets(conn, filters)
    return found


def _sample_reach(conn: sqlite3.Connection, size: int) -> tuple[int, float]:
    """Up to which id the narrow index is read for a sample, and what one row then stands for."""
    row = conn.execute(
        f"select id from articles indexed by articles_narrow order by id limit 1 offset {size}"
    ).fetchone()
    if row is None:
        return ID_SPACE, 1.0
    return row[0], ID_SPACE / (row[0] + 1)


def _month_conditions(filters: Filters) -> tuple[str, list[str]]:
    clauses, values = ["1"], []
    for name, value in filters.columns():
        clauses.append(f"{name} = ?")
        values.append(value)
    if filters.month:
        clauses.append("month = ?")
        values.append(filters.month)
    elif filters.year:
        clauses.append("month between ? and ?")
        values += [f"{filters.year}-01", f"{filters.year}-12"]
    return " and ".join(clauses), values


def counted(conn: sqlite3.Connection, filters: Filters) -> int | None:
    """How many articles pass, from the kept counts; None where they do not tell."""
    if (filters.unit or filters.topic) and len(filters.items()) > 1:
        return None
    if filters.unit or filters.topic:
        table, name = ("unit_counts", "unit") if filters.unit else ("topic_counts", "topic")
        row = conn.execute(
            f"select articles from {table} where {name} = ?", (filters.unit or filters.topic,)
        ).fetchone()
        return row[0] if row else 0
    where, values = _month_conditions(filters)
    total: int = conn.execute(
        f"select coalesce(sum(articles), 0) from month_counts where {where}", values
    ).fetchone()[0]
    return total


def counted_facets(conn: sqlite3.Connection, filters: Filters) -> dict[str, list[tuple[str, int]]]:
    """Exact counts by province, site, year and month, where the kept counts tell them."""
    if filters.unit or filters.topic:
        return {}
    where, values = _month_conditions(filters)
    facets = {}
    for name, column in {
        "province": "province",
        "province_2025": "province_2025",
        "site": "site",
        "year": "substr(month, 1, 4)",
        "month": "month",
    }.items():
        rows = conn.execute(
            f"select {column}, sum(articles) from month_counts where {where} and {column} <> ''"
            " group by 1",
            values,
        ).fetchall()
        facets[name] = _ordered(name, {key: count for key, count in rows})
    return facets


def _facets(
    conn: sqlite3.Connection, rows: list[Any], scale: float
) -> dict[str, list[tuple[str, int]]]:
    facets: dict[str, list[tuple[str, int]]] = {}
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in NARROW]
    for name in ("site", "province", "province_2025", "unit"):
        facets[name] = _ordered(name, Counter(columns[NARROW.index(name)]), scale)
    months = Counter(moment[:7] for moment in columns[1] if moment)
    years: Counter[str] = Counter()
    for month, count in months.items():
        years[month[:4]] += count
    facets["month"] = _ordered("month", months, scale)
    facets["year"] = _ordered("year", years, scale)
    sampled = rows[:: max(-(-len(rows) // TOPIC_SAMPLE), 1)]
    topics = dict(
        conn.execute(
            "select t.topic, count(*) from json_each(?) f"
            " cross join article_topics t indexed by article_topics_by_article"
            " on t.article_id = f.value group by t.topic",
            (json.dumps([row[0] for row in sampled]),),
        ).fetchall()
    )
    share = len(rows) / len(sampled) if sampled else 1.0
    facets["topic"] = _ordered("topic", topics, scale * share)
    return facets


def _ordered(
    name: str, counts: Counter[str] | dict[str, int], scale: float = 1.0
) -> list[tuple[str, int]]:
    """The most frequent first; years and months in order of time, newest first."""
    items = [
        (key, max(int(count * scale), 1))
        for key, count in counts.items()
        if key and len(key) <= LONGEST
    ]
    if name in ("year", "month"):
        return sorted(items, reverse=True)
    return nsmallest(FACET_VALUES, items, key=lambda item: (-item[1], item[0]))
