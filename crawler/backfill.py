"""A walk of everything, begun by hand: in slices, so that it may run for days beside daily crawls.

A site is crawled by one process at a time. Between two slices the site is free, for as long as the
schedule, or whoever else waits, needs it; a walk of a site that was walked before has a queue of
its own (``crawler.one_site``), so that neither takes the other's requests. A host that fails for a
while is tried again, as the schedule does it; quiet hours hold.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.database import open_archive
from archive.known_addresses import last_complete_walk
from archive.operation import planned_sites
from archive.records import VIETNAM
from crawler.crawling import SiteRun
from crawler.locks import SCHEDULE, is_held
from crawler.operation.configuration import ScheduleConfig
from crawler.operation.schedule import RETRY_AFTER
from crawler.plan import Plan
from crawler.politeness.manners import IN_QUIET_HOURS
from crawler.politeness.pacing import parse_quiet_hours

logger = logging.getLogger(__name__)

SLICE_MINUTES = 15
"""Longer than this no crawl waits for a walk by hand."""
FREE_FOR = timedelta(seconds=5)
"""How long a site is free between two slices: two beats of the schedule, and a little more."""
MAKES_WAY_FOR = timedelta(minutes=10)
"""How much longer where the schedule wants the site and has no place for it yet."""
LOOKS_EVERY = timedelta(seconds=2)


@dataclass(slots=True)
class _Course:
    """How the walk of one site goes."""

    walked: str
    """The end of the last complete walk when this one began."""
    free_since: datetime
    not_before: datetime
    failures: int = 0
    """In a row."""


class Slices:
    """Cuts the crawls of ``run_crawls`` into slices; see ``crawler.crawling.Turns``.

    ``max_pages``: answers after which a site's walk ends, whatever is left; 0: none.
    """

    def __init__(
        self,
        data: Path,
        config: ScheduleConfig,
        max_pages: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._data = data
        self._pages = config.slice_pages
        self._minutes = min(config.slice_minutes or SLICE_MINUTES, SLICE_MINUTES)
        self._quiet_hours = config.quiet_hours
        self._quiet = parse_quiet_hours(config.quiet_hours)
        self._max_pages = max_pages
        self._now = now
        self._courses: dict[str, _Course] = {}

    def first(self, plan: Plan) -> Plan:
        """The plan of a site's first slice."""
        now = self._now()
        self._courses[plan.site] = _Course(self._walked(plan.site), now - MAKES_WAY_FOR, now)
        return self._slice(plan, 0)

    def _slice(self, plan: Plan, fetched: int) -> Plan:
        left = self._max_pages - fetched if self._max_pages else 0
        pages = min(filter(None, (self._pages, left)), default=0)
        return replace(
            plan,
            max_pages=pages,
            max_minutes=self._minutes,
            quiet_hours=self._quiet_hours,
            by_hand=plan.by_hand and not fetched,  # Later slices wait as the schedule does.
        )

    def ready(self, plan: Plan) -> bool:
        """Whether the next slice may begin: the site is free, and nobody else waits for it."""
        course, now = self._courses[plan.site], self._now()
        if now < course.not_before:
            return False
        course.not_before = now + LOOKS_EVERY
        if self._quiet is not None and now.astimezone(VIETNAM).time() in self._quiet:
            return False
        if is_held(self._data, plan.site):
            course.free_since = now
            return False
        waited = now - course.free_since
        return waited >= MAKES_WAY_FOR or not self._is_wanted(plan.site)

    def _is_wanted(self, site: str) -> bool:
        """Whether a schedule that runs is to crawl the site now."""
        if not is_held(self._data, SCHEDULE):
            return False
        with open_archive(self._data / "archive.db", create=False) as db:
            planned = planned_sites(db).get(site)
        return planned is not None and planned.due_at is not None

    def again(self, plan: Plan, run: SiteRun) -> Plan | None:
        """The plan of the next slice; None where the walk is through, or cannot go on."""
        course, now = self._courses[plan.site], self._now()
        course.free_since = now
        if run.outcome == "limited":
            fetched = run.counters.get("fetched", 0)
            if self._max_pages and fetched >= self._max_pages:
                return None
            if not course.walked and self._walked(plan.site):
                run.outcome, run.complete = "finished", True
                run.detail = "walked to its end by another crawl meanwhile"
                return None
            course.failures = 0
            course.not_before = now + FREE_FOR
            return self._slice(plan, fetched)
        if run.outcome == "interrupted" and run.detail == IN_QUIET_HOURS:
            course.not_before = now + FREE_FOR
            return plan
        if run.outcome == "failed" and course.failures < len(RETRY_AFTER):
            course.not_before = now + RETRY_AFTER[course.failures]
            course.failures += 1
            logger.warning("%s: %s; to be tried again later", plan.site, run.detail)
            return plan
        return None

    def _walked(self, site: str) -> str:
        with open_archive(self._data / "archive.db") as db:
            return last_complete_walk(db, site)
