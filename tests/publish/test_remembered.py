"""Searches are remembered until the database changes, and never longer."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.publish import remembered, searching
from archive.publish.health_page import site_healths
from archive.publish.remembered import Memory, reading, remembered_ids
from archive.publish.serve import make_face
from tests.publish.conftest import close
from tests.publish.pages import get
from tests.publish.sample import keep, sample_articles

WORDS = "thoa uoc lao dong tap the"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """How often the search itself was made; begins with an empty memory."""
    calls: list[Any] = []

    def search(*arguments: Any, **named: Any) -> Any:
        calls.append(named)
        return searching.search(*arguments, **named)

    monkeypatch.setattr("archive.publish.search_page.search", search)
    monkeypatch.setattr(remembered, "_memory", Memory())
    return calls


async def found(face: Any, **changes: str) -> list[int]:
    query = "&".join(f"{name}={value}" for name, value in {"q": WORDS, **changes}.items())
    return [one["id"] for one in (await get(face, f"/search.json?{query}")).json()["articles"]]


@pytest.fixture
def own(sample: tuple[Path, dict[str, int]], tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    with sqlite3.connect(sample[0]) as source, sqlite3.connect(path) as copy:
        source.backup(copy)
        copy.execute("pragma journal_mode = wal")
    source.close()
    copy.close()
    return path


async def test_the_same_search_is_made_once_until_something_is_written(
    own: Path, counted: list[Any]
) -> None:
    face = make_face(own)
    try:
        await found(face, q="doan")  # the log's index is there once the file has been read
        counted.clear()
        first = await found(face)
        assert first and await found(face) == first
        assert len(counted) == 1
        assert set(await found(face, sort="oldest")) == set(first)
        assert len(counted) == 2
        db = Database(str(own))
        article = replace(
            sample_articles()[0].article,
            url="https://lang-son.example/moi.html",
            title="Thỏa ước lao động tập thể mới nhất",
        )
        new = keep(db, "lang_son", article, 9_000)
        db.close()
        assert new in await found(face)
        assert len(counted) == 3
    finally:
        close(face)


async def test_the_owner_may_have_nothing_remembered(own: Path, counted: list[Any]) -> None:
    face = make_face(own, remember_searches=False)
    try:
        assert await found(face) == await found(face)
        assert len(counted) == 2
    finally:
        close(face)


def test_memory_is_bounded_and_forgets_what_was_not_used() -> None:
    memory = Memory(most=100)
    for number in range(10):
        memory.put(number, str(number), 20)
        memory.get(5)
    assert memory.get(5) == "5" and memory.get(9) == "9"
    assert memory.get(0) is None and memory.get(4) is None
    memory.put("large", "x", 26)
    assert memory.get("large") is None


def test_ids_are_the_callers_own_and_outside_a_reading_none_are_kept(own: Path) -> None:
    with reading(str(own)):
        first = remembered_ids(("own",), lambda: [1, 2])
        first.append(3)
        assert remembered_ids(("own",), list) == [1, 2]
    assert remembered_ids(("own",), lambda: [7]) == [7]
    with reading(None):
        assert remembered_ids(("own",), lambda: [8]) == [8]


async def test_the_look_at_all_sites_is_held_for_a_minute_unless_something_is_written(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 3, 1, 9, 0, 10, tzinfo=UTC)
    looks: list[datetime] = []

    class Clock:
        now = staticmethod(lambda zone: moment)

    def look(conn: sqlite3.Connection, now: datetime) -> list[dict[str, Any]]:
        looks.append(now)
        return site_healths(conn, now)

    monkeypatch.setattr("archive.publish.health_page.datetime", Clock)
    monkeypatch.setattr("archive.publish.health_page.site_healths", look)
    monkeypatch.setattr(remembered, "_memory", Memory())
    face = make_face(own)
    try:
        await found(face)  # the log's index is there once the file has been read
        first = (await get(face, "/health.json")).json()
        moment += timedelta(seconds=40)
        assert (await get(face, "/health.json")).json() == first
        moment += timedelta(seconds=20)
        assert (await get(face, "/health.json")).json()["checked_at"] != first["checked_at"]
        assert len(looks) == 2
        with sqlite3.connect(own) as db:
            db.execute("update sites set title = 'Tên mới' where name = 'can_tho'")
        db.close()
        told = (await get(face, "/health.json")).json()["sites"]
        assert "Tên mới" in {site["title"] for site in told}
    finally:
        close(face)
