"""A walk of everything by hand: in slices, and the daily crawls of the site in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

import crawler.backfill
from archive.crawl_log import begin_crawl, finish_crawl
from archive.database import open_archive, save_site
from archive.operation import Planned, save_planned
from archive.records import Site
from crawler.backfill import FREE_FOR, LOOKS_EVERY, MAKES_WAY_FOR, Slices
from crawler.crawling import SiteRun, run_crawls
from crawler.frontier.looking import look
from crawler.locks import SCHEDULE, locked
from crawler.one_site import frontier_of
from crawler.operation.configuration import ScheduleConfig
from crawler.operation.schedule import RETRY_AFTER
from crawler.plan import Plan
from crawler.politeness.manners import IN_QUIET_HOURS
from crawler.sample_web import SampleWeb

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
SITE = "lao_dong_thu_do"
SLICE = 1
"""Answers; what is in flight then comes on top."""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Stage:
    """Slices of one site's walk, by a clock that the test turns."""

    def __init__(self, data: Path, config: ScheduleConfig, max_pages: int = 0) -> None:
        self.db = open_archive(data / "archive.db")
        save_site(self.db, Site(SITE, declared=True))
        self.clock = Clock()
        self.slices = Slices(data, config, max_pages, self.clock)
        self.plan = self.slices.first(Plan(SITE, str(data), walk_all=True))

    def ready(self, **later: float) -> bool:
        self.clock.now += timedelta(**later)
        return self.slices.ready(self.plan)

    def again(self, outcome: str, fetched: int = 10, detail: str = "") -> Plan | None:
        run = SiteRun(SITE, outcome, detail=detail, counters={"fetched": fetched})
        return self.slices.again(self.plan, run)

    def walked_by_another(self) -> None:
        begin_crawl(self.db, "other", SITE, "crawl", self.clock.now, "test")
        finish_crawl(self.db, "other", self.clock.now, "finished", complete=True, counters={})


def test_the_site_is_free_between_two_slices(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScheduleConfig(slice_pages=100))
    assert stage.ready()
    assert (stage.plan.max_pages, stage.plan.max_minutes) == (100, 15)
    assert stage.again("limited") == stage.plan
    assert not stage.ready()
    with locked(tmp_path, SITE, doing="A daily crawl"):
        assert not stage.ready(hours=1)
    assert stage.ready(seconds=FREE_FOR.total_seconds())


def test_a_schedule_that_wants_the_site_goes_first_but_not_for_ever(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScheduleConfig())
    due = Planned(SITE, "05:00", NOON + timedelta(days=1), due_at=NOON, cause="time")
    save_planned(stage.db, due)
    stage.again("limited")
    with locked(tmp_path, SCHEDULE, doing="A schedule"):
        assert not stage.ready(minutes=1)
        assert stage.ready(seconds=MAKES_WAY_FOR.total_seconds())
        stage.again("limited")
        save_planned(stage.db, replace(due, due_at=None))
        assert stage.ready(minutes=1)
    save_planned(stage.db, due)
    stage.again("limited")
    assert stage.ready(minutes=1), "nobody runs this schedule"


def test_quiet_hours_hold(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScheduleConfig(quiet_hours="12:00-13:00"))
    assert not stage.ready(), "05:00 UTC is noon in Vietnam"
    assert stage.ready(hours=1)
    assert stage.plan.quiet_hours == "12:00-13:00"
    assert stage.again("interrupted", detail=IN_QUIET_HOURS) == stage.plan
    assert stage.again("interrupted", detail="stopped by a signal") is None


def test_a_host_that_fails_is_tried_again_and_then_left(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScheduleConfig())
    for wait in RETRY_AFTER:
        assert stage.again("failed") == stage.plan
        assert not stage.ready(seconds=wait.total_seconds() - 1)
        assert stage.ready(seconds=LOOKS_EVERY.total_seconds())
    assert stage.again("failed") is None
    assert stage.again("limited") is not None
    assert stage.again("failed") is not None, "it has gone on meanwhile"


@pytest.mark.parametrize("outcome", ["finished", "incomplete", "crashed"])
def test_a_walk_ends(tmp_path: Path, outcome: str) -> None:
    assert Stage(tmp_path, ScheduleConfig()).again(outcome) is None


def test_as_many_pages_as_were_asked_for(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScheduleConfig(slice_pages=100), max_pages=130)
    following = stage.again("limited", fetched=100)
    assert following is not None
    assert following.max_pages == 30
    assert stage.again("limited", fetched=131) is None


def test_a_first_walk_that_another_crawl_has_ended_is_not_made_twice(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ScheduleConfig())
    stage.walked_by_another()
    run = SiteRun(SITE, "limited", counters={"fetched": 10})
    assert stage.slices.again(stage.plan, run) is None
    assert (run.outcome, run.complete) == ("finished", True)


class WithDaily:
    """Slices, and a daily crawl of the site after each."""

    def __init__(self, slices: Slices, daily: Plan, web: SampleWeb) -> None:
        self.slices, self.daily, self.web = slices, daily, web
        self.asked_daily: list[int] = []
        self.waiting: list[int] = []

    def ready(self, plan: Plan) -> bool:
        return self.slices.ready(plan)

    def again(self, plan: Plan, run: SiteRun) -> Plan | None:
        following = self.slices.again(plan, run)
        if following is not None:
            before = len(self.web.requests)
            queue = frontier_of(Path(plan.data), plan.site, apart=True)
            waiting = look(queue).counts.get("queued", 0)
            [daily] = run_crawls([self.daily], 1, lambda _: None)
            assert daily.outcome == "finished", daily.detail
            assert look(queue).counts.get("queued", 0) == waiting
            self.asked_daily.append(len(self.web.requests) - before)
        return following


def test_daily_crawls_run_between_the_slices_and_neither_takes_the_others_requests(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler.backfill, "FREE_FOR", timedelta(0))
    with SampleWeb(slow_seconds=0.2) as web:
        plan = Plan(SITE, str(copied), sample_proxy=web.proxy_url, walk_all=True)
        [whole] = run_crawls([plan], 1, lambda _: None)
        assert whole.outcome == "finished", whole.detail
        asked = _asked(web)
        web.requests.clear()
        slices = Slices(copied, ScheduleConfig(slice_pages=SLICE))
        turns = WithDaily(slices, replace(plan, walk_all=False), web)
        [run] = run_crawls([slices.first(plan)], 1, lambda _: None, turns=turns)
        assert (run.outcome, run.complete) == ("finished", True), run.detail
        assert len(turns.asked_daily) >= 2
        assert max(turns.asked_daily) <= 3
        in_slices = _asked(web)
    assert in_slices.keys() >= asked.keys()
    # What a slice had in its hands when it ended is asked for again by the next.
    extra = sum(in_slices.values()) - sum(turns.asked_daily) - sum(asked.values())
    assert extra <= 2 * len(turns.asked_daily)
    assert run.counters["fetched"] >= whole.counters["fetched"]
    crawls = Database(copied / "archive.db").query(
        "select outcome from crawls where site = ? order by started_at", [SITE]
    )
    outcomes = Counter(row["outcome"] for row in crawls)
    assert outcomes["limited"] == len(turns.asked_daily)


def _asked(web: Any) -> Counter[str]:
    return Counter(str(request.url) for request in web.requests)
