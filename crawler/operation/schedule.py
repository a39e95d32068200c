"""Which crawl is begun when: due sites from the database, a few at a time, and what became of it.

The state of the schedule is in the archive's own database (``schedule``, ``schedule_runs``), so
that a restart goes on, SQL can ask, and two commands see the same. ``Schedule.tick`` does what
is to be done at a moment; whoever calls it brings the clock and the crawls (``Crawls``).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlite_utils import Database

from archive.database import timestamp
from archive.operation import (
    Planned,
    begin_run,
    close_lost_runs,
    finish_run,
    forget_planned,
    planned_sites,
    save_planned,
)
from archive.records import VIETNAM
from crawler.crawling import SiteRun
from crawler.operation import rhythm
from crawler.operation.configuration import ScheduleConfig
from crawler.operation.rhythm import AUTO
from crawler.operation.timetable import next_time
from crawler.politeness.pacing import parse_quiet_hours

logger = logging.getLogger(__name__)

RETRY_AFTER = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=8),
)
"""When a failed crawl is tried again, whatever its times: what passes is over in a day, and a site
that is crawled once a week must not be lost for a week by a bad morning."""
RETRY_DAILY = timedelta(days=1)
"""And then, for two weeks: a newspaper that is gone is not asked four times a day whether it is."""
DAILY_RETRIES = 14
RETRY_WEEKLY = timedelta(days=7)
"""And then: it has long been told, and hardly comes back."""

FRESH = ("time", "caught_up", "first")
"""Causes for which a crawl looks at feeds and listings again; the others go on."""


class Crawls(Protocol):
    """Where crawls run. A crawl begun is told by ``ended`` exactly once."""

    def begin(self, site: str, *, fresh: bool) -> bool:
        """Begin a crawl; False where another crawl of the site goes on elsewhere.

        ``fresh``: it looks at feeds and listings again, else it may go on where the last one was.
        """

    def running(self) -> set[str]: ...

    def ended(self) -> list[SiteRun]:
        """Crawls that have ended since this was last asked."""


class NoCrawls:
    """For a schedule that is only looked at."""

    def begin(self, site: str, *, fresh: bool) -> bool:
        return False

    def running(self) -> set[str]:
        return set()

    def ended(self) -> list[SiteRun]:
        return []


@dataclass(slots=True)
class Tick:
    """What a tick did."""

    begun: list[str]
    ended: list[SiteRun]


class Schedule:
    """The schedule of the declared sites.

    ``sites``: name -> level, of every declared site.
    """

    def __init__(self, config: ScheduleConfig, sites: Mapping[str, str], crawls: Crawls) -> None:
        self._config = config
        self._sites = sites
        self._crawls = crawls
        self._quiet = parse_quiet_hours(config.quiet_hours)
        self._runs: dict[str, int] = {}
        self._begun: dict[str, datetime] = {}
        self._stopping = False

    def resume(self, db: Database, now: datetime) -> list[str]:
        """Take up what an earlier scheduler left; the sites whose crawl was broken off."""
        lost = close_lost_runs(db, now)
        planned = planned_sites(db)
        for site in lost:
            if site in planned:
                due = planned[site].due_at or now
                save_planned(db, replace(planned[site], due_at=due, cause="resumed"))
        return lost

    def stop(self) -> None:
        """Begin nothing more; what runs is for its owner to end."""
        self._stopping = True

    def tick(self, db: Database, now: datetime) -> Tick:
        """Note what ended, see what is due, and begin what may begin."""
        ended = self._crawls.ended()
        for run in ended:
            self._note_end(db, run, now)
        planned = self._plan(db, now)
        waits = self._stopping or self.is_quiet(now)
        begun = [] if waits else self._begin(db, now, planned)
        return Tick(begun, ended)

    def is_quiet(self, now: datetime) -> bool:
        """Whether nothing may begin at this hour."""
        return self._quiet is not None and now.astimezone(VIETNAM).time() in self._quiet

    def idle(self, db: Database) -> bool:
        """Whether nothing runs and nothing is due."""
        due = any(planned.due_at for planned in planned_sites(db).values())
        return not due and not self._crawls.running()

    def preview(self, db: Database | None, now: datetime) -> dict[str, Planned]:
        """What is planned for each site, as a tick would plan it now; nothing is written.

        ``db``: None where there is no archive yet.
        """
        known = planned_sites(db) if db is not None else {}
        times = {site: self._times(db, site, known.get(site), now) for site in self._sites}
        return {
            site: self._planned(db, site, at, known.get(site), now)
            for site, at in times.items()
            if at
        }

    def _times(self, db: Database | None, site: str, known: Planned | None, now: datetime) -> str:
        """The times of a site. Those that follow what it publishes change with a crawl alone, see
        ``_at_its_pace``."""
        times = self._config.times_of(site, self._sites[site])
        if times != AUTO:
            return times
        if known is not None and known.times in rhythm.ALL_TIMES:
            return known.times
        return rhythm.times_as_published(db, site, now) if db is not None else rhythm.UNKNOWN

    def _at_its_pace(self, db: Database, planned: Planned, now: datetime) -> Planned:
        """The plan with the times that follow from what the site has published, after a crawl."""
        if self._config.times_of(planned.site, self._sites.get(planned.site, "")) != AUTO:
            return planned
        times = rhythm.times_as_published(db, planned.site, now)
        if times == planned.times:
            return planned
        coming = next_time(times, planned.site, now, self._config.jitter)
        return replace(planned, times=times, next_at=coming)

    def _plan(self, db: Database, now: datetime) -> list[Planned]:
        """Give every site its next time, and mark those whose time has come: the whole schedule.

        However many times were missed, a site becomes due once.
        """
        planned = planned_sites(db)
        plan: list[Planned] = []
        for site in self._sites:
            known = planned.pop(site, None)
            times = self._times(db, site, known, now)
            if not times:
                if known is not None and site not in self._runs:
                    forget_planned(db, site)
                continue
            wanted = self._planned(db, site, times, known, now)
            if wanted != known:
                save_planned(db, wanted)
            plan.append(wanted)
        for site in planned:
            forget_planned(db, site)
        return plan

    def _planned(
        self, db: Database | None, site: str, times: str, known: Planned | None, now: datetime
    ) -> Planned:
        jitter = self._config.jitter
        if known is None:
            last = last_start(db, site) if db is not None else None
            if last is None:
                after = next_time(times, site, now, jitter)
                return Planned(site, times, after, due_at=now, cause="first")
            known = Planned(site, times, next_time(times, site, last, jitter))
        elif known.times != times:
            known = replace(known, times=times, next_at=next_time(times, site, now, jitter))
        if known.next_at > now:
            return known
        coming = next_time(times, site, now, jitter)
        if known.due_at is not None:
            # A time that comes while the site is crawled matters if this is but a slice of it.
            due = known.next_at if site in self._runs else known.due_at
            waits = known.cause == "resumed" and site not in self._runs
            return replace(
                known, next_at=coming, due_at=due, cause="time" if waits else known.cause
            )
        # A time that lies further back than the one before this one was slept through.
        missed = next_time(times, site, known.next_at, jitter) <= now
        cause = known.cause or ("caught_up" if missed else "time")
        return replace(known, next_at=coming, due_at=known.next_at, cause=cause)

    def _begin(self, db: Database, now: datetime, plan: Sequence[Planned]) -> list[str]:
        running = self._crawls.running()
        due = [
            planned
            for planned in plan
            if planned.due_at and planned.site not in running and planned.site not in self._runs
        ]
        if not due:
            return []
        walking = {planned.site for planned in due if last_complete(db, planned.site) is None}
        due.sort(key=lambda planned: (planned.site in walking, planned.due_at, planned.site))
        places = self._config.sites_at_a_time - len(running)
        first = [site for site in running if last_complete(db, site) is None]
        long_places = max(1, self._config.sites_at_a_time - 1) - len(first)
        begun: list[str] = []
        for planned in due:
            if places <= 0:
                break
            long = planned.site in walking
            if long and long_places <= 0:
                continue  # A first crawl may take days: one place is kept for the daily ones.
            if not self._crawls.begin(planned.site, fresh=planned.cause in FRESH):
                continue
            self._begun[planned.site] = now
            self._runs[planned.site] = begin_run(db, planned, now)
            since = timestamp(planned.due_at or now)
            logger.info("%s: begun (%s, due %s)", planned.site, planned.cause, since)
            begun.append(planned.site)
            places -= 1
            long_places -= long
        return begun

    def _note_end(self, db: Database, run: SiteRun, now: datetime) -> None:
        number = self._runs.pop(run.site, None)
        begun = self._begun.pop(run.site, now)
        if number is not None:
            finish_run(db, number, now, run.outcome, run.crawl, run.detail)
        logger.info("%s: %s%s", run.site, run.outcome, f" ({run.detail})" if run.detail else "")
        planned = planned_sites(db).get(run.site)
        if planned is None:
            return
        if run.outcome == "interrupted" and (self._stopping or self.is_quiet(now)):
            # It stays due, and the next crawl goes on.
            due = planned.due_at or now
            save_planned(db, replace(planned, due_at=due, cause="resumed"))
        elif run.outcome == "limited":
            # A slice is over: the others that are due come first. A time that has come meanwhile
            # makes the next slice look at the listings again, so that no news waits for its end.
            came = planned.due_at is not None and planned.due_at > begun
            cause = "time" if came else "resumed"
            save_planned(db, replace(planned, due_at=now, cause=cause, failures=0))
        elif run.outcome in ("failed", "crashed", "interrupted"):
            save_planned(db, _after_failure(planned, now))
        else:
            planned = replace(planned, due_at=None, cause="", failures=0)
            save_planned(db, self._at_its_pace(db, planned, now))


def _after_failure(planned: Planned, now: datetime) -> Planned:
    failures = planned.failures + 1
    if failures <= len(RETRY_AFTER):
        wait, cause = RETRY_AFTER[failures - 1], "retry"
    else:
        daily = failures <= len(RETRY_AFTER) + DAILY_RETRIES
        wait, cause = RETRY_DAILY if daily else RETRY_WEEKLY, ""
    return replace(planned, due_at=None, next_at=now + wait, cause=cause, failures=failures)


def last_start(db: Database, site: str) -> datetime | None:
    """When the site was last crawled, by whomever; None for never."""
    row = db.conn.execute(
        "select max(started_at) from crawls where site = ? and kind = 'crawl'", (site,)
    ).fetchone()
    return datetime.fromisoformat(row[0]) if row[0] else None


def last_complete(db: Database, site: str) -> str | None:
    """The start of the last crawl that walked all of the site; None for never."""
    row = db.conn.execute(
        "select max(started_at) from crawls where site = ? and complete", (site,)
    ).fetchone()
    found: str | None = row[0]
    return found
