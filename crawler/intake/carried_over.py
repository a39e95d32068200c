"""What no WARC can give back, taken over from the old database; and whether that one is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlite_utils import Database

from archive.broken_database import damage_in
from archive.database import new_schema, transaction
from archive.read_only import connect_read_only
from archive.tables.migrations import migrations
from archive.tables.operation import OPERATION_TABLES
from archive.tables.provenance import PROVENANCE_TABLES

LOG_TABLES = ("crawls", "fetch_errors", *OPERATION_TABLES, *PROVENANCE_TABLES)
"""Tables that no WARC can give back: carried over from the old database where there is one."""
MOST_UNKNOWN = 0.5
"""Of the bytes of WARC files: where more is new, writing all rows at once is quicker."""
_FOUND = (
    ("articles_fts", "articles"),
    ("articles_exact", "articles"),
    ("attachments_fts", "attachment_texts"),
)


def carry_over_logs(
    old: Path, db: Database, spoilt: Callable[[str, sqlite3.Error | UnicodeDecodeError], object]
) -> None:
    """Copy the log of crawls from the old database, with the sites that it speaks of.

    Of a damaged table the rows that stand before the damage; ``spoilt`` is told its name.
    """
    with transaction(db):
        for table in LOG_TABLES:
            db.execute(f"delete from {table}")
        for table in ("sites", *LOG_TABLES):
            before = connect_read_only(old)
            before.row_factory = sqlite3.Row
            try:
                if table in Database(before).table_names():
                    for row in before.execute(f"select * from {table}"):
                        db.table(table).insert(dict(row), ignore=True)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                spoilt(table, error)
            finally:
                before.close()


def why_not_begin_with(copy: Path, files: Mapping[str, int]) -> str:
    """Why a rebuild should not begin with this copy of a database, which nobody writes to.

    "" where it should: its pages are whole, its tables are those of a new archive, its search
    indexes know the texts that are there, and it knows most of what stands in ``files``, WARC files
    by name with their bytes. Raises sqlite3.Error.
    """
    if damage := damage_in(copy):
        return f"the database is damaged ({damage})"
    db = sqlite3.connect(f"{copy.resolve().as_uri()}?immutable=1", uri=True)
    try:
        sql = "select name, sql from sqlite_master where sql is not null"
        defined = {name: " ".join(text.split()) for name, text in db.execute(sql)}
        fresh = new_schema()
        if any(defined.get(name) != text for name, text in fresh.items()) or (
            migrations.pending(Database(db))
        ):
            return "the tables of the database are not those of this version"
        for index, table in _FOUND:
            for first, second in ((table, f"{index}_docsize"), (f"{index}_docsize", table)):
                sql = f"select 1 from (select id from {first} except select id from {second})"
                if db.execute(sql).fetchone():
                    return f"the search index {index} is not of the texts that are there"
        known = {name for (name,) in db.execute("select distinct warc_file from captures")}
        unknown = sum(size for name, size in files.items() if name not in known)
        if unknown > MOST_UNKNOWN * sum(files.values()):
            return "most of what the files hold is not in the database"
    finally:
        db.close()
    return ""
