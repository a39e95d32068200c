"""The schedule by a clock that the test turns: due, begun, missed, failed, resumed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlite_utils import Database

from archive.crawl_log import begin_crawl, finish_crawl
from archive.database import save_site
from archive.operation import planned_sites
from archive.records import VIETNAM, Site
from crawler.crawling import SiteRun
from crawler.operation.configuration import ScheduleConfig
from crawler.operation.rhythm import AUTO
from crawler.operation.schedule import (
    DAILY_RETRIES,
    RETRY_AFTER,
    RETRY_DAILY,
    RETRY_WEEKLY,
    Schedule,
)
from tests.operation.newsroom import Newsroom

START = datetime(2026, 11, 2, 4, 0, tzinfo=VIETNAM)
LEVELS = {"newspaper": "05:00 11:00 16:00 21:00"}


class FakeCrawls:
    """Crawls that end when the test says so, and write the log as real ones do."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = START
        self.under_way: set[str] = set()
        self.begun: list[tuple[str, datetime]] = []
        self.over: list[SiteRun] = []
        self.elsewhere: set[str] = set()
        self.fresh: list[bool] = []

    def begin(self, site: str, *, fresh: bool) -> bool:
        if site in self.elsewhere:
            return False
        assert site not in self.under_way, "a site is never crawled twice at once"
        self.under_way.add(site)
        self.begun.append((site, self.now))
        self.fresh.append(fresh)
        begin_crawl(self.db, self._id(site), site, "crawl", self.now, "test")
        return True

    def end(self, site: str, outcome: str = "finished") -> None:
        self.under_way.discard(site)
        counters = {"fetched": 0 if outcome == "failed" else 5}
        finish_crawl(
            self.db,
            self._id(site),
            self.now,
            outcome,
            complete=outcome == "finished",
            counters=counters,
        )
        self.over.append(SiteRun(site, outcome, crawl=self._id(site)))

    def running(self) -> set[str]:
        return set(self.under_way)

    def ended(self) -> list[SiteRun]:
        over, self.over = self.over, []
        return over

    def _id(self, site: str) -> str:
        last = max(moment for name, moment in self.begun if name == site)
        return f"{site}-{last.isoformat()}"


class Stage:
    def __init__(self, db: Database, config: ScheduleConfig, sites: dict[str, str]) -> None:
        self.db, self.config, self.sites = db, config, sites
        for site in sites:
            save_site(db, Site(site, declared=True))
        self.crawls = FakeCrawls(db)
        self.schedule = Schedule(config, sites, self.crawls)
        self.now = START

    def tick(self, **later: int) -> list[str]:
        self.now += timedelta(**later)
        self.crawls.now = self.now
        return self.schedule.tick(self.db, self.now).begun

    def run(self, days: float, outcome: str = "finished", minutes: int = 5) -> None:
        """Tick through the days; every crawl takes one tick."""
        for _ in range(int(days * 24 * 60 / minutes)):
            self.tick(minutes=minutes)
            for site in sorted(self.crawls.under_way):
                self.crawls.end(site, outcome)

    def restart(self) -> list[str]:
        """A new process over the same database."""
        self.crawls.under_way.clear()
        self.crawls = FakeCrawls(self.db)
        self.schedule = Schedule(self.config, self.sites, self.crawls)
        return self.schedule.resume(self.db, self.now)


def daily(**more: object) -> ScheduleConfig:
    return ScheduleConfig(**({"times": "05:00", "jitter": timedelta(minutes=50)} | more))  # type: ignore[arg-type]


def test_a_site_is_crawled_at_once_and_then_once_a_day(db: Database) -> None:
    stage = Stage(db, daily(), {"a": "province"})
    stage.run(days=10)
    times = [moment for _, moment in stage.crawls.begun]
    assert times[0] == START + timedelta(minutes=5)
    assert len(times) == 11
    for moment in times[1:]:
        assert 5 <= moment.hour + moment.minute / 60 < 6
    causes = Counter(row[0] for row in db.execute("select cause from schedule_runs"))
    assert causes == {"first": 1, "time": 10}
    assert all(row[0] for row in db.execute("select finished_at from schedule_runs"))


