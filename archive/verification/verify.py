"""Is everything that the archive keeps whole, and does every row say what its record says?

Two halves: the WARC files, read from end to end, and the database, read row by row. Nothing is
ever written or repaired; damage is named, with the place where it lies.

What the usual tools miss is found here: a file cut inside its last record, payload digests taken
after transfer decoding, rows that no longer fit their records.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from archive.database import ArchiveError
from archive.read_only import connect_read_only, reading
from archive.verification.database import check_database
from archive.verification.files import (
    STRANGE_VALUES,
    FileChecked,
    Finding,
    cannot_be_read_further,
    check_warc,
)
from archive.warc.file import OPEN_SUFFIX, WARC_SUFFIXES
from archive.workers import begin_worker

__all__ = ["Checked", "Finding", "verify"]

SMALL_BYTES = 20_000_000
"""WARC files that are read before other processes would have started."""
_FRONTIER_REMEDY = "delete the file, and crawl with --walk-all to ask for what it held"

Watch = Callable[[str], None]
"""Called with what is looked at next: a file's name, or a part of the database."""


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
    data: Path,
    *,
    checked: Checked | None = None,
    watch: Watch | None = None,
    jobs: int | None = None,
) -> Iterator[Finding]:
    """Look through an archive; yields what is wrong, as it is found.

    ``jobs`` processes read the WARC files, as many as there are cores unless told otherwise.

    A crawl may go on meanwhile: the rows are those of one moment, and their records were on the
    disk before them. Raises ArchiveError where there is no archive to look at.
    """
    checked = checked if checked is not None else Checked()
    if not (data / "archive.db").exists() and not (data / "warc").is_dir():
        raise ArchiveError(f"There is no archive in {data}.")
    for finding in _verify(data, checked, watch or (lambda _: None), jobs or os.cpu_count() or 1):
        if finding.severity == "damage":
            checked.damaged += 1
        else:
            checked.notes += 1
        yield finding


def _verify(data: Path, checked: Checked, watch: Watch, jobs: int) -> Iterator[Finding]:
    present = _present(data)
    with _Reading(data, present, jobs) as files:
        with_rows = True
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
                    yield from _missing(db, present)
                except (sqlite3.DatabaseError, *STRANGE_VALUES) as error:
                    yield cannot_be_read_further(error)
        except ArchiveError as error:
            yield Finding("damage", "archive.db", str(error))
            with_rows = False
        yield from _files(files, checked, watch, with_rows)
    yield from _frontiers(data, watch)


def _present(data: Path) -> dict[str, Path]:
    """The WARC files by their paths below ``warc/``."""
    folder = data / "warc"
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*.warc*"))
        if path.is_file() and path.name.removesuffix(OPEN_SUFFIX).endswith(WARC_SUFFIXES)
    }


class _Reading:
    """Reads WARC files in several processes, from the moment that it is entered."""

    def __init__(self, data: Path, present: dict[str, Path], jobs: int) -> None:
        self._data = data
        self.sizes = {name: _size(path) for name, path in present.items()}
        self._jobs = min(jobs, len(present)) if sum(self.sizes.values()) > SMALL_BYTES else 1
        self._pool: ProcessPoolExecutor | None = None
        self._begun: dict[str, Future[FileChecked]] = {}

    def __enter__(self) -> _Reading:
        if self._jobs > 1:
            self._pool = ProcessPoolExecutor(
                self._jobs,
                mp_context=get_context("spawn"),
                initializer=partial(begin_worker, ends_at_ctrl_c=True),
            )
            self._begun = {
                name: self._pool.submit(check_warc, self._data, name) for name in self.sizes
            }
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def each(self, with_rows: bool) -> Iterator[tuple[str, FileChecked]]:
        for name in self.sizes:
            begun = self._begun.pop(name, None)
            try:
                found = begun.result() if begun is not None and with_rows else None
            except BrokenProcessPool:
                found = None
            yield name, found or check_warc(self._data, name, with_rows=with_rows)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # Closed under another name since the folder was listed.
        return 0


def _files(files: _Reading, checked: Checked, watch: Watch, with_rows: bool) -> Iterator[Finding]:
    total, done = sum(files.sizes.values()), 0
    unreadable: set[str] = set()
    for name, found in files.each(with_rows):
        done += files.sizes[name]
        watch(f"warc/{name}: {done / 1e6:.0f} of {total / 1e6:.0f} MB")
        checked.files += found.whole
        checked.bytes += found.bytes
        checked.records += found.records
        checked.digests += found.digests
        for finding in found.findings:
            if finding.where != "archive.db":
                yield finding
            elif finding.problem not in unreadable:
                unreadable.add(finding.problem)
                yield finding


def _frontiers(data: Path, watch: Watch) -> Iterator[Finding]:
    """The queues of crawls: nothing that is kept, but what a crawl would go by."""
    for path in sorted((data / "frontier").glob("*.db")):
        where = f"frontier/{path.name}"
        watch(where)
        problems: list[str] = []
        try:
            with closing(connect_read_only(path)) as db:
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
