"""From WARC files to rows: what recovery, import and rebuild have in common.

Taking in a file twice changes nothing, and the order of files does not matter: a capture is
known by its record id, and ``archive.articles`` derives history from the set of captures.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from archive.awaiting import awaiting
from archive.database import (
    ArchiveError,
    open_archive,
    precise_timestamp,
    save_site,
    transaction,
)
from archive.records import Capture, Page, Site, Unreadable
from archive.warc.file import WARC_SUFFIXES
from archive.warc.reader import (
    ContentTooLarge,
    ContentUndecodable,
    Damage,
    WarcError,
    WarcRecord,
    read_page_at,
    read_records,
)
from archive.warc.writer import WrittenFile, recover
from crawler.extract import extract
from crawler.extractor import LoneWorker, worker_pool
from crawler.intake.names import origin_of
from crawler.intake.parts import MAX_CONTENT_BYTES, located
from crawler.reading import (
    Outcome,
    Reading,
    keep_capture,
    needs_extraction,
    outcome_without_extraction,
    page_of,
    settle_reading,
)

ALONE = 40
"""Pages extracted in this process before others are started, which takes two seconds."""
BATCH = 200
"""Captures written in one transaction."""

Watch = Callable[[str, int], None]
"""Called with a file's name and the captures of it taken in so far."""