def test_a_newspaper_is_crawled_more_often_and_a_site_may_be_taken_off(db: Database) -> None:
    config = daily(sites={"c": ""}, levels=LEVELS)
    stage = Stage(db, config, {"a": "province", "b": "newspaper", "c": "province"})
    stage.run(days=10)
    begun = Counter(site for site, _ in stage.crawls.begun)
    assert set(begun) == {"a", "b"}
    assert begun["b"] > 3 * begun["a"]
    assert set(planned_sites(db)) == {"a", "b"}


def test_never_more_sites_than_allowed_and_all_get_their_turn(db: Database) -> None:
    sites = {f"site_{n:02}": "province" for n in range(12)}
    stage = Stage(db, daily(sites_at_a_time=3), sites)
    most = 0
    for _ in range(200):
        stage.tick(minutes=5)
        most = max(most, len(stage.crawls.under_way))
        for site in sorted(stage.crawls.under_way)[:1]:
            stage.crawls.end(site)
    assert most == 3
    assert {site for site, _ in stage.crawls.begun} == set(sites)


def test_first_crawls_that_take_days_leave_a_place_for_the_daily_ones(db: Database) -> None:
    stage = Stage(db, daily(sites_at_a_time=3), {"old": "province"})
    stage.run(days=1)
    stage.sites |= {f"new_{n}": "province" for n in range(5)}
    for site in stage.sites:
        save_site(db, Site(site, declared=True))
    for _ in range(3 * 24 * 12):
        stage.tick(minutes=5)
        if "old" in stage.crawls.under_way:
            stage.crawls.end("old")
    assert len(stage.crawls.under_way) == 2
    assert sum(site == "old" for site, _ in stage.crawls.begun) == 5


def test_times_that_were_slept_through_are_caught_up_once(db: Database) -> None:
    stage = Stage(db, daily(), {"a": "province"})
    stage.run(days=2)
    before = len(stage.crawls.begun)
    stage.tick(days=6, hours=8)
    stage.crawls.end("a")
    stage.run(days=0.2)
    assert len(stage.crawls.begun) == before + 1
    cause, due = db.execute("select cause, due_at from schedule_runs order by id desc").fetchone()
    assert cause == "caught_up"
    assert due < stage.now.isoformat()


def test_another_crawl_of_the_site_is_waited_for(db: Database) -> None:
    stage = Stage(db, daily(), {"a": "province"})
    stage.crawls.elsewhere.add("a")
    stage.run(days=0.5)
    assert stage.crawls.begun == []
    stage.crawls.elsewhere.clear()
    assert stage.tick(minutes=1) == ["a"]


def test_a_failed_crawl_is_tried_again_ever_later(db: Database) -> None:
    """Four times a day is for those that answer: one that is gone is asked daily, then weekly."""
    stage = Stage(db, daily(times="05:00 11:00 16:00 21:00"), {"a": "province"})
    stage.run(days=1)
    stage.crawls.begun.clear()
    stage.run(days=40, outcome="failed", minutes=2)
    times = [moment for _, moment in stage.crawls.begun]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    wanted = [*RETRY_AFTER, *[RETRY_DAILY] * DAILY_RETRIES, *[RETRY_WEEKLY] * 3]
    assert len(gaps) >= len(wanted)
    for gap, least in zip(gaps, wanted, strict=False):
        assert least <= gap <= least + timedelta(minutes=6)
    # It answers again, and is crawled at its times at once.
    stage.run(days=8)
    assert planned_sites(db)["a"].failures == 0
    stage.crawls.begun.clear()
    stage.run(days=2)
    assert len(stage.crawls.begun) == 8


def publish(db: Database, site: str, weekly: int, until: datetime, weeks: int = 4) -> None:
    """Articles that the archive holds of a site, so many a week before a moment."""
    newsroom = Newsroom(db, site, now=until)
    for number in range(weekly * weeks):
        newsroom.article(published=until - timedelta(weeks=(number + 0.5) / weekly))


