"""SIGKILL at any moment, then the same command again: the same articles, no row twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from tests.crawl.conftest import Crawled
from tests.crawl.killing import Balance, crawl_with_kills, undisturbed_of
from tests.crawl.processes import crawls_of, is_alive
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="finds processes through /proc"
)
SITES = ("lang_son", "can_tho")


def start(data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "crawler.cli", "crawl", *SITES, "--sample", "--jobs", "1"]
    return subprocess.Popen(
        [*command, "--data", str(data)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_requests(data: Path, captures: int) -> None:
    """Until the crawl has kept so many captures."""

    def held() -> bool:
        path = data / "archive.db"
        if not path.exists():
            return False
        db = Database(path)
        try:
            return "captures" in db.table_names() and db["captures"].count >= captures
        finally:
            db.close()

    wait_for(held, f"{captures} captures")


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
    assert balance.kills[way] >= kills // 2  # On a busy machine some come too late.
    assert balance.surplus <= balance.in_flight


def test_when_the_starter_is_killed_its_crawls_end(tmp_path: Path) -> None:
    data = tmp_path / "data"
    starter = start(data)
    wait_for_requests(data, 5)
    crawls = crawls_of(starter.pid)
    assert crawls
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    wait_for(lambda: not any(map(is_alive, crawls)), "the end of the crawls")


def test_ctrl_c_ends_in_good_order(tmp_path: Path) -> None:
    data = tmp_path / "data"
    starter = start(data)
    wait_for_requests(data, 5)
    os.kill(starter.pid, signal.SIGINT)
    assert starter.wait(timeout=PATIENCE) == 130
    db = Database(data / "archive.db")
    ended = [(row["outcome"], row["detail"]) for row in db["crawls"].rows]
    assert {outcome for outcome, _ in ended} <= {"interrupted", "finished"}, ended
    assert not list((data / "warc").glob("*.open"))
    db.close()
