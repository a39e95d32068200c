"""After crawls: no part that fails, or takes for ever, keeps another from its turn or the end."""

from __future__ import annotations

import logging
import os
import threading
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.operation import after_crawls
from crawler.operation.after_crawls import AfterCrawls
from crawler.operation.alerts import Send
from crawler.operation.configuration import AlertConfig, Config
from crawler.operation.errands import Errand
from tests.operation.endless import FILE
from tests.waiting import PATIENCE, wait_for

CONFIG = Config(alerts=AlertConfig(words=("never",)))
ENDLESS = "tests.operation.endless"


def told_to(letters: list[str]) -> Send:
    def send(title: str, body: str) -> bool:
        letters.append(body)
        return True

    return send


def is_gone(pid: int) -> bool:
    """Whether a process has ended, also where nobody has taken note of it yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state[0] in "ZX"


def endless_processes(data: Path) -> list[int]:
    wait_for((data / FILE).exists, "the endless process")
    return [int(pid) for pid in (data / FILE).read_text(encoding="utf-8").split()]


def test_old_logs_are_removed(db: Database, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    old = tmp_path / "logs" / "lang_son-20200101T000000Z-1f3a.log"
    old.write_text("Nothing happened.", encoding="utf-8")
    os.utime(old, (1577836800, 1577836800))
    after = AfterCrawls(tmp_path, CONFIG, [])
    after.ask([])
    wait_for(after.idle, "the look")
    after.stop()
    after.wait()
    assert not old.exists()


@pytest.mark.parametrize("broken", ["attachment_texts", "article_copies"])
def test_alerts_are_sent_though_something_else_broke(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    db.execute(f"alter table {broken} rename to was_{broken}")
    letters: list[str] = []
    with caplog.at_level(logging.ERROR):
        after = AfterCrawls(tmp_path, CONFIG, [told_to(letters)])
        after.ask(["lang_son"])
        wait_for(after.idle, "all that follows")
        after.stop()
        after.wait()
    assert "What follows from all articles: it failed" in caplog.text
    assert len(letters) == 1 and "lang_son: never" in letters[0]


def test_health_that_cannot_be_told_is_in_the_log(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    db.execute("alter table health_states rename to was_health_states")
    letters: list[str] = []
    with caplog.at_level(logging.ERROR):
        after = AfterCrawls(tmp_path, CONFIG, [told_to(letters)])
        after.ask([])
        wait_for(after.idle, "the look")
        after.stop()
        after.wait()
    assert "The health of the sites: it failed" in caplog.text
    assert letters == []


def test_what_takes_for_ever_holds_up_nothing_and_ends_at_once(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_crawls, "MODULE", ENDLESS)
    letters: list[str] = []
    after = AfterCrawls(tmp_path, CONFIG, [told_to(letters)])
    after.ask(["lang_son"])
    pids = endless_processes(tmp_path)
    wait_for(lambda: letters, "the alert")
    assert not after.idle()
    assert not any(is_gone(pid) for pid in pids)
    after.stop()
    after.wait()
    for pid in pids:
        wait_for(partial(is_gone, pid), f"the end of {pid}")


def test_what_takes_too_long_is_ended_and_done_again_within_the_hour(
    db: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(after_crawls, "MODULE", ENDLESS)
    after = AfterCrawls(tmp_path, CONFIG, [], seconds=0.01)
    with caplog.at_level(logging.ERROR):
        after.ask(["lang_son"])
        wait_for(after.idle, "the end")
        assert len(caplog.records) == 1
        after.ask([])
        wait_for(after.idle, "the second end")
    assert len(caplog.records) == 2
    assert "it goes on next time" in caplog.text
    after.stop()
    after.wait()


def test_an_errand_asked_for_meanwhile_is_done_once_more() -> None:
    begun, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def work(stopping: threading.Event) -> None:
        begun.release()
        go_on.acquire()

    errand = Errand("it", work)
    assert errand.idle()
    errand.ask()
    assert begun.acquire(timeout=PATIENCE)
    for _ in range(3):
        errand.ask()
    go_on.release()
    assert begun.acquire(timeout=PATIENCE)
    assert not errand.idle()
    go_on.release()
    wait_for(errand.idle, "both")
    assert not begun.acquire(blocking=False)
    errand.stop()
    assert errand.wait(PATIENCE)
