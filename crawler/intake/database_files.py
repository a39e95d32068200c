"""A database as files beside others: copied, set aside, removed with its journals."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from archive.read_only import connect_read_only
from archive.stories.at_once import kept_beside


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at this moment, and see it safely to the disk."""
    here = connect_read_only(source)
    try:
        there = sqlite3.connect(target)
        try:
            # What is broken off is copied once more.
            there.execute("pragma journal_mode = off")
            there.execute("pragma synchronous = off")
            here.backup(there)
        finally:
            there.close()
    finally:
        here.close()
    with target.open("rb") as made:
        os.fsync(made.fileno())


def free_name(path: Path) -> Path:
    """A name that is not taken: ``archive.damaged.db``, ``archive.damaged-2.db``, ..."""
    names = (path.with_name(f"{path.stem}.damaged{more}.db") for more in _ordinals())
    return next(name for name in names if not name.exists())


def _ordinals() -> Iterator[str]:
    yield ""
    yield from (f"-{number}" for number in count(2))


def remove(path: Path) -> None:
    """Remove a database that is being built, with whatever lies beside it."""
    path.unlink(missing_ok=True)
    kept_beside(path).unlink(missing_ok=True)
    remove_journals(path)


def remove_journals(path: Path) -> None:
    """Remove what SQLite keeps beside a database that is to be replaced."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
