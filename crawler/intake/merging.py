"""Another archive of this project taken into this one: a data folder, or a backup.

What is taken over are WARC files, which are the truth, and logs, which no WARC can give back.
Every row about pages is derived anew from the WARC files by this program: so it does not matter
which of the two was here first, and it is as if both had been crawled into one archive.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from archive.crawled_web import LIVE, note_web, refuse_other, web_of_files
from archive.database import ArchiveError, open_archive, precise_timestamp, timestamp, transaction
from archive.exchange.merged_logs import merge_logs
from archive.exchange.other_archive import (
    Examined,
    OtherArchive,
    OtherFile,
    examine,
    look_at,
    other_database,
    sites_told_apart,
)
from archive.exchange.twins import join_twins
from archive.warc.reader import WarcError, read_page_at
from crawler.catalogue import refuse_broken
from crawler.intake.derived import update_derived
from crawler.intake.importing import PATIENCE_SECONDS
from crawler.intake.ingest import Intake, recover_files
from crawler.intake.names import imported_name, origin_of
from crawler.intake.parts import located
from crawler.intake.progress import Progress, Watch, unwatched
from crawler.intake.readers import Readers
from crawler.locks import IMPORT, locked

_PIECE = 1 << 20
_CHANGES = ("new", "changed", "unchanged", "gone", "unreadable")
SMALL_BYTES = 4_000_000


@dataclass(slots=True)
class Merged:
    """What was taken over from another archive, and what was not."""

    archive: str
    files: int = 0
    """WARC files that were copied."""
    known: int = 0
    """WARC files of which this archive had every capture."""
    captures: int = 0
    """Captures in the files that were copied."""
    joined: int = 0
    """Captures that this archive had in another record."""
    changes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_CHANGES, 0))
    """What the captures meant for articles, as a crawl counts it."""
    logs: dict[str, int] = field(default_factory=dict)
    """Rows of logs that are new here, by table."""
    conflicts: list[str] = field(default_factory=list)
    """Files left out since they hold a record whose id stands for something else here."""
    damaged: list[str] = field(default_factory=list)
    """Files left out since they are not whole, or not there."""
    notes: list[str] = field(default_factory=list)
    """What a person should know: sites declared otherwise, files that are being written."""

    @property
    def whole(self) -> bool:
        """Whether nothing was left out."""
        return not self.conflicts and not self.damaged


def merge_archive(
    source: Path,
    data: Path,
    *,
    leave_damaged: bool = False,
    jobs: int | None = None,
    watch: Watch = unwatched,
) -> Merged:
    """Take the archive in ``source`` into the one in ``data``, which is made if need be.

    Every file is checked to its last byte before the first is copied. Raises ArchiveError where
    one is damaged or missing, unless ``leave_damaged``; where ``source`` is no archive, a newer
    one, or this very one; where a declared site cannot be loaded. Broken off at any moment, it can
    be repeated; repeated, it changes nothing.
    """
    refuse_broken()
    if source.resolve() == data.resolve():
        raise ArchiveError(f"{source} is the archive that it would be imported into.")
    other = look_at(source)
    merged = Merged(str(source))
    merged.notes += [f"{name}: being written, left out" for name in other.left_open]
    size = sum(file.bytes for file in other.files)
    with Readers((jobs or os.cpu_count() or 1) if size > SMALL_BYTES else 1) as readers:
        examined = _examined(other, readers, watch)
    merged.damaged += [f"{name}: missing" for name in other.missing]
    merged.damaged += [found.problem for found in examined.values() if found.problem]
    if merged.damaged and not leave_damaged:
        raise ArchiveError(f"{'; '.join(merged.damaged)}. Nothing was imported.")
    with (
        locked(data, IMPORT, patience=PATIENCE_SECONDS, doing="Another import or a rebuild"),
        open_archive(data / "archive.db") as db,
    ):
        try:
            web = web_of_files(file.path for file in other.files)
            refuse_other(db, data, web or LIVE)
            recover_files(db, data / "warc")
            note_web(db, web)
            _merge(db, data, other, examined, merged, jobs, watch)
        except WarcError as error:
            raise ArchiveError(str(error)) from error
    return merged


def _examined(other: OtherArchive, readers: Readers, watch: Watch) -> dict[str, Examined]:
    total, done = sum(file.bytes for file in other.files), 0
    found = {}
    for file, result in readers.each(examine, other.files):
        found[file.name] = result
        done += file.bytes
        watch(Progress("checking the files", done, total, "bytes"))
    return found


def _merge(
    db: Database,
    data: Path,
    other: OtherArchive,
    examined: dict[str, Examined],
    merged: Merged,
    jobs: int | None,
    watch: Watch,
) -> None:
    folder = data / "warc"
    here = _checksums(db)
    wanted = [file for file in other.files if not examined[file.name].problem]
    total, done = sum(file.bytes for file in wanted), 0
    with Intake(db, folder, jobs=jobs) as intake:
        for file in wanted:
            found = examined[file.name]
            clashes, missing = _held_against(db, file, found)
            if clashes:
                merged.conflicts.append(f"{file.name}: {clashes[0]}")
            elif found.sha256 in here or not missing:
                merged.known += 1
            else:
                name = _place(folder, file, found.sha256)
                # Noted first: what a kill leaves copied is taken in by whoever comes next.
                _note_origin(db, name, file, found.sha256, other)
                _copy(file.path, folder / name, found.sha256)
                taken = intake.take_in(name, watch=partial(_tell, watch, done, total, file))
                merged.files += 1
                merged.captures += taken.captures
                for change in _CHANGES:
                    merged.changes[change] += taken.changes.get(change, 0)
            done += file.bytes
            watch(Progress("taking in", done, total, "bytes"))
        intake.finish()
    merged.joined = join_twins(db)
    with other_database(other.folder) as theirs:
        merged.notes += sites_told_apart(db, theirs)
        merged.logs = merge_logs(db, theirs)
        _chain_origins(db, theirs, other)
    update_derived(db, data)


def _tell(watch: Watch, done: int, total: int, file: OtherFile, name: str, captures: int) -> None:
    watch(Progress(f"taking in {name}, {captures} captures", done, total, "bytes"))


def _checksums(db: Database) -> set[str]:
    return {row[0] for row in db.execute("select sha256 from warc_files")}


def _held_against(db: Database, file: OtherFile, found: Examined) -> tuple[list[str], int]:
    """Captures of the file that clash with those here, and how many are not here yet."""
    clashes: list[str] = []
    missing = 0
    for key, offset in found.captures:
        row = db.execute(
            "select url, fetched_at, payload_digest from captures where id = ?", [key]
        ).fetchone()
        capture = _capture(file, offset)
        if row is None:
            missing += capture is not None
        elif capture is not None and row != capture:
            clashes.append(
                f"record {key} is {capture[0]} of {capture[1]} there, {row[0]} of {row[1]} here"
                if row[:2] != capture[:2]
                else f"record {key} ({row[0]}) has another payload here"
            )
    return clashes, missing


def _capture(file: OtherFile, offset: int) -> tuple[str, str, str] | None:
    found = located(read_page_at(file.path, offset), file.name, origin_of(file.name))
    if found is None:
        return None
    capture = found[0]
    return capture.url, precise_timestamp(capture.fetched_at), capture.payload_digest


def _place(folder: Path, file: OtherFile, sha256: str) -> str:
    """The file's own name, or one of its content where another file has that name here."""
    path = folder / file.name
    if not path.exists() or _sha256(path) == sha256:
        return file.name
    return imported_name(sha256, file.path.name)


