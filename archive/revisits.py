"""When an article is looked at again: soon while it may still be edited, then ever more rarely."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from sqlite_utils import Database

from archive.database import timestamp

STEPS = (timedelta(days=1), timedelta(days=8), timedelta(days=38), timedelta(days=403))
"""Ages at which an article is due: after a day, a week more, a month more, a year more."""
YEARLY = timedelta(days=365)
REST = timedelta(hours=6)
"""The least time between two looks at an article of a site that edits often."""


def next_look(first_seen: datetime, last_checked: datetime, *, pace: float = 1.0) -> datetime:
    """The moment from which an article is due again; ``pace`` is what ``site_pace`` says.

    A pace below 1 adds looks between the others and moves none: an edit in the fifth week is seen
    after a month, however much sooner the earlier ones were.

    >>> from datetime import datetime
    >>> first = datetime(2025, 1, 1)
    >>> next_look(first, first)
    datetime.datetime(2025, 1, 2, 0, 0)
    >>> next_look(first, datetime(2025, 1, 2, 5))
    datetime.datetime(2025, 1, 9, 0, 0)
    >>> next_look(first, datetime(2026, 12, 1))
    datetime.datetime(2027, 12, 1, 0, 0)
    """
    for step in _steps(pace):
        if last_checked < first_seen + step:
            return first_seen + step
    return last_checked + YEARLY * pace


@lru_cache
def _steps(pace: float) -> tuple[timedelta, ...]:
    return STEPS if pace >= 1 else tuple(sorted({*STEPS, *(step * pace for step in STEPS)}))


def site_pace(db: Database, site: str) -> float:
    """By what the intervals are multiplied for further looks: a half where a site edits often.

    Often: more than one in ten of its articles that were looked at again, of at least twenty.
    """
    looked, edited = db.conn.execute(
        "select count(*), sum(revisions > 1) from articles"
        " where site = ? and last_checked_at > first_seen_at",
        (site,),
    ).fetchone()
    return 0.5 if looked >= 20 and edited * 10 > looked else 1.0


def due_articles(
    db: Database, site: str, now: datetime, *, every: bool = False, pace: float = 1.0
) -> list[str]:
    """URLs of a site's articles that are due at ``now`` (all of them with ``every``), newest first.

    The articles longest unseen are not starved: what one crawl cannot look at is due tomorrow.
    """
    latest = timestamp(now) if every else timestamp(now - (STEPS[0] if pace >= 1 else REST))
    rows = db.conn.execute(
        "select url, first_seen_at, last_checked_at from articles"
        " where site = ? and last_checked_at <= ? order by first_seen_at desc",
        (site, latest),
    )
    return [
        url
        for url, first, checked in rows
        if every
        or next_look(datetime.fromisoformat(first), datetime.fromisoformat(checked), pace=pace)
        <= now
    ]
