"""What health reads from: the table of readings, and looks that cost the same at any size."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlite_utils import Database

from archive.database import timestamp
from archive.health.judgement import YEAR, monitor, monitored
from archive.tables.readings import refresh_readings
from tests.operation.newsroom import Newsroom


@pytest.fixture
def room(db: Database) -> Newsroom:
    newsroom = Newsroom(db)
    for day in range(30):
        newsroom.later(days=1)
        newsroom.begin()
        for number in range(day % 4):
            old = newsroom.now - timedelta(days=30 * number)
            newsroom.article(published=old, dated=day % 3 > 0, fallbacks=("unit",) * (day % 2))
        newsroom.unreadable("no_title")
        newsroom.end()
    return newsroom


def readings(db: Database) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.execute("select * from article_readings order by 1, 2, 3")]


def test_triggers_keep_the_readings_that_a_recount_gives(db: Database, room: Newsroom) -> None:
    known = list(room.known)
    room.later(hours=1)
    room.begin()
    room.article(known[3], layout="generic")
    room.end()
    db.execute("update articles set body = '' where id % 3 = 0")
    db.execute("update articles set published_at = null, fallbacks = '[]' where id % 4 = 0")
    db.execute("update articles set published_at = '2019-01-01T00:00:00+07:00' where id % 7 = 0")
    db.execute("update articles set last_checked_at = 'later'")
    db.execute("delete from articles where id % 5 = 0")
    kept = readings(db)
    assert 0 < len(kept) < db.table("articles").count
    refresh_readings(db)
    assert readings(db) == kept


def test_a_reading_is_of_the_capture_that_the_article_shows(db: Database, room: Newsroom) -> None:
    number = list(room.known)[-1]
    room.later(days=1)
    room.begin()
    room.article(number, layout="generic")
    room.end()
    newest = monitored(db, "readings", room.site, room.now + timedelta(hours=1), YEAR)[0]
    assert (newest["layout"], newest["generic"], newest["crawl"]) == ("generic", 1, room.crawl)
    assert readings(db)[-1][3] == newest["capture_id"]
    assert len({row[2] for row in readings(db)}) == len(readings(db))


def test_days_and_weeks_are_counted_as_from_all_articles(db: Database, room: Newsroom) -> None:
    now = room.now + timedelta(hours=3)
    dates = "select coalesce(published_at, first_seen_at) as at from articles"
    span = {"now": timestamp(now), "since": timestamp(now - YEAR)}
    days = [
        day
        for (day,) in db.execute(
            f"select distinct substr(at, 1, 10) from ({dates})"
            " where at between :since and :now order by 1",
            span,
        )
    ]
    silence = monitored(db, "silence", room.site, now, YEAR)[0]
    assert (silence["newest"], silence["oldest"]) == (days[-1], days[0])
    assert silence["days"] == len(days) > 20
    dated = [date.fromisoformat(day) for day in days]
    longest = max((after - before).days for before, after in pairwise(dated))
    assert silence["longest_gap"] == longest
    weeks = dict(
        db.execute(
            "select cast((julianday(:now) - julianday(at)) / 7 as integer), count(*)"
            f" from ({dates}) where at between :since and :now group by 1",
            span,
        ).fetchall()
    )
    pace = monitored(db, "pace", room.site, now, YEAR)
    assert {row["week"]: row["articles"] for row in pace} == weeks


@pytest.mark.parametrize("name", ["crawls", "failures", "pace", "readings", "silence"])
def test_no_look_reads_a_table_or_sorts_what_grows(db: Database, name: str) -> None:
    plan = [
        row[3]
        for row in db.conn.execute(
            f"explain query plan {monitor(name)}", {"site": "", "now": "", "since": ""}
        )
    ]
    tables = ("articles", "captures", "crawls", "fetch_errors", "article_readings", "c", "r", "a")
    assert not [step for step in plan if step.split()[0] == "SCAN" and step.split()[1] in tables]
    if name in ("pace", "silence"):
        fine = [step for step in plan if " articles " in step]
        assert fine
        assert all("COVERING" in step for step in fine)
    if name == "readings":
        assert not [step for step in plan if "B-TREE" in step]
