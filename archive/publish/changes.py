"""What sites changed after publication, or took down: the newest such events of the archive."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Literal

from archive.publish.filters import Filters
from archive.publish.worddiff import Piece, around_changes, word_diff

Kind = Literal["edited", "gone"]
KINDS: tuple[Kind, ...] = ("edited", "gone")

LOOKED_AT = 10_000
"""Newest events of a kind that are looked through for those of a filter."""
TOLD = 10_000
"""Characters of a text that are compared for a feed; the page of revisions compares all."""
_MOST_LINES = 400
_MOST_WORDS = 400
_TEXTS = ("title", "lead", "body", "byline", "published_at")

_ARTICLE = (
    "n.id, n.url, substr(n.title, 1, 300) as title, n.site, n.province, n.unit, n.author,"
    " n.published_at, n.last_seen_at, coalesce(nullif(s.title, ''), n.site) as site_title"
)
_EDITED = """
with looked_at as (select rowid as place, article_id as id, seen_at as at
      from revisions indexed by revisions_by_change
      where number > 1 order by seen_at desc, article_id limit :looked_at),
 chosen as (select l.* from looked_at l {narrow} limit :most)
select r.number, c.at, r.changed, r.content_hash as mark, {article}
from chosen c cross join revisions r on r.rowid = c.place
cross join articles n on n.id = c.id left join sites s on s.name = n.site
order by c.at desc, c.id, r.number desc"""
_GONE = """
with looked_at as (select id, gone_at as at from articles indexed by articles_by_gone
      where gone_at is not null order by gone_at desc, id limit :looked_at),
 chosen as (select l.* from looked_at l {narrow} limit :most)
select 0 as number, c.at, n.gone_reason as reason, {article}
from chosen c cross join articles n on n.id = c.id left join sites s on s.name = n.site
order by c.at desc, c.id"""
# SQLite takes the events in their order, so that it may stop where enough of them pass.
_NARROW = "cross join articles n indexed by articles_narrow on n.id = l.id where {where}"


@dataclass(slots=True)
class Difference:
    """One field that differs: changed paragraphs and what stands around them, None for what is
    left out; no lines at all where they are too long to be told."""

    name: str
    lines: list[list[Piece] | None]


@dataclass(slots=True)
class Change:
    """An article that was edited or taken down.

    ``at``: when the archive found that, ISO 8601. ``row``: columns of the article, with its
    site's title. ``parts``: names of the fields that an edit changed ("media" for pictures and
    files), ``differences`` what it changed of their texts, ``before`` when the version before was
    first seen. ``evidence``: the capture that shows a takedown, as a row of ``captures``, empty
    where there is none; ``reason`` the sign it gave (``archive.history.GONE``).
    """

    kind: Kind
    at: str
    row: dict[str, Any]
    number: int = 0
    mark: str = ""
    parts: tuple[str, ...] = ()
    before: str = ""
    differences: tuple[Difference, ...] = ()
    reason: str = ""
    evidence: dict[str, Any] | None = None


def newest_changes(
    conn: sqlite3.Connection, filters: Filters, kinds: tuple[Kind, ...], most: int
) -> list[Change]:
    """The newest events of these kinds, with what they changed or what shows them.

    Of each kind the newest ``LOOKED_AT`` are looked through for articles that pass ``filters``.
    An article that came back is no takedown any more.
    """
    where, values = filters.conditions("n")
    # Long texts are touched only of the events that are told.
    narrow = _NARROW.format(where=where) if filters else ""
    looked_at = LOOKED_AT if filters else most
    found: list[Change] = []
    for kind in kinds:
        sql = (_EDITED if kind == "edited" else _GONE).format(article=_ARTICLE, narrow=narrow)
        for row in _rows(conn, sql, {**values, "looked_at": looked_at, "most": most}):
            found.append(Change(kind, row["at"], row, row["number"]))
    found.sort(key=lambda change: (change.at, change.row["id"], change.number), reverse=True)
    for change in found[:most]:
        if change.kind == "edited":
            _compare(conn, change)
        else:
            _find_evidence(conn, change)
    return found[:most]


def _compare(conn: sqlite3.Connection, change: Change) -> None:
    change.mark = change.row["mark"]
    change.parts = tuple(str(name) for name in json.loads(change.row["changed"]))
    texts = ", ".join(f"substr({name}, 1, {TOLD + 1}) as {name}" for name in _TEXTS)
    versions = _rows(
        conn,
        f"select seen_at, {texts} from revisions"
        " where article_id = :id and number between :number - 1 and :number order by number",
        {"id": change.row["id"], "number": change.number},
    )
    if len(versions) < 2:
        return
    old, new = versions
    change.before = old["seen_at"]
    change.differences = tuple(
        Difference(name, told_difference(str(old[name] or ""), str(new[name] or "")))
        for name in _TEXTS
        if name in change.parts
    )


def told_difference(old: str, new: str) -> list[list[Piece] | None]:
    """What differs between two texts, with a paragraph around it; [] where that is too much to be
    told, or takes too long to be found.

    >>> [[piece.text for piece in line] for line in told_difference("Có 12 em", "Có 15 em")]
    [['Có ', '12', '15', ' em']]
    """
    if max(len(old), len(new)) > TOLD or max(old.count("\n"), new.count("\n")) > _MOST_LINES:
        return []
    return around_changes(word_diff(old, new, most_words=_MOST_WORDS))


def _find_evidence(conn: sqlite3.Connection, change: Change) -> None:
    change.reason = change.row["reason"]
    rows = _rows(
        conn,
        "select id, url, fetched_at, status, warc_file, warc_offset from captures"
        " where address in (select address from article_addresses where article_id = :id)"
        " and fetched_at >= :moment and outcome = :reason order by fetched_at, id limit 1",
        # To the second, as the article has it; captures are told to the microsecond.
        {"id": change.row["id"], "moment": change.at[:19], "reason": change.reason},
    )
    change.evidence = rows[0] if rows else {}


def _rows(conn: sqlite3.Connection, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    cursor = conn.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
