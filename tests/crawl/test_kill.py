"""SIGKILL at any moment, then the same command again: the same articles, no row twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.crawl.conftest import Crawled
from tests.crawl.killing import Balance, crawl_with_kills, undisturbed_of
from tests.crawl.processes import crawls_of, is_alive

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="finds processes through /proc"
)
SITES = ("lang_son", "can_tho")


def start(data: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "crawler.cli", "crawl", *SITES, "--sample", "--data", str(data)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_requests(data: Path, captures: int) -> None:
    """Until the crawl has kept so many captures."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        path = data / "archive.db"
        if path.exists():
            db = Database(path)
            try:
                if "captures" in db.table_names() and db["captures"].count >= captures:
                    return
            finally:
                db.close()
        time.sleep(0.01)
    raise AssertionError("the crawl never got so far")


@pytest.mark.parametrize(
    ("way", "kills", "sites"),
    [
        ("one of one", 3, ["lang_son"]),
        ("one of three", 6, ["can_tho", "lang_son", "quan_1"]),
        ("all", 1, ["can_tho"]),
    ],
)
def test_a_killed_crawl_is_taken_up(
    first_crawl: Crawled, tmp_path: Path, way: str, kills: int, sites: list[str]
) -> None:
    """The small version of ``python -m benchmarks.kills``."""
    undisturbed = undisturbed_of(first_crawl.data, first_crawl.requests)
    balance = Balance()
    chance = random.Random(way)
    crawl_with_kills(tmp_path / "data", sites, way, kills, chance, undisturbed, balance)
    assert balance.complaints == []
    assert balance.saved == balance.expected > 0
    assert balance.doubled == 0
    assert balance.kills[way] >= kills - 1  # The last may come too late.
    assert balance.surplus <= balance.in_flight


def test_when_the_starter_is_killed_its_crawls_end(tmp_path: Path) -> None:
    data = tmp_path / "data"
    starter = start(data)
    wait_for_requests(data, 5)
    crawls = crawls_of(starter.pid)
    assert crawls
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    deadline = time.monotonic() + 20
    while any(map(is_alive, crawls)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(is_alive, crawls))


def test_ctrl_c_ends_in_good_order(tmp_path: Path) -> None:
    data = tmp_path / "data"
    starter = start(data)
    wait_for_requests(data, 5)
    os.kill(starter.pid, signal.SIGINT)
    assert starter.wait(timeout=90) == 130
    db = Database(data / "archive.db")
    ended = [(row["outcome"], row["detail"]) for row in db["crawls"].rows]
    assert {outcome for outcome, _ in ended} <= {"interrupted", "finished"}, ended
    assert not list((data / "warc").glob("*.open"))
    db.close()
