"""A site is frozen by its own measure, Tết apart, and only as far as it was looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlite_utils import Database

from archive.records import Unreadable
from tests.operation.newsroom import Newsroom, health


def test_frozen_by_its_own_measure(room: Newsroom) -> None:
    for day in range(30):
        room.crawl_day(articles=0)
        room.later(hours=1)
        if day < 12:
            assert health(room).word == "current", "as at Tết"
        room.later(hours=-1)
    found = health(room)
    assert found.word == "frozen"
    assert found.articles_this_week == 0
    room.crawl_day()
    assert health(room).word == "current"


def test_pages_that_stay_unreadable_are_no_silence(room: Newsroom) -> None:
    """A new template is told as such even when nothing else is known any more."""
    for _ in range(30):
        room.crawl_day()
    for day in range(200):
        room.later(days=1)
        room.begin()
        for number in range(900_000 + 3 * day, 900_003 + 3 * day):
            room.answer(
                f"/tin/{number}", Unreadable("soft_404", "hardly any content"), expected=True
            )
        room.end()
        if day > 20:
            assert health(room).word == "changed", day
    assert "can be read" in health(room).reason


def test_silence_counts_until_the_site_was_last_looked_at(room: Newsroom) -> None:
    """A site that is crawled once a week may have written since."""
    for _ in range(30):
        room.crawl_day(1)
    room.later(days=13)
    room.begin()
    room.end()
    room.later(days=6)
    assert health(room).word == "current"
    room.later(days=1)
    room.begin()
    room.end()
    assert health(room).word == "frozen"


@pytest.mark.parametrize(("newest", "word"), [("2026-02-10", "current"), ("2026-05-10", "frozen")])
def test_nobody_publishes_at_tet(room: Newsroom, newest: str, word: str) -> None:
    room.now = datetime.fromisoformat(f"{newest}T08:00:00+07:00") - timedelta(days=30)
    for _ in range(30):
        room.crawl_day(1)
    for _ in range(18):
        room.crawl_day(0)
    assert health(room).word == word


def test_a_site_that_writes_every_other_month_is_not_frozen(db: Database) -> None:
    room = Newsroom(db)
    for day in range(300):
        room.crawl_day(articles=2 if day % 45 == 0 else 0)
    room.later(hours=1)
    assert health(room).word == "current"
