"""SIGKILL at any moment, then the same command again: the same articles, no row twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from tests.crawl.conftest import Crawled
from tests.crawl.processes import crawls_of, is_alive, kill_all

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


def articles(db: Database) -> list[tuple[Any, ...]]:
    marks = ",".join("?" * len(SITES))
    sql = f"select id, url, title, content_hash, revisions from articles where site in ({marks})"
    return sorted(db.execute(sql, SITES).fetchall())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds processes through /proc")
@pytest.mark.parametrize("captures", [0, 3, 12, 25, 40])
def test_a_killed_crawl_is_taken_up(first_crawl: Crawled, tmp_path: Path, captures: int) -> None:
    data = tmp_path / "data"
    starter = start(data)
    wait_for_requests(data, captures)
    kill_all(starter.pid)
    starter.wait()
    again = start(data)
    assert again.wait(timeout=240) == 0
    db = Database(data / "archive.db")
    assert articles(db) == articles(first_crawl.db)
    assert not list((data / "warc").glob("*.open"))
    assert db.execute("select count(*) from captures where outcome is null").fetchone() == (0,)
    doubled = db.execute("select url from articles group by url having count(*) > 1").fetchall()
    assert doubled == []
    db.close()


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
    assert {row["outcome"] for row in db["crawls"].rows} <= {"interrupted", "finished"}
    assert not list((data / "warc").glob("*.open"))
    db.close()
