"""Pages that are ready together are written together; one that cannot be harms no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from sqlite_utils import Database

from archive.database import open_archive
from archive.records import Article, Byline, Capture, Unreadable
from archive.warc.framing import WarcError
from crawler import saving
from crawler.reading import Reading
from crawler.recording.handler import SETTLES
from crawler.saving import Saver
from tests.archive.test_articles import capture
from tests.waiting import PATIENCE

HOST = "https://congdoan.example.vn"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_archive(tmp_path / "archive.db")
    yield db
    db.close()


def reading(number: int, body: str = "Thân bài.") -> Reading:
    url = f"{HOST}/tin/{number}.html"
    said = Article(url, f"Bài {number}", "", body, f"<p>{body}</p>", None, Byline())
    return Reading(capture(number, url=url), said)


def saver(
    db: Database,
    told: list[str],
    in_hand: int = 100,
    settle: Callable[[], None] = lambda: None,
) -> Saver:
    return Saver(db, told.append, lambda: in_hand, settle)


def count(db: Database, table: str) -> int:
    return int(db.execute(f"select count(*) from {table}").fetchone()[0])


async def save(saver: Saver, *readings: Reading) -> list[BaseException | None]:
    for one in readings:
        saver.note(one.capture)
    return await asyncio.gather(*map(saver.save, readings), return_exceptions=True)


def commits(db: Database) -> int:
    """How often anything was written, as another connection sees it."""
    return int(db.execute("pragma data_version").fetchone()[0])


def test_readings_wait_for_each_other_and_are_written_in_one_transaction(db: Database) -> None:
    told: list[str] = []
    other = Database(db.execute("pragma database_list").fetchone()[2])
    commits(other)
    before = commits(other)
    assert asyncio.run(save(saver(db, told), *map(reading, range(5)))) == [None] * 5
    assert told == ["new"] * 5
    assert (count(db, "captures"), count(db, "articles")) == (5, 5)
    assert commits(other) == before + 1
    other.close()


@pytest.mark.parametrize(("readings", "in_hand"), [(3, 3), (saving.MOST, 99)])
def test_nothing_is_waited_for_in_vain(db: Database, readings: int, in_hand: int) -> None:
    with mock.patch.object(saving, "WAIT_SECONDS", 3600.0):
        done = save(saver(db, [], in_hand), *map(reading, range(readings)))
        asyncio.run(asyncio.wait_for(done, PATIENCE))
    assert count(db, "articles") == readings


def test_a_capture_of_which_nothing_is_said_is_written_soon(db: Database) -> None:
    told: list[str] = []
    gone = capture(1, url=f"{HOST}/tin/1.html", status=404)
    picture = replace(capture(2, url=f"{HOST}/a.png"), content_type="image/png")

    async def crawl() -> None:
        it = saver(db, told)
        it.note(gone)
        it.note(picture)
        assert count(db, "captures") == 0
        await asyncio.sleep(saving.WAIT_SECONDS * 2)

    asyncio.run(crawl())
    assert dict(db.execute("select url, outcome from captures").fetchall()) == {
        gone.url: "gone",
        picture.url: "resource",
    }


def test_what_waits_is_written_at_the_end(db: Database) -> None:
    async def crawl() -> Saver:
        it = saver(db, [])
        it.note(capture(1))
        return it

    it = asyncio.run(crawl())
    it.write()
    it.write()
    assert count(db, "captures") == 1


def test_one_that_cannot_be_written_harms_no_other(db: Database) -> None:
    told: list[str] = []
    broken = reading(2, "Một nửa cặp thay thế: \ud800")
    ended = asyncio.run(save(saver(db, told), reading(1), broken, reading(3)))
    assert ended[0] is None
    assert isinstance(ended[1], UnicodeEncodeError)
    assert ended[2] is None
    assert told == ["new", "new"]
    # Its capture is kept, so that a later version may read it.
    assert (count(db, "captures"), count(db, "articles")) == (3, 2)
    left = db.execute("select id from captures where outcome is null").fetchall()
    assert left == [(broken.capture.id,)]


def test_a_capture_that_cannot_be_written_ends_the_crawl(db: Database) -> None:
    db.execute(
        "create trigger full before insert on captures begin select raise(abort, 'full'); end"
    )
    db.conn.commit()

    async def crawl() -> Exception | None:
        it = saver(db, [])
        ended = await save(it, reading(1), reading(2))
        assert all("full" in str(error) for error in ended)
        with pytest.raises(Exception, match="full"):
            it.note(capture(9))
        return it.failure

    assert "full" in str(asyncio.run(crawl()))
    assert count(db, "articles") == 0


def test_records_are_on_the_disk_before_anything_is_written_of_them(db: Database) -> None:
    rows_at_settling: list[int] = []
    other = Database(db.execute("pragma database_list").fetchone()[2])
    it = saver(db, [], settle=lambda: rows_at_settling.append(count(other, "captures")))
    assert asyncio.run(save(it, *map(reading, range(3)))) == [None] * 3
    assert rows_at_settling == [0]
    assert count(other, "captures") == 3
    other.close()


def test_nothing_is_written_of_what_the_disk_may_not_have(db: Database) -> None:
    told: list[str] = []

    def settle() -> None:
        raise WarcError("a.warc.gz", 0, "cannot be brought to the disk")

    async def crawl() -> None:
        it = saver(db, told, settle=settle)
        ended = await save(it, reading(1), reading(2))
        assert all(isinstance(error, WarcError) for error in ended)
        assert isinstance(it.failure, WarcError)
        with pytest.raises(WarcError):
            it.note(capture(9))
        with pytest.raises(WarcError):
            it.save_now(reading(1))

    asyncio.run(crawl())
    assert (count(db, "captures"), count(db, "articles"), told) == (0, 0, [])


def test_only_what_is_going_to_be_read_may_wait_for_the_disk(db: Database) -> None:
    async def crawl() -> list[str]:
        it = saver(db, [])
        picture = replace(capture(2, url=f"{HOST}/a.png"), content_type="image/png")
        gone = capture(3, url=f"{HOST}/3.html", status=404)
        return [it.note(one) for one in (capture(1), picture, gone)]

    assert asyncio.run(crawl()) == [SETTLES, "", ""]


def test_a_reading_that_comes_after_its_capture_was_written(db: Database) -> None:
    told: list[str] = []

    async def crawl() -> None:
        it = saver(db, told)
        late = Reading(reading(1).capture, Unreadable("no_body", "trống"))
        it.note(late.capture)
        it.write()
        assert db.execute("select outcome from captures").fetchall() == [(None,)]
        await it.save(late)

    asyncio.run(crawl())
    assert db.execute("select outcome from captures").fetchall() == [("no_body",)]
    assert len(told) == 1


def test_a_capture_settled_where_nobody_can_wait(db: Database) -> None:
    async def crawl() -> None:
        it = saver(db, [])
        one: Capture = reading(1).capture
        it.note(one)
        it.save_now(Reading(one, Unreadable("challenge", "cookie")))

    asyncio.run(crawl())
    assert db.execute("select outcome from captures").fetchall() == [("challenge",)]


def test_a_capture_waits_for_its_reading_but_not_for_ever(db: Database) -> None:
    async def crawl() -> tuple[list[Capture], list[str]]:
        it = saver(db, [], in_hand=1)
        read, late, never = (capture(n, url=f"{HOST}/tin/{n}.html") for n in (1, 2, 3))
        for one in (read, late, never):
            it.note(one)
        await it.save(Reading(read, reading(1).outcome))
        alone = [row[0] for row in db.execute("select id from captures").fetchall()]
        await asyncio.sleep(saving.HELD_SECONDS * 3)
        assert count(db, "captures") == 3
        await it.save(Reading(late, reading(2).outcome))
        return [read, late, never], alone

    with mock.patch.object(saving, "HELD_SECONDS", 0.05):
        captures, alone = asyncio.run(crawl())
    # The first was written with what it says, while the others waited.
    assert alone == [captures[0].id]
    outcomes = dict(db.execute("select id, outcome from captures").fetchall())
    assert outcomes == {captures[0].id: "article", captures[1].id: "article", captures[2].id: None}
