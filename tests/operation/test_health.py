"""One word for every site: each planted fault has its own, and what passes is no alarm."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.health.drift import Reading, at_least, find_drifts
from archive.health.judgement import (
    CLASSES,
    GONE_AFTER,
    MASS_TAKEDOWN,
    WORDS,
    Health,
    all_health,
    monitor,
    site_health,
)
from archive.operation import Planned, save_certificate, save_planned
from archive.records import Unreadable
from crawler.failures import KINDS
from tests.operation.newsroom import START, Newsroom


@pytest.fixture
def room(db: Database) -> Newsroom:
    """A site that has been crawled for 60 days and publishes three articles a day."""
    newsroom = Newsroom(db)
    for _ in range(60):
        newsroom.crawl_day()
    newsroom.later(hours=1)
    return newsroom


def health(room: Newsroom) -> Health:
    return site_health(room.db, room.site, room.now + timedelta(minutes=10))


def test_every_word_has_an_exit_code_of_its_own() -> None:
    assert len({word.exit_code for word in WORDS.values()}) == len(WORDS)
    assert not {word.exit_code for word in WORDS.values()} & {1, 2, 3, 130}
    codes = [word.exit_code for word in WORDS.values()]
    assert codes == sorted(codes)


def test_every_kind_of_failure_has_words() -> None:
    assert set(KINDS) - {"forbidden", "too_large", "other"} <= set(CLASSES)


def test_never(db: Database) -> None:
    assert health(Newsroom(db)).word == "never"


def test_current(room: Newsroom) -> None:
    found = health(room)
    assert (found.word, found.notes) == ("current", [])
    assert found.articles_this_week == 21
    assert found.articles_usual_week == 21
    assert found.shares["no_date"] == (0, 0)
    assert all_health(room.db, room.now + timedelta(minutes=10)) == [found]


@pytest.mark.parametrize("kind", ["dns", "tls", "timeout", "refused", "cut"])
def test_a_failure_that_passes_is_a_note(room: Newsroom, kind: str) -> None:
    for _ in range(4):
        room.later(hours=4)
        room.fail(kind)
        assert health(room).word == "current"
    assert any(CLASSES[kind] in note for note in health(room).notes)
    room.crawl_day()
    room.later(days=1, hours=12)
    room.crawl_day()
    assert (health(room).word, health(room).notes) == ("current", [])


@pytest.mark.parametrize("kind", ["dns", "tls", "timeout", "refused"])
def test_a_failure_that_lasts_is_failing_and_then_gone(room: Newsroom, kind: str) -> None:
    words = []
    for _ in range(GONE_AFTER.days + 2):
        room.later(days=1)
        room.fail(kind)
        room.later(hours=1)
        words.append(health(room).word)
        room.later(hours=-1)
    assert words[0] == "current"
    assert words[1:3] == ["failing", "failing"]
    assert words[-1] == "gone"
    assert CLASSES[kind] in health(room).reason
    room.crawl_day()
    assert health(room).word == "current"


def test_refused_by_status(room: Newsroom) -> None:
    for _ in range(3):
        room.later(days=1)
        room.begin()
        for _ in range(4):
            room.answer("/tin", None, status=403)
        room.end("failed", fetched=4)
    room.later(hours=1)
    assert health(room).word == "blocked"


def test_a_bot_check_in_place_of_every_page_is_seen_in_one_crawl(room: Newsroom) -> None:
    room.later(days=1)
    room.begin()
    for path in ("/tin", "/tin?trang=2", "/tin/9"):
        room.answer(path, challenge())
    room.end("finished")
    room.later(hours=1)
    found = health(room)
    assert (found.word, found.failures) == ("blocked", {"challenge": 3})


def test_one_page_behind_a_bot_check_is_none(room: Newsroom) -> None:
    room.later(days=1)
    room.begin()
    room.answer("/tin/9", challenge())
    room.answer("/tin")
    room.end()
    room.later(hours=1)
    assert health(room).word == "current"


def test_moved_to_another_host(room: Newsroom) -> None:
    for _ in range(3):
        room.later(days=1)
        room.begin()
        room.answer("/tin", None, status=301, location="https://moi.example/tin")
        room.end("failed", fetched=1)
    room.later(hours=1)
    assert health(room).word == "moved"


def test_a_redirect_within_the_site_is_no_move(room: Newsroom) -> None:
    room.later(days=1)
    room.begin()
    room.answer("/tin", None, status=301, location=f"https://www.{room.host}/tin-tuc")
    room.end()
    room.later(hours=1)
    assert health(room).failures == {}


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


def test_a_refusal_that_passes_in_the_midst_of_a_crawl_is_no_alarm(room: Newsroom) -> None:
    def crawl_mostly_refused() -> None:
        room.later(days=1)
        room.begin()
        for number in range(6):
            room.answer(f"/muc-{number}", status=403)
        room.article()
        room.end("incomplete")

    for _ in range(10):
        room.crawl_day()
    crawl_mostly_refused()
    assert health(room).word == "current"
    crawl_mostly_refused()
    assert health(room).word == "blocked"
    room.crawl_day()
    assert health(room).word == "current"


def test_a_site_that_writes_every_other_month_is_not_frozen(db: Database) -> None:
    room = Newsroom(db)
    for day in range(300):
        room.crawl_day(articles=2 if day % 45 == 0 else 0)
    room.later(hours=1)
    assert health(room).word == "current"


def test_behind_the_schedule(room: Newsroom) -> None:
    due = Planned(room.site, "05:00", room.now + timedelta(days=1), room.now, "time")
    save_planned(room.db, due)
    room.later(hours=5)
    assert health(room).word == "current"
    room.later(hours=2)
    assert health(room).word == "behind"


def test_behind_without_a_schedule(room: Newsroom) -> None:
    room.later(days=9)
    assert health(room).word == "behind"


def test_changes_of_robots_and_certificates_are_notes(room: Newsroom) -> None:
    for payload in ("A", "A", "B"):
        room.later(days=1)
        room.begin()
        room.answer("/robots.txt", None, payload=payload)
        room.article()
        room.end()
    save_certificate(room.db, room.host, room.now + timedelta(days=5), "Thử", room.now)
    found = health(room)
    assert found.word == "current"
    assert any("/robots.txt changed" in note for note in found.notes)
    assert any("certificate" in note and "expires" in note for note in found.notes)
    save_certificate(room.db, room.host, room.now + timedelta(days=50), "Thử", room.now)
    assert not any("certificate" in note for note in health(room).notes)


def test_other_sites_do_not_matter(room: Newsroom) -> None:
    other = Newsroom(room.db, "khac", "khac.example", room.now)
    for _ in range(5):
        other.later(days=1)
        other.fail()
    assert health(room).word == "current"
    words = {found.site: found.word for found in all_health(room.db, room.now)}
    assert words == {"khac": "never", room.site: "current"}


def test_the_monitors_are_files_that_a_person_can_run(room: Newsroom) -> None:
    folder = Path(__file__).parents[2] / "archive" / "health" / "monitors"
    operation = Path(__file__).parents[2] / "docs" / "operation.md"
    for path in folder.glob("*.sql"):
        sql = monitor(path.stem)
        assert sql.startswith("-- ")
        assert f"`{path.name}`" in operation.read_text(encoding="utf-8"), path.name


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


def challenge() -> Unreadable:
    return Unreadable("challenge", "a script that sets a cookie and loads the page again")


def test_times_are_aware(room: Newsroom) -> None:
    assert room.now.tzinfo is not None
    assert datetime.fromisoformat(health(room).last_success or "").tzinfo is not None
