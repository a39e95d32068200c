"""Looking into a frontier from outside, also while a crawl is at work in it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from .failures import FrontierError
from .tables import SCHEMA_VERSION

MAX_RUNS = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """A frontier at one moment."""

    counts: dict[str, int]
    """Requests by state; a state without any is left out."""
    workers: int
    runs: list[tuple[int, float, float | None, str]]
    """The latest runs, newest first: number, begin and end in Unix seconds, reason of its end."""
    failed: list[tuple[str, str, float | None]]
    """Address, reason, next try in Unix seconds or None for never."""


def look(path: Path, failures: int = 100) -> Seen:
    """Read a frontier without changing it.

    Raises FrontierError where there is none at the path.
    """
    if not path.is_file():
        raise FrontierError(f"There is no frontier at {path}")
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            if db.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
                raise FrontierError(f"{path} is no frontier that this program knows")
            states = db.execute(
                "SELECT state, count(*) FROM requests GROUP BY state ORDER BY state"
            )
            runs = db.execute(
                "SELECT id, started_at, ended_at, reason FROM runs ORDER BY id DESC LIMIT ?",
                (MAX_RUNS,),
            )
            failed = db.execute(
                "SELECT coalesce(json_extract(data, '$.url'), ''), reason, next_try FROM requests"
                " WHERE state = 'failed' ORDER BY seq LIMIT ?",
                (failures,),
            )
            workers = db.execute("SELECT count(*) FROM workers").fetchone()[0]
            return Seen(dict(states.fetchall()), int(workers), runs.fetchall(), failed.fetchall())
        finally:
            db.close()
    except sqlite3.Error as error:
        raise FrontierError(f"The frontier {path} cannot be read: {error}") from error
