"""Which capture answers for an address at a time, and where its payload lies."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from archive.records import VIETNAM
from archive.warc.file import OPEN_SUFFIX
from archive.warc.reader import WarcError, WarcRecord, read_page_at

COLUMNS = (
    "id, url, site, fetched_at, status, content_type, record_type, warc_file, warc_offset,"
    " payload_digest, payload_bytes, truncated, location, refers_to, outcome, article_id"
)
MAX_LISTED = 500
"""Captures of one address that a list shows."""


class ReplayError(Exception):
    """A capture that cannot be shown; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Held:
    """A row of ``captures``, as far as replay needs it. Times are aware."""

    id: str
    url: str
    site: str
    fetched_at: datetime
    status: int
    content_type: str
    record_type: str
    warc_file: str
    offset: int
    payload_digest: str
    payload_bytes: int
    truncated: str
    location: str
    refers_to: str
    outcome: str
    article_id: int | None

    @property
    def stamp(self) -> str:
        """Fourteen digits, UTC, as replay tools write a time."""
        return self.fetched_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def capture_by_id(db: sqlite3.Connection, capture_id: str) -> Held | None:
    """The capture of this id; None where there is none."""
    row = db.execute(f"select {COLUMNS} from captures where id = ?", (capture_id,)).fetchone()
    return _held(row) if row else None


def captures_of(db: sqlite3.Connection, url: str) -> tuple[int, list[Held]]:
    """How many captures an address has, and the newest of them (``MAX_LISTED`` at most)."""
    for known in spellings(url):
        count = db.execute("select count(*) from captures where url = ?", (known,)).fetchone()[0]
        if count:
            rows = db.execute(
                f"select {COLUMNS} from captures where url = ?"
                " order by fetched_at desc, id limit ?",
                (known, MAX_LISTED),
            )
            return count, [_held(row) for row in rows]
    return 0, []


def nearest(
    db: sqlite3.Connection, url: str, moment: datetime, *, resource: bool = False
) -> Held | None:
    """The capture of an address nearest in time to ``moment``.

    An answer that showed something (200 to 399) goes before an error, however near, and a whole
    one before one that was cut off. A 304 showed nothing. With ``resource`` errors do not count
    at all: a picture is there or it is not.
    """
    for known in spellings(url):
        shown = "status between 200 and 399 and status <> 304"
        found = _nearest(db, known, moment, f"{shown} and truncated = ''")
        found = found or _nearest(db, known, moment, shown)
        if found is None and not resource:
            found = _nearest(db, known, moment, "status <> 304")
        if found is not None:
            return found
    return None


def spellings(url: str) -> list[str]:
    """The address itself first, then others under which the same thing may have been captured.

    >>> spellings("http://example.vn/tin")
    ['http://example.vn/tin', 'https://example.vn/tin', 'http://example.vn/tin/']
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return [url]
    other = {"http": "https", "https": "http"}.get(parts.scheme)
    found = [url]
    if other:
        found.append(urlunsplit(parts._replace(scheme=other)))
    path = parts.path
    if path.endswith("/") and path != "/":
        found.append(urlunsplit(parts._replace(path=path[:-1])))
    elif path and not path.endswith("/") and "." not in path.rpartition("/")[2]:
        found.append(urlunsplit(parts._replace(path=path + "/")))
    elif not path:
        found.insert(0, urlunsplit(parts._replace(path="/")))
    return found


def payload_capture(db: sqlite3.Connection, held: Held) -> Held:
    """The capture whose record holds the payload: itself, or what a revisit refers to.

    Raises ReplayError where a revisit leads nowhere.
    """
    if held.record_type == "response":
        return held
    target = capture_by_id(db, held.refers_to) if held.refers_to else None
    if target is None or target.record_type != "response":
        row = db.execute(
            f"select {COLUMNS} from captures where payload_digest = ? and record_type = 'response'"
            " and truncated = '' order by status = 200 desc, fetched_at limit 1",
            (held.payload_digest,),
        ).fetchone()
        target = _held(row) if row else None
    if target is None:
        raise ReplayError(
            "This capture is a revisit: the server sent what it had sent before. The record of"
            " that earlier answer is not in this archive."
        )
    return target


def read_record(data: Path, held: Held, max_bytes: int) -> WarcRecord:
    """The record that a row names. Raises ReplayError where it is not there as the row says."""
    try:
        record = read_page_at(warc_path(data, held.warc_file), held.offset, max_bytes=max_bytes)
    except (WarcError, OSError) as error:
        problem = error.problem if isinstance(error, WarcError) else error.strerror
        raise ReplayError(
            f"The record cannot be read from {held.warc_file} at byte {held.offset}: {problem}."
        ) from error
    if record.id != held.id:
        raise ReplayError(f"{held.warc_file} holds another record at byte {held.offset}.")
    return record


def warc_path(data: Path, name: str) -> Path:
    """The WARC file of a name, closed or still being written.

    Raises ReplayError for a name that leads out of the folder, or where there is no such file.
    """
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or not name:
        raise ReplayError(f"{name!r} is no name of a WARC file of this archive.")
    closed = data / "warc" / relative
    for path in (closed, closed.with_name(closed.name + OPEN_SUFFIX)):
        if path.is_file():
            return path
    raise ReplayError(f"The WARC file {name} is missing.")


def _nearest(db: sqlite3.Connection, url: str, moment: datetime, which: str) -> Held | None:
    at = moment.astimezone(VIETNAM).isoformat(timespec="microseconds")
    sql = f"select {COLUMNS} from captures where url = ? and {which} and fetched_at"
    found = [
        _held(row)
        for row in (
            db.execute(f"{sql} <= ? order by fetched_at desc, id limit 1", (url, at)).fetchone(),
            db.execute(f"{sql} > ? order by fetched_at, id limit 1", (url, at)).fetchone(),
        )
        if row
    ]
    return min(found, key=lambda held: abs(held.fetched_at - moment), default=None)


def _held(row: tuple[object, ...]) -> Held:
    values = list(row)
    values[3] = datetime.fromisoformat(str(values[3]))
    values[14] = values[14] or ""
    return Held(*values)  # type: ignore[arg-type]
