"""Is everything that the archive keeps whole, and does every row say what its record says?

Two halves: the WARC files, read from end to end, and the database, read row by row. Nothing is
ever written or repaired; damage is named, with the place where it lies.

What the usual tools miss is found here: a file cut inside its last record, payload digests taken
after transfer decoding, rows that no longer fit their records.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.database import BUSY_TIMEOUT_MS, ArchiveError, precise_timestamp
from archive.read_only import reading
from archive.records import Capture
from archive.verify_database import check_database
from archive.warc.check import Report, check_file
from archive.warc.file import OPEN_SUFFIX
from archive.warc.reader import WarcError, WarcRecord, capture_of, read_records

Severity = Literal["damage", "note"]
WARC_SUFFIXES = (".warc", ".warc.gz")

COMPARED = (
    "url",
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

_STRANGE_VALUES = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
"""What reading on may lead to where a damaged row gives values of another kind."""
_FRONTIER_REMEDY = "delete the file, and crawl with --walk-all to ask for what it held"

Watch = Callable[[str], None]
"""Called with what is looked at next: a file's name, or a part of the database."""


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
class Checked:
    """What was looked at, and what came of it; filled while ``verify`` runs."""

    files: int = 0
    bytes: int = 0
    records: int = 0
    digests: int = 0
    captures: int = 0
    articles: int = 0
    damaged: int = 0
    notes: int = 0

    @property
    def ok(self) -> bool:
        return not self.damaged


def verify(
    data: Path, *, checked: Checked | None = None, watch: Watch | None = None
) -> Iterator[Finding]:
    """Look through an archive; yields what is wrong, as it is found.

    A crawl may go on meanwhile: the rows are those of one moment, and their records were on the
    disk before them. Raises ArchiveError where there is no archive to look at.
    """
    checked = checked if checked is not None else Checked()
    if not (data / "archive.db").exists() and not (data / "warc").is_dir():
        raise ArchiveError(f"There is no archive in {data}.")
    for finding in _verify(data, checked, watch or (lambda _: None)):
        if finding.severity == "damage":
            checked.damaged += 1
        else:
            checked.notes += 1
        yield finding


def _verify(data: Path, checked: Checked, watch: Watch) -> Iterator[Finding]:
    try:
        with reading(data) as db:
            db.row_factory = sqlite3.Row
            db.execute("begin")
            db.execute("select 1 from captures limit 1").fetchone()
            watch("archive.db")
            try:
                for table, key, problem in check_database(db, watch):
                    yield Finding("damage", table, problem, key=key)
                checked.captures = db.execute("select count(*) from captures").fetchone()[0]
                checked.articles = db.execute("select count(*) from articles").fetchone()[0]
                yield from _files(data, db, checked, watch)
            except (sqlite3.DatabaseError, *_STRANGE_VALUES) as error:
                problem = f"cannot be read further: {type(error).__name__}: {error}"
                yield Finding("damage", "archive.db", problem)
                yield from _files(data, None, checked, watch)
    except ArchiveError as error:
        yield Finding("damage", "archive.db", str(error))
        yield from _files(data, None, checked, watch)
    yield from _frontiers(data, watch)


def _frontiers(data: Path, watch: Watch) -> Iterator[Finding]:
    """The queues of crawls: nothing that is kept, but what a crawl would go by."""
    for path in sorted((data / "frontier").glob("*.db")):
        where = f"frontier/{path.name}"
        watch(where)
        problems: list[str] = []
        try:
            address = f"{path.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as db:
                problems += [said for (said,) in db.execute("pragma integrity_check(5)")]
                unread = (
                    "select count(*) from requests where data is not null and not json_valid(data)"
                )
                if found := db.execute(unread).fetchone()[0]:
                    problems.append(f"{found} requests cannot be read")
        except (sqlite3.Error, UnicodeError) as error:
            problems.append(str(error))
        for problem in problems:
            if problem != "ok":
                yield Finding("damage", where, f"{problem}; {_FRONTIER_REMEDY}")


def _files(
    data: Path, db: sqlite3.Connection | None, checked: Checked, watch: Watch
) -> Iterator[Finding]:
    folder = data / "warc"
    present = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*.warc*"))
        if path.is_file() and path.name.removesuffix(OPEN_SUFFIX).endswith(WARC_SUFFIXES)
    }
    files = _Files(db, checked)
    if db is not None:
        yield from _missing(db, present)
    for name, path in present.items():
        watch(f"warc/{name}")
        yield from files.check(name, path)


def _missing(db: sqlite3.Connection, present: dict[str, Path]) -> Iterator[Finding]:
    known = {row[0] for row in db.execute("select name from warc_files")}
    rows = {
        row[0]: row[1]
        for row in db.execute("select warc_file, count(*) from captures group by warc_file")
    }
    for name in sorted(known | set(rows)):
        if name not in present and name + OPEN_SUFFIX not in present:
            problem = f"the file is missing; {rows.get(name, 0)} captures point to it"
            yield Finding("damage", f"warc/{name}", problem)


class _Files:
    """Checks file after file against the rows of one moment."""

    def __init__(self, db: sqlite3.Connection | None, checked: Checked) -> None:
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
        checked.files += 1
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
        rows = {
            row["id"]: row
            for row in self._db.execute(
                f"select id, site, crawl, {', '.join(COMPARED)} from captures where warc_file = ?",
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
                if found is not None:
                    capture = capture_of(record, name, found["site"], found["crawl"])
                    yield from _differences(found, capture, where)
                elif record.unusable:
                    problem = f"no capture, and without a row: {record.unusable}"
                    yield Finding("note", where, problem, record.offset, record.id)
                elif not is_open:
                    yield self._without_row(name, record, where)
        except (WarcError, OSError):
            # Named already. What lies behind the damage is compared by its offset alone.
            for capture_id, row in rows.items():
                offset = by_id.get(capture_id, row["warc_offset"])
                if offset != row["warc_offset"]:
                    problem = f"warc_offset is {row['warc_offset']}; the record is at {offset}"
                    yield Finding("damage", "captures", problem, key=capture_id)


_LEFT_OPEN = "left open by a crawl that was broken off; the next crawl closes it"


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
