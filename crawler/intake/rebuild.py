"""The database made anew from the WARC files: proof, each time, that they are the truth.

The new database grows beside the old one, with its plan in it, and takes its place in one step
when it is whole. Whatever ends the work before that, the next rebuild goes on where it stood.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database

from archive.broken_database import is_damage
from archive.database import ArchiveError, open_archive, refuse_foreign, transaction
from archive.read_only import connect_read_only
from archive.rebuilding.differences import Differences, compare_archives
from archive.rebuilding.plan import RebuildPlan
from archive.tables.operation import OPERATION_TABLES
from archive.tables.provenance import PROVENANCE_TABLES
from archive.warc.file import OPEN_SUFFIX
from archive.warc.reader import WarcError
from archive.warc.writer import recover
from crawler.intake.building import Building
from crawler.intake.building_part import BuildingPart, state_of
from crawler.intake.database_files import (
    copy_database,
    free_name,
    remove,
    remove_journals,
)
from crawler.intake.derived import update_derived
from crawler.intake.edition import edition
from crawler.intake.ingest import warc_paths
from crawler.intake.progress import Progress, Watch, unwatched
from crawler.intake.readers import Readers
from crawler.locks import alone

LOG_TABLES = ("crawls", "fetch_errors", *OPERATION_TABLES, *PROVENANCE_TABLES)
"""Tables that no WARC can give back: carried over from the old database where there is one."""
MAX_LOST = 5.0
"""Percent of a site's articles: a rebuild that would lose more replaces nothing unless told to."""
SMALL_BYTES = 1_000_000
"""WARC files that are read before other processes would have started, which takes two seconds."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a rebuild shall do."""

    sites: tuple[str, ...] = ()
    """Only captures of these sites; of all, where none is named."""
    since: str = ""
    """Only captures from this day (in Vietnam) on, as ``2026-01-01``; of any day, where empty."""
    afresh: bool = False
    """Discard what an earlier rebuild has left."""
    dry_run: bool = False
    """Replace nothing."""
    max_lost: float = MAX_LOST
    """Percent of a site's articles."""
    jobs: int | None = None
    leave_damaged: bool = False
    """Do without what is damaged in WARC files."""
    dask: str = ""
    """Address of a dask scheduler whose workers read; "" for processes of this machine."""

    @property
    def whole(self) -> bool:
        return not self.sites and not self.since

    @property
    def kind(self) -> str:
        """What tells this rebuild from another one whose work cannot be taken up."""
        chosen = {"sites": sorted(self.sites), "since": self.since}
        return "whole" if self.whole else json.dumps(chosen)


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild made and found."""

    files: int = 0
    captures: int = 0
    articles: int = 0
    reread: int = 0
    """Captures that were read anew."""
    replaced: bool = False
    kept: Path | None = None
    """The new database, where it did not replace the old one."""
    differences: Differences | None = None
    """From the old database, where there was one."""
    left_out: list[str] = field(default_factory=list)
    """What is damaged in WARC files and was done without."""
    too_much_lost: tuple[str, ...] = ()
    """Sites that would lose more than the limit."""
    notes: list[str] = field(default_factory=list)
    """What a person should know of how it went."""


def rebuild(
    data: Path, wishes: Wishes | None = None, *, jobs: int | None = None, watch: Watch = unwatched
) -> Rebuilt:
    """Derive ``archive.db`` from ``warc/`` and put it in place of the old one, all at once.

    An old database that is damaged is set aside under another name, after what can be read of its
    logs is carried over; nothing can be compared then.

    Raises ArchiveError where there is no WARC, where one is damaged (the old database then stays,
    and so does what was read of the others), where the old database is of another program, where
    a rebuild of another kind was left unfinished, or while a crawl or import goes on.
    """
    wishes = wishes or Wishes(jobs=jobs)
    folder = data / "warc"
    if not folder.is_dir():
        raise ArchiveError(f"There are no WARC files in {folder} to rebuild from.")
    with _readers(data, wishes) as readers, alone(data):
        return _Rebuild(data, wishes, watch).run(readers)


def _readers(data: Path, wishes: Wishes) -> Readers:
    jobs = wishes.jobs or os.cpu_count() or 1
    if wishes.dask:
        from crawler.intake.on_dask import DaskReaders

        # Processes elsewhere have another working folder.
        return DaskReaders(wishes.dask, data.resolve() / "warc", jobs)
    paths = warc_paths(data / "warc")
    size = sum(path.stat().st_size for path in paths if path.is_file())
    return Readers(jobs if size > SMALL_BYTES else 1)


def _told(kind: str) -> str:
    """``Wishes.kind`` for people.

    >>> _told('{"sites": ["lang_son", "quan_1"], "since": "2026-01-01"}')
    'of the sites lang_son and quan_1, captures from 2026-01-01 on'
    """
    if kind == "whole":
        return "of everything"
    chosen = json.loads(kind)
    *others, last = chosen["sites"] or [""]
    sites = f"{', '.join(others)} and {last}" if others else last
    which = f"of the site{'s' if others else ''} {sites}" if sites else "of all sites"
    return f"{which}, captures from {chosen['since']} on" if chosen["since"] else which


class _Rebuild:
    def __init__(self, data: Path, wishes: Wishes, watch: Watch) -> None:
        self.data = data
        self.folder = (data.resolve() if wishes.dask else data) / "warc"
        self.old = data / "archive.db"
        self.new = data / "archive.rebuilding.db"
        self.wishes = wishes
        self.watch = watch
        self.found = Rebuilt()
        self.old_damage = ""

    def run(self, readers: Readers) -> Rebuilt:
        names = self._files()
        self._check_old()
        self._take_up(names)
        if self.wishes.whole:
            self._build_whole(readers, names)
        else:
            self._build_part(readers)
        readers.close()
        self._compare()
        if not self.wishes.dry_run and not self.found.too_much_lost:
            self._replace()
        else:
            self.found.kept = self.new
        return self.found

    def _files(self) -> list[str]:
        try:
            if not self.wishes.dry_run:
                self.found.notes += [str(recovered) for recovered in recover(self.folder)]
        except WarcError as error:
            raise ArchiveError(f"{error}. The old database is untouched.") from error
        left = [path.name for path in self.folder.rglob(f"*{OPEN_SUFFIX}")]
        if left:
            self.found.notes.append(f"Not closed, and not looked at: {', '.join(sorted(left))}.")
        names = [path.relative_to(self.folder).as_posix() for path in warc_paths(self.folder)]
        if not names:
            raise ArchiveError(f"There are no WARC files in {self.folder} to rebuild from.")
        return names

    def _check_old(self) -> None:
        """Refuse what cannot be compared and carried over, before anything is done."""
        if not self.old.exists():
            if not self.wishes.whole:
                raise ArchiveError(f"There is no {self.old} of which a part could be rebuilt.")
            return
        try:
            db = connect_read_only(self.old)
            try:
                refuse_foreign(Database(db), self.old)
                db.execute("select count(*) from captures")
            finally:
                db.close()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._admit_damage(error, f"Cannot use {self.old} as an archive")

    def _admit_damage(self, error: sqlite3.Error | UnicodeDecodeError, otherwise: str) -> None:
        """Go on without a damaged old database; raise ArchiveError for any other trouble."""
        if not is_damage(error):
            raise ArchiveError(f"{otherwise}: {error}") from error
        if not self.wishes.whole:
            raise ArchiveError(
                f"{self.old} is damaged ({error}): rebuild everything, without --site and --since."
            ) from error
        self.old_damage = self.old_damage or str(error)

    def _take_up(self, names: list[str]) -> None:
        """Go on with what an earlier rebuild left, or begin."""
        if self.wishes.afresh:
            remove(self.new)
        if self.new.exists():
            reason = self._why_not(names)
            if reason:
                self.found.notes.append(f"Begun afresh: {reason}.")
                remove(self.new)
            else:
                self.found.notes.append("Goes on where an earlier rebuild was stopped.")
        if self.new.exists():
            return
        if not self.wishes.whole:
            part = self.new.with_name(self.new.name + ".part")
            remove(part)
            copy_database(self.old, part)
            os.replace(part, self.new)
        self._with_plan(self._begin_plan)

    def _begin_plan(self, plan: RebuildPlan) -> None:
        plan["edition"] = edition()
        plan["kind"] = self.wishes.kind
        if not self.wishes.whole:
            plan["old"] = state_of(self.old)

    def _with_plan(self, do: Callable[[RebuildPlan], None]) -> None:
        with open_archive(self.new) as db:
            do(RebuildPlan(db))

    def _why_not(self, names: list[str]) -> str:
        """Why what was left cannot be gone on with; "" where it can."""
        reasons: list[str] = []

        def look(plan: RebuildPlan) -> None:
            if not plan["edition"]:
                reasons.append("what was left has no plan")
            elif plan["kind"] != self.wishes.kind:
                raise ArchiveError(
                    f"A rebuild of another kind was left unfinished: {_told(plan['kind'])}."
                    " Go on with that one, or add --afresh to discard it."
                )
            elif plan["edition"] != edition():
                reasons.append("the program has changed since")
            elif not self.wishes.whole and plan["old"] != state_of(self.old):
                reasons.append("the database has changed since")
            else:
                reasons.extend(self._changed_files(plan, names))

        try:
            self._with_plan(look)
        except sqlite3.Error as error:
            reasons.append(f"what was left cannot be read ({error})")
        return reasons[0] if reasons else ""

    def _changed_files(self, plan: RebuildPlan, names: list[str]) -> list[str]:
        """A file that is gone or changed, if any of it was read; others are planned anew."""
        begun = plan.begun()
        planned = plan.files()
        for file, facts in planned.items():
            path = self.folder / file
            here = (path.stat().st_size, path.stat().st_mtime_ns) if file in names else None
            if here != facts:
                if file in begun:
                    return [f"{file} has changed since"]
                plan.forget(file)
        if self.wishes.whole and plan["loaded"] and set(names) - plan.files().keys():
            # Everything else is whole: what came since is loaded as the rest was.
            plan["loaded"], plan["stories"] = "", ""
        return []

    def _build_whole(self, readers: Readers, names: list[str]) -> None:
        leave = self.wishes.leave_damaged
        building = Building(self.new, self.folder, readers, self.watch, leave_damaged=leave)
        try:
            self._complain(lambda: building.read_all(names))
            self.found.left_out += building.damaged
            building.finish_loading()
            self.found.files = len(names)
            self._count(building.db)
            self.found.reread = self.found.captures
            self._carry_over(building.db)
        finally:
            building.close()

    def _build_part(self, readers: Readers) -> None:
        building = BuildingPart(self.new, self.folder, readers, self.watch)
        try:
            building.choose(self.wishes.sites, self.wishes.since)
            self._complain(building.read_chosen)
            self.found.reread = building.wanted
            building.finish_part()
            self.found.files = len(building.plan.files())
            self._count(building.db)
        finally:
            building.close()

    def _complain(self, work: Callable[[], object]) -> None:
        try:
            work()
        except ArchiveError as error:
            raise ArchiveError(
                f"{str(error).rstrip('.')}. The old database is untouched."
            ) from error

    def _count(self, db: Database) -> None:
        self.found.captures = db.table("captures").count
        self.found.articles = db.table("articles").count

    def _carry_over(self, db: Database) -> None:
        """Copy the log of crawls from the old database, with the sites that it speaks of."""
        if not self.old.exists():
            return
        with transaction(db):
            for table in LOG_TABLES:
                db.execute(f"delete from {table}")
            for table in ("sites", *LOG_TABLES):
                self._carry_table(db, table)

    def _carry_table(self, db: Database, table: str) -> None:
        """Of a damaged table the rows that stand before the damage."""
        before = connect_read_only(self.old)
        before.row_factory = sqlite3.Row
        try:
            if table in Database(before).table_names():
                for row in before.execute(f"select * from {table}"):
                    db.table(table).insert(dict(row), ignore=True)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._admit_damage(error, f"{self.old} cannot be read")
            self.found.notes.append(f"The log {table} could be carried over in part only.")
        finally:
            before.close()

    def _compare(self) -> None:
        if not self.old.exists():
            return
        self.watch(Progress("comparing with the old database", 0, 1))
        try:
            if not self.old_damage:
                self.found.differences = compare_archives(self.old, self.new)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._admit_damage(error, f"{self.old} cannot be compared with")
        if self.found.differences is None:
            self.found.notes.append(
                f"{self.old} is damaged ({self.old_damage}) and could not be compared with."
            )
            return
        self.found.too_much_lost = tuple(
            site.site
            for site in self.found.differences.sites
            if site.lost * 100 > self.wishes.max_lost * site.before
        )

    def _replace(self) -> None:
        with open_archive(self.new) as db:
            RebuildPlan(db).drop()
            db.execute("pragma optimize")
            db.execute("pragma wal_checkpoint(truncate)")
        if self.old_damage:
            aside = free_name(self.old)
            os.rename(self.old, aside)
            self.found.notes.append(f"The damaged database was set aside as {aside}.")
        remove_journals(self.old)
        os.replace(self.new, self.old)
        remove(self.new)
        folder = os.open(self.data, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self.found.replaced = True
        # Attachments are read through the archive in its place; what is broken off here is taken
        # up after the next crawl.
        with open_archive(self.old) as db:
            update_derived(db, self.data)
