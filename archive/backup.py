"""A copy of an archive that is whole, taken while crawls go on; and the way back.

A backup is a folder laid out as an archive is (``archive.db``, ``warc/``, ``frontier/``), with a
``manifest.json`` that lists every file with size and SHA-256. It can be served as it is. Taken
again into the same folder, closed WARC files that are there already are not copied anew.

What makes it consistent is the order. A record is on the disk before the row that names it is
committed; so the database is copied first, as it is at one moment, and then the WARC files, which
by then hold at least all records that it names. Of a file still being written the whole records
are copied, under the name that it will have when it is closed.

Taken along is also what cannot be made anew and is no page: settings, lists of other archives,
surveys. Their files keep the permissions that they have: they may hold passwords.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from archive.backup_manifest import (
    MANIFEST,
    Backup,
    Kept,
    beside_the_pages,
    file_in,
    is_known,
    read_manifest,
    write_manifest,
)
from archive.broken_database import damage_in
from archive.database import ArchiveError, timestamp
from archive.read_only import connect_read_only, reading
from archive.warc.file import OPEN_SUFFIX
from archive.warc.framing import RawRecord, WarcError
from archive.warc.salvage import Damage, salvage

_PIECE = 1 << 20

Watch = Callable[[str], None]
"""Called with the name of each file as its turn comes."""


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
    Settings come along (``Backup.settings``): those of a stranger decide what is shown and whom the
    schedule asks.
    """
    watch = watch or (lambda _: None)
    manifest = read_manifest(source)
    if all(kept.path != "archive.db" for kept in manifest.files):
        raise ArchiveError(f"The backup in {source} names no archive.db; nothing was restored.")
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise ArchiveError(f"{data} is there already and is not empty; nothing was restored.")
    arriving = data.with_name(data.name + ".restoring")
    shutil.rmtree(arriving, ignore_errors=True)
    try:
        for kept in manifest.files:
            watch(kept.path)
            size, digest = _copy(file_in(source, kept), arriving / kept.path)
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
            path = file_in(folder, kept)
            size, digest = _measure(path)
        except OSError as error:
            yield f"{kept.path}: {error.strerror or error}"
            continue
        except ArchiveError as error:
            yield f"{kept.path}: {error}"
            continue
        if (size, digest) != (kept.bytes, kept.sha256):
            yield f"{kept.path}: not as it was when the backup was taken"
        elif kept.path == "archive.db" and (wrong := damage_in(path)):
            yield f"{kept.path}: was damaged when the backup was taken: {wrong}"


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
            if not kept.was_open and registered.get(kept.path, kept.sha256) != kept.sha256:
                made.problems.append(f"{kept.path}: damaged: not the bytes that were taken in")
        if needed.get(name, 0) > (kept.bytes if kept else 0):
            made.problems.append(f"warc/{name}: records that the database names are not there")
    for name in beside_the_pages(data):
        watch(name)
        beside = _keep_beside(data, target, name, earlier, registered, made)
        if beside is not None:
            made.files.append(beside)
    os.replace(part, target / "archive.db")
    for suffix in ("-wal", "-shm"):
        (target / f"archive.db{suffix}").unlink(missing_ok=True)
    made.files.sort(key=lambda kept: kept.path)
    write_manifest(made)
    return made


def _known(part: Path, made: Backup) -> tuple[dict[str, str], dict[str, int]]:
    """Checksums of closed files and lists, and how far every WARC file must reach, as the copy has
    them."""
    db = sqlite3.connect(f"{part.resolve().as_uri()}?immutable=1", uri=True)
    try:
        made.captures = db.execute("select count(*) from captures").fetchone()[0]
        made.articles = db.execute("select count(*) from articles").fetchone()[0]
        registered = dict(
            db.execute(
                "select 'warc/' || name, sha256 from warc_files"
                " union all select file, sha256 from capture_lists"
            ).fetchall()
        )
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
    if not is_known(there):
        made.problems.append(f"{there}: no name of a file of the archive")
        return None
    copied = target / there
    if (before := _kept_before(there, target, earlier, registered)) is not None:
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


def _kept_before(
    there: str, target: Path, earlier: dict[str, Kept], registered: dict[str, str]
) -> Kept | None:
    """What an earlier run copied, where it is still there and as the archive has it."""
    before, copied = earlier.get(there), target / there
    if before is None or before.was_open or registered.get(there) != before.sha256:
        return None
    return before if copied.is_file() and copied.stat().st_size == before.bytes else None


def _keep_beside(
    data: Path,
    target: Path,
    name: str,
    earlier: dict[str, Kept],
    registered: dict[str, str],
    made: Backup,
) -> Kept | None:
    if (before := _kept_before(name, target, earlier, registered)) is not None:
        made.reused += 1
        return before
    try:
        size, digest = _copy(data / name, target / name)
    except FileNotFoundError:  # A survey that found nothing takes its folder with it.
        return None
    made.copied += size
    return Kept(name, size, digest)


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
    """Copy a file, whole or its first ``limit`` bytes, to the disk, with its permissions; its size
    and SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    digest = hashlib.sha256()
    size = 0
    part.unlink(missing_ok=True)
    with source.open("rb") as read, open(part, "xb", opener=_for_its_owner) as write:
        while piece := read.read(_PIECE if limit is None else min(_PIECE, limit - size)):
            write.write(piece)
            digest.update(piece)
            size += len(piece)
        write.flush()
        os.fsync(write.fileno())
    shutil.copymode(source, part)
    os.replace(part, target)
    return size, digest.hexdigest()


def _for_its_owner(path: str, flags: int) -> int:
    """Until it has the permissions of what it is a copy of, nobody else reads it."""
    return os.open(path, flags, 0o600)


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
