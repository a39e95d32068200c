"""Taking in what nodes have fetched: their closed WARC files, from a copy of their folders."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive.database import ArchiveError, open_archive
from crawler.intake.importing import import_files
from crawler.intake.ingest import Watch, warc_paths


def segments_of(folder: Path) -> list[Path]:
    """The closed WARC files of a node: ``folder`` is its data folder, or the ``warc`` in it.

    Raises ArchiveError where there is neither.
    """
    inner = folder / "warc"
    found = inner if inner.is_dir() else folder
    if not found.is_dir():
        raise ArchiveError(f"There is no folder {folder}.")
    return warc_paths(found)


def collect(
    folders: Sequence[Path], data: Path, *, jobs: int | None = None, watch: Watch | None = None
) -> dict[str, Any]:
    """Take the segments of nodes into the archive in ``data``; those it has are passed over.

    A segment is known by the SHA-256 of its bytes, whatever it is called: collecting twice, or
    after a copy that was broken off, changes nothing and loses nothing. One that is damaged is
    named in ``refused``, and the others are taken in.

    Returns ``files`` (a row for each taken in), ``known`` (how many the archive had) and
    ``refused`` (file and reason). Raises ArchiveError where a folder or the archive cannot be
    used, and where another import or a rebuild keeps it: then nothing is wrong with any file.
    """
    known = _known(data)
    fresh: list[Path] = []
    passed = 0
    for folder in folders:
        for path in segments_of(folder):
            digest = _digest(path)
            if digest in known:
                passed += 1
            else:
                known.add(digest)
                fresh.append(path)
    refused: list[dict[str, str]] = []
    rows: list[dict[str, Any]] = []
    if fresh:
        rows = import_files(fresh, data, jobs=jobs, watch=watch, refused=refused)["files"]
    return {"files": rows, "known": passed, "refused": refused}


def _known(data: Path) -> set[str]:
    """SHA-256 of every WARC file that the archive has taken in whole."""
    path = data / "archive.db"
    if not path.exists():
        return set()
    with open_archive(path, create=False) as db:
        return {row[0] for row in db.conn.execute("select sha256 from warc_files")}


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}") from error
