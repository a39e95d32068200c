"""A copy of an archive that is whole, taken while crawls go on; and the way back.

A backup is a folder laid out as an archive is (``archive.db``, ``warc/``, ``frontier/``), with a
``manifest.json`` that lists every file with size and SHA-256. It can be served as it is. Taken
again into the same folder, closed WARC files that are there already are not copied anew.

What makes it consistent is the order. A record is on the disk before the row that names it is
committed; so the database is copied first, as it is at one moment, and then the WARC files, which
by then hold at least all records that it names. Of a file still being written the whole records
are copied, under the name that it will have when it is closed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from archive.broken_database import damage_in
from archive.database import ArchiveError, timestamp
from archive.read_only import connect_read_only, reading
from archive.warc.file import OPEN_SUFFIX
from archive.warc.framing import Damage, RawRecord, WarcError, salvage

MANIFEST = "manifest.json"
FORMAT = "congdoan-backup"
VERSION = 1
_PIECE = 1 << 20

Watch = Callable[[str], None]
"""Called with the name of each file as its turn comes."""


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
    """What of the archive could not be copied because it is damaged or missing there."""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def backup(data: Path, target: Path, *, watch: Watch | None = None) -> Backup:
    """Copy the archive in ``data`` into the folder ``target``, which is made or brought up to date.

    Raises ArchiveError where there is no archive, where ``target`` holds something else, or where
    the disk does not take it; an earlier backup in ``target`` then stays usable.
    """
    watch = watch or (lambda _: None)
    _refuse_target(data, target)
    with reading(data):
        pass  # Refuses what is no archive, before anything is written.
    try:
        target.mkdir(parents=True, exist_ok=True)
        return _backup(data, target, watch)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"The backup to {target} broke off: {error}") from error


def restore(source: Path, data: Path, *, watch: Watch | None = None) -> Backup:
    """Put a backup in place as the archive ``data``, which must not be there yet.

    Every file is checked against the manifest while it is copied; ``data`` appears only when all
    are right. Raises ArchiveError otherwise, and where the backup was written by a newer program.
    """
    watch = watch or (lambda _: None)
    manifest = read_manifest(source)
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise ArchiveError(f"{data} is there already and is not empty; nothing was restored.")
    arriving = data.with_name(data.name + ".restoring")
    shutil.rmtree(arriving, ignore_errors=True)
    try:
        for kept in manifest.files:
            watch(kept.path)
            size, digest = _copy(_inside(source, kept.path), arriving / kept.path)
            if (size, digest) != (kept.bytes, kept.sha256):
                raise ArchiveError(
                    f"{source / kept.path} is not as it was when the backup was taken; "
                    "nothing was restored."
                )
            manifest.copied += size
        (arriving / "warc").mkdir(exist_ok=True)
        if data.exists():
            data.rmdir()
        os.rename(arriving, data)
    except OSError as error:
        raise ArchiveError(f"The backup in {source} cannot be restored: {error}") from error
    finally:
        shutil.rmtree(arriving, ignore_errors=True)
    return manifest


def check_backup(folder: Path) -> Iterator[str]:
    """What is wrong with a backup: files missing or not as they were. Raises ArchiveError."""
    for kept in read_manifest(folder).files:
        try:
            size, digest = _measure(_inside(folder, kept.path))
        except OSError as error:
            yield f"{kept.path}: {error.strerror or error}"
            continue
        if (size, digest) != (kept.bytes, kept.sha256):
            yield f"{kept.path}: not as it was when the backup was taken"
        elif kept.path == "archive.db" and (wrong := damage_in(_inside(folder, kept.path))):
            yield f"{kept.path}: was damaged when the backup was taken: {wrong}"


def read_manifest(folder: Path) -> Backup:
    """The manifest of a backup. Raises ArchiveError where there is none that can be read."""
    path = folder / MANIFEST
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ArchiveError(f"{path} does not describe a backup of an archive.")
        if said["version"] > VERSION:
            raise ArchiveError(f"{path} was written by a newer version of this program.")
        files = [Kept(**file) for file in said["files"]]
        return Backup(folder, said["taken_at"], files, said["captures"], said["articles"])
    except FileNotFoundError:
        raise ArchiveError(f"There is no backup in {folder}: {MANIFEST} is missing.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error


def _refuse_target(data: Path, target: Path) -> None:
    here, there = data.resolve(), target.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise ArchiveError(f"A backup needs a folder of its own, apart from {data}.")
    if target.exists() and not target.is_dir():
        raise ArchiveError(f"{target} is no folder.")
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).exists():
        left = all(path.name.endswith(".part") for path in target.rglob("*") if path.is_file())
        if not left:
            raise ArchiveError(f"{target} holds something else than a backup; nothing was changed.")


def _backup(data: Path, target: Path, watch: Watch) -> Backup:
    earlier: dict[str, Kept] = {}
    if (target / MANIFEST).exists():
        earlier = {kept.path: kept for kept in read_manifest(target).files}
    made = Backup(target, timestamp(datetime.now(UTC)))
    # The frontiers first: what one calls done is then in the database that is copied after it.
    for path in sorted((data / "frontier").glob("*.db")):
        watch(f"frontier/{path.name}")
        made.files.append(_copy_database(path, target, f"frontier/{path.name}", made))
    watch("archive.db")
    part = target / "archive.db.part"
    made.files.append(_copy_database(data / "archive.db", target, "archive.db", made, keep=part))
    watch("archive.db: is it whole?")
    if wrong := damage_in(part):
        part.unlink()
        raise ArchiveError(
            f"{data / 'archive.db'} is damaged ({wrong}); an earlier backup in {target} stays as it"
            " is. `congdoan verify` names what is wrong, `congdoan rebuild` makes it anew."
        )
    registered, needed = _known(part, made)
    folder = data / "warc"
    names = {
        path.relative_to(folder).as_posix().removesuffix(OPEN_SUFFIX)
        for path in folder.rglob("*.warc*")
        if path.is_file()
    }
    for name in sorted(names | set(needed)):
        watch(f"warc/{name}")
        kept = _keep_warc(folder, target, name, earlier, registered, made)
        if kept is not None:
            made.files.append(kept)
        if needed.get(name, 0) > (kept.bytes if kept else 0):
            made.problems.append(f"warc/{name}: records that the database names are not there")
    os.replace(part, target / "archive.db")
    for suffix in ("-wal", "-shm"):
        (target / f"archive.db{suffix}").unlink(missing_ok=True)
    made.files.sort(key=lambda kept: kept.path)
    _write_manifest(made)
    return made


def _known(part: Path, made: Backup) -> tuple[dict[str, str], dict[str, int]]:
    """Checksums of closed files, and how far every file must reach, as the copy has them."""
    db = sqlite3.connect(f"{part.resolve().as_uri()}?immutable=1", uri=True)
    try:
        made.captures = db.execute("select count(*) from captures").fetchone()[0]
        made.articles = db.execute("select count(*) from articles").fetchone()[0]
        registered = dict(db.execute("select name, sha256 from warc_files").fetchall())
        needed = db.execute(
            "select warc_file, max(warc_offset + warc_length) from captures group by warc_file"
        )
        return registered, dict(needed.fetchall())
    finally:
        db.close()


def _keep_warc(
    folder: Path,
    target: Path,
    name: str,
    earlier: dict[str, Kept],
    registered: dict[str, str],
    made: Backup,
) -> Kept | None:
    there = f"warc/{name}"
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        made.problems.append(f"{there}: no name of a file of the archive")
        return None
    before = earlier.get(there)
    copied = target / there
    if (
        before is not None
        and not before.was_open
        and registered.get(name) == before.sha256
        and copied.is_file()
        and copied.stat().st_size == before.bytes
    ):
        made.reused += 1
        return before
    for _ in range(2):  # A file may be closed, and renamed, between one look and the next.
        closed = folder / name
        if closed.is_file():
            size, digest = _copy(closed, copied)
            made.copied += size
            return Kept(there, size, digest)
        opened = closed.with_name(closed.name + OPEN_SUFFIX)
        try:
            size = _whole_records(opened)
            if size == 0:
                return None
            size, digest = _copy(opened, copied, limit=size)
            made.copied += size
            return Kept(there, size, digest, was_open=True)
        except (FileNotFoundError, WarcError):
            continue
    return None


def _whole_records(path: Path) -> int:
    """Where the last whole record of a file ends, in bytes."""
    end = 0
    for part in salvage(path, _pass_over):
        if not isinstance(part, Damage) and part.record.closed and part.record.length:
            end = part.record.offset + part.record.length
    return end


def _pass_over(record: RawRecord, block: Iterator[bytes]) -> None:
    for _ in block:
        pass


def _copy_database(
    path: Path, target: Path, name: str, made: Backup, *, keep: Path | None = None
) -> Kept:
    """Copy an SQLite database as it is at one moment, whoever writes to it meanwhile."""
    part = keep or target / f"{name}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    source = connect_read_only(path)
    try:
        copy = sqlite3.connect(part)
        try:
            source.backup(copy)  # All pages in one step: one read transaction.
            copy.execute("pragma journal_mode = delete")
        finally:
            copy.close()
    finally:
        source.close()
    with part.open("rb") as file:
        os.fsync(file.fileno())
    size, digest = _measure(part)
    made.copied += size
    if keep is None:
        os.replace(part, target / name)
    return Kept(name, size, digest)


def _copy(source: Path, target: Path, *, limit: int | None = None) -> tuple[int, str]:
    """Copy a file, whole or its first ``limit`` bytes, to the disk; its size and SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    digest = hashlib.sha256()
    size = 0
    with source.open("rb") as read, part.open("wb") as write:
        while piece := read.read(_PIECE if limit is None else min(_PIECE, limit - size)):
            write.write(piece)
            digest.update(piece)
            size += len(piece)
        write.flush()
        os.fsync(write.fileno())
    os.replace(part, target)
    return size, digest.hexdigest()


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _inside(folder: Path, name: str) -> Path:
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or not relative.parts:
        raise ArchiveError(f"The manifest in {folder} names {name!r}, which is outside of it.")
    return folder / relative


def _write_manifest(made: Backup) -> None:
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