def _copy(source: Path, target: Path, sha256: str) -> None:
    """Copy a file to the disk, whole and as it was examined, or not at all. Raises ArchiveError."""
    if target.exists() and _sha256(target) == sha256:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    digest = hashlib.sha256()
    try:
        with source.open("rb") as read, part.open("wb") as write:
            while piece := read.read(_PIECE):
                digest.update(piece)
                write.write(piece)
            write.flush()
            os.fsync(write.fileno())
        if digest.hexdigest() != sha256:
            raise ArchiveError(f"{source} has changed while it was copied.")
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _note_origin(
    db: Database, name: str, file: OtherFile, sha256: str, other: OtherArchive
) -> None:
    with transaction(db):
        db.execute(
            "insert or ignore into merged_files (file, source, name, sha256, merged_at)"
            " values (?, ?, ?, ?, ?)",
            [name, other.label, file.name, sha256, timestamp(datetime.now(UTC))],
        )


def _chain_origins(db: Database, theirs: sqlite3.Connection, other: OtherArchive) -> None:
    """Say of files that the other archive had itself taken over where it had them from."""
    for sha256, source in _origins(theirs):
        via = f"{source}, then {other.label}"
        with transaction(db):
            db.execute(
                "update merged_files set source = ? where sha256 = ? and source = ?",
                [via, sha256, other.label],
            )


def _origins(theirs: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    if theirs.execute("select 1 from sqlite_master where name = 'merged_files'").fetchone():
        yield from theirs.execute("select sha256, source from merged_files").fetchall()
