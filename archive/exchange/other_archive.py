"""Another archive of this project, a data folder or a backup, read before any of it is taken."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sqlite_utils import Database

from archive.backup_manifest import MANIFEST, read_manifest
from archive.database import ArchiveError, refuse_foreign
from archive.read_only import reading
from archive.warc.check import check_file
from archive.warc.file import OPEN_SUFFIX
from archive.warc.reader import WarcError, read_records

SUFFIXES = (".warc", ".warc.gz")


@dataclass(frozen=True, slots=True)
class OtherFile:
    """A WARC file of the other archive, as its database and its manifest describe it."""

    name: str
    """Its path below ``warc/``, with ``/``."""
    path: Path
    bytes: int
    sha256: str = ""
    """As noted there; "" where it is noted nowhere."""
    records: int = 0
    """As noted there."""


@dataclass(slots=True)
class OtherArchive:
    """What another archive holds, by its own account."""

    folder: Path
    label: str
    """What it is called in the note of where a file came from."""
    files: list[OtherFile] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Files that its database speaks of and that are not there."""
    left_open: list[str] = field(default_factory=list)
    """Files that are being written, or were when a crawl was killed."""


@contextmanager
def other_database(folder: Path) -> Iterator[sqlite3.Connection]:
    """The other archive's database; it cannot be written. Raises ArchiveError.

    Refused is what is no archive, and what a newer version of this program has written.
    """
    with reading(folder) as db:
        try:
            refuse_foreign(Database(db), folder / "archive.db")
        except ArchiveError as error:
            raise ArchiveError(f"{str(error).replace('; nothing was changed', '')}") from error
        yield db


def look_at(folder: Path) -> OtherArchive:
    """List the WARC files of another archive. Raises ArchiveError."""
    found = OtherArchive(folder, folder.resolve().name)
    noted: dict[str, tuple[str, int]] = {}
    with other_database(folder) as db:
        try:
            for name, sha256, records in db.execute("select name, sha256, records from warc_files"):
                noted[name] = (sha256, records)
        except sqlite3.Error as error:
            raise ArchiveError(f"{folder / 'archive.db'} cannot be read: {error}") from error
    kept: dict[str, str] = {}
    if (folder / MANIFEST).exists():
        manifest = read_manifest(folder)
        found.label += f" ({manifest.taken_at})"
        kept = {
            file.path.removeprefix("warc/"): file.sha256
            for file in manifest.files
            if file.path.startswith("warc/")
        }
    warc = folder / "warc"
    here = {
        path.relative_to(warc).as_posix(): path
        for path in sorted(warc.rglob("*.warc*"))
        if path.is_file() and not path.is_symlink()
    }
    found.left_open = [name for name in here if name.endswith(OPEN_SUFFIX)]
    found.missing = sorted((noted.keys() | kept.keys()) - here.keys())
    for name, path in here.items():
        if name.endswith(SUFFIXES) and _proper(name):
            sha256, records = noted.get(name, ("", 0))
            sha256 = kept.get(name, sha256) or sha256
            found.files.append(OtherFile(name, path, path.stat().st_size, sha256, records))
    return found


def _proper(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


@dataclass(frozen=True, slots=True)
class Examined:
    """A WARC file read to its last byte."""

    sha256: str = ""
    captures: tuple[tuple[str, int], ...] = ()
    """Id and offset of every response and revisit."""
    problem: str = ""
    """What is wrong with it, "" where it is whole."""


def examine(file: OtherFile) -> Examined:
    """Read a file to its last record and digest, and hold it to what is noted of it."""
    try:
        report = check_file(file.path)
        if file.sha256 and report.sha256 != file.sha256:
            return Examined(problem=f"{file.name}: its checksum is not the one that is noted there")
        for finding in report.findings:
            if finding.kind in ("damaged", "truncated", "block_digest"):
                return Examined(problem=f"{file.name}: {finding}")
        captures = tuple(
            (record.id, record.offset)
            for record in read_records(file.path, types=("response", "revisit"))
        )
    except (OSError, WarcError) as error:
        return Examined(problem=f"{file.name}: {error}")
    return Examined(report.sha256, captures)


def sites_told_apart(db: Database, other: sqlite3.Connection) -> list[str]:
    """A line for each site that the two archives declare differently."""
    names = ("title", "level", "hosts", "home", "province")
    query = f"select name, {', '.join(names)}, declared from sites order by name"
    here = {row[0]: row[1:] for row in db.execute(query)}
    lines = []
    for name, *said in other.execute(query):
        standing = here.get(name)
        if standing is None:
            if said[-1]:
                lines.append(f"{name}: declared there and not by this program")
            continue
        differing = [
            f"{column} is {ours!r} here and {theirs!r} there"
            for column, ours, theirs in zip(names, standing, said, strict=False)
            if ours != theirs
        ]
        if differing:
            lines.append(f"{name}: {'; '.join(differing)}")
    return lines
