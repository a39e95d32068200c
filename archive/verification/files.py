"""Is a WARC file whole, and does each of its records say what its row says, and its row no more?

Each file is looked at by itself, so that several processes can share the work. The rows are those
of one moment, at which their records were on the disk.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from archive.database import ArchiveError, precise_timestamp
from archive.read_only import reading
from archive.records import Capture
from archive.warc.check import Report, check_file
from archive.warc.file import OPEN_SUFFIX
from archive.warc.reader import WarcError, WarcRecord, capture_of, read_records

Severity = Literal["damage", "note"]

COMPARED = (
    "url",
    "crawl",
    "fetched_at",
    "status",
    "content_type",
    "record_type",
    "warc_offset",
    "warc_length",
    "payload_digest",
    "payload_bytes",
    "ip",
    "truncated",
    "location",
    "etag",
    "last_modified",
    "refers_to",
)
"""Columns of ``captures`` that a record gives back."""

STRANGE_VALUES = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
"""What reading on may lead to where a damaged row gives values of another kind."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. A "note" is worth knowing and harms nothing."""

    severity: Severity
    where: str
    """A file (``warc/<name>``) or a table of the database (``captures``)."""
    problem: str
    offset: int | None = None
    """Byte in the file, where it lies in one."""
    key: str = ""
    """Record id, or key of the row."""

    def __str__(self) -> str:
        place = self.where
        place += f", byte {self.offset}" if self.offset is not None else ""
        place += f", {self.key}" if self.key else ""
        return f"{self.severity}: {place}: {self.problem}"


@dataclass(slots=True)
class FileChecked:
    """What was found in one WARC file."""

    findings: list[Finding] = field(default_factory=list)
    whole: bool = False
    """It could be read; False for one that is gone or that the disk does not give."""
    bytes: int = 0
    records: int = 0
    digests: int = 0


def cannot_be_read_further(error: Exception) -> Finding:
    problem = f"cannot be read further: {type(error).__name__}: {error}"
    return Finding("damage", "archive.db", problem)


def check_warc(data: Path, name: str, *, with_rows: bool = True) -> FileChecked:
    """Check the file ``warc/<name>`` of an archive, against its rows if ``with_rows``."""
    if with_rows:
        try:
            with reading(data) as db:
                db.row_factory = sqlite3.Row
                db.execute("begin")
                db.execute("select 1 from captures limit 1").fetchone()
                return _checked(db, data, name)
        except (ArchiveError, sqlite3.DatabaseError, *STRANGE_VALUES) as error:
            found = _checked(None, data, name)
            found.findings.append(cannot_be_read_further(error))
            return found
    return _checked(None, data, name)


def _checked(db: sqlite3.Connection | None, data: Path, name: str) -> FileChecked:
    found = FileChecked()
    found.findings += _File(db, found).check(name, data / "warc" / name)
    return found


