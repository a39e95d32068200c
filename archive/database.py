"""Opening the archive's SQLite database: one place for its settings, migrations and refusals."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from archive.records import VIETNAM, Site
from archive.tables.migrations import migrations
from archive.vietnamese.provinces import PROVINCE_2025

BUSY_TIMEOUT_MS = 60_000
"""How long a writer waits for another; transactions are short, so this is never reached."""


class ArchiveError(Exception):
    """Something about the archive on disk that a person has to see; the text says what to do."""


def open_archive(path: Path, *, create: bool = True) -> Database:
    """Open ``archive.db``, bring its schema up to date, and return it ready for writing.

    Used in a ``with`` statement it is closed at the end: the way to open one for a while.

    Raises ArchiveError where the file is missing (with ``create=False``), is no SQLite database,
    belongs to another program, or was written by a newer version of this one; the file is left
    as it was.
    """
    if not path.exists() and not create:
        raise ArchiveError(f"There is no archive at {path}. Crawl or import something first.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"Cannot open {path}: {error}") from error
    db = Database(connection, use_counts_table=False)
    try:
        refuse_foreign(db, path)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("pragma foreign_keys = off")
        _migrate(db)
    except sqlite3.Error as error:
        connection.close()
        raise ArchiveError(f"Cannot use {path} as an archive: {error}") from error
    except ArchiveError:
        connection.close()
        raise
    return db


def write_often(db: Database) -> None:
    """Set a connection for many small transactions, as a crawl makes them, at up to 8 MB of memory
    and 16 MB of the journal: a tenth of what they cost, a sixth where each has one page.

    Not for work on the whole archive: what SQLite sorts or may have to take back stays in memory.
    """
    for setting in ("cache_size = -8000", "temp_store = memory", "wal_autocheckpoint = 4000"):
        db.conn.execute(f"pragma {setting}")


def refuse_foreign(db: Database, path: Path) -> None:
    """Raise ArchiveError for a database of another program, or of a newer version of this one."""
    names = set(db.table_names())
    if not names:
        return
    if migrations.migrations_table not in names:
        raise ArchiveError(f"{path} is a database of another program; nothing was changed.")
    ours = {migration.name for migration in migrations._migrations}
    newer = [done.name for done in migrations.applied(db) if done.name not in ours]
    if newer:
        raise ArchiveError(
            f"{path} was written by a newer version of this program "
            f"(unknown schema step {newer[0]}). Upgrade the program; nothing was changed."
        )


def _migrate(db: Database) -> None:
    if not migrations.pending(db):
        return
    # Two processes may open a new archive at once: the second waits here, then finds it done.
    with transaction(db):
        for migration in migrations.pending(db):
            migrations.ensure_migrations_table(db)
            migration.fn(db)
            migrations._record_applied(db, migration.name)


def new_schema() -> dict[str, str]:
    """How a new archive defines each of its tables, views, indexes and triggers, by name.

    The statements with single spaces; what SQLite makes by itself is left out.
    """
    db = Database(memory=True)
    try:
        _migrate(db)
        sql = "select name, sql from sqlite_master where sql is not null"
        return {name: " ".join(text.split()) for name, text in db.execute(sql)}
    finally:
        db.close()


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """A write transaction that takes its lock at once, so that two writers queue, not fail."""
    if db.conn.in_transaction:
        yield
        return
    db.conn.execute("begin immediate")
    try:
        yield
        db.conn.commit()
    except BaseException:
        # Also after a commit that failed, on a full disk: the next one would join what is left.
        db.conn.rollback()
        raise


def timestamp(moment: datetime) -> str:
    """ISO 8601 in Vietnam's time to the second: ``2023-10-04T15:42:00+07:00``.

    One fixed width, so that text order is time order in SQL.
    """
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")


def precise_timestamp(moment: datetime) -> str:
    """As ``timestamp``, to the microsecond, for captures."""
    return moment.astimezone(VIETNAM).isoformat(timespec="microseconds")


def article_id(address: str) -> int:
    """The id of the article at an address: the first 49 bits of its SHA-256.

    An id is a function of the address alone, so that a rebuild, another machine or a merge of
    two archives gives the same one; 49 bits are 15 digits, which JavaScript and spreadsheets
    keep exact (a collision is expected once in some 30 million articles).
    """
    return int.from_bytes(hashlib.sha256(address.encode()).digest()[:7], "big") >> 7


def save_site(db: Database, site: Site) -> None:
    """Write what is declared of a site; a declaration replaces a mere host, never the reverse."""
    row = {
        "name": site.name,
        "title": site.title,
        "level": site.level,
        "hosts": json.dumps(list(site.hosts), ensure_ascii=False),
        "home": site.home,
        "province": site.province,
        "province_2025": PROVINCE_2025.get(site.province, ""),
        "declared": int(site.declared),
    }
    with transaction(db):
        if site.declared:
            db.table("sites").upsert(row, pk="name")
        else:
            db.table("sites").insert(row, pk="name", ignore=True)