@pytest.mark.parametrize(
    ("weekly", "times"),
    [
        (120, "05:00 11:00 16:00 21:00"),
        (50, "05:00 17:00"),
        (21, "05:00"),
        (12, "0 5 * * mon,wed,fri"),
        (2, "0 5 * * tue,fri"),
        (0, "0 5 * * tue,fri"),
    ],
)
def test_a_site_without_times_is_crawled_as_often_as_it_publishes(
    db: Database, weekly: int, times: str
) -> None:
    stage = Stage(db, daily(times=AUTO), {"a": "province"})
    publish(db, "a", weekly, START)
    stage.tick(minutes=1)
    assert planned_sites(db)["a"].times == "05:00"  # Nobody knows before it was walked.
    stage.crawls.end("a")
    stage.tick(minutes=1)
    assert planned_sites(db)["a"].times == times
    assert next(iter(stage.schedule.preview(db, stage.now).values())).times == times
    stage.crawls.begun.clear()
    stage.run(days=1.5)
    assert stage.restart() == []
    stage.tick(minutes=1)
    # What it has published by now counts after the next crawl, and not before.
    assert len(stage.crawls.begun) <= 1


def test_more_news_is_followed_at_once_and_less_in_a_month(db: Database) -> None:
    stage = Stage(db, daily(times=AUTO), {"a": "province"})
    publish(db, "a", 2, START)
    stage.run(days=5)
    assert planned_sites(db)["a"].times == "0 5 * * tue,fri"
    publish(db, "a", 100, stage.now, weeks=1)
    stage.run(days=4)
    assert planned_sites(db)["a"].times == "05:00 17:00"
    seen = set()
    for _ in range(40):
        stage.run(days=1)
        seen.add(planned_sites(db)["a"].times)
    assert {"05:00", "0 5 * * tue,fri"} <= seen
    assert planned_sites(db)["a"].times == "0 5 * * tue,fri"


def test_declared_times_hold_again_when_they_are_declared(db: Database) -> None:
    stage = Stage(db, daily(times=AUTO), {"a": "province"})
    stage.run(days=2)
    stage.config = daily(times="22:00")
    stage.restart()
    stage.run(days=2)
    assert [moment.hour for _, moment in stage.crawls.begun] == [22, 22]
    assert planned_sites(db)["a"].times == "22:00"


def test_quiet_hours_begin_nothing_and_then_everything(db: Database) -> None:
    stage = Stage(db, daily(quiet_hours="03:30-07:00"), {"a": "province"})
    stage.run(days=3)
    assert [moment.hour for _, moment in stage.crawls.begun] == [7, 7, 7]


def test_a_crawl_that_quiet_hours_ended_goes_on_after_them(db: Database) -> None:
    stage = Stage(db, daily(quiet_hours="06:00-07:00"), {"a": "province"})
    stage.tick(minutes=1)
    stage.now = START.replace(hour=6, minute=1)
    stage.crawls.end("a", "interrupted")
    assert stage.tick(minutes=1) == []
    # Its time has come meanwhile, so it also looks for what is new.
    assert planned_sites(db)["a"].cause == "time"
    assert stage.tick(hours=1) == ["a"]


def test_a_killed_scheduler_is_taken_up_where_it_was(db: Database) -> None:
    stage = Stage(db, daily(), {"a": "province", "b": "province"})
    stage.run(days=1)
    stage.tick(days=1)
    assert stage.crawls.under_way == {"a", "b"}
    stage.crawls.end("b")
    stage.tick(minutes=1)
    assert stage.restart() == ["a"]
    assert stage.tick(minutes=1) == ["a"]
    stage.crawls.end("a")
    stage.run(days=0.03)
    assert [site for site, _ in stage.crawls.begun] == ["a"]
    rows = db.execute("select cause, outcome from schedule_runs order by id desc").fetchall()
    assert rows[0] == ("resumed", "finished")
    assert ("caught_up", "lost") in rows or ("time", "lost") in rows


