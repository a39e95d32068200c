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
        f"select count(*) from unreadable where capture_id in (select id {_CAPTURES_OF})",
        {"crawl": crawl},
    ).fetchone()
    return int(row[0])


def answers_of_use(db: Database, crawl: str) -> int:
    """How many answers of a crawl held something: a page, or that it is unchanged; no robots.txt,
    no error, no redirect, no bot check."""
    row = db.conn.execute(
        f"select count(*) {_CAPTURES_OF} and status in (200, 304)"
        " and outcome is not 'challenge' and url not like '%/robots.txt'",
        {"crawl": crawl},
    ).fetchone()
    return int(row[0])


def failures_of(db: Database, crawl: str) -> tuple[dict[str, int], dict[int, int]]:
    """What a crawl got in place of answers of use: failures by kind, and answers by status."""
    kinds = db.conn.execute(
        "select kind, count(*) from fetch_errors where crawl = ? group by kind", (crawl,)
    ).fetchall()
    statuses = db.conn.execute(
        f"select case when outcome = 'challenge' then 0 else status end, count(*) {_CAPTURES_OF}"
        " and (status not in (200, 304) or outcome = 'challenge')"
        " and url not like '%/robots.txt' group by 1",
        {"crawl": crawl},
    ).fetchall()
    return dict(kinds), dict(statuses)


_CAPTURES_OF = (
    "from captures where site = (select site from crawls where id = :crawl)"
    " and fetched_at >= (select started_at from crawls where id = :crawl) and crawl = :crawl"
)
"""The captures of a crawl, found by the index that there is."""
