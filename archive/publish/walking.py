"""Going through articles by date, a page at a time, from wherever the last page ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field

from archive.publish.filters import Filters, by_date
from archive.publish.parts import Part

WALK = 1_500
"""Articles that one page asks the full-text index about; about 60 microseconds each."""
WALK_AMONG = 20_000
"""Articles that one page looks up in a set."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the order by date: the last article that was shown or looked at."""

    published_at: str
    id: int

    def __str__(self) -> str:
        return f"{self.published_at}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """A cursor as ``str`` wrote it; None for any other text."""
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
    at_least: bool = False
    """Whether there are ``total`` or more, where no more than that is known."""
    part: Part | None = None
    """The part of the archive that was looked through, where that is not all of it."""
    next_start: int = 0
    """Where the next part begins, after the last page of this one; 0 where none follows."""


Verdict = Callable[[int], bool | None]
"""Whether the article with an id is wanted; None ends the walk there."""


def probe(index: str, match: str, first: Sequence[str], key: str) -> tuple[str, dict[str, object]]:
    """SQL that asks whether the article ``key`` matches, and its parameters.

    SQLite stops at the first condition that fails, so that most articles cost one word.
    """
    values = {f"match_{number}": text for number, text in enumerate((*first, match))}
    conditions = (
        f"exists (select 1 from {index} where {index} match :{name} and rowid = {key})"
        for name in values
    )
    return " and ".join(conditions), dict(values)


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
    first: Sequence[str] = (),
    passes: Verdict | None = None,
    narrow: str = "",
) -> Found:
    """A page of articles in order of date, from a cursor, looking at ``limit`` at most.

    Only those that ``match`` in the full-text ``index``, or that are ``among`` some ids, or for
    which ``passes`` says yes, where these are given; where it says None, the walk ends there and
    goes on from there. The words in ``first`` (expressions that
    every match fulfils) are asked about before ``match``; before these ``narrow``, another such
    expression, is looked for once, in the index as a whole. Articles without a date come last in
    either direction. ``total`` is left at -1.
    """
    limit = limit or (WALK if among is None else WALK_AMONG)
    verdict = _verdict(among, passes)
    shown = _Shown(size, cursor)
    looked_at = 0
    phases = (False, True) if cursor is None or cursor.published_at else (True,)
    for undated in phases:
        budget = limit - looked_at
        inner, done, parameters = _stretch(filters, cursor, undated, oldest, budget)
        where, more = filters.conditions("n", skip={done, "period"})
        asked, words = probe(index, match, first, "n.id") if index else ("1", {})
        if narrow:
            asked = (
                f"n.id in (select rowid from {index} where {index} match :narrow"
                f" and +rowid in (select id from ({inner}))) and {asked}"
            )
            words["narrow"] = narrow
        parameters |= {**more, **words}
        outer = (
            f"select n.id, n.published_at from ({inner}) d"
            " cross join articles n indexed by articles_narrow on n.id = d.id"
            f" where {where} and {asked}"
            f" limit {size + 1 - len(shown.ids) if verdict is None else -1}"
        )
        found = shown.take(conn.execute(outer, parameters), verdict)
        if found is not None:
            return found
        end = conn.execute(
            f"select id, published_at from ({inner}) limit 1 offset {budget - 1}", parameters
        ).fetchone()
        if end is not None:
            reached = Cursor(end[1] or "", end[0])
            return Found(shown.ids, -1, False, "", more=True, cursor=reached, stopped_early=True)
        looked_at += conn.execute(f"select count(*) from ({inner})", parameters).fetchone()[0]
        if looked_at >= limit:
            break
    return Found(shown.ids, -1, False, "")


def _verdict(among: Set[int] | None, passes: Verdict | None) -> Verdict | None:
    """What is asked of each article in Python: whether it is ``among`` some and ``passes``."""
    if among is None:
        return passes
    return lambda key: key in among and (passes is None or passes(key))


def _stretch(
    filters: Filters, cursor: Cursor | None, undated: bool, oldest: bool, budget: int
) -> tuple[str, str, dict[str, object]]:
    """A select of (id, published_at), in order, from behind the cursor, ``budget`` rows at most;
    the name of the filter that it has applied; its parameters."""
    sql, done, values = by_date(filters, undated=undated)
    sign, direction = (">", "asc") if oldest else ("<", "desc")
    parameters: dict[str, object] = dict(values)
    if cursor is not None and bool(cursor.published_at) != undated:
        key = "article_id" if done == "topic" else "id"
        parameters |= {"last_at": cursor.published_at, "last_id": cursor.id}
        behind = f"{key} {sign} :last_id"
        if not undated:
            # The first comparison uses the index; the second drops the cursor's own moment.
            behind = f"published_at {sign}= :last_at and (published_at {sign} :last_at or {behind})"
        sql += f" and {behind}"
    ordered = f"{sql} order by published_at {direction}, id {direction} limit {budget}"
    return ordered, done, parameters


class _Shown:
    """The page as it fills: ``ids``, and the last article that was shown or looked at."""

    def __init__(self, size: int, cursor: Cursor | None) -> None:
        self.ids: list[int] = []
        self._size = size
        self._last = self._seen = cursor

    def take(self, rows: Iterable[tuple[int, str]], verdict: Verdict | None) -> Found | None:
        """Fill it from rows in order; what was found, where it is full or is to end there."""
        for key, moment in rows:
            passed = True if verdict is None else verdict(key)
            if passed is None:
                return Found(
                    self.ids, -1, False, "", more=True, cursor=self._seen, stopped_early=True
                )
            self._seen = Cursor(moment or "", key)
            if not passed:
                continue
            if len(self.ids) == self._size:
                return Found(self.ids, -1, False, "", more=True, cursor=self._last)
            self.ids.append(key)
            self._last = self._seen
        return None
