"""A template that changes is told within a crawl; odd, old and unreadable pages are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.health.drift import Reading, at_least, find_drifts
from archive.health.judgement import (
    MASS_TAKEDOWN,
)
from tests.operation.newsroom import START, Newsroom, health


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"layout": "generic"}, "generic"),
        ({"dated": False}, "no_date"),
        ({"fallbacks": ("title",)}, "field:title"),
    ],
)
def test_a_new_template_shows_within_one_crawl(
    room: Newsroom, change: dict[str, object], lacking: str
) -> None:
    room.crawl_day(3, **change)
    found = health(room)
    assert found.word == "changed"
    assert [drift.lacks for drift in found.drifts] == [lacking]
    assert "3 of 3" in found.reason


@pytest.mark.parametrize("reason", ["no_title", "no_body", "empty", "broken", "soft_404"])
def test_pages_that_suddenly_give_nothing(room: Newsroom, reason: str) -> None:
    room.later(days=1)
    room.begin()
    for _ in range(3):
        room.unreadable(reason)
    room.end()
    found = health(room)
    assert found.word == "changed"
    assert "unread" in {drift.lacks for drift in found.drifts}


def test_a_drift_that_nobody_mends_stays_visible(room: Newsroom) -> None:
    for _ in range(20):
        room.crawl_day(3, layout="generic")
        assert health(room).word == "changed"


def test_single_odd_pages_are_no_drift(room: Newsroom) -> None:
    for day in range(10):
        room.later(days=1)
        room.begin()
        room.article()
        room.article()
        if day % 2:
            room.unreadable("no_body")
        room.end()
        assert health(room).word == "current"


def test_the_same_unreadable_pages_every_day_are_no_drift(room: Newsroom) -> None:
    for _ in range(10):
        room.later(days=1)
        room.begin()
        room.article()
        for number in (900_001, 900_002, 900_003):
            room.unreadable("no_body", number)
        room.end()
    assert health(room).word == "current"


def test_old_pages_that_are_read_again_are_no_drift(room: Newsroom) -> None:
    old = sorted(room.known)[:30]
    room.later(days=100)
    for number in range(5):
        room.crawl_day()
        room.later(minutes=10)
        room.begin()
        for article in old[number * 6 : number * 6 + 6]:
            room.article(article, layout="generic", published=START)
        room.end()
    assert health(room).word == "current"


def test_a_first_walk_back_through_the_years_is_no_drift(db: Database) -> None:
    room = Newsroom(db)
    for number in range(6):
        room.later(hours=3)
        room.begin()
        for _ in range(20):
            room.article(layout="generic" if number > 2 else "joomla_k2")
        room.end("limited")
    found = health(room)
    assert not found.drifts
    assert found.word == "behind"
    assert "walked" in found.reason


def test_many_takedowns_at_once_are_a_redesign(room: Newsroom) -> None:
    room.later(days=1)
    room.begin()
    for number in sorted(room.known)[-MASS_TAKEDOWN[0] - 2 :]:
        room.answer(f"/tin/{number}", None, status=404)
    room.end()
    found = health(room)
    assert found.word == "changed"
    assert "7 of 7 known articles were gone" in found.reason


def test_a_takedown_now_and_then_is_none(room: Newsroom) -> None:
    room.later(days=1)
    room.begin()
    numbers = sorted(room.known)
    for number in numbers[-30:]:
        room.article(number)
    for number in numbers[:6]:
        room.answer(f"/tin/{number}", None, status=404)
    room.end()
    assert health(room).word == "current"


@given(st.lists(st.booleans(), max_size=60), st.lists(st.booleans(), max_size=200))
def test_drift_is_never_found_without_enough_or_without_a_rise(
    recent: list[bool], before: list[bool]
) -> None:
    readings = [Reading("new", frozenset(["generic"] if lacks else [])) for lacks in recent]
    readings += [Reading("old", frozenset(["generic"] if lacks else [])) for lacks in before]
    drifts, shares = find_drifts(readings)
    for drift in drifts:
        assert drift.lacks == "generic"
        assert drift.now / drift.of > drift.usual
        assert len(before) >= 10
    assert all(0 <= share <= 1 for pair in shares.values() for share in pair)


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0, 1))
def test_probabilities(times: int, trials: int, share: float) -> None:
    assert 0 <= at_least(times, trials, share) <= 1
