"""WARC and WACZ files of any origin taken into the archive, or refused whole."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sqlite_utils import Database

from archive.crawled_web import note_web, refuse_other, web_of
from archive.database import ArchiveError, open_archive
from archive.exchange.twins import join_twins
from archive.warc.reader import Damage, WarcError, read_records
from crawler.catalogue import refuse_broken
from crawler.intake.derived import update_derived
from crawler.intake.ingest import Intake, Watch
from crawler.intake.names import imported_name
from crawler.intake.unpacking import is_wacz, unpack_wacz
from crawler.locks import IMPORT, locked

PATIENCE_SECONDS = 60.0
_WHOLE_ONES = "{} responses before it are whole: --leave-damaged takes whatever is."
CHANGES = ("new", "changed", "unchanged", "gone", "unreadable")


class RefusedFile(ArchiveError):
    """A file that cannot be taken in, for what it is; nothing else stands in the way."""


def import_files(
    files: Sequence[Path],
    data: Path,
    *,
    leave_damaged: bool = False,
    jobs: int | None = None,
    watch: Watch | None = None,
    refused: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Copy WARC files, and those inside WACZ files, into the archive and read them.

    Every file is checked to its last record before the first is copied, so that a damaged or
    foreign file leaves the archive as it was. Raises RefusedFile for such a file; with
    ``leave_damaged``, only for one without a single whole response, and what is damaged in the
    others is reported beside their counts. With ``refused``, files that are
    refused are added there (``file``, ``reason``) and the others are taken in. Raises ArchiveError
    where the archive cannot be used, others keep it, or a declared site cannot be loaded.

    Files are kept under ``warc/imported/``; see ``crawler.intake.names.imported_name``.
    """
    refuse_broken()
    with ExitStack() as unpacked:
        targets: list[_Target] = []
        for path in files:
            try:
                found = _warcs_of(path, data, unpacked)
                targets += [_checked(warc, told, leave_damaged) for warc, told in found]
            except RefusedFile as error:
                if refused is None:
                    raise
                refused.append({"file": str(path), "reason": str(error)})
        with locked(data, IMPORT, patience=PATIENCE_SECONDS, doing="Another import or a rebuild"):
            return _import(targets, data, jobs, watch, refused)


def _import(
    targets: Sequence[_Target],
    data: Path,
    jobs: int | None,
    watch: Watch | None,
    refused: list[dict[str, str]] | None,
) -> dict[str, Any]:
    folder = data / "warc"
    rows: list[dict[str, Any]] = []
    with open_archive(data / "archive.db") as db:
        try:
            targets = _of_this_web(db, data, targets, refused)
            with Intake(db, folder, jobs=jobs) as intake:
                for path, name, _, told in targets:
                    _copy(path, folder / name)
                    taken = intake.take_in(name, watch=watch)
                    counts = {change: taken.changes.get(change, 0) for change in CHANGES}
                    damage = [str(found) for found in taken.damage] + taken.unread
                    row = {"file": told, "captures": taken.captures, **counts, "damage": damage}
                    rows.append(row)
                for line in intake.finish().unread:
                    rows[-1]["damage"].append(line)
            join_twins(db)
            update_derived(db, data)
            return {"files": rows, "articles": db.table("articles").count}
        except WarcError as error:
            raise ArchiveError(str(error)) from error


def _of_this_web(
    db: Database, data: Path, targets: Sequence[_Target], refused: list[dict[str, str]] | None
) -> list[_Target]:
    """The files that are of the web which the archive is of, live or sample."""
    fitting: list[_Target] = []
    for web in sorted({target.web for target in targets}):
        of_it = [target for target in targets if target.web == web]
        try:
            refuse_other(db, data, web)
        except ArchiveError as error:
            if refused is None:
                raise
            refused += [
                {"file": target.told, "reason": f"{target.told}: {error}"} for target in of_it
            ]
            continue
        note_web(db, web)
        fitting += of_it
    return fitting


def _warcs_of(path: Path, data: Path, unpacked: ExitStack) -> list[tuple[Path, str]]:
    """The WARC files that a file is or holds, and how they are told of; what is unpacked lasts as
    long as ``unpacked``."""
    try:
        if not is_wacz(path):
            return [(path, str(path))]
    except OSError as error:
        why = f"{path} cannot be read: {error.strerror or error}"
        raise RefusedFile(f"{why}. Nothing was imported.") from error
    # Beside the archive and not in the system's small folder: a WACZ may hold gigabytes.
    data.mkdir(parents=True, exist_ok=True)
    folder = unpacked.enter_context(TemporaryDirectory(prefix="unpacked-", dir=data))
    try:
        return [(warc, f"{path}: {name}") for warc, name in unpack_wacz(path, Path(folder))]
    except ArchiveError as error:
        raise RefusedFile(f"{str(error).rstrip('.')}. Nothing was imported.") from error


class _Target(NamedTuple):
    """A file that is to be imported."""

    path: Path
    name: str
    """Where it goes, below ``warc/``."""
    web: str
    """Of which web it is (``archive.crawled_web``)."""
    told: str
    """What the person who named it knows it by."""


def _checked(path: Path, told: str, leave_damaged: bool) -> _Target:
    """What is to be imported of a file; RefusedFile where it is not a whole WARC."""
    captures = 0
    webs: set[str] = set()
    damage: list[Damage] = []
    try:
        for record in read_records(path, damaged=damage.append if leave_damaged else None):
            if record.type in ("response", "revisit") and not record.unusable:
                captures += 1
                webs.add(web_of(record.warcinfo))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except WarcError as error:
        more = "" if leave_damaged or not captures else f" {_WHOLE_ONES.format(captures)}"
        said = str(error).replace(str(path), told)
        raise RefusedFile(f"{said}. Nothing was imported.{more}") from error
    if not captures:
        why = f" ({damage[0]})" if damage else ""
        raise RefusedFile(f"{told} holds no response record{why}. Nothing was imported.")
    if len(webs) > 1:
        raise RefusedFile(
            f"{told} holds pages of the sample web beside others. Nothing was imported."
        )
    return _Target(path, imported_name(digest, path.name), webs.pop(), told)


def _copy(source: Path, target: Path) -> None:
    """Copy so that the target is there whole or not at all."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(source, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
