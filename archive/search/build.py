"""A search index built apart, in a file of its own, and put into the archive when it is whole.

The two indexes over articles are a third of the work of writing a database. Each can be built by
a process of its own, since an FTS5 index is kept in ordinary tables (SQLite's documentation of
FTS5, section 9) whose rows can be copied.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from archive.database import ArchiveError, transaction
from archive.tables.browsing import INDEXED

FOLDED = {"articles_fts": True, "articles_exact": False}
"""Search indexes over ``articles``: whether their words have lost the stroke of đ."""
_SHADOWS = ("data", "idx", "docsize", "config")
_HASH_BYTES = 16 << 20
"""Words held in memory before they are written; each index is built with this."""


def build_search_index(archive: Path, target: Path, name: str, statement: str) -> None:
    """Build the index ``name`` over the articles of ``archive`` in the file ``target``.

    ``statement`` creates it. Reads the archive only. Raises ArchiveError.
    """
    target.unlink(missing_ok=True)
    db = sqlite3.connect(target.resolve().as_uri(), uri=True, isolation_level=None)
    try:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.execute(statement)
        db.execute(f"insert into {name} ({name}, rank) values ('hashsize', {_HASH_BYTES})")
        db.execute("attach ? as archive", (f"{archive.resolve().as_uri()}?mode=ro",))
        words = ", ".join(_word(column, FOLDED[name]) for column in INDEXED)
        db.execute("begin")
        db.execute(
            f"insert into {name} (rowid, {', '.join(INDEXED)})"
            f" select id, {words} from archive.articles order by id"
        )
        db.execute("commit")
        db.execute(f"delete from {name}_config where k = 'hashsize'")
    except sqlite3.Error as error:
        raise ArchiveError(f"The search index {name} cannot be built: {error}") from error
    finally:
        db.close()


def _word(column: str, folded: bool) -> str:
    # As archive.vietnamese.folding.fold_stroke.
    return f"replace(replace({column}, 'đ', 'd'), 'Đ', 'D')" if folded else column


def adopt_search_index(db: Database, built: Path, name: str, statement: str) -> None:
    """Put an index built by ``build_search_index`` into the archive, in place of any other.

    ``db`` must be closed, and opened anew, before it searches: it may remember the index as empty.
    """
    db.conn.execute("attach ? as built", (str(built),))
    try:
        with transaction(db):
            db.conn.execute(f"drop table if exists main.{name}")
            db.conn.execute(statement)
            for shadow in _SHADOWS:
                table = f"{name}_{shadow}"
                db.conn.execute(f"delete from main.{table}")
                db.conn.execute(f"insert into main.{table} select * from built.{table}")
    finally:
        db.conn.execute("detach built")
