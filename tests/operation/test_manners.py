"""Manners of whole crawls: pace, pauses, quiet hours, and hosts that are given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.crawl_log import begin_crawl, save_fetch_error
from archive.database import open_archive, save_site
from archive.known_addresses import standing_of
from archive.records import VIETNAM, Site
from crawler.failures import KINDS
from crawler.politeness.pacing import GIVE_UP_AFTER
from tests.operation.noted_pace import all_had_leave, shortest_gap
from tests.operation.odd_site import HOST, article, crawl, listing
from tests.operation.scripted_web import ROBOTS, Said, ScriptedWeb


def test_a_host_is_asked_no_faster_than_its_delay_whatever_the_concurrency(tmp_path: Path) -> None:
    paths = [f"/tin/{n}" for n in range(6)]
    script = {f"{HOST}/tin": listing(*paths)} | {
        f"{HOST}{path}": article(n) for n, path in enumerate(paths)
    }
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings={"DOWNLOAD_DELAY": 0.4})
        assert ended["reason"] == "finished"
        times = [asked.time for asked in web.asked]
    assert len(times) == 8
    assert all_had_leave(ended, times)
    assert shortest_gap(ended) >= 0.4


def test_crawl_delay_is_obeyed_by_the_next_crawl_too(tmp_path: Path) -> None:
    script = {
        f"{HOST}{ROBOTS}": Said(200, b"User-agent: *\nCrawl-delay: 0.7\n"),
        f"{HOST}/tin": listing("/tin/1", "/tin/2"),
        f"{HOST}/tin/1": article(1),
        f"{HOST}/tin/2": article(2),
    }
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings={"DOWNLOAD_DELAY": 0})
        times = [asked.time for asked in web.asked]
    assert len(times) == 4
    assert all_had_leave(ended, times)
    assert shortest_gap(ended) >= 0.7


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_by_every_request(tmp_path: Path, status: int) -> None:
    busy = Said(status, b"busy", {"Retry-After": "2"})
    script: dict[str, Any] = {
        f"{HOST}/tin": listing(*(f"/tin/{n}" for n in range(4))),
        **{f"{HOST}/tin/{n}": article(n) for n in range(4)},
    }
    script[f"{HOST}/tin/2"] = [busy, article(2)]
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings={"DOWNLOAD_DELAY": 0.05, "RETRY_TIMES": 2})
        times = [asked.time for asked in web.asked]
        assert len(web.times_of("/tin/2")) == 2
    assert ended["reason"] == "finished"
    assert all_had_leave(ended, times)
    [(since, until)] = ended["pauses"]
    assert until - since == pytest.approx(2)
    assert not [leave for leave in ended["granted"] if since < leave < until - 0.001]
    assert max(ended["granted"]) >= until - 0.001, "it went on when the pause was over"


def test_a_long_retry_after_ends_the_crawl_and_the_next_one_knows(tmp_path: Path) -> None:
    script = {f"{HOST}/tin": Said(503, b"", {"Retry-After": "7200"})}
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings={})
        assert ended["ended"][0] == "failed"
        assert "503" in ended["ended"][1]
        asked = len(web.asked)
        again = crawl(tmp_path, web, settings={})
        assert len(web.asked) == asked
    assert again["ended"][0] == "failed"
    assert "left alone" in again["ended"][1]


def test_a_host_that_keeps_failing_ends_the_crawl_with_a_reason(tmp_path: Path) -> None:
    paths = [f"/tin/{n}" for n in range(40)]
    script: dict[str, Any] = {f"{HOST}/tin": listing(*paths)}
    script |= {f"{HOST}{path}": Said(500, b"Server Error") for path in paths}
    with ScriptedWeb(script) as web:
        ended = crawl(
            tmp_path,
            web,
            settings={
                "CONCURRENT_REQUESTS_PER_DOMAIN": 40,
                "CONCURRENT_REQUESTS": 40,
                "BACKOFF_UNIT": 0.02,
            },
        )
        failures = len(web.times_of(*paths))
    assert ended["ended"][0] == "failed"
    assert "failures in a row, the last: HTTP 500" in ended["ended"][1]
    assert GIVE_UP_AFTER <= failures <= 40
    db = Database(tmp_path / "data" / "archive.db")
    kinds = dict(db.execute("select kind, count(*) from fetch_errors group by 1").fetchall())
    assert failures < 40 or "given_up" not in kinds


def test_a_host_that_answers_byte_by_byte_is_waited_for_no_longer_than_its_time(
    tmp_path: Path,
) -> None:
    script: dict[str, Any] = {f"{HOST}/tin": listing("/tin/1", "/tin/2", "/tin/3")}
    script |= {f"{HOST}/tin/{n}": article(n) for n in (1, 3)}
    script[f"{HOST}/tin/2"] = Said(body=article(2).body, drip=0.3)
    # Long enough for all others to answer on a busy machine.
    slow = {"DOWNLOAD_TIMEOUT": 8, "DOWNLOAD_DELAY": 0}
    with ScriptedWeb(script) as web:
        assert crawl(tmp_path, web, settings=slow)["reason"] == "finished"
    db = Database(tmp_path / "data" / "archive.db")
    errors = list(db.query("select url, kind from fetch_errors"))
    assert errors == [{"url": f"{HOST}/tin/2", "kind": "timeout"}]
    assert {row["url"] for row in db["articles"].rows} == {f"{HOST}/tin/1", f"{HOST}/tin/3"}
    script[f"{HOST}{ROBOTS}"] = Said(body=b"User-agent: *\nDisallow:\n", drip=3.0)
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path / "robots", web, settings=slow)
        assert {asked.url for asked in web.asked} == {f"{HOST}{ROBOTS}"}
    assert ended["ended"][0] == "failed"
    assert KINDS["timeout"] in ended["ended"][1]


def test_nothing_is_asked_in_quiet_hours(tmp_path: Path) -> None:
    with ScriptedWeb({f"{HOST}/tin": listing()}) as web:
        # All hours but a minute that is chosen not to be now.
        ended = crawl(tmp_path, web, settings={"QUIET_HOURS": _all_but_another_minute()})
        assert web.asked == []
    assert ended["ended"][0] == "interrupted"


def _all_but_another_minute() -> str:
    free = (datetime.now(VIETNAM).hour + 12) % 24
    return f"{free:02}:01-{free:02}:00"


def test_what_a_host_given_up_was_not_asked_for_is_asked_later(tmp_path: Path) -> None:
    paths = [f"/tin/{n}" for n in range(30)]
    script: dict[str, Any] = {f"{HOST}/tin": listing(*paths)}
    script |= {f"{HOST}{path}": Said(500, b"Server Error") for path in paths}
    # All wait for their turn at once, and when the tenth has failed fourteen at most are under way.
    wide = {"CONCURRENT_REQUESTS_PER_DOMAIN": 15, "CONCURRENT_REQUESTS": 40, "BACKOFF_UNIT": 0.02}
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings=wide | {"DOWNLOAD_DELAY": 0.05})
        asked = {path for path in paths if web.times_of(path)}
    assert ended["ended"][0] == "failed"
    assert len(asked) < len(paths)
    frontier = Database(tmp_path / "data" / "frontier" / "odd.db")
    kept = frontier.execute("select state, tries, next_try, reason from requests").fetchall()
    put_off = [row for row in kept if row[3].startswith("HostGivenUp")]
    assert put_off
    assert {(state, tries) for state, tries, _, _ in put_off} == {("failed", 0)}
    assert all(next_try is not None for _, _, next_try, _ in put_off)
    # All that was found is kept, to be asked for or with a next try.
    assert len(kept) >= len(paths)
    frontier.execute("update requests set next_try = 0 where state = 'failed'")
    frontier.conn.commit()
    frontier.close()
    for path in (tmp_path / "data" / "locks" / "hosts").glob("*"):
        path.unlink()
    script |= {f"{HOST}{path}": article(n) for n, path in enumerate(paths)}
    with ScriptedWeb(script) as web:
        again = crawl(tmp_path, web, settings=wide | {"DOWNLOAD_DELAY": 0})
    assert again["reason"] == "finished"
    db = Database(tmp_path / "data" / "archive.db")
    assert db.execute("select count(*) from articles").fetchone() == (len(paths),)


def test_an_address_is_not_blamed_for_a_host_that_was_given_up(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "archive.db")
    save_site(db, Site("odd", hosts=("congdoan.example",), declared=True))
    now = datetime(2026, 3, 1, tzinfo=UTC)
    begin_crawl(db, "odd-1", "odd", "crawl", now, "test")
    url = f"{HOST}/tin/1"
    for kind, due in (("given_up", True), ("timeout", False)):
        for _ in range(5):
            save_fetch_error(db, "odd-1", "odd", url, kind, "", now)
        found = standing_of(db, "congdoan.example/tin/1", url, now + timedelta(hours=1), "")
        assert found.due is due