@dataclass(slots=True)
class Taken:
    """What taking in one file did."""

    file: str
    records: int = 0
    captures: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    damage: list[Damage] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Revisits whose page stands in a record that cannot be read, a line for people for each."""

    def count(self, change: str) -> None:
        self.changes[change] = self.changes.get(change, 0) + 1


class _Postponed:
    """Stands for an outcome that needs a file which comes later."""


Begun = Outcome | Future[Outcome] | _Postponed


class Intake:
    """Takes WARC files into a database, extracting in several processes.

    A context manager: the processes live as long as it does. ``jobs`` of 1 extracts in this
    process.
    """

    def __init__(self, db: Database, folder: Path, *, jobs: int | None = None) -> None:
        self.db = db
        self.folder = folder
        self._jobs = jobs or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None
        self._lone = LoneWorker()
        self._extracted = 0
        self._sites: set[str] = set()
        self._unkept: list[Capture] = []
        # Revisits whose record is not known yet: too many for memory, maybe.
        db.conn.execute("create temp table if not exists postponed (id text primary key)")
        self._under_way: set[str] = set()

    def __enter__(self) -> Intake:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._lone.close()

    def take_in(self, name: str, *, watch: Watch | None = None) -> Taken:
        """Take in the file ``name`` of the folder and register it.

        Of a damaged file every whole record is taken in, before and behind the damage, which
        ``Taken.damage`` names. Raises WarcError where the disk does not give the file.
        """
        path = self.folder / name
        origin = origin_of(name)
        taken = Taken(name)
        crawls: set[str] = set()
        window: deque[tuple[Capture, Begun]] = deque()
        for record in self._counted(read_records(path, damaged=taken.damage.append), taken):
            capture = self._capture(record, name, origin)
            if capture is None:
                continue
            crawls.add(capture.crawl)
            taken.captures += 1
            if capture.id in self._under_way or self._is_settled(capture):
                continue
            self._under_way.add(capture.id)
            self._unkept.append(capture)
            window.append((capture, self._begin(capture, record, taken)))
            if len(window) >= BATCH:
                self._settle(window, BATCH // 2, taken)
            if watch is not None and taken.captures % 50 == 0:
                watch(name, taken.captures)
        self._settle(window, 0, taken)
        self._register(path, name, taken.records, ",".join(sorted(crawls)), origin)
        if watch is not None:
            watch(name, taken.captures)
        return taken

    def finish(self) -> Taken:
        """Settle the revisits whose payload stood in a file that had not been taken in yet."""
        taken = Taken("")
        why = "the record that this revisit refers to is missing"
        for places in awaiting(self.db, "postponed"):
            found = (each.capture for each in places)
            begun = ((each, self._begin(each, None, taken, why)) for each in found)
            self._settle(deque(begun), 0, taken)
        with transaction(self.db):
            self.db.conn.execute("delete from postponed")
        return taken

    def _counted(self, records: Iterable[WarcRecord], taken: Taken) -> Iterator[WarcRecord]:
        for record in records:
            taken.records += 1
            yield record

    def _capture(self, record: WarcRecord, name: str, origin: str) -> Capture | None:
        found = located(record, name, origin)
        if found is None:
            return None
        capture, site = found
        self._know_site(site)
        return capture

    def _know_site(self, site: Site) -> None:
        if site.name not in self._sites:
            save_site(self.db, site)
            self._sites.add(site.name)

    def _is_settled(self, capture: Capture) -> bool:
        row = self.db.conn.execute(
            "select outcome is not null from captures where id = ?", (capture.id,)
        ).fetchone()
        return bool(row and row[0])

    def _begin(
        self, capture: Capture, record: WarcRecord | None, taken: Taken, missing: str = ""
    ) -> Begun:
        """Start to find out what a capture says. ``missing``: of a revisit whose record is not
        known; "" where it may still come."""
        if not needs_extraction(capture):
            return outcome_without_extraction(capture)
        try:
            if capture.record_type == "revisit":
                record = self._referred(capture)
                if record is None:
                    return Unreadable("broken", missing) if missing else _Postponed()
            assert record is not None
            body = record.content(MAX_CONTENT_BYTES)
        except ContentTooLarge:
            return Unreadable("too_large", f"over {MAX_CONTENT_BYTES} bytes")
        except ContentUndecodable as error:
            return Unreadable("broken", str(error))
        except WarcError as error:
            if capture.record_type != "revisit":
                raise
            return _lost(capture, error, taken)
        return self._extract(page_of(capture, body))

    def _keep(self) -> None:
        """Write the rows of the captures that have been read since the last time."""
        with transaction(self.db):
            for capture in self._unkept:
                keep_capture(self.db, capture)
        self._unkept.clear()

    def _referred(self, capture: Capture) -> WarcRecord | None:
        """The record that a revisit refers to, or one of the same payload; None where none is known
        yet. Raises WarcError where all that are known cannot be read."""
        self._keep()
        rows = [
            *self.db.conn.execute(
                "select warc_file, warc_offset from captures"
                " where id = ? and record_type = 'response'",
                (capture.refers_to,),
            ),
            *self.db.conn.execute(
                "select warc_file, warc_offset from captures where payload_digest = ?"
                " and record_type = 'response' and status = 200 and truncated = '' limit 3",
                (capture.payload_digest,),
            ),
        ]
        failed: WarcError | None = None
        for name, offset in rows:
            try:
                return read_page_at(self.folder / name, offset)
            except WarcError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return None

    def _extract(self, page: Page) -> Outcome | Future[Outcome]:
        self._extracted += 1
        if self._jobs == 1 or self._extracted <= ALONE:
            return extract(page)
        if self._pool is not None:
            with suppress(BrokenProcessPool):
                return self._pool.submit(extract, page)
        self._pool = worker_pool(self._jobs)
        return self._pool.submit(extract, page)

    def _settle(self, window: deque[tuple[Capture, Begun]], leave: int, taken: Taken) -> None:
        """Write what the oldest captures of the window said, in one transaction."""
        ready: list[Reading] = []
        postponed: list[tuple[str]] = []
        while len(window) > leave:
            capture, outcome = window.popleft()
            self._under_way.discard(capture.id)
            if isinstance(outcome, _Postponed):
                postponed.append((capture.id,))
                continue
            if isinstance(outcome, Future):
                outcome = self._result(capture, outcome, taken)
            ready.append(Reading(capture, outcome))
        with transaction(self.db):
            self._keep()
            self.db.conn.executemany("insert or ignore into postponed values (?)", postponed)
            for reading in ready:
                taken.count(settle_reading(self.db, reading))

    def _result(self, capture: Capture, future: Future[Outcome], taken: Taken) -> Outcome:
        try:
            return future.result()
        except BrokenProcessPool:
            # All pages under way fail with the one that killed the process: each is read again.
            self._pool = None
        try:
            record = (
                self._referred(capture)
                if capture.record_type == "revisit"
                else read_page_at(self.folder / capture.warc_file, capture.offset)
            )
        except WarcError as error:
            if capture.record_type != "revisit":
                raise
            return _lost(capture, error, taken)
        assert record is not None
        try:
            return self._lone.extract(page_of(capture, record.content(MAX_CONTENT_BYTES)))
        except RuntimeError as error:
            raise ArchiveError(str(error)) from error

    def _register(self, path: Path, name: str, records: int, crawl: str, origin: str) -> None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        _register(self.db, (name, crawl, origin, path.stat().st_size, records, digest))


def _lost(capture: Capture, error: WarcError, taken: Taken) -> Unreadable:
    """What a revisit says whose page stands in another file that cannot be read: that file's
    damage must not stop whoever takes in this one."""
    why = f"the record that this revisit refers to cannot be read: {error}"
    taken.unread.append(f"{capture.url}: {why}")
    return Unreadable("broken", why)


def _register(db: Database, row: tuple[str, str, str, int, int, str]) -> None:
    with transaction(db):
        db.conn.execute(
            "insert or replace into warc_files"
            " (name, crawl, origin, bytes, records, sha256) values (?, ?, ?, ?, ?, ?)",
            row,
        )


def register_written(
    db: Database, site: str, crawl: str, since: datetime, files: Iterable[WrittenFile]
) -> None:
    """Register what a crawl of a site since then wrote, where every capture of it is settled.

    The others are left to ``take_in_files``, which reads them.
    """
    for file in files:
        settled = db.conn.execute(
            "select count(*) from captures where site = ? and fetched_at >= ? and warc_file = ?"
            " and outcome is not null",
            (site, precise_timestamp(since), file.name),
        ).fetchone()[0]
        if settled == file.captures:
            _register(db, (file.name, crawl, "", file.bytes, file.records, file.sha256))


def unregistered_files(db: Database, folder: Path, prefix: str = "") -> list[str]:
    """Closed WARC files of the folder that the database has not taken in whole, by name.

    ``prefix``: only those of this name, which lie in the folder itself; a crawl asks for its own
    after each run, and in a year there are tens of thousands of others.
    """
    known = {
        name
        for (name,) in db.conn.execute(
            "select name from warc_files where name >= ? and name < ?", (prefix, prefix + "\uffff")
        )
    }
    paths = _closed(folder.glob(f"{prefix}*.warc*")) if prefix else warc_paths(folder)
    found = {path.relative_to(folder).as_posix() for path in paths}
    return sorted(found - known)


def warc_paths(folder: Path) -> list[Path]:
    """Every closed WARC file under the folder, by name."""
    return sorted(_closed(folder.rglob("*.warc*")))


def _closed(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.name.endswith(WARC_SUFFIXES))


def take_in_files(db: Database, folder: Path, *, prefix: str = "") -> list[Taken]:
    """Take in what the folder holds and the database does not know; registers each file.

    The last item is what was settled when all files had been read; its ``file`` is "".
    """
    with Intake(db, folder, jobs=1) as intake:
        taken = [intake.take_in(name) for name in unregistered_files(db, folder, prefix)]
        taken.append(intake.finish())
    return taken


def open_recovered(data: Path, tell: Callable[[str], object]) -> Database:
    """Open the archive in a folder (a new one where there is none), with what was left taken in.

    ``tell`` hears a line for people of each file that an interruption had left open. Raises
    ArchiveError where the archive or a file cannot be read; nothing is open then.
    """
    db = open_archive(data / "archive.db")
    try:
        for line in recover_files(db, data / "warc"):
            tell(f"Recovered after an interruption: {line}")
    except BaseException:
        db.close()
        raise
    return db


def recover_files(db: Database, folder: Path) -> list[str]:
    """Close and take in what an interrupted crawl left; a line for people for each file.

    Raises ArchiveError where a file cannot be read.
    """
    if not folder.is_dir():
        return []
    try:
        lines = [str(recovered) for recovered in recover(folder)]
        for taken in take_in_files(db, folder):
            lines += [f"{taken.file}: {found}; the rest was taken in" for found in taken.damage]
            lines += taken.unread
    except WarcError as error:
        raise ArchiveError(str(error)) from error
    return lines
