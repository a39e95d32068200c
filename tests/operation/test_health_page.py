"""The page of health in Datasette says what ``congdoan status`` says, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from sqlite_utils import Database

from archive.database import open_archive
from archive.health.drift import MEANINGS
from archive.health.judgement import CLASSES, all_health
from archive.health.sentences import NUMBERS, SENTENCES, in_vietnamese, say
from archive.operation import save_certificate
from archive.publish.health_page import LACKS
from archive.publish.serve import make_face
from archive.records import VIETNAM
from crawler.operation.alerts import note_states
from tests.operation.newsroom import Newsroom


@pytest.fixture
def kept(tmp_path: Path) -> Database:
    """A site that was redesigned yesterday, one that has failed for days, one never crawled."""
    db = open_archive(tmp_path / "archive.db")
    # The page has the clock of its server.
    began = datetime.now(VIETNAM) - timedelta(days=63)
    room = Newsroom(db, now=began)
    failing = Newsroom(db, "hong", "hong.example", began)
    Newsroom(db, "chua", "chua.example", began)
    for day in range(60):
        room.crawl_day()
        failing.crawl_day()
        if day == 58:
            room.answer("/robots.txt", payload="A")
    for _ in range(2):
        room.crawl_day(layout="generic", fallbacks=("body",))
        room.answer("/robots.txt", payload="B")
        failing.later(days=1)
        failing.fail("tls")
    save_certificate(db, "hong.example", datetime.now(UTC) + timedelta(days=3), "Thử", room.now)
    return db


@pytest.fixture
def face(kept: Database, tmp_path: Path) -> Iterator[Any]:
    made = make_face(tmp_path / "archive.db")
    yield made
    if made.executor is not None:
        made.executor.shutdown()
    for database in made.databases.values():
        database.close()


async def test_the_json_is_that_of_status(face: Any, kept: Database) -> None:
    told = (await face.client.get("/health.json")).json()
    assert datetime.fromisoformat(told["checked_at"]).tzinfo is not None
    found = {site["site"]: site for site in told["sites"]}
    for health in all_health(kept, datetime.now(UTC)):
        site = found.pop(health.site)
        assert (site["word"], site["last_success"]) == (health.word, health.last_success)
        assert site["shares"] == {name: list(pair) for name, pair in health.shares.items()}
        assert (site["failures"], site["notes"]) == (health.failures, health.notes)
    assert not found


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ("trang đã đổi giao diện", "lỗi kéo dài", "chưa thu thập lần nào",
                "không theo mẫu của trang: 100% (0%)", "không lập được kết nối an toàn: 6",
                "chứng chỉ của hong.example", "robots.txt đổi")),
        ("en", ("the template has changed", "has failed for longer", "never crawled",
                "read without the site&#39;s layout: 100% (0%)", "no secure connection: 6",
                "certificate of hong.example", "robots.txt changed")),
    ],
)  # fmt: skip
async def test_the_page_says_all_of_it(face: Any, language: str, words: tuple[str, ...]) -> None:
    page = await face.client.get(f"/health?_lang={language}")
    assert page.status_code == 200
    for text in words:
        assert text in page.text
    # The gravest stands first.
    assert page.text.index("hong") < page.text.index("thu_nghiem") < page.text.index("chua")


async def test_it_names_the_selector_that_the_unattended_run_has_noted(
    face: Any, kept: Database
) -> None:
    now = datetime.now(UTC)
    changed = next(state for state in all_health(kept, now) if state.site == "thu_nghiem")
    note_states(
        kept,
        [replace(changed, reason="3 of 3 pages without a body (usually 0%); dead: body: .cu")],
        now,
    )
    page = (await face.client.get("/health?_lang=en")).text
    assert "dead: body: .cu" in page
    page = (await face.client.get("/health?_lang=vi")).text
    assert "bộ chọn không còn khớp: body: .cu" in page
    assert "từ " in page


def test_lacks_are_those_of_drift() -> None:
    assert set(LACKS) == set(MEANINGS)


SAID: dict[str, dict[str, object]] = {
    "failing": {"crawls": 3, "since": "2026-02-01T04:10", "what": CLASSES["tls"] + " (6)"},
    "refused": {"refused": 4, "answers": 5,
                "classes": f"{CLASSES['blocked']} (4), {CLASSES['challenge']} (1)"},
    "frozen_as_expected": {"rest": say("silent", days=60, usual=20)},
    "robots_changed": {"url": "https://a.example/robots.txt; x",
                       "before": "2026-01-02", "after": "2026-01-05"},
    "drift": {"now": 4, "of": 5, "what": say("lacks_field", field="byline"), "usual": "10%"},
    "passing": {"what": "Máy chủ lạ: 5 of 6 {x}"},
}  # fmt: skip


@pytest.mark.parametrize("code", SENTENCES)
def test_what_is_said_is_read_back_in_vietnamese(code: str) -> None:
    """With the same facts: every parameter stands in the sentence of either language."""
    names = [name for _, name, _, _ in Formatter().parse(SENTENCES[code][1]) if name]
    values = SAID.get(code) or {
        name: 7 if name in NUMBERS else "https://a.example/x-1" for name in names
    }
    text = say(code, **values)
    told = in_vietnamese(text)
    assert sorted(names) == sorted(
        name for _, name, _, _ in Formatter().parse(SENTENCES[code][0]) if name
    )
    pairs = {str(value): in_vietnamese(str(value)) for value in values.values()}
    assert told == SENTENCES[code][0].format(
        **{name: pairs[str(value)] for name, value in values.items()}
    )
    assert told != text or SENTENCES[code][0] == SENTENCES[code][1]


@pytest.mark.parametrize(
    "text", ["", ";", ", , ", "x" * 5000, "(7)", "dead: ", "Connection reset; by (3)", "{what}"]
)
def test_what_nobody_said_stays_as_it_is(text: str) -> None:
    assert in_vietnamese(text) == text


async def test_reasons_and_notes_are_told_in_either_language(face: Any) -> None:
    told = (await face.client.get("/health.json")).json()["sites"]
    failing = next(site for site in told if site["site"] == "hong")
    assert "crawls failed since" in failing["reason"]
    assert "lần thu thập thất bại từ" in failing["reason_vi"]
    assert len(failing["notes"]) == len(failing["notes_vi"]) > 0
    assert "vừa thất bại, có thể chỉ nhất thời" in " ".join(failing["notes_vi"])
    page = (await face.client.get("/health?_lang=vi")).text
    assert "lần thu thập thất bại từ" in page and "crawls failed since" not in page
