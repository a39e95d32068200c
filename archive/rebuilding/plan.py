"""What a rebuild means to do and has done, kept in the database that it builds.

In the same file as the rows, so that a part's rows and the note that it is done are committed
together: whatever moment the process is killed at, the next one knows what is there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from archive.database import transaction
from archive.warc.stretches import Stretch

TABLES = """
create table if not exists rebuild_plan (name text primary key, value text not null);
create table if not exists rebuild_files (
    file text primary key, bytes integer not null, modified integer not null,
    sha256 text not null default '');
create table if not exists rebuild_parts (
    file text not null, start integer not null, stop integer not null,
    warcinfo_id text not null, warcinfo text not null,
    done integer not null default 0, records integer not null default 0,
    crawls text not null default '[]', primary key (file, start));
create table if not exists rebuild_wanted (
    id text primary key, file text not null, place integer not null) without rowid;
create index if not exists rebuild_wanted_by_place on rebuild_wanted (file, place);
create table if not exists rebuild_seen (id text primary key, part integer not null) without rowid;
create table if not exists rebuild_elsewhere (id text primary key) without rowid;
create table if not exists rebuild_later (address text primary key) without rowid;
create table if not exists rebuild_texts (id integer primary key, digest blob not null)
"""
NAMES = (
    "rebuild_plan", "rebuild_files", "rebuild_parts", "rebuild_wanted", "rebuild_seen",
    "rebuild_elsewhere", "rebuild_later", "rebuild_texts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A part of a file that is to be read."""

    file: str
    stretch: Stretch


class RebuildPlan:
    """Verbs over the plan's tables in the database being built, which need not be there yet."""

    def __init__(self, db: Database) -> None:
        self._db = db
        for statement in TABLES.split(";\n"):
            db.execute(statement)

    def __getitem__(self, name: str) -> str:
        """A note by its name, "" where there is none."""
        row = self._db.conn.execute(
            "select value from rebuild_plan where name = ?", (name,)
        ).fetchone()
        return str(row[0]) if row else ""

    def __setitem__(self, name: str, value: str) -> None:
        with transaction(self._db):
            self._db.conn.execute(
                "insert or replace into rebuild_plan values (?, ?)", (name, value)
            )

    def files(self) -> dict[str, tuple[int, int]]:
        """Planned files: bytes, and time of the last change in nanoseconds."""
        rows = self._db.conn.execute("select file, bytes, modified from rebuild_files")
        return {file: (size, modified) for file, size, modified in rows}

    def begun(self) -> set[str]:
        """Files of which a part is done."""
        rows = self._db.conn.execute("select distinct file from rebuild_parts where done")
        return {row[0] for row in rows}

    def forget(self, file: str) -> None:
        with transaction(self._db):
            for table in ("rebuild_files", "rebuild_parts"):
                self._db.conn.execute(f"delete from {table} where file = ?", (file,))

    def add(
        self, file: str, size: int, modified: int, sha256: str, found: Collection[Stretch]
    ) -> None:
        """Plan to read a file in these stretches."""
        with transaction(self._db):
            self._db.conn.execute(
                "insert into rebuild_files values (?, ?, ?, ?)", (file, size, modified, sha256)
            )
            self._db.conn.executemany(
                "insert into rebuild_parts (file, start, stop, warcinfo_id, warcinfo)"
                " values (?, ?, ?, ?, ?)",
                [
                    (file, each.start, each.end, each.warcinfo_id, json.dumps(each.warcinfo))
                    for each in found
                ],
            )

    def waiting(self) -> Iterator[Waiting]:
        """The parts that are not done, by the names of their files."""
        return self._parts("not done")

    def missing(self) -> Iterator[Waiting]:
        """The parts in which captures were seen that are wanted and not there."""
        return self._parts(
            "rowid in (select part from rebuild_seen join rebuild_wanted using (id)"
            " where id not in (select id from captures))"
        )

    def _parts(self, which: str) -> Iterator[Waiting]:
        rows = self._db.conn.execute(
            f"select file, start, stop, warcinfo_id, warcinfo from rebuild_parts where {which}"
            " order by file, start"
        ).fetchall()
        for file, start, stop, warcinfo_id, warcinfo in rows:
            fields = tuple((name, value) for name, value in json.loads(warcinfo))
            yield Waiting(file, Stretch(start, stop, warcinfo_id, fields))

    def number(self, part: Waiting) -> int:
        """What a part is called in ``rebuild_seen``."""
        (number,) = self._db.conn.execute(
            "select rowid from rebuild_parts where file = ? and start = ?",
            (part.file, part.stretch.start),
        ).fetchone()
        return int(number)

    def done(self, part: Waiting, records: int, crawls: Collection[str]) -> None:
        """Note that a part's rows are written; in the transaction that writes them."""
        self._db.conn.execute(
            "update rebuild_parts set done = 1, records = ?, crawls = ?"
            " where file = ? and start = ?",
            (records, json.dumps(list(crawls)), part.file, part.stretch.start),
        )

    def want_missing(self) -> None:
        """Of a rebuild of some captures: the parts with one that is missing wait, and no others."""
        with transaction(self._db):
            self._db.conn.execute(
                "update rebuild_parts set done = not exists (select 1 from rebuild_wanted as wanted"
                " where wanted.file = rebuild_parts.file and wanted.place >= start"
                " and wanted.place < stop and wanted.id not in (select id from captures))"
            )

    def forget_written(self) -> None:
        """Take what was written anew for what stands: all of it is whole, and more is to come."""
        with transaction(self._db):
            self._db.conn.execute(
                "delete from rebuild_wanted where id in (select id from captures)"
            )
            self._db.conn.execute("delete from rebuild_later")

    def bytes(self) -> tuple[int, int]:
        """Bytes of the parts that are done, and of all."""
        done, total = self._db.conn.execute(
            "select coalesce(sum((stop - start) * done), 0), coalesce(sum(stop - start), 0)"
            " from rebuild_parts"
        ).fetchone()
        return int(done), int(total)

    def register(self) -> None:
        """Write ``warc_files`` from what was read. ``origin`` is filled in by the caller."""
        crawls: dict[str, set[str]] = {}
        records: dict[str, int] = {}
        for file, count, named in self._db.conn.execute(
            "select file, records, crawls from rebuild_parts"
        ):
            crawls.setdefault(file, set()).update(json.loads(named))
            records[file] = records.get(file, 0) + count
        rows = self._db.conn.execute("select file, bytes, sha256 from rebuild_files").fetchall()
        with transaction(self._db):
            self._db.conn.execute("delete from warc_files")
            self._db.conn.executemany(
                "insert into warc_files (name, crawl, bytes, records, sha256)"
                " values (?, ?, ?, ?, ?)",
                [
                    (file, ",".join(sorted(crawls[file])), size, records[file], sha256)
                    for file, size, sha256 in rows
                ],
            )

    def drop(self) -> None:
        """Take the plan out of the database: it is whole."""
        with transaction(self._db):
            for name in NAMES:
                self._db.conn.execute(f"drop table {name}")
