"""Captures without an outcome: revisits, which have to be read with another record's payload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from archive.database import transaction
from archive.records import Capture
from archive.rows import fetch_one


@dataclass(frozen=True, slots=True)
class Place:
    """A capture and where the record with its payload begins; ``file`` is "" where none does."""

    capture: Capture
    file: str
    offset: int = 0


_TOGETHER = 100
_HOLDERS = (
    "select warc_file, warc_offset from captures where id = ? and record_type = 'response'",
    "select warc_file, warc_offset from captures where payload_digest = ?"
    " and record_type = 'response' and status = 200 and truncated = '' order by fetched_at, id",
)


def awaiting(
    db: Database, among: str = "captures", *, settled: bool = False
) -> Iterator[list[Place]]:
    """The captures that are not settled, some hundred at a time, in the order of their payloads.

    ``among``: a table whose ``id`` a capture must have. ``settled``: those that are, to be read
    once more. The list is kept in a table that goes with the connection, and on the disk where it
    is long: memory stays flat. What is taken out of the database meanwhile is left out.
    """
    _list(db, among, "is not null" if settled else "is null")
    last: tuple[str, int, str] = ("", -1, "")
    while found := db.conn.execute(
        "select file, place, id from awaited where (file, place, id) > (?, ?, ?)"
        f" order by file, place, id limit {_TOGETHER}",
        last,
    ).fetchall():
        last = found[-1]
        places = ((_capture(db, key), file, offset) for file, offset, key in found)
        yield [Place(capture, file, at) for capture, file, at in places if capture is not None]


def _list(db: Database, among: str, outcome: str) -> None:
    with transaction(db):
        db.conn.execute("drop table if exists temp.awaited")
        db.conn.execute(
            "create temp table awaited (file text, place integer, id text,"
            " primary key (file, place, id)) without rowid"
        )
        found = db.conn.execute(
            f"select id, refers_to, payload_digest from captures where outcome {outcome}"
            f" and id in (select id from {among})"
        )
        while rows := found.fetchmany(_TOGETHER):
            db.conn.executemany(
                "insert into awaited values (?, ?, ?)",
                [(*_holder(db, refers_to, digest), key) for key, refers_to, digest in rows],
            )


def _capture(db: Database, key: str) -> Capture | None:
    row = fetch_one(db, "select * from captures where id = ?", key)
    if row is None:
        return None
    return Capture(
        id=row["id"],
        url=row["url"],
        site=row["site"],
        crawl=row["crawl"],
        fetched_at=datetime.fromisoformat(row["fetched_at"]).astimezone(UTC),
        status=row["status"],
        content_type=row["content_type"],
        record_type=row["record_type"],
        warc_file=row["warc_file"],
        offset=row["warc_offset"],
        length=row["warc_length"],
        payload_digest=row["payload_digest"],
        payload_bytes=row["payload_bytes"],
        ip=row["ip"],
        truncated=row["truncated"],
        location=row["location"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        refers_to=row["refers_to"],
    )


def _holder(db: Database, refers_to: str, digest: str) -> tuple[str, int]:
    for query, value in zip(_HOLDERS, (refers_to, digest), strict=True):
        row = db.conn.execute(f"{query} limit 1", (value,)).fetchone()
        if row is not None:
            return str(row[0]), int(row[1])
    return "", 0
