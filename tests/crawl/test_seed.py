"""Workers forked from a seed: one page kills no other, and nothing is left over."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from archive.records import Article, Page, Unreadable
from crawler import seed
from crawler.extract import read_whole
from crawler.extraction.document import parse_page
from crawler.extractor import Extractor
from crawler.nursery import Nursery
from crawler.seed import Seed
from tests.crawl.processes import is_alive
from tests.crawl.test_deadly_page import body
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

Reader = Seed[Page, Article | Unreadable]

CLOCK = datetime(2026, 7, 1, 8, tzinfo=UTC)


def read(page: Page) -> Article | Unreadable:
    """Says who has read it, and how much."""
    if page.body == b"fatal":
        os._exit(1)
    if page.body == b"slow":
        time.sleep(600)
    return Unreadable(str(os.getpid()), f"{len(page.body)} {page.url}")


def page(content: bytes, number: int = 0) -> Page:
    return Page(f"http://cong-doan.example/{number}", content, CLOCK)


@pytest.fixture
def planted() -> Iterator[Reader]:
    found = Seed(read)
    yield found
    found.close()


def test_pages_are_read_in_turn_by_one_process_that_ends_with_the_seed(planted: Reader) -> None:
    async def crawl() -> list[Article | Unreadable]:
        sizes = [1, 300_000, 0, 5]
        pages = [page(b"x" * size, n) for n, size in enumerate(sizes)]
        return await asyncio.gather(*map(planted.read, pages))

    said = [one for one in asyncio.run(crawl()) if isinstance(one, Unreadable)]
    assert [one.detail.split()[0] for one in said] == ["1", "300000", "0", "5"]
    assert {one.reason for one in said} == {str(planted.worker_pid)}
    assert planted.worker_pid != os.getpid()
    assert is_alive(planted.worker_pid)
    planted.close()
    assert not is_alive(planted.worker_pid)


def test_a_page_that_kills_its_worker_is_broken_and_harms_no_other(planted: Reader) -> None:
    async def crawl() -> list[Article | Unreadable]:
        contents = [b"a", b"fatal", b"b"]
        return await asyncio.gather(*(planted.read(page(content)) for content in contents))

    first, deadly, last = asyncio.run(crawl())
    assert deadly == Unreadable("broken", "the extraction process died on this page")
    assert isinstance(first, Unreadable)
    assert isinstance(last, Unreadable)
    assert first.reason != last.reason


def test_a_page_whose_worker_was_killed_by_something_else_is_read_again(planted: Reader) -> None:
    async def crawl() -> Article | Unreadable:
        await planted.read(page(b"a"))
        os.kill(planted.worker_pid, signal.SIGKILL)
        return await planted.read(page(b"bb"))

    found = asyncio.run(crawl())
    assert isinstance(found, Unreadable)
    assert found.detail.startswith("2 ")


def test_a_page_that_is_given_up_leaves_no_answer_behind(planted: Reader) -> None:
    async def crawl() -> Article | Unreadable:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(planted.read(page(b"slow")), 0.3)
        return await planted.read(page(b"four"))

    found = asyncio.run(crawl())
    assert isinstance(found, Unreadable)
    assert found.detail.startswith("4 ")


def test_without_its_seed_a_crawl_starts_a_worker_afresh() -> None:
    gone = Seed(read_whole)
    os.kill(gone._pid, signal.SIGKILL)
    document = parse_page(Page("http://cong-doan.example/1", body(1), CLOCK))

    async def crawl() -> Article | Unreadable:
        extractor = Extractor(seed=gone)
        try:
            return await extractor.extract(document)  # type: ignore[arg-type]
        finally:
            extractor.close()

    assert isinstance(asyncio.run(crawl()), Article)


MODULE = """
import asyncio, os, sys
from datetime import UTC, datetime
from archive.records import Page, Unreadable
from crawler.seed import Seed
def main():
    seed = Seed.planted(lambda page: Unreadable(str(os.getpid()), ""))
    page = Page("http://a.vn/", b"x", datetime.now(UTC))
    print(asyncio.run(seed.read(page)).reason, seed._pid, flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_crawl_has_planted_ends_with_it(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "planting.py").write_text(MODULE, encoding="utf-8")  # type: ignore[operator]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.getcwd()]))
    assert Seed.planted(read) is None
    assert not seed.born_of_nursery
    with Nursery("planting") as nursery:
        process = nursery.start()
        left = [int(word) for word in process.stdout.readline().split()]
        assert all(map(is_alive, left))
        process.stdin.close()
        assert process.wait() == -signal.SIGKILL
        assert process.stdout.read() == ""
        process.stdout.close()
        process.stderr.close()
    wait_for(lambda: not any(map(is_alive, left)), "the end of seed and worker")