def test_stopped_in_good_order_it_resumes_too(db: Database) -> None:
    stage = Stage(db, daily(), {"a": "province"})
    stage.tick(minutes=1)
    stage.schedule.stop()
    stage.crawls.end("a", "interrupted")
    assert stage.tick(minutes=1) == []
    assert stage.restart() == []
    assert stage.tick(days=40) == ["a"]


def test_slices_of_a_long_walk_make_way_for_the_others(db: Database) -> None:
    """One place, a first walk of many slices, and a site that is crawled daily."""
    stage = Stage(db, daily(sites_at_a_time=1), {"small": "province"})
    stage.run(days=1)
    stage.sites |= {"walk": "province"}
    save_site(db, Site("walk", declared=True))
    stage.crawls.begun.clear()
    stage.crawls.fresh.clear()
    for _ in range(3 * 24):
        stage.tick(minutes=60)
        for site in sorted(stage.crawls.under_way):
            stage.crawls.end(site, "limited" if site == "walk" else "finished")
    slices = [moment for site, moment in stage.crawls.begun if site == "walk"]
    assert len(slices) > 30
    assert sum(site == "small" for site, _ in stage.crawls.begun) == 3
    # Between the slices the walk goes on; once a day one looks at the listings again.
    fresh = [
        is_fresh
        for (site, _), is_fresh in zip(stage.crawls.begun, stage.crawls.fresh, strict=True)
        if site == "walk"
    ]
    assert fresh[0] is True
    assert 2 <= sum(fresh[1:]) <= 4
    causes = {row[0] for row in db.execute("select cause from schedule_runs where site = 'walk'")}
    assert causes == {"first", "resumed", "time"}


def test_a_walk_is_over_when_it_is(db: Database) -> None:
    stage = Stage(db, daily(), {"walk": "province"})
    for outcome in ("limited", "limited", "finished"):
        stage.tick(minutes=10)
        stage.crawls.end("walk", outcome)
    stage.tick(minutes=10)
    assert stage.crawls.begun[3:] == []
    assert planned_sites(db)["walk"].due_at is None


def test_changed_times_hold_from_now_on(db: Database) -> None:
    stage = Stage(db, daily(), {"a": "province"})
    stage.run(days=1)
    stage.config = daily(times="22:00")
    stage.restart()
    stage.run(days=2)
    assert [moment.hour for _, moment in stage.crawls.begun] == [22, 22]


def test_a_crawl_by_hand_counts(db: Database) -> None:
    """A site that a person crawled this morning is not due before tomorrow."""
    stage = Stage(db, daily(), {"a": "province"})
    begin_crawl(db, "by-hand", "a", "crawl", START + timedelta(hours=2, minutes=30), "test")
    stage.now = START + timedelta(hours=3)
    stage.run(days=0.5)
    assert stage.crawls.begun == []


def test_a_season(db: Database) -> None:
    """Eight sites, a hundred days; crawls that take their time, and fail now and then."""
    sites = {f"site_{n:02}": "newspaper" if n < 3 else "province" for n in range(8)}
    stage = Stage(db, daily(sites_at_a_time=4, levels=LEVELS), sites)
    ends: dict[str, datetime] = {}
    failures: Counter[str] = Counter()
    for _ in range(100 * 24):
        stage.tick(hours=1)
        for site in stage.crawls.under_way:
            ends.setdefault(site, stage.now + timedelta(minutes=20))
        for site in [site for site, end in ends.items() if end <= stage.now]:
            del ends[site]
            number = len(stage.crawls.begun)
            failures[site] += number % 41 == 0
            stage.crawls.end(site, "failed" if number % 41 == 0 else "finished")
    begun = Counter(site for site, _ in stage.crawls.begun)
    for site, level in sites.items():
        times = [moment for name, moment in stage.crawls.begun if name == site]
        assert max(later - earlier for earlier, later in pairwise(times)) < timedelta(hours=30)
        ordinary = 100 * (4 if level == "newspaper" else 1)
        # The first crawl, and a retry after each failure unless an ordinary time came first.
        assert ordinary - 1 <= begun[site] <= ordinary + 1 + failures[site]
