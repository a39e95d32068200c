"""The steps of a rebuild, from a plan to a database that is whole but not yet in its place.

Each step can be broken off at any moment and begun again by another process: what is done is
noted in the database in the transaction that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from archive.awaiting import Place, awaiting
from archive.database import ArchiveError, open_archive, save_site, transaction
from archive.exchange.twins import join_twins
from archive.rebuilding.bulk_load import (
    SEARCH_INDEXES,
    Read,
    begin_loading,
    end_loading,
    is_loading,
    load_reads,
    search_index_statement,
)
from archive.rebuilding.plan import RebuildPlan, Waiting
from archive.records import Site
from archive.search.build import adopt_search_index, build_search_index
from archive.stories.at_once import (
    COMPARED,
    Found,
    gather_keys,
    kept_beside,
    keys_between,
    same_between,
    slices,
    stories_of,
    write_stories,
)
from archive.stories.copies import Groups, Story
from crawler.intake.edition import edition
from crawler.intake.names import origin_of
from crawler.intake.parts import (
    Batch,
    Extract,
    FileFacts,
    FilePart,
    compared,
    read_file_part,
    read_places,
    survey_file,
)
from crawler.intake.progress import Progress, Watch
from crawler.intake.readers import Readers
from crawler.reading import EXTRACTOR

GROUPS = 20
"""Stories worked out by a process at a time."""
_CACHE_KIB = 16 << 10
"""What SQLite may keep in memory of the database, and as much again of what it sorts."""
_CHECKPOINT_PAGES = 16_000
"""Pages of 4 KiB that may wait in the journal before they are put into the database."""


class Building:
    """A database being built at ``path`` from the WARC files of ``folder``."""

    def __init__(
        self,
        path: Path,
        folder: Path,
        readers: Readers,
        watch: Watch,
        *,
        leave_damaged: bool = False,
    ) -> None:
        self.path = path
        self.leave_damaged = leave_damaged
        self.damaged: list[str] = []
        """What was left out, when it was to be."""
        self.folder = folder
        self.readers = readers
        self.watch = watch
        self.extractor = EXTRACTOR
        self.edition = edition()
        self.db = self._open()
        self.plan = RebuildPlan(self.db)

    def _open(self) -> Database:
        db = open_archive(self.path)
        db.execute(f"pragma cache_size = -{_CACHE_KIB}")
        db.execute(f"pragma wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        return db

    def close(self) -> None:
        self.db.close()

    def reopen(self) -> None:
        """Forget what the connection remembers of tables that were copied into the file."""
        self.db.close()
        self.db = self._open()
        self.plan = RebuildPlan(self.db)

    # Files

    def survey(self, names: list[str]) -> None:
        """Plan to read these files; those that are planned already stay as they are."""
        known = self.plan.files()
        fresh = [name for name in names if name not in known]
        sizes = {name: (self.folder / name).stat() for name in fresh}
        total, done = sum(size.st_size for size in sizes.values()), 0
        for name, facts in self.readers.each(partial(_survey, self.folder), fresh):
            stretches = [part.stretch for part in facts.parts]
            modified = sizes[name].st_mtime_ns
            self.plan.add(name, facts.bytes, modified, facts.sha256, stretches)
            done += facts.bytes
            self.watch(Progress("looking at the files", done, total, "bytes"))

    # Reading everything

    def read_all(self, names: list[str]) -> None:
        """Read every part of these files that is not done, then what needed another part's record.

        Raises ArchiveError, which names every damaged file, when all others are read; with
        ``leave_damaged``, what is whole of them is read, too, and nothing is raised.
        """
        self.survey(names)
        if not self.plan["loaded"]:
            begin_loading(self.db)
            self._read_parts(self._load, None)
            self._read_elsewhere(load_reads)
            join_twins(self.db)
            self.plan["loaded"] = "yes"

    def _load(self, _: Waiting, batch: Batch) -> None:
        load_reads(self.db, list(batch.readings), self.extractor)

    def _read_parts(
        self,
        write: Callable[[Waiting, Batch], object],
        only: Callable[[Waiting], frozenset[str]] | None,
        against: Path | None = None,
    ) -> None:
        """Read every part that is not done; ``write`` is in the transaction that says it is.

        ``against``: a database that the processes compare with what they read.
        """
        done, total = self.plan.bytes()
        self.watch(Progress("reading", done, total, "bytes"))
        damages: list[str] = []
        work = (
            Work(waiting, only(waiting) if only is not None else None)
            for waiting in self.plan.waiting()
        )
        read = partial(read_part, self.folder, self.edition, against)
        carefully = partial(read_part_carefully, self.folder, against)
        for item, batch in self.readers.each(read, work, carefully):
            if batch.damage:
                damages.append(batch.damage)
                if not self.leave_damaged:
                    continue
            with transaction(self.db):
                self._keep_sites(batch.sites)
                write(item.waiting, batch)
                self.plan.done(item.waiting, batch.records, batch.crawls)
            done += item.waiting.stretch.end - item.waiting.stretch.start
            self.watch(Progress("reading", done, total, "bytes"))
        self.damaged += damages
        if damages and not self.leave_damaged:
            told = "; ".join(damages)
            raise ArchiveError(f"{told}. With --leave-damaged all that is whole is read")

    def _keep_sites(self, sites: Iterable[Site]) -> None:
        for site in sites:
            save_site(self.db, site)

    def _read_elsewhere(
        self, write: Callable[[Database, list[Read], str], object], among: str = "captures"
    ) -> None:
        """Settle the revisits, whose payload stands in a record of their own or another file."""
        sql = "select count(*) from captures where outcome is null"
        total = int(self.db.execute(sql).fetchone()[0])
        done = 0
        read = partial(_read_places, self.folder, self.edition)
        carefully = partial(_read_places_carefully, self.folder)
        for places, reads in self.readers.each(read, awaiting(self.db, among), carefully):
            with transaction(self.db):
                write(self.db, reads, self.extractor)
            done += len(places)
            self.watch(Progress("reading what was captured again", done, total, "captures"))

    # What follows from all articles together

    def finish_loading(self) -> None:
        """Make indices, counts, search and stories of a database that was loaded whole."""
        if is_loading(self.db):
            self._gather_keys()
            self._build_search()
            self.watch(Progress("making indices", 0, 1))
            end_loading(self.db)
            self.reopen()
        if not self.plan["stories"]:
            self._join_copies()
            self.plan["stories"] = "yes"
        self._register_files()

    def _register_files(self) -> None:
        self.plan.register()
        with transaction(self.db):
            for (name,) in self.db.execute("select name from warc_files").fetchall():
                self.db.execute(
                    "update warc_files set origin = ? where name = ?", [origin_of(name), name]
                )

    def _gather_keys(self) -> None:
        pieces = slices(self.db)
        found = (keys for _, keys in self.readers.each(partial(_keys, self.path), pieces))
        for done, _ in enumerate(gather_keys(self.db, self.path, found), 1):
            self.watch(Progress("looking for alike texts", done, len(pieces), "pieces"))

    def _build_search(self) -> None:
        statements = {name: search_index_statement(self.db, name) for name in SEARCH_INDEXES}
        work = [
            (name, self.path.with_name(f"{self.path.stem}.{name}.db"), statement)
            for name, statement in statements.items()
        ]
        self.watch(Progress("making the search indexes", 0, len(work)))
        try:
            each = self.readers.each(partial(_search, self.path), work)
            for done, ((name, built, statement), _) in enumerate(each, 1):
                adopt_search_index(self.db, built, name, statement)
                built.unlink()
                self.watch(Progress("making the search indexes", done, len(work)))
        finally:
            for _, built, _ in work:
                built.unlink(missing_ok=True)

    def _join_copies(self) -> None:
        pieces = slices(self.db, COMPARED)
        joined = Groups()
        articles: set[int] = set()
        each = self.readers.each(partial(_same, self.path), pieces)
        for done, (_, pairs) in enumerate(each, 1):
            for first, second in pairs:
                joined.join(first, second)
                articles |= {first, second}
            self.watch(Progress("comparing texts", done, len(pieces), "pieces"))
        groups = [sorted(group) for group in joined.groups(articles) if len(group) > 1]
        bundles = [groups[at : at + GROUPS] for at in range(0, len(groups), GROUPS)]
        told = self.readers.each(partial(_stories, self.path), bundles)
        write_stories(self.db, (story for _, stories in told for story in stories))
        kept_beside(self.path).unlink(missing_ok=True)


class Work:
    """A part to be read, and which captures of it."""

    __slots__ = ("only", "waiting")

    def __init__(self, waiting: Waiting, only: frozenset[str] | None) -> None:
        self.waiting = waiting
        self.only = only

    @property
    def part(self) -> FilePart:
        return FilePart(self.waiting.file, self.waiting.stretch)


# What a reading process is asked for; functions of the module, so that they can be sent to it.


def _survey(folder: Path, name: str) -> FileFacts:
    return survey_file(folder, name)


def read_part(folder: Path, wanted: str, against: Path | None, work: Work) -> Batch:
    return _against(against, read_file_part(folder, work.part, wanted, only=work.only))


def read_part_carefully(folder: Path, against: Path | None, work: Work, reader: Extract) -> Batch:
    return _against(against, read_file_part(folder, work.part, reader=reader, only=work.only))


def _against(archive: Path | None, batch: Batch) -> Batch:
    return batch if archive is None else compared(archive, batch)


def _read_places(folder: Path, wanted: str, places: list[Place]) -> list[Read]:
    return read_places(folder, places, wanted)


def _read_places_carefully(folder: Path, places: list[Place], reader: Extract) -> list[Read]:
    return read_places(folder, places, reader=reader)


def _keys(archive: Path, piece: tuple[int, int]) -> Found:
    return keys_between(archive, *piece)


def _search(archive: Path, work: tuple[str, Path, str]) -> None:
    name, target, statement = work
    build_search_index(archive, target, name, statement)


def _same(archive: Path, piece: tuple[int, int]) -> list[tuple[int, int]]:
    return same_between(archive, *piece)


def _stories(archive: Path, groups: list[list[int]]) -> list[Story]:
    return stories_of(archive, groups)
