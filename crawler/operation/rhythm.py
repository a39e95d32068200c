"""When a site is crawled for which nobody has declared times: as often as it publishes.

A crawl costs a site a request for its feed or listing, and one for robots.txt a day. So often that
a crawl finds three new articles or more, that is less than one request for each of them; a site
that publishes less is asked twice a week all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from archive.health.judgement import monitored
from archive.known_addresses import last_complete_walk

AUTO = "auto"
"""In place of declared times: those of this module."""
WEEKS = 4
"""Over which is counted what a site publishes: Tết passes, and more news is followed at once."""
STEPS = (
    (84, "05:00 11:00 16:00 21:00"),
    (42, "05:00 17:00"),
    (21, "05:00"),
    (10, "0 5 * * mon,wed,fri"),
    (0, "0 5 * * tue,fri"),
)
"""Articles a week, and the times from there on, in the form of ``timetable.parse_times``."""
UNKNOWN = "05:00"
"""Before a site was walked once: nobody knows yet what it publishes."""
ALL_TIMES = frozenset(times for _, times in STEPS)


def times_of_rate(weekly: float) -> str:
    """The times of a site that publishes so many articles a week.

    >>> times_of_rate(100), times_of_rate(20.5)
    ('05:00 11:00 16:00 21:00', '0 5 * * mon,wed,fri')
    """
    return next(times for least, times in STEPS if weekly >= least)


def times_as_published(db: Database, site: str, now: datetime) -> str:
    """The times of a site by what it published, as the archive knows it: in the last week, or on
    average in the last four, whichever is more."""
    if not last_complete_walk(db, site):
        return UNKNOWN
    known = monitored(db, "pace", site, now, timedelta(weeks=WEEKS))
    weeks = [row["articles"] for row in known if row["week"] < WEEKS]
    last = sum(row["articles"] for row in known if row["week"] == 0)
    return times_of_rate(max(last, sum(weeks) / WEEKS))
