"""CDXJ: the index that replay tools read, made from the database, never by reading WARC files.

One line for each capture, ``<SURT key> <14 digits> <JSON>``, sorted by bytes. Captures of status
304 are left out: a replay that took one for the nearest would show an empty page.
"""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from archive.exchange.selection import Selection

with warnings.catch_warnings():
    # Its regular expressions are written with escapes that newer Pythons warn of.
    warnings.simplefilter("ignore")
    from surt import surt

INDEXED = """captures.url like 'http%' and captures.status not in (0, 304) and warc_length > 0
    and (truncated = '' or not exists (
        select 1 from captures whole where whole.url = captures.url
        and whole.status = captures.status and whole.truncated = ''))"""
"""Captures that an index lists: those that can be read alone and say something. Of an answer that
was cut off only where there is no whole one: a retry may bear the time of the same second."""


def cdxj_key(url: str) -> str:
    """The sort key of a URL: SURT form, as the Internet Archive's ``surt`` makes it.

    >>> cdxj_key("http://www.Congdoan.example.vn:80/Tin?b=2&a=1")
    'vn,example,congdoan)/tin?a=1&b=2'
    """
    try:
        return str(surt(url))
    except (ValueError, UnicodeError):
        return url.replace(" ", "%20")


def cdxj_lines(
    db: sqlite3.Connection,
    selection: Selection | None = None,
    *,
    filename: Callable[[str], str | None] = lambda name: name,
) -> Iterator[str]:
    """The lines of the index, sorted, each with its line end.

    ``filename`` gives the name under which a WARC file stands beside the index; captures of one
    for which it returns None are left out. Sorted in SQLite's temporary storage: memory is flat.
    """
    where, values = (selection or Selection()).captures()
    db.execute("drop table if exists temp.cdxj")
    db.execute("create temp table cdxj (line text primary key) without rowid")
    rows = db.execute(
        "select url, fetched_at, content_type, status, payload_digest, warc_length, warc_offset,"
        f" warc_file, record_type from captures where {INDEXED} and {where}",
        values,
    )
    while found := rows.fetchmany(1000):
        lines = [(line,) for row in found if (line := _line(row, filename))]
        db.executemany("insert or ignore into temp.cdxj values (?)", lines)
    for (line,) in db.execute("select line from temp.cdxj order by line"):
        yield line
    db.execute("drop table temp.cdxj")


def _line(row: tuple[object, ...], filename: Callable[[str], str | None]) -> str:
    url, fetched_at, content_type, status, digest, length, offset, file, record_type = map(str, row)
    name = filename(file)
    if name is None:
        return ""
    stamp = datetime.fromisoformat(fetched_at).astimezone(UTC).strftime("%Y%m%d%H%M%S")
    mime = content_type.partition(";")[0].strip() or "unk"
    said = {
        "url": url,
        "mime": "warc/revisit" if record_type == "revisit" else mime,
        "status": status,
        "digest": digest,
        "length": length,
        "offset": offset,
        "filename": name,
    }
    return f"{cdxj_key(url)} {stamp} {json.dumps(said)}\n"
