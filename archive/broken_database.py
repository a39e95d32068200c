"""Telling a damaged SQLite file from one that is busy, missing or of another program."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_WORDS = ("malformed", "not a database", "could not decode", "corrupt")


def is_damage(error: BaseException) -> bool:
    """Whether an error of SQLite means that the file's content is damaged.

    Python itself raises for text that is no UTF-8, without a code of SQLite's
    (https://www.sqlite.org/rescode.html: the low byte is the primary one).
    """
    if not isinstance(error, sqlite3.Error):
        return isinstance(error, UnicodeDecodeError)
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _CODES:
        return True
    return any(word in str(error).lower() for word in _WORDS)


def damage_in(path: Path) -> str:
    """What SQLite's quick check finds wrong in a database that nobody writes to, "" for nothing.

    Reads the whole file once. Content that was changed without breaking a page is not seen:
    ``archive.verification.verify`` compares that with the records.
    """
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
        try:
            said: str = db.execute("pragma quick_check(1)").fetchone()[0]
        finally:
            db.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    return "" if said == "ok" else " ".join(said.split())
