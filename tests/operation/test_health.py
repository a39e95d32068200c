"""One word for every site: each planted fault has its own, and what passes is no alarm."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.health.judgement import (
    CLASSES,
    GONE_AFTER,
    WORDS,
    all_health,
    monitor,
)
from archive.operation import Planned, save_certificate, save_planned
from archive.records import Unreadable
from crawler.failures import KINDS
from tests.operation.newsroom import Newsroom, health


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


def challenge() -> Unreadable:
    return Unreadable("challenge", "a script that sets a cookie and loads the page again")


def test_times_are_aware(room: Newsroom) -> None:
    assert room.now.tzinfo is not None
    assert datetime.fromisoformat(health(room).last_success or "").tzinfo is not None
