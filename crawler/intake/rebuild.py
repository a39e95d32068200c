"""The database made anew from the WARC files: proof, each time, that they are the truth."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.copies import update_stories
from archive.database import ArchiveError, open_archive
from archive.operation_schema import OPERATION_TABLES
from archive.warc import recover
from archive.warc_reader import WarcError
from crawler.intake.derived import update_derived
from crawler.intake.ingest import Intake, Watch, warc_paths
from crawler.locks import alone

LOG_TABLES = ("crawls", "fetch_errors", *OPERATION_TABLES)
"""Tables that no WARC can give back: carried over from the old database where there is one."""


def rebuild(data: Path, *, jobs: int | None = None, watch: Watch | None = None) -> dict[str, Any]:
    """Derive ``archive.db`` from ``warc/`` and put it in place of the old one, all at once.

    Returns counts of files, captures and articles. Raises ArchiveError where there is no WARC,
    where one is damaged (the old database then stays), where the old database cannot be read, or
    while a crawl or import goes on.
    """
    folder = data / "warc"
    if not folder.is_dir():
        raise ArchiveError(f"There are no WARC files in {folder} to rebuild from.")
    with alone(data):
        return _rebuild(data, folder, jobs, watch)


def _rebuild(data: Path, folder: Path, jobs: int | None, watch: Watch | None) -> dict[str, Any]:
    old, new = data / "archive.db", data / "archive.rebuilding.db"
    _remove(new)
    try:
        recover(folder)
        names = [path.relative_to(folder).as_posix() for path in warc_paths(folder)]
        if not names:
            raise ArchiveError(f"There are no WARC files in {folder} to rebuild from.")
        db = open_archive(new)
        try:
            if old.exists():
                _carry_over(old, db)
            with Intake(db, folder, jobs=jobs) as intake:
                for name in names:
                    intake.take_in(name, watch=watch)
                intake.finish()
            update_stories(db)
            counts = {
                "files": len(names),
                "captures": db.table("captures").count,
                "articles": db.table("articles").count,
            }
            db.execute("pragma wal_checkpoint(truncate)")
            db.execute("pragma optimize")
        finally:
            db.close()
    except WarcError as error:
        _remove(new)
        raise ArchiveError(f"{error}. The old database is untouched.") from error
    except BaseException:
        _remove(new)
        raise
    _remove_journals(old)
    os.replace(new, old)
    _remove(new)
    # Attachments are read through the archive in its place; what is broken off here is taken up
    # after the next crawl.
    db = open_archive(old)
    try:
        update_derived(db, data)
    finally:
        db.close()
    return counts


def _carry_over(old: Path, db: Database) -> None:
    """Copy the log of crawls from the old database, with the sites that it speaks of."""
    before = open_archive(old, create=False)
    try:
        before.execute("pragma wal_checkpoint(truncate)")
        sites = list(before.query("select * from sites"))
        db.table("sites").insert_all(sites, ignore=True)
        for table in LOG_TABLES:
            db.table(table).insert_all(before.query(f"select * from {table}"))
    finally:
        before.close()


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_journals(path)


def _remove_journals(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
