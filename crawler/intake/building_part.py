"""A rebuild of some captures: the others, and all rows that do not depend on these, stay.

The unit is the article: with a capture that was chosen go all captures that its rows could depend
on (``archive.rebuilding.concerned``). Those are taken out of a copy of the database and read anew,
so that what comes back is what a rebuild of everything would give for them. Where a page, read
anew, names an address that other captures speak of, these are taken out and read anew, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from sqlite_utils import Database

from archive.database import ArchiveError
from archive.read_only import connect_read_only
from archive.rebuilding.bulk_load import Read, settle_read
from archive.rebuilding.concerned import give_back, standing_at
from archive.rebuilding.plan import Waiting
from archive.stories.copies import update_stories
from crawler.catalogue import site_for
from crawler.intake.building import Building
from crawler.intake.parts import Batch
from crawler.intake.progress import Progress


def chosen_captures(db: Database, sites: Iterable[str], since: str) -> list[str]:
    """Ids of the captures of these sites (of any, where none is named) from a day on.

    A capture belongs to a site by its row, or by what is declared now of its address.
    """
    wanted = set(sites)
    rows = db.conn.execute("select id, site, url from captures where fetched_at >= ?", (since,))
    if not wanted:
        return [row[0] for row in rows]
    return [key for key, site, url in rows if site in wanted or site_for(url).name in wanted]


def state_of(path: Path) -> str:
    """What changes in a database whenever a crawl or an import has written to it."""
    db = connect_read_only(path)
    try:
        counts = [
            db.execute(f"select count(*), coalesce(max(rowid), 0) from {table}").fetchone()
            for table in ("captures", "articles", "crawls", "fetch_errors")
        ]
        settled = db.execute("select count(*) from captures where outcome is null").fetchone()
        return json.dumps([*counts, settled])
    finally:
        db.close()


class BuildingPart(Building):
    """A copy of the database in which some captures are read anew."""

    def choose(self, sites: Iterable[str], since: str) -> None:
        """Take out the captures of these sites from this day on, and what is concerned by them.

        Done once: in a later process there is nothing left to take out.
        """
        if not self.plan["chosen"]:
            give_back(self.db, chosen_captures(self.db, sites, since))
            self.plan["chosen"] = "yes"

    @property
    def wanted(self) -> int:
        """How many captures are read anew, as far as known."""
        return self.db.table("rebuild_wanted").count

    def read_chosen(self) -> None:
        """Read anew what was taken out, until nothing is missing. Raises ArchiveError."""
        before: tuple[int, int] | None = None
        while (now := self._missing()) != (now[0], 0):
            if now == before:
                lost = self.db.execute(
                    "select file, count(*) from rebuild_wanted"
                    " where id not in (select id from captures) group by 1"
                )
                told = ", ".join(f"{count} of {file}" for file, count in lost)
                raise ArchiveError(
                    f"Captures are not where the database says: {told}. Rebuild everything."
                )
            before = now
            self._plan_files()
            self._read_parts(self._write_part, self._only)
            self._read_elsewhere(self._write, "rebuild_wanted")

    def _missing(self) -> tuple[int, int]:
        """How many captures are to be read anew, and how many of them are not settled yet."""
        row = self.db.execute(
            "select count(*), count(*) - count(captures.outcome) from rebuild_wanted"
            " left join captures on captures.id = rebuild_wanted.id"
        ).fetchone()
        return int(row[0]), int(row[1])

    def _plan_files(self) -> None:
        """Plan to read every file that may hold a capture that is missing."""
        rows = self.db.execute(
            "select distinct file from rebuild_wanted where id not in (select id from captures)"
            " order by file"
        )
        names = [row[0] for row in rows]
        if gone := [name for name in names if not (self.folder / name).is_file()]:
            raise ArchiveError(f"These WARC files are missing: {', '.join(gone)}.")
        self.survey(names)
        self.plan.want_missing()

    def _only(self, part: Waiting) -> frozenset[str]:
        rows = self.db.conn.execute(
            "select id from rebuild_wanted where file = ? and place >= ? and place < ?"
            " and id not in (select id from captures)",
            (part.file, part.stretch.start, part.stretch.end),
        )
        return frozenset(row[0] for row in rows)

    def _write_part(self, _: Waiting, batch: Batch) -> None:
        self._write(self.db, list(batch.readings), self.extractor)

    def _write(self, db: Database, reads: list[Read], extractor: str) -> None:
        """In the transaction of the part that these were read from."""
        if touched := standing_at(db, reads):
            give_back(db, touched)
        for read in reads:
            settle_read(db, read, extractor)

    def finish_part(self) -> None:
        """Bring up to date what follows from all articles together."""

        def tell(done: int, total: int) -> None:
            self.watch(Progress("comparing texts", done, total, "articles"))

        update_stories(self.db, watch=tell)
