"""Processes forked from one that has loaded everything: as separate as any others."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from crawler import crawling
from crawler.nursery import Forked, Nursery, NurseryGone
from crawler.sample_web import SampleWeb
from tests.crawl.conftest import Crawled, crawl_sample

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

MODULE = """
import os, sys
LOADED = []
def prepare():
    LOADED.append(os.getpid())
def main():
    for line in sys.stdin:
        word = line.strip()
        if word == "raise":
            raise ValueError("as asked")
        if word.isdigit():
            return int(word)
        print(word, os.getpid(), os.getsid(0), LOADED[0], flush=True)
    print("starter gone", file=sys.stderr)
    return 70
"""


@pytest.fixture
def nursery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    (tmp_path / "echoing.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    with Nursery("echoing") as nursery:
        yield nursery


def ask(process: Forked, word: str) -> list[str]:
    process.stdin.write(word + "\n")
    process.stdin.flush()
    return process.stdout.readline().split()


def release(*processes: Forked) -> None:
    for process in processes:
        for stream in (process.stdin, process.stdout, process.stderr):
            with suppress(BrokenPipeError):
                stream.close()


def test_each_is_a_process_and_a_session_of_its_own_and_all_load_once(nursery: Nursery) -> None:
    first, second = nursery.start(), nursery.start()
    heard = [ask(first, "xin-chào"), ask(second, "hai")]
    assert [line[0] for line in heard] == ["xin-chào", "hai"]
    assert [int(line[1]) for line in heard] == [first.pid, second.pid]
    assert all(line[1] == line[2] for line in heard)
    assert heard[0][3] == heard[1][3]
    assert int(heard[0][3]) not in (first.pid, second.pid, os.getpid())
    for process in (first, second):
        process.stdin.close()
        assert process.wait() == 70
        assert process.stderr.read() == "starter gone\n"
    release(first, second)


@pytest.mark.parametrize(("word", "code"), [("7", 7), ("0", 0), ("raise", 1)])
def test_how_one_ends_is_told(nursery: Nursery, word: str, code: int) -> None:
    process = nursery.start()
    ask(process, word)
    assert process.wait() == code
    assert ("ValueError: as asked" in process.stderr.read()) == (word == "raise")
    release(process)


def test_one_that_is_killed_harms_no_other(nursery: Nursery) -> None:
    killed, other = nursery.start(), nursery.start()
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    killed.kill()  # Of one that is gone: nothing happens.
    assert ask(other, "still")[0] == "still"
    ask(other, "0")
    assert other.wait() == 0
    release(killed, other)


def test_what_was_started_outlives_the_nursery(nursery: Nursery) -> None:
    process = nursery.start()
    os.kill(nursery._process.pid, signal.SIGKILL)
    assert process.wait() is None  # Nobody can tell any more how it ends.
    with pytest.raises(NurseryGone):
        nursery.start()
    assert ask(process, "here")[0] == "here"
    release(process)


def test_a_module_that_cannot_be_loaded_starts_nothing() -> None:
    with Nursery("no_module_of_this_name") as nursery, pytest.raises(OSError):
        nursery.start()


def test_crawls_go_on_where_nothing_can_be_forked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_crawl: Crawled
) -> None:
    def gone(self: Nursery) -> Forked:
        raise NurseryGone("as asked")

    monkeypatch.setattr(Nursery, "start", gone)
    monkeypatch.setattr(crawling, "NURSERY_FROM", 1)
    crawled = crawl_sample(tmp_path / "data", sites=["can_tho"])
    assert [run.outcome for run in crawled.runs] == [
        run.outcome for run in first_crawl.runs if run.site == "can_tho"
    ]


def test_a_forked_crawl_that_is_killed_is_told_as_crashed_and_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_crawl: Crawled
) -> None:
    monkeypatch.setattr(crawling, "NURSERY_FROM", 1)
    born: list[Forked] = []
    start = Nursery.start

    def noted(self: Nursery) -> Forked:
        born.append(start(self))
        return born[-1]

    answer = SampleWeb._answer

    def until_killed(self: SampleWeb, *given: Any) -> Any:
        """In the middle of the crawl, while its request waits for an answer."""
        if len(self.requests) == 20:
            born[0].kill()
        return answer(self, *given)

    monkeypatch.setattr(Nursery, "start", noted)
    data = tmp_path / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SampleWeb, "_answer", until_killed)
        killed = crawl_sample(data, sites=["lang_son"])
    assert list((data / "warc").glob("*.open")), "it was killed in the middle"
    assert killed.runs[0].outcome == "crashed"
    assert "code -9" in killed.runs[0].detail
    again = crawl_sample(data, sites=["lang_son"])
    assert again.runs[0].outcome in ("finished", "incomplete")
    sql = "select id, url, title, content_hash from articles where site = 'lang_son'"
    assert sorted(again.db.execute(sql)) == sorted(first_crawl.db.execute(sql))
