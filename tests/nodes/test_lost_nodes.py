"""Two scrapyd nodes and a dispatcher: a node dies, or is cut off while its crawl goes on."""

from __future__ import annotations

import json
import signal
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlite_utils import Database

from archive.warc.writer import recover
from crawler.commands.nodes import PASSWORD, USER
from crawler.extraction.urls import article_key
from crawler.nodes.collecting import collect
from crawler.nodes.node_settings import NodeSettings
from crawler.nodes.remote import Node, NodeRefuses
from crawler.nodes.reports import read_report
from crawler.sample_web import SampleRequest, SampleWeb, expected_articles
from tests.nodes.running_nodes import dispatching, running_node
from tests.waiting import PATIENCE, wait_for

DELAY = 0.1
SITES = ("can_tho", "quan_1")
LEASE = 10.0
"""Long enough for a node's answers on a machine that has much else to do."""
STRETCH = 20
CLOCK_SLACK = 0.8
"""By how much the first of a stretch may be read late, and the rest then seem too early. Two
nodes at once would need half the time: less than this forgives."""


def too_fast(requests: list[SampleRequest]) -> list[tuple[str, float]]:
    """Host and seconds of every stretch of requests that took less than its pauses allow."""
    moments = defaultdict(list)
    for request in requests:
        host = (urlsplit(request.url).hostname or "").removeprefix("www.")
        moments[host].append(request.time)
    return [
        (host, after - before)
        for host, times in moments.items()
        for before, after in zip(sorted(times), sorted(times)[STRETCH:], strict=False)
        if after - before < STRETCH * DELAY - CLOCK_SLACK
    ]


def test_what_a_killed_node_had_is_crawled_by_the_other(tmp_path: Path) -> None:
    with (
        SampleWeb(slow_seconds=0.1) as web,
        running_node("one", tmp_path, web, delay=DELAY, jobs=1) as one,
        running_node("two", tmp_path, web, delay=DELAY, jobs=1) as two,
        dispatching([one, two], tmp_path / "main", *SITES, lease=LEASE) as starter,
    ):
        wait_for(lambda: min(len(one.requests(web)), len(two.requests(web))) > 6)
        lost = min(one, two, key=lambda node: len(node.requests(web)))
        lost.kill()
        told, complaints = starter.communicate(timeout=PATIENCE)
        assert starter.returncode == 0, complaints
        assert "was lost" in complaints
        assert {run["outcome"] for run in json.loads(told)} == {"finished"}
        assert too_fast(list(web.requests)) == []
        assert len(web.requests) > 2 * STRETCH, "enough of them to tell"
        assert list(lost.data.rglob("*.open"))
        recover(lost.data / "warc")  # What `congdoan node` begins with when it comes back.
        report = collect([one.data, two.data], tmp_path / "main", jobs=1)
        assert report["refused"] == []
        assert any(str(lost.data) in row["file"] for row in report["files"])
    db = Database(tmp_path / "main" / "archive.db")
    expected = {
        article_key(article.url): article.title
        for site in SITES
        for article in expected_articles(site)
        if not article.challenged
    }
    sql = "select address, title from articles join article_addresses on article_id = articles.id"
    held = dict(db.execute(sql).fetchall())
    assert {address: held.get(address) for address in expected} == expected
    before = db.execute("select * from articles order by id").fetchall()
    again = collect([one.data, two.data], tmp_path / "main")
    assert (again["files"], again["known"]) == ([], len(report["files"]))
    assert db.execute("select * from articles order by id").fetchall() == before
    db.close()


def test_a_node_that_is_cut_off_stops_before_another_begins(tmp_path: Path) -> None:
    with (
        SampleWeb(slow_seconds=0.1) as web,
        # So slow that the lease ends before the pages do.
        running_node("one", tmp_path, web, delay=4 * DELAY) as one,
        running_node("two", tmp_path, web, delay=4 * DELAY) as two,
        dispatching(
            [one, two], tmp_path / "main", "lang_son", "--max-pages", "30", lease=LEASE
        ) as starter,
    ):
        wait_for(lambda: len(web.requests) > 5)
        first, other = (one, two) if one.requests(web) else (two, one)
        # scrapyd hears nothing and says nothing; its job crawls on.
        first.signal(signal.SIGSTOP)
        cut_off_at = time.monotonic()
        wait_for(lambda: len(other.requests(web)) > 0)
        first.signal(signal.SIGCONT)
        told, complaints = starter.communicate(timeout=PATIENCE)
        assert starter.returncode == 0, complaints
        (run,) = json.loads(told)
        assert run["outcome"] == "limited"
        assert other.url in run["detail"]
        last, begun = first.requests(web)[-1].time, other.requests(web)[0].time
        assert cut_off_at < last < begun, "it went on crawling, but not for too long"
        assert last < cut_off_at + LEASE
        recover(first.data / "warc")  # Its job may have been too slow to end in good order.
        report = collect([first.data], tmp_path / "main", jobs=1)
        assert sum(row["captures"] for row in report["files"]) >= 5


def test_crawls_end_in_good_order_when_their_scrapyd_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USER, "congdoan")
    monkeypatch.setenv(PASSWORD, "100% bí mật")
    with (
        SampleWeb(slow_seconds=0.1) as web,
        running_node("one", tmp_path, web, delay=2 * DELAY) as one,
    ):
        with pytest.raises(NodeRefuses, match="user and password"):
            Node(one.url, "congdoan", "x").lease({}, timeout=60)
        node = Node(one.url, "congdoan", "100% bí mật")
        told = node.lease({}, timeout=60)
        lease = {"boot": told["boot"], "until": told["clock"] + 300, "renew": {"lang_son": 7}}
        assert node.lease(lease, timeout=60)["refused"] == []
        node.schedule("lang_son", 7, {}, timeout=60)
        wait_for(lambda: len(web.requests) > 5)
        (job,) = (
            Path(f"/proc/{one.process.pid}/task/{one.process.pid}/children").read_text().split()
        )
        assert PASSWORD.encode() not in Path(f"/proc/{job}/environ").read_bytes()
        one.signal(signal.SIGKILL)
        reports = NodeSettings(str(one.data)).reports

        def said() -> str:
            return str((read_report(reports, "lang_son-7") or {}).get("outcome"))

        wait_for(lambda: said() == "interrupted")
        assert not list(one.data.rglob("*.open")), "the end was in good order"
        assert list(one.data.rglob("*.warc.gz"))
