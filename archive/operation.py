"""Rows of the unattended run: runs of the schedule, states of sites, certificates.

Verbs on a Database, as in ``archive.crawl_log``; what they mean is decided by the callers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.database import timestamp, transaction


@dataclass(frozen=True, slots=True)
class Planned:
    """A row of ``schedule``."""

    site: str
    times: str
    next_at: datetime
    due_at: datetime | None = None
    cause: str = ""
    """Why it is due: a word of ``schedule_runs.cause``; of one that is not yet due, "" or
    "retry"."""
    failures: int = 0


def planned_sites(db: Database) -> dict[str, Planned]:
    """The schedule, by site."""
    rows = db.conn.execute("select site, times, next_at, due_at, cause, failures from schedule")
    return {
        site: Planned(
            site,
            times,
            datetime.fromisoformat(next_at),
            datetime.fromisoformat(due_at) if due_at else None,
            cause,
            failures,
        )
        for site, times, next_at, due_at, cause, failures in rows
    }


def save_planned(db: Database, planned: Planned) -> None:
    """Write a site's row of the schedule."""
    with transaction(db):
        db.conn.execute(
            "insert or replace into schedule (site, times, next_at, due_at, cause, failures)"
            " values (?, ?, ?, ?, ?, ?)",
            (
                planned.site,
                planned.times,
                timestamp(planned.next_at),
                timestamp(planned.due_at) if planned.due_at else None,
                planned.cause,
                planned.failures,
            ),
        )


def forget_planned(db: Database, site: str) -> None:
    """Take a site off the schedule; what it has run stays."""
    with transaction(db):
        db.conn.execute("delete from schedule where site = ?", (site,))


def begin_run(db: Database, planned: Planned, started_at: datetime) -> int:
    """Open the row of a run; its id."""
    with transaction(db):
        cursor = db.conn.execute(
            "insert into schedule_runs (site, due_at, cause, started_at) values (?, ?, ?, ?)",
            (
                planned.site,
                timestamp(planned.due_at or started_at),
                planned.cause,
                timestamp(started_at),
            ),
        )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def finish_run(
    db: Database, run: int, finished_at: datetime, outcome: str, crawl: str, detail: str
) -> None:
    """Close the row of a run."""
    with transaction(db):
        db.conn.execute(
            "update schedule_runs set finished_at = ?, outcome = ?, crawl = ?, detail = ?"
            " where id = ?",
            (timestamp(finished_at), outcome, crawl, detail[:500], run),
        )


def close_lost_runs(db: Database, now: datetime) -> list[str]:
    """Close the runs that a scheduler left open when it was killed; their sites."""
    with transaction(db):
        sites = db.conn.execute(
            "select distinct site from schedule_runs where finished_at is null order by site"
        ).fetchall()
        db.conn.execute(
            "update schedule_runs set finished_at = ?, outcome = 'lost',"
            " detail = 'the scheduler ended without a word' where finished_at is null",
            (timestamp(now),),
        )
    return [site for (site,) in sites]


def save_certificate(
    db: Database, host: str, expires_at: datetime, issuer: str, seen_at: datetime
) -> None:
    """Keep when a host's certificate expires, as last seen."""
    with transaction(db):
        db.conn.execute(
            "insert or replace into certificates (host, expires_at, issuer, seen_at)"
            " values (?, ?, ?, ?)",
            (host, timestamp(expires_at), issuer[:200], timestamp(seen_at)),
        )
