"""The database made anew from the WARC files: proof, each time, that they are the truth.

The new database grows beside the old one, with its plan in it, and takes its place in one step
when it is whole. Whatever ends the work before that, the next rebuild goes on where it stood.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archive.broken_database import is_damage
from archive.database import ArchiveError, open_archive, refuse_foreign
from archive.read_only import connect_read_only
from archive.rebuilding.differences import compare_archives
from archive.rebuilding.plan import RebuildPlan
from archive.warc.file import OPEN_SUFFIX
from archive.warc.reader import WarcError
from archive.warc.writer import recover
from crawler.intake.building import Building
from crawler.intake.building_over import BuildingOver
from crawler.intake.building_part import BuildingPart, state_of
from crawler.intake.carried_over import carry_over_logs, why_not_begin_with
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
from crawler.intake.wishes import Rebuilt, Wishes, told_kind
from crawler.locks import alone

__all__ = ["Rebuilt", "Wishes", "rebuild"]

SMALL_BYTES = 1_000_000
"""WARC files that are read before other processes would have started, which takes two seconds."""


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
        over = False
        if not self.wishes.whole:
            part = self._copied()
            os.replace(part, self.new)
        elif self.old.exists() and not self.old_damage and not self.wishes.from_nothing:
            over = self._begin_over(names)
        self._begin(over)

    def _copied(self) -> Path:
        part = self.new.with_name(self.new.name + ".part")
        remove(part)
        copy_database(self.old, part)
        return part

    def _begin_over(self, names: list[str]) -> bool:
        """Begin with a copy of the old database, if it can be used as it is."""
        try:
            part = self._copied()
            reason = why_not_begin_with(part, {name: self._size(name) for name in names})
        except sqlite3.Error as error:
            if not is_damage(error):
                raise ArchiveError(f"{self.old} cannot be copied: {error}") from error
            reason = str(error)
        if reason:
            remove(self.new.with_name(self.new.name + ".part"))
            self.found.notes.append(f"Everything is written anew: {reason}.")
        else:
            os.replace(part, self.new)
        return not reason

    def _size(self, name: str) -> int:
        return (self.folder / name).stat().st_size

    def _begin(self, over: bool) -> None:
        def begin(plan: RebuildPlan) -> None:
            plan["kind"] = self.wishes.kind
            plan["over"] = "yes" if over else ""
            if not self.wishes.whole:
                plan["old"] = state_of(self.old)
            plan["edition"] = edition()

        self._with_plan(begin)

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
                    f"A rebuild of another kind was left unfinished: {told_kind(plan['kind'])}."
                    " Go on with that one, or add --afresh to discard it."
                )
            elif self.wishes.from_nothing and plan["over"]:
                reasons.append("what was left had begun with a copy of the database")
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
            plan.forget_written()
        return []

    def _build_whole(self, readers: Readers, names: list[str]) -> None:
        if self._is_over():
            try:
                return self._build_over(readers, names)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                if not is_damage(error) and not isinstance(error, sqlite3.IntegrityError):
                    raise
                self.found.notes.append(f"Everything is written anew: {error}.")
            remove(self.new)
            self._begin(over=False)
        leave = self.wishes.leave_damaged
        building = Building(self.new, self.folder, readers, self.watch, leave_damaged=leave)
        with closing(building):
            self._complain(lambda: building.read_all(names))
            building.finish_loading()
            self._built(building, names)

    def _is_over(self) -> bool:
        found: list[str] = []
        self._with_plan(lambda plan: found.append(plan["over"]))
        return found == ["yes"]

    def _build_over(self, readers: Readers, names: list[str]) -> None:
        leave = self.wishes.leave_damaged
        building = BuildingOver(self.new, self.folder, readers, self.watch, leave_damaged=leave)
        with closing(building):
            self._complain(lambda: building.read_again(names))
            building.finish_over()
            self._built(building, names)
            self.found.notes.append(
                f"{building.written} captures were written anew; the others came out as they stood."
            )

    def _built(self, building: Building, names: list[str]) -> None:
        self.found.left_out += building.damaged
        self.found.files = len(names)
        self._count(building.db)
        self.found.reread = self.found.captures
        if self.old.exists():
            carry_over_logs(self.old, building.db, self._spoilt)

    def _spoilt(self, table: str, error: sqlite3.Error | UnicodeDecodeError) -> None:
        self._admit_damage(error, f"{self.old} cannot be read")
        self.found.notes.append(f"The log {table} could be carried over in part only.")

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
