"""Whole crawls: what is acknowledged, what is kept as failed, and how a crawl ends."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.frontier.killing import ROOT, Crawl
from tests.frontier.small_site import SmallSite
from tests.waiting import PATIENCE, wait_for


@dataclass
class Crawled:
    stats: dict[str, Any]
    items: list[dict[str, Any]]
    log: str
    failed: dict[str, tuple[str, bool]]
    """By path: the reason, and whether there is a next try."""
    states: dict[str, int]


def crawl(site: SmallSite, folder: Path, starts: dict[str, str], **plan: Any) -> Crawled:
    path = folder / "frontier.db"
    plan = {"origin": site.origin, "frontier": str(path), "starts": starts, **plan}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.frontier.odd_crawl", json.dumps(plan)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    failed, states = _rows(path)
    failed = {url.removeprefix(site.origin): why for url, why in failed.items()}
    return Crawled(said["stats"], said["items"], ended.stderr, failed, states)


def _rows(path: Path) -> tuple[dict[str, tuple[str, bool]], dict[str, int]]:
    db = sqlite3.connect(path)
    try:
        failed = db.execute(
            "SELECT json_extract(data, '$.url'), reason, next_try IS NOT NULL FROM requests"
            " WHERE state = 'failed'"
        )
        states = db.execute("SELECT state, count(*) FROM requests GROUP BY state")
        return {url: (why, bool(again)) for url, why, again in failed}, dict(states.fetchall())
    finally:
        db.close()


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallSite, Crawled, str]:
    """One crawl in which everything odd happens at once."""
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))  # And does not listen; nobody else can, meanwhile.
    dead = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
    starts = {
        "/bai/raising": "raises",
        "/bai/raising-at-once": "raises_at_once",
        "/bai/spoilt": "spoilt_item",
        "/bai/unwanted": "unwanted_item",
        "/bai/list": "listed",
        "/bai/no-output": "plain",
        "/khong/tim-thay": "plain",
        "/bai/with-404": "not_found",
        "/bai/10": "plain",
        dead: "plain",
        "/bai/unstorable": "unstorable",
        "/chuyen/copies": "copies_meta",
        "/bai/redirected": "redirected_to_seen",
        "/bai/twins": "twins",
        "/bai/ignored": "plain",
        "/bai/replaced": "plain",
        "/bai/once-more": "plain",
        "/bai/refused-late": "plain",
        "/bai/turned-away": "plain",
        "/chuyen/never-scheduled": "plain",
    }
    with nobody, SmallSite(1) as site:
        folder = tmp_path_factory.mktemp("odd")
        return site, crawl(site, folder, starts, settings={"RETRY_TIMES": 0}), dead


def test_the_crawl_comes_to_its_end(odd: tuple[SmallSite, Crawled, str]) -> None:
    _, crawled, _ = odd
    assert crawled.stats["finish_reason"] == "finished"
    assert set(crawled.states) == {"failed"}
    assert crawled.stats["frontier/left"] == 0


@pytest.mark.parametrize(
    ("path", "reason", "again"),
    [
        ("/bai/raising", "callback: ValueError: không đọc được", True),
        ("/bai/raising-at-once", "callback: ValueError: không đọc được", True),
        ("/bai/spoilt", "item: RuntimeError: đĩa đầy", True),
        ("/khong/tim-thay", "HTTP 404", False),
        ("/khong/co", "HTTP 404", False),
        ("/bai/10", "HTTP 503", True),
        ("/bai/ignored", "IgnoreRequest: not this one", False),
        ("/bai/refused-late", "IgnoreRequest: too many", False),
        ("/bai/turned-away", "callback: IgnoreRequest: not for the spider", True),
        (
            "/chuyen/never-scheduled",
            "<GET {origin}/bai/never-scheduled> was to follow it and was not accepted",
            False,
        ),
    ],
)
def test_failures_are_kept_with_their_reason(
    odd: tuple[SmallSite, Crawled, str], path: str, reason: str, again: bool
) -> None:
    site, crawled, _ = odd
    assert crawled.failed[path] == (reason.format(origin=site.origin), again)


def test_a_failed_download_is_kept_also_where_an_errback_took_it(
    odd: tuple[SmallSite, Crawled, str],
) -> None:
    site, crawled, dead = odd
    reason, again = crawled.failed[dead]
    assert "refused" in reason and again
    assert site.hits["/bai/child-of-errback"] == 1
    assert {"kind": "good", "url": "from errback"} in crawled.items


def test_a_request_that_cannot_be_stored_is_named_and_holds_nothing_up(
    odd: tuple[SmallSite, Crawled, str],
) -> None:
    site, crawled, _ = odd
    refused = {path for path in crawled.failed if path.startswith("/bai/never-")}
    assert len(refused) == 150
    assert "not a method of the spider" in crawled.failed["/bai/never-0"][0]
    assert crawled.stats["frontier/unstorable"] == 150
    assert "cannot be kept in the frontier" in crawled.log
    assert site.hits["/bai/after-unstorable"] == 1


def test_nothing_else_failed(odd: tuple[SmallSite, Crawled, str]) -> None:
    _, crawled, _ = odd
    assert len(crawled.failed) == 150 + 10 + 1, sorted(crawled.failed)


@pytest.mark.parametrize(
    ("path", "times"),
    [
        ("/bai/child-of-raising", 1),
        ("/bai/child-of-list", 1),
        ("/bai/meta-copied", 1),
        ("/bai/meta-copied-again", 1),
        ("/bai/seen", 1),
        ("/bai/twin", 2),
        ("/bai/single", 1),
        ("/bai/replaced", 0),
        ("/bai/replaced-by-another", 1),
        ("/bai/once-more", 2),
    ],
)
def test_how_often_each_page_is_asked_for(
    odd: tuple[SmallSite, Crawled, str], path: str, times: int
) -> None:
    assert odd[0].hits[path] == times


def test_a_callback_that_closes_the_spider_is_called_again(tmp_path: Path) -> None:
    with SmallSite(1) as site:
        first = crawl(site, tmp_path, {"/bai/closing": "closes"})
        assert first.stats["finish_reason"] == "enough"
        assert first.states.get("queued", 0) >= 1
        second = crawl(site, tmp_path, {"/bai/closing": "plain"})
    assert second.stats["frontier/resumed"] == 1
    assert site.hits["/bai/closing"] == 2
    assert site.hits["/bai/before-close"] <= 1  # The second closing may come first.


def test_a_disk_that_is_full_ends_the_crawl_and_loses_nothing(tmp_path: Path) -> None:
    starts = {"/bai/list": "listed", "/bai/other": "plain"}
    with SmallSite(1) as site:
        broken = crawl(site, tmp_path, starts, break_after=2)
        assert broken.stats["finish_reason"] == "frontier_broken"
        assert "cannot be written (database or disk is full)" in broken.log
        assert site.hits["/bai/child-of-list"] == 0
        whole = crawl(site, tmp_path, starts)
    assert whole.stats["finish_reason"] == "finished"
    assert site.hits["/bai/child-of-list"] == 1
    assert whole.states == {}


def test_an_interrupted_crawl_gives_its_leases_back_at_once(tmp_path: Path) -> None:
    arrived, interrupted = threading.Event(), threading.Event()
    with SmallSite(12) as site:

        def hold(path: str) -> None:
            """No answer between the fortieth request and the signal: the crawl cannot end."""
            if site.received() >= 40:
                arrived.set()
                interrupted.wait(PATIENCE)

        site.on_request = hold
        first = Crawl(site, tmp_path)
        assert arrived.wait(PATIENCE)
        first.interrupt()
        interrupted.set()
        stats = first.stats()
        assert stats["finish_reason"] == "shutdown"
        assert 0 < stats["frontier/left"] < site.requests_of_a_whole_crawl
        _, states = _rows(tmp_path / "frontier.db")
        assert "leased" not in states
        assert states["queued"] == stats["frontier/left"]

        second = Crawl(site, tmp_path).stats()
    assert second["finish_reason"] == "finished"
    assert second["frontier/taken_up"] == stats["frontier/left"]
    assert site.received() == site.requests_of_a_whole_crawl


def test_a_crawl_that_ended_is_followed_by_a_whole_new_one(tmp_path: Path) -> None:
    with SmallSite(2) as site:
        for run in (1, 2):
            stats = Crawl(site, tmp_path).stats()
            assert stats["frontier/run"] == run
            assert stats["frontier/resumed"] == 0
            assert site.hits["/danh-muc/1"] == run


def test_two_processes_keep_one_distance_to_a_host(tmp_path: Path) -> None:
    delay = 0.1
    with SmallSite(4, delay=0) as site:
        both = threading.Event()

        def hold(path: str) -> None:
            """No answer before both are there: one may be much slower to start."""
            if not both.is_set():
                wait_for(lambda: both.is_set() or _processes(tmp_path / "frontier.db") == 2)
                both.set()

        site.on_request = hold
        settings = {"DOWNLOAD_DELAY": delay, "DOWNLOAD_DELAY_JITTER": 0}
        crawls = [Crawl(site, tmp_path, **settings) for _ in range(2)]
        counts = [crawl.stats()["downloader/request_count"] for crawl in crawls]
    assert min(counts) >= 2, "both took part"
    assert sum(counts) == site.requests_of_a_whole_crawl
    # What lies between sending and arriving varies; the distance in sum does not. Two that know
    # nothing of each other would need half of it.
    times = [moment for moment, _ in site.moments]
    assert times[-1] - times[0] >= 0.8 * delay * (len(times) - 1)


def _processes(frontier: Path) -> int:
    db = sqlite3.connect(frontier, timeout=PATIENCE)
    try:
        return int(db.execute("SELECT count(*) FROM workers").fetchone()[0])
    finally:
        db.close()


def test_a_spider_without_a_frontier_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "frontier.db").write_bytes(b"not a database, but a long enough text" * 100)
    with SmallSite(1) as site:
        crawl_ = Crawl(site, tmp_path)
        _, log = crawl_.process.communicate(timeout=PATIENCE)
    assert "cannot be used: file is not a database" in log
    assert site.received() == 0
