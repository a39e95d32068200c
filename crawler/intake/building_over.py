"""A rebuild of everything that begins with a copy of the database: what comes out the same stays.

Every capture is read anew, as in a rebuild from nothing. The processes that read compare what they
read with its rows (``archive.rebuilding.standing``), and send back whole only what differs. That is
taken out with all that is concerned by it and written anew, as in a rebuild of a part; so is,
beforehand, whatever does not hang together in the plain way (``archive.rebuilding.tangled``), and
in the end what no WARC file has any more. So the rows are those of a rebuild from nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.articles import content_hash, unindex_articles
from archive.awaiting import Place, awaiting
from archive.database import ArchiveError, save_site, transaction
from archive.exchange.twins import join_twins
from archive.read_only import connect_read_only
from archive.rebuilding.bulk_load import Read, found_in, save_together, silence_search
from archive.rebuilding.concerned import (
    gather,
    gathered,
    give_back,
    standing_at,
    take_out_gathered,
)
from archive.rebuilding.following import note_text, refresh_following, spare_texts
from archive.rebuilding.plan import Waiting
from archive.rebuilding.standing import PLACE, Judged, judge, provinces_of
from archive.rebuilding.tangled import tangled
from archive.records import Site
from archive.rows import fetch_one
from archive.stories.copies import update_stories
from archive.verification.database import hashed_article
from crawler.intake.building import Building, Work, read_part, read_part_carefully
from crawler.intake.parts import Batch, Extract, read_places
from crawler.intake.progress import Progress

_STANDING = "select id from captures where id not in (select id from rebuild_wanted) and id in"
_LATER = "select address from rebuild_later where address in"
_PUT = ", ".join(f"{name} = :{name}" for name in PLACE)


class BuildingOver(Building):
    """A copy of the database in which what is read otherwise now is written anew."""

    _kept_sites: set[str]
    """Sites that a file has been found to speak of."""

    def read_again(self, names: list[str]) -> None:
        """Read every part of these files that is not done, and write what differs.

        Raises ArchiveError as ``read_all`` does, and sqlite3.Error where the copy is damaged.
        """
        self._kept_sites = set()
        if self.plan["reindex"]:
            silence_search(self.db)
        self.survey(names)
        if not self.plan["untangled"]:
            self.watch(Progress("looking at the database", 0, 1))
            with transaction(self.db):
                for table, key in (("captures", "id"), ("unreadable", "address")):
                    self.db.execute(f"delete from {table} where {key} is null")
                give_back(self.db, *tangled(self.db), unindex=self._unindex)
                self.plan["untangled"] = "yes"
        if not self.plan["loaded"]:
            self._read_parts(self._write_part, None, self._seen_by_readers)
            gone = "select id from captures where id not in (select id from rebuild_seen)"
            give_back(
                self.db, (row[0] for row in self.db.conn.execute(gone)), unindex=self._unindex
            )
            self._settle_all()
            join_twins(self.db)
            self.plan["loaded"] = "yes"

    @property
    def _seen_by_readers(self) -> Path | None:
        """The database, where those who read can see it; else what they read is compared here."""
        return None if self.readers.far else self.path

    @property
    def written(self) -> int:
        """How many captures came out differently, or were written with one that did."""
        sql = "select count(*) from rebuild_wanted where id in (select id from rebuild_seen)"
        return int(self.db.execute(sql).fetchone()[0])

    def _keep_sites(self, sites: Iterable[Site]) -> None:
        for site in sites:
            if site.name not in self._kept_sites:
                self._kept_sites.add(site.name)
                if not site.declared:
                    # A host that was met says the same each time: what stands may be older.
                    self.db.execute("delete from sites where name = ?", [site.name])
            save_site(self.db, site)

    def _write_part(self, part: Waiting, batch: Batch) -> None:
        judged = batch.judged or judge(self.db.conn, batch.readings, provinces_of(batch.sites))
        ids = [*judged.stand, *judged.elsewhere, *(read.capture.id for read in judged.others)]
        # Of a record that two files hold the first counts.
        fresh = set(ids) - found_in(self.db, "select id from rebuild_seen where id in", ids)
        number = self.plan.number(part)
        self.db.conn.executemany(
            "insert into rebuild_seen values (?, ?)", ((key, number) for key in sorted(fresh))
        )
        self.db.conn.executemany(
            "insert or ignore into rebuild_elsewhere values (?)",
            ((key,) for key in judged.elsewhere if key in fresh),
        )
        self._put(row for row in judged.placed if row["id"] in fresh)
        self._write([read for read in judged.others if read.capture.id in fresh])

    def _put(self, rows: Iterable[dict[str, Any]]) -> None:
        self.db.conn.executemany(f"update captures set {_PUT} where id = :id", rows)

    def _write(self, reads: Sequence[Read], *, later: bool = False) -> None:
        """Take out all that captures speak of, in the caller's transaction, and write them anew.

        Where something goes that was read before, all that hangs together with it is read once
        more, and written in the order of the files: as in a rebuild from nothing. ``later``: so
        with all of these.
        """
        ids = {read.capture.id for read in reads}
        if not later and reads:
            # All at once, which the search index likes better, where nothing else goes.
            gather(self.db, standing_at(self.db, reads) | found_in(self.db, _STANDING, list(ids)))
            if ids.issuperset(gathered(self.db)):
                take_out_gathered(self.db, self._unindex)
        ready: dict[str, Read] = {}
        for read in reads:
            key = (read.capture.id, read.capture.warc_file, read.capture.offset)
            if roots := standing_at(self.db, [read]) | found_in(self.db, _STANDING, key[:1]):
                gather(self.db, roots)
                alone = ids.issuperset(gathered(self.db))
                noted = "" if alone else "rebuild_later"
                take_out_gathered(self.db, self._unindex, noted=noted)
            self.db.conn.execute("insert or ignore into rebuild_wanted values (?, ?, ?)", key)
            if later:
                self._postpone(read)
            else:
                ready[read.capture.id] = read
        while postponed := [read for read in ready.values() if self._waits(read)]:
            for read in postponed:
                self._postpone(ready.pop(read.capture.id))
        save_together(self.db, list(ready.values()), self.extractor)

    def _waits(self, read: Read) -> bool:
        """Whether it speaks of an address whose captures are read once more."""
        return bool(found_in(self.db, _LATER, list(read.addresses)))

    def _postpone(self, read: Read) -> None:
        """Write a capture when it is read once more, and all that hangs together with it."""
        gather(self.db, (), read.addresses)
        take_out_gathered(self.db, self._unindex, noted="rebuild_later")

    def _write_again(self, reads: Sequence[Read]) -> None:
        """Write captures of which all that they speak of is read anew.

        Where one speaks of something that stands, that goes first, and these wait.
        """
        if standing := standing_at(self.db, reads):
            give_back(self.db, standing, unindex=self._unindex)
        else:
            save_together(self.db, reads, self.extractor)

    def _unindex(self, db: Database, ids: str) -> None:
        """Take articles out of the search index, which has to be told the words that it knows.

        Where an article's text is not the one that was read, nobody knows them: then the indexes
        are made anew.
        """
        for (key,) in db.conn.execute(ids).fetchall():
            row = fetch_one(db, "select * from articles where id = ?", key)
            if row is None:
                continue
            note_text(db, row)
            if not self.plan["reindex"] and not _as_read(db.conn, row):
                self.plan["reindex"] = "yes"
                silence_search(db)
        if not self.plan["reindex"]:
            unindex_articles(db, ids)

    # What was taken out after it had been read, and what another record holds

    def _settle_all(self) -> None:
        looked = False
        before: tuple[int, ...] | None = None
        while True:
            now = self._left()
            if now[:2] != (0, 0) and now != before:
                before = now
                self._read_missing()
                self._read_elsewhere(lambda db, reads, extractor: self._write_again(reads))
            elif now[0]:
                raise ArchiveError(
                    f"{now[0]} captures cannot be read a second time: files have changed meanwhile"
                )
            elif not looked:
                self._look_elsewhere()
                looked, before = True, None
            else:
                return

    def _left(self) -> tuple[int, ...]:
        """How many captures are to be read once more, how many are not settled, and how many are
        written anew."""
        (missing,) = self.db.conn.execute(
            "select count(*) from rebuild_wanted join rebuild_seen using (id)"
            " where id not in (select id from captures)"
        ).fetchone()
        (waiting,) = self.db.conn.execute(
            "select count(*) from captures where outcome is null"
        ).fetchone()
        return int(missing), int(waiting), self.db.table("rebuild_wanted").count

    def _read_missing(self) -> None:
        parts = list(self.plan.missing())
        work = (Work(part, self._missing_in(part)) for part in parts)
        read = partial(read_part, self.folder, self.edition, None)
        carefully = partial(read_part_carefully, self.folder, None)
        for done, (_, batch) in enumerate(self.readers.each(read, work, carefully), 1):
            if batch.damage and not self.leave_damaged:
                raise ArchiveError(batch.damage)
            with transaction(self.db):
                self._write_again(batch.readings)
            self.watch(Progress("reading once more", done, len(parts), "parts"))

    def _missing_in(self, part: Waiting) -> frozenset[str]:
        rows = self.db.conn.execute(
            "select id from rebuild_wanted join rebuild_seen using (id) where part = ?"
            " and id not in (select id from captures)",
            (self.plan.number(part),),
        )
        return frozenset(row[0] for row in rows)

    def _look_elsewhere(self) -> None:
        """Read the revisits that seem to stand with the payload that another record holds."""
        with transaction(self.db):
            self.db.execute(
                "delete from rebuild_elsewhere where id in (select id from rebuild_wanted)"
            )
        total = self.db.table("rebuild_elsewhere").count
        against = self._seen_by_readers
        done = 0
        look = partial(_look, self.folder, self.edition, against)
        carefully = partial(_look_carefully, self.folder, against)
        waiting = awaiting(self.db, "rebuild_elsewhere", settled=True)
        for places, judged in self.readers.each(look, waiting, carefully):
            if isinstance(judged, list):
                judged = judge(self.db.conn, judged, _provinces(self.db.conn))
            with transaction(self.db):
                self._put(judged.placed)
                self._write(
                    [read for read in judged.others if not self._is_wanted(read.capture.id)],
                    later=True,
                )
                self.db.conn.executemany(
                    "delete from rebuild_elsewhere where id = ?",
                    [(place.capture.id,) for place in places],
                )
            done += len(places)
            self.watch(Progress("reading what was captured again", done, total, "captures"))

    def _is_wanted(self, capture: str) -> bool:
        found = self.db.conn.execute("select 1 from rebuild_wanted where id = ?", (capture,))
        return found.fetchone() is not None

    def finish_over(self) -> None:
        """Bring up to date what follows from all articles together."""

        def tell(done: int, total: int) -> None:
            self.watch(Progress("comparing texts", done, total, "articles"))

        if self.plan["reindex"]:
            self._build_search()
            self.reopen()
            self.plan["reindex"] = ""
        self.watch(Progress("counting", 0, 1))
        spare_texts(self.db)
        refresh_following(self.db, self.extractor)
        update_stories(self.db, watch=tell)
        self._register_files()


def _as_read(db: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Whether an article's text is the one that its hash was taken over."""
    try:
        return bool(content_hash(hashed_article(db, row)) == row["content_hash"])
    except TypeError:  # Something that is no text stands in its place.
        return False


def _provinces(db: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    rows = db.execute("select name, province, province_2025 from sites")
    return {name: (province, province_2025) for name, province, province_2025 in rows}


# What a reading process is asked for; functions of the module, so that they can be sent to it.


def _look(
    folder: Path, wanted: str, against: Path | None, places: list[Place]
) -> Judged | list[Read]:
    return _judged(against, read_places(folder, places, wanted))


def _look_carefully(
    folder: Path, against: Path | None, places: list[Place], reader: Extract
) -> Judged | list[Read]:
    return _judged(against, read_places(folder, places, reader=reader))


def _judged(archive: Path | None, reads: list[Read]) -> Judged | list[Read]:
    if archive is None:
        return reads
    db = connect_read_only(archive)
    try:
        return judge(db, reads, _provinces(db))
    finally:
        db.close()
