"""Which web an archive's captures are of: the live one, or the sample web with invented articles.

Both use the same addresses under the names of real unions, so that an archive holds one of them
only. Each WARC file of the sample web says so in its warcinfo; the archive's own fact is derived
from these, and kept in the database for those who see nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from sqlite3 import Connection

from sqlite_utils import Database

from archive.database import ArchiveError, transaction
from archive.warc.reader import WarcError, read_records

LIVE, SAMPLE = "live", "sample"
FIELD = "web"
"""The field of warcinfo that says ``sample``; a WARC file without it is of the live web."""
_OLDER_MARK = "; sample web)"
"""How the User-Agent of a sample crawl ended that named no contact, before there was the field."""


def web_of(warcinfo: Mapping[str, str]) -> str:
    """LIVE or SAMPLE, as a WARC file's warcinfo says.

    >>> web_of({"web": "sample"}), web_of({"software": "another program"})
    ('sample', 'live')
    """
    agent = warcinfo.get("http-header-user-agent", "")
    sample = warcinfo.get(FIELD) == SAMPLE or agent.endswith(_OLDER_MARK)
    return SAMPLE if sample else LIVE


def web_of_files(paths: Iterable[Path]) -> str:
    """SAMPLE where one of the WARC files begins as such; LIVE where none does; "" without files.

    Reads the first record of each. One that cannot be read says nothing.
    """
    found = ""
    for path in paths:
        try:
            first = next(iter(read_records(path)), None)
        except WarcError:
            continue
        if first is not None and web_of(first.warcinfo) == SAMPLE:
            return SAMPLE
        found = LIVE
    return found


def web_noted(conn: Connection) -> str:
    """LIVE or SAMPLE as the database has it, "" where it has neither."""
    row = conn.execute("select value from archive_facts where name = 'web'").fetchone()
    return str(row[0]) if row else ""


def note_web(db: Database, web: str) -> None:
    """Write down which web the archive is of; "" leaves what is there."""
    if web and web_noted(db.conn) != web:
        with transaction(db):
            db.execute("insert or replace into archive_facts values ('web', ?)", [web])


def web_kept(db: Database, folder: Path) -> str:
    """LIVE or SAMPLE, or "" for an archive without WARC files in ``folder``.

    Where the database does not have it yet, it is read from the files and written down.
    """
    if not any(folder.rglob("*.warc*")):
        return ""
    noted = web_noted(db.conn)
    if not noted:
        noted = web_of_files(sorted(folder.rglob("*.warc*")))
        note_web(db, noted)
    return noted


def refuse_other(db: Database, data: Path, web: str) -> None:
    """Raise ArchiveError where the archive in ``data`` is not of ``web``; nothing is changed."""
    kept = web_kept(db, data / "warc")
    if kept in ("", web):
        return
    if kept == SAMPLE:
        raise ArchiveError(
            f"{data} holds the sample web, whose articles are invented: what is of the live web"
            " does not go with them. Name another folder with --data. Nothing was changed."
        )
    raise ArchiveError(
        f"{data} holds pages of the live web: the sample web, whose articles are invented, does"
        " not go with them. Name another folder with --data. Nothing was changed."
    )
