"""What a backup says of itself: its files, each with size and SHA-256.

A backup may come from a stranger: its manifest is read as hostile input, and names no file but
those that an archive has.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.database import ArchiveError
from archive.warc.file import OPEN_SUFFIX

MANIFEST = "manifest.json"
FORMAT = "congdoan-backup"
VERSION = 1
MAX_MANIFEST_BYTES = 500_000_000
SETTINGS = ("congdoan.toml", "metadata.yaml", "metadata.json")
"""What a person wrote, and no program can make anew: how the archive keeps and shows itself."""

_PART = r"(?!\.{1,2}(?:/|$))[^/\\\x00-\x1f\x7f]+"
_PATH = re.compile(
    rf"archive\.db|frontier/{_PART}\.db|(?:warc|imports|surveys)/{_PART}(?:/{_PART})*|"
    + "|".join(re.escape(name) for name in SETTINGS)
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a backup. ``path`` is relative, with ``/``."""

    path: str
    bytes: int
    sha256: str
    was_open: bool = False
    """It was being written: its whole records are here, under the name it has when closed."""


@dataclass(slots=True)
class Backup:
    """What a backup holds, and what taking it did."""

    folder: Path
    taken_at: str
    files: list[Kept] = field(default_factory=list)
    captures: int = 0
    articles: int = 0
    copied: int = 0
    """Bytes written by this run."""
    reused: int = 0
    """Files that were there from an earlier run."""
    problems: list[str] = field(default_factory=list)
    """What of the archive is damaged or missing there, and so in the backup."""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def settings(self) -> list[str]:
        """Which of ``SETTINGS`` it holds."""
        return [kept.path for kept in self.files if kept.path in SETTINGS]


def is_known(path: str) -> bool:
    """Whether a path is that of a file which an archive has and a backup takes along.

    >>> [is_known(path) for path in ("warc/a-1.warc.gz", "warc/../x", "spiders/a.py", "warc/")]
    [True, False, False, False]
    """
    return bool(_PATH.fullmatch(path)) and len(path) < 4000


def read_manifest(folder: Path) -> Backup:
    """The manifest of a backup. Raises ArchiveError where there is none that can be read, or one
    that names what no archive has."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES or not path.is_file():
            raise ArchiveError(f"{path} cannot be read: it is no file, or too large.")
        said: Any = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ArchiveError(f"{path} does not describe a backup of an archive.")
        if _count(said["version"]) > VERSION:
            raise ArchiveError(f"{path} was written by a newer version of this program.")
        files = [_kept(path, file) for file in said["files"]]
        if len({kept.path for kept in files}) < len(files):
            raise ValueError("it names a file twice")
        taken_at = datetime.fromisoformat(said["taken_at"]).isoformat()
        return Backup(folder, taken_at, files, _count(said["captures"]), _count(said["articles"]))
    except FileNotFoundError:
        raise ArchiveError(f"There is no backup in {folder}: {MANIFEST} is missing.") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error


def _kept(manifest: Path, said: Any) -> Kept:
    kept = Kept(**said)
    if not isinstance(kept.path, str) or not isinstance(kept.sha256, str):
        raise ValueError("a file's path or checksum is no text")
    if not is_known(kept.path):
        raise ArchiveError(
            f"{manifest} names {kept.path[:200]!r}, which is no file of an archive or is outside"
            " of the backup."
        )
    if not _SHA256.fullmatch(kept.sha256) or type(kept.was_open) is not bool:
        raise ValueError(f"what it says of {kept.path} makes no sense")
    _count(kept.bytes)
    return kept


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{str(value)[:40]!r} is no number of things")
    return value


def write_manifest(made: Backup) -> None:
    """Write the manifest into the backup's folder, whole or not at all. Raises OSError."""
    said = {
        "format": FORMAT,
        "version": VERSION,
        "taken_at": made.taken_at,
        "captures": made.captures,
        "articles": made.articles,
        "files": [asdict(kept) for kept in made.files],
    }
    part = made.folder / f"{MANIFEST}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, made.folder / MANIFEST)
    folder = os.open(made.folder, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def file_in(folder: Path, kept: Kept) -> Path:
    """Where a file of a backup is. Raises ArchiveError where a link leads out of the folder, or to
    what is no file; OSError where there is nothing."""
    path = folder / kept.path
    found = path.resolve(strict=True)
    if not found.is_relative_to(folder.resolve()) or not stat.S_ISREG(found.stat().st_mode):
        raise ArchiveError(f"{path} is no file of the backup: it leads elsewhere.")
    return path


def beside_the_pages(data: Path) -> Iterator[str]:
    """What an archive's folder holds beside its database, WARC files and frontiers, and a backup
    takes along: settings, lists of captures, what was surveyed for new sites. Relative paths."""
    for name in SETTINGS:
        if (data / name).is_file():
            yield name
    for folder in ("imports", "surveys"):
        for path in sorted((data / folder).rglob("*")):
            name = path.relative_to(data).as_posix()
            own = not name.endswith((".part", ".lock", OPEN_SUFFIX)) and is_known(name)
            if own and path.is_file() and not path.is_symlink():
                yield name
