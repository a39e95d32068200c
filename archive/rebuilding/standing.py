"""Does what a database says of a capture stand: is it what the capture, read anew, would write?

Only of captures whose rows hang together in the plain way, which ``archive.rebuilding.tangled``
sees to beforehand: there every row of an article follows from its captures one by one, and from
the order of their times. Each capture answers for its own row, for the revision that shows it and
for the absence that it is named for; the capture that an article was read from for the article,
its media and the list of its revisions.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.article_rows import article_row, capture_row, media_rows, unreadable_row
from archive.articles import absence
from archive.database import article_id
from archive.history import REVISED_FIELDS, changed_fields, revision_text, timeline
from archive.rebuilding.bulk_load import Read
from archive.records import Article, Site, Unreadable
from archive.vietnamese.provinces import PROVINCE_2025

PLACE = (
    "crawl", "warc_file", "warc_offset", "warc_length", "payload_bytes", "ip", "etag",
    "last_modified",
)  # fmt: skip
"""Columns of ``captures`` on which no row of an article depends: they can be put right alone."""
SEEN = ("first_seen_at", "last_seen_at", "last_checked_at", "gone_at", "gone_reason", "revisions")
"""Columns of ``articles`` as ``archive.history.Timeline.seen`` has them."""
_SAID = ("outcome", "detail", "article_id", "content_hash")
_REVISION = ("number", "capture_id", "content_hash", "seen_at", "changed", *REVISED_FIELDS)
_MEDIA = {
    "images": ("article_id", "position", "url", "caption", "credit", "alt"),
    "attachments": ("article_id", "position", "url", "title"),
}
_UNREADABLE = ("address", "url", "site", "reason", "detail", "capture_id", "seen_at")
_TOGETHER = 100
"""Captures that are looked up at a time: long texts are in memory twice."""

Row = Any
"""A row by the names of its columns: sqlite3.Row."""
Provinces = Mapping[str, tuple[str, str]]
"""Of each site its province before and since 2025."""


@dataclass(slots=True)
class Judged:
    """Captures read anew, by what has to be done about them."""

    stand: list[str] = field(default_factory=list)
    """Ids of those whose rows are as they would be written."""
    placed: list[dict[str, Any]] = field(default_factory=list)
    """``id`` and ``PLACE`` of those that stand, but for where their record is."""
    elsewhere: list[str] = field(default_factory=list)
    """Ids of those that stand as far as can be told before their payload is read."""
    others: list[Read] = field(default_factory=list)


def provinces_of(sites: Iterable[Site]) -> dict[str, tuple[str, str]]:
    return {site.name: (site.province, PROVINCE_2025.get(site.province, "")) for site in sites}


def judge(db: sqlite3.Connection, reads: Sequence[Read], provinces: Provinces) -> Judged:
    """Compare captures with a database; only reads. Raises sqlite3.Error.

    ``extractor`` of an article is not compared: that another version has read the same is one
    statement for all. Of several with one id the first counts.
    """
    judged = Judged()
    reads = list({read.capture.id: read for read in reversed(reads)}.values())[::-1]
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    for at in range(0, len(reads), _TOGETHER):
        _Stands(cursor, reads[at : at + _TOGETHER], provinces).judge(judged)
    return judged


class _Stands:
    """What the database says of some captures, and whether that is so."""

    def __init__(self, cursor: sqlite3.Cursor, reads: Sequence[Read], provinces: Provinces) -> None:
        self._cursor = cursor
        self._reads = reads
        self._provinces = provinces
        ids = [read.capture.id for read in reads]
        self._captures = {row["id"]: row for row in self._in("captures", "id", ids)}
        keys = list(
            {row["article_id"] for row in self._captures.values() if row["content_hash"]} - {None}
        )
        self._articles: dict[int, Row] = {
            row["id"]: row for row in self._in("articles", "id", keys, "capture_id", ids)
        }
        shown = list(self._articles)
        self._media = {table: self._grouped(table, shown, "position") for table in _MEDIA}
        self._revisions = self._grouped("revisions", keys, "number")
        self._histories = self._grouped("captures", shown, "fetched_at, id")
        self._unreadable = {
            row["address"]: row
            for row in self._in("unreadable", "address", [read.address for read in reads])
        }

    def _in(
        self, table: str, column: str, values: Sequence[Any], also: str = "", those: Any = ()
    ) -> list[Row]:
        sql = f"select * from {table} where {column} in ({', '.join('?' * len(values))})"
        if also:
            sql += f" and {also} in ({', '.join('?' * len(those))})"
        return self._cursor.execute(sql, (*values, *those)).fetchall()

    def _grouped(self, table: str, keys: Sequence[int], order: str) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = {}
        marks = ", ".join("?" * len(keys))
        for row in self._cursor.execute(
            f"select * from {table} where article_id in ({marks}) order by article_id, {order}",
            keys,
        ):
            found.setdefault(row["article_id"], []).append(row)
        return found

    def judge(self, judged: Judged) -> None:
        for read in self._reads:
            key = read.capture.id
            row = self._captures.get(key)
            wanted = capture_row(read.capture, read.address, read.leads_to)
            astray = {name for name in wanted if row is None or row[name] != wanted[name]}
            if row is None or astray - set(PLACE) or not self._says(row, read):
                judged.others.append(read)
                continue
            if astray:
                judged.placed.append({name: wanted[name] for name in ("id", *PLACE)})
            (judged.elsewhere if read.elsewhere else judged.stand).append(key)

    def _says(self, row: Row, read: Read) -> bool:
        """Whether all that follows from what a capture says is there."""
        if row["outcome"] is None:
            return False
        if read.elsewhere:
            return True
        if isinstance(read.outcome, Article):
            return self._article(row, read, read.outcome)
        word, detail = absence(read.capture, read.outcome)
        if (row["outcome"], row["detail"], row["content_hash"]) != (word, detail, None):
            return False
        return self._absence(row, read, read.outcome)

    def _absence(self, row: Row, read: Read, outcome: Unreadable | None) -> bool:
        stands = self._unreadable.get(read.address)
        if not read.expected or outcome is None or row["article_id"] is not None:
            return stands is None or stands["capture_id"] != read.capture.id
        if stands is None:
            return False
        wanted = unreadable_row(read.address, read.capture, outcome)
        if stands["capture_id"] == read.capture.id:
            return all(stands[name] == wanted[name] for name in _UNREADABLE)
        latest = (stands["seen_at"], stands["capture_id"])
        return bool(latest >= (wanted["seen_at"], wanted["capture_id"]))

    def _article(self, row: Row, read: Read, article: Article) -> bool:
        key = article_id(read.article_address)
        word = "article" if article.variant == "main" else "print"
        if tuple(row[name] for name in _SAID) != (word, "", key, read.content_hash):
            return False
        text = revision_text(article)
        for revision in self._revisions.get(key, ()):
            if revision["capture_id"] == read.capture.id and any(
                revision[name] != text[name] for name in REVISED_FIELDS
            ):
                return False
        stands = self._articles.get(key)
        return stands is None or self._shown(stands, key, read, article)

    def _shown(self, stands: Row, key: int, read: Read, article: Article) -> bool:
        """Whether the article that shows this capture is as it would be written."""
        provinces = self._provinces.get(read.capture.site, ("", ""))
        digest = read.content_hash
        wanted = article_row(key, read.capture, article, digest, stands["extractor"], provinces)
        history = [
            (row["id"], row["fetched_at"], row["outcome"], row["content_hash"], row["address"])
            for row in self._histories.get(key, ())
            if row["outcome"] is not None
        ]
        seen, steps = timeline(history, key)
        wanted |= zip(SEEN, seen, strict=True)
        if any(stands[name] != value for name, value in wanted.items()):
            return False
        for table, rows in media_rows(key, article).items():
            found = self._media[table].get(key, [])
            if [tuple(row[name] for name in _MEDIA[table]) for row in found] != [
                tuple(row.values()) for row in rows
            ]:
                return False
        return self._stepped(self._revisions.get(key, []), steps)

    def _stepped(self, revisions: list[Row], steps: list[tuple[str, str, str]]) -> bool:
        found = [tuple(row[name] for name in _REVISION[:5]) for row in revisions]
        wanted = []
        previous: Row | None = None
        for number, (step, row) in enumerate(zip(steps, revisions, strict=False), 1):
            wanted.append((number, *step, json.dumps(changed_fields(row, previous))))
            previous = row
        return found == wanted and len(revisions) == len(steps)
