"""The log of crawls: what ran, how it ended, what failed. Kept, not derived from captures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from archive.database import timestamp, transaction

COUNTERS = (
    "requests",
    "fetched",
    "new",
    "changed",
    "unchanged",
    "gone",
    "unreadable",
    "errors",
    "bytes",
)


def begin_crawl(
    db: Database, crawl: str, site: str, kind: str, started_at: datetime, software: str
) -> None:
    """Open a crawl's row. One that an earlier process of the same site left open was killed."""
    with transaction(db):
        db.conn.execute(
            "update crawls set outcome = 'killed' where site = ? and outcome = 'running'", (site,)
        )
        db.conn.execute(
            "insert into crawls (id, site, kind, started_at, software) values (?, ?, ?, ?, ?)",
            (crawl, site, kind, timestamp(started_at), software),
        )


def finish_crawl(
    db: Database,
    crawl: str,
    finished_at: datetime,
    outcome: str,
    *,
    complete: bool,
    counters: Mapping[str, int],
    detail: str = "",
) -> None:
    """Close a crawl's row with the reason for its end; ``detail`` is that reason for people.

    ``complete`` says that it walked everything that the site's listings offered: only after one
    such crawl may a later one stop at the first page of known articles.
    """
    values: dict[str, Any] = {name: counters.get(name, 0) for name in COUNTERS}
    values |= {
        "id": crawl,
        "finished_at": timestamp(finished_at),
        "outcome": outcome,
        "complete": int(complete),
        "detail": detail[:500],
    }
    names = ", ".join(f"{name} = :{name}" for name in values if name != "id")
    with transaction(db):
        db.conn.execute(f"update crawls set {names} where id = :id", values)


def has_complete_crawl(db: Database, site: str) -> bool:
    """Whether some crawl of the site has walked all of it."""
    found = db.conn.execute("select 1 from crawls where site = ? and complete limit 1", (site,))
    return found.fetchone() is not None


def save_fetch_error(
    db: Database, crawl: str, site: str, url: str, kind: str, detail: str, failed_at: datetime
) -> None:
    """Keep a request that brought no answer, with its reason."""
    with transaction(db):
        db.conn.execute(
            "insert into fetch_errors (crawl, site, url, kind, detail, failed_at)"
            " values (?, ?, ?, ?, ?, ?)",
            (crawl, site, url, kind, detail[:500], timestamp(failed_at)),
        )


def unreadable_of(db: Database, crawl: str) -> int:
    """How many addresses of articles a crawl has left without one."""
    row = db.conn.execute(
        "select count(*) from unreadable where capture_id in"
        " (select id from captures where crawl = ?)",
        (crawl,),
    ).fetchone()
    return int(row[0])
