"""The articles of a search as a temporary table, and what is counted from it.

SQLite gathers, sorts and counts ten thousand rows three times as fast as Python, and lets other
readers' threads run meanwhile. The table is the connection's own and ends with its transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from heapq import nsmallest

from archive.publish.filters import LONGEST, NARROW, Filters

ID_SPACE = 1 << 49
"""Ids of articles are hashes below this, spread evenly."""
TOPIC_SAMPLE = 1_500
FACET_VALUES = 100
"""Most values of a filter that are counted out; years and months are few and all told."""

Facets = dict[str, list[tuple[str, int]]]


def columns(alias: str) -> str:
    """The NARROW columns of an alias, as a select lists them."""
    return ", ".join(f"{alias}.{name}" for name in NARROW)


def gather(conn: sqlite3.Connection, select: str, values: Mapping[str, object]) -> int:
    """Make the table of a select of the NARROW columns; returns the number of its rows."""
    conn.execute("drop table if exists temp.matched")
    conn.execute(f"create temp table matched as {select}", values)
    return count(conn)


def count(conn: sqlite3.Connection) -> int:
    """How many articles matched."""
    total: int = conn.execute("select count(*) from temp.matched").fetchone()[0]
    return total


def by_date(
    conn: sqlite3.Connection,
    oldest: bool,
    size: int = -1,
    start: int = 0,
    first: Collection[int] = (),
) -> list[int]:
    """Ids in order of date, ``size`` of them from the place ``start`` (all: -1); those in
    ``first`` before the others. Articles without a date come last in either direction."""
    direction = "asc" if oldest else "desc"
    preferred = "id not in (select value from json_each(:first))," if first else ""
    return [
        row[0]
        for row in conn.execute(
            f"select id from temp.matched order by {preferred}"
            f" published_at is null, published_at {direction}, id {direction}"
            " limit :size offset :start",
            {"first": json.dumps(list(first)), "size": size, "start": start},
        )
    ]


def facets(conn: sqlite3.Connection, scale: float = 1.0) -> Facets:
    """Counts by every filter, times ``scale`` where the table is a sample."""
    found: Facets = {}
    # A site has one or two provinces: grouping by all three costs little more than by one.
    places = ("site", "province", "province_2025")
    grouped = conn.execute(
        f"select count(*), {', '.join(places)} from temp.matched group by 2, 3, 4"
    ).fetchall()
    for place, name in enumerate(places, 1):
        counts: dict[str, int] = {}
        for row in grouped:
            counts[row[place]] = counts.get(row[place], 0) + row[0]
        found[name] = _told(name, counts, scale)
    found["unit"] = _told("unit", _counts(conn, "unit"), scale)
    months = _counts(conn, "substr(published_at, 1, 7)")
    years: dict[str, int] = {}
    for month, articles in months.items():
        years[month[:4]] = years.get(month[:4], 0) + articles
    found["month"] = _told("month", months, scale)
    found["year"] = _told("year", years, scale)
    step = max(-(-count(conn) // TOPIC_SAMPLE), 1)
    topics = conn.execute(
        "select t.topic, count(*) from temp.matched m"
        " cross join article_topics t indexed by article_topics_by_article"
        f" on t.article_id = m.id where m.rowid % {step} = 0 group by t.topic"
    ).fetchall()
    found["topic"] = _told("topic", dict(topics), scale * step)
    return found


def _counts(conn: sqlite3.Connection, expression: str) -> dict[str, int]:
    return dict(
        conn.execute(
            f"select {expression} as value, count(*) from temp.matched"
            " where value > '' group by value"
        ).fetchall()
    )


def _told(name: str, counts: dict[str, int], scale: float = 1.0) -> list[tuple[str, int]]:
    """The most frequent first; years and months in order of time, newest first."""
    items = [
        (key, max(int(count * scale), 1))
        for key, count in counts.items()
        if key and len(key) <= LONGEST
    ]
    if name in ("year", "month"):
        return sorted(items, reverse=True)
    return nsmallest(FACET_VALUES, items, key=lambda item: (-item[1], item[0]))


def sample_reach(conn: sqlite3.Connection, size: int) -> tuple[int, float]:
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
        facets[name] = _told(name, {key: count for key, count in rows})
    return facets