class _File:
    """Checks a file against the rows of one moment."""

    def __init__(self, db: sqlite3.Connection | None, checked: FileChecked) -> None:
        self._db = db
        self._checked = checked

    def check(self, name: str, path: Path) -> Iterator[Finding]:
        where = f"warc/{name}"
        is_open = name.endswith(OPEN_SUFFIX)
        try:
            report = check_file(path)
        except WarcError as error:
            if path.exists() or not is_open:
                yield Finding("damage", where, error.problem)
            return  # Closed under another name since the folder was listed.
        checked = self._checked
        checked.whole = True
        checked.bytes += report.size
        checked.records += sum(report.records.values())
        checked.digests += report.digests
        written_to = is_open and _has_writer(path)
        for found in report.findings:
            severity: Severity = "note" if found.kind == "note" else "damage"
            if is_open and found.kind == "truncated":
                severity = "note"
            if found.kind == "header" and name.startswith("imported/"):
                severity = "note"  # Odd where it was written, and not by any damage.
            yield Finding(severity, where, found.problem, found.offset, found.record_id)
        if is_open:
            yield Finding("note", where, "being written" if written_to else _LEFT_OPEN)
        if self._db is not None:
            name = name.removesuffix(OPEN_SUFFIX)
            if not is_open:
                yield from self._registered(name, where, report)
            yield from self._revisits(name, where, report)
            yield from self._rows(name, path, where, report, is_open)

    def _registered(self, name: str, where: str, report: Report) -> Iterator[Finding]:
        assert self._db is not None
        row = self._db.execute("select * from warc_files where name = ?", (name,)).fetchone()
        if row is None:
            yield Finding("note", where, "not taken into the database yet")
            return
        found = {
            "sha256": (row["sha256"], report.sha256),
            "bytes": (row["bytes"], report.size),
            "records": (row["records"], sum(report.records.values())),
        }
        for what, (noted, is_now) in found.items():
            if noted != is_now:
                yield Finding("damage", where, f"{what} was {noted} and is {is_now}", key=what)

    def _origins(self, name: str, where: str, crawls: str) -> Iterator[Finding]:
        """What is registered of where the file comes from, against its name and its records."""
        assert self._db is not None
        row = self._db.execute(
            "select crawl, origin from warc_files where name = ?", (name,)
        ).fetchone()
        if row is not None:
            for what, wanted in (("crawl", crawls), ("origin", _origin_of(name))):
                if row[what] != wanted:
                    problem = f"{what} was {row[what]!r} and is {wanted!r}"
                    yield Finding("damage", where, problem, key=what)

    def _revisits(self, name: str, where: str, report: Report) -> Iterator[Finding]:
        assert self._db is not None
        severity: Severity = "note" if name.startswith("imported/") else "damage"
        for revisit in report.revisits:
            target = self._db.execute(
                "select record_type, payload_digest from captures where id = ?",
                (revisit.refers_to,),
            ).fetchone()
            if target is None:
                held = self._db.execute(
                    "select 1 from captures where payload_digest = ? and record_type = 'response'",
                    (revisit.payload_digest,),
                ).fetchone()
                if not held or revisit.refers_to:
                    problem = "the record that this revisit refers to is not in the archive"
                    found = "note" if held else severity
                    yield Finding(found, where, problem, revisit.offset, revisit.record_id)
            elif target["payload_digest"] != revisit.payload_digest and revisit.payload_digest:
                problem = "the record that this revisit refers to has another payload"
                yield Finding("damage", where, problem, revisit.offset, revisit.record_id)

    def _without_row(self, name: str, record: WarcRecord, where: str) -> Finding:
        """A record that no row of captures names: one of its copies, or a twin, may have it."""
        assert self._db is not None
        same_id = self._db.execute(
            "select warc_file, warc_offset from captures where id = ?", (record.id,)
        ).fetchone()
        if same_id is not None:
            problem = "no row: {} has a record of the same id at byte {}".format(*same_id)
            return Finding("note", where, problem, record.offset, record.id)
        capture = capture_of(record, name, "", "")
        same = self._db.execute(
            "select warc_file from captures where url = ? and fetched_at = ?"
            " and payload_digest = ? and status = ?",
            (
                capture.url,
                precise_timestamp(capture.fetched_at),
                capture.payload_digest,
                capture.status,
            ),
        ).fetchone()
        if same is not None:
            problem = f"the same capture as one in {same['warc_file']}"
            return Finding("note", where, problem, record.offset, record.id)
        problem = "no row in captures: rebuild the database to have it"
        return Finding("damage", where, problem, record.offset, record.id)

    def _rows(
        self, name: str, path: Path, where: str, report: Report, is_open: bool
    ) -> Iterator[Finding]:
        """Every row against its record, and every record against its row."""
        assert self._db is not None
        by_id = {record_id: offset for offset, record_id in report.ids}
        crawls: set[str] = set()
        rows = {
            row["id"]: row
            for row in self._db.execute(
                f"select id, site, {', '.join(COMPARED)} from captures where warc_file = ?",
                (name,),
            )
        }
        for capture_id, row in rows.items():
            if capture_id not in by_id:
                problem = f"no such record in {where} (the row says byte {row['warc_offset']})"
                yield Finding("damage", "captures", problem, key=capture_id)
        try:
            for record in read_records(path, types=("response", "revisit")):
                found = rows.pop(record.id, None)
                crawl = _crawl_of(record, name)
                if not record.unusable:
                    crawls.add(crawl)
                if found is not None:
                    capture = capture_of(record, name, found["site"], crawl)
                    yield from _differences(found, capture, where)
                elif record.unusable:
                    problem = f"no capture, and without a row: {record.unusable}"
                    yield Finding("note", where, problem, record.offset, record.id)
                elif not is_open:
                    yield self._without_row(name, record, where)
            if crawls and not is_open:
                yield from self._origins(name, where, ",".join(sorted(crawls)))
        except (WarcError, OSError):
            # Named already. What lies behind the damage is compared by its offset alone.
            for capture_id, row in rows.items():
                offset = by_id.get(capture_id, row["warc_offset"])
                if offset != row["warc_offset"]:
                    problem = f"warc_offset is {row['warc_offset']}; the record is at {offset}"
                    yield Finding("damage", "captures", problem, key=capture_id)


_LEFT_OPEN = "left open by a crawl that was broken off; the next crawl closes it"


def _origin_of(name: str) -> str:
    """The name under which an imported file came: it follows the digest in its own."""
    return name.partition("-")[2] if name.startswith("imported/") else ""


def _crawl_of(record: WarcRecord, name: str) -> str:
    """The crawl that a record's warcinfo names; of files from elsewhere, the import."""
    if record.warcinfo.get("site") and record.warcinfo.get("isPartOf"):
        return str(record.warcinfo["isPartOf"])
    return f"import {_origin_of(name) or name}"


def _differences(row: sqlite3.Row, capture: Capture, where: str) -> Iterator[Finding]:
    said = {name: getattr(capture, name, None) for name in COMPARED}
    said["fetched_at"] = precise_timestamp(capture.fetched_at)
    said["warc_offset"], said["warc_length"] = capture.offset, capture.length
    for name, value in said.items():
        if row[name] != value:
            problem = f"{name} is {row[name]!r}; the record in {where} says {value!r}"
            yield Finding("damage", "captures", problem, key=row["id"])


def _has_writer(path: Path) -> bool:
    """Does a process hold the lock that the writer of an open file holds?"""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
