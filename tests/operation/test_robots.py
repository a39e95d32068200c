"""robots.txt over whole crawls: what it forbids, what holds while it cannot be had, how often it is
read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.database import timestamp
from crawler.failures import KINDS
from tests.operation.odd_site import HOST, article, crawl, listing
from tests.operation.scripted_web import ROBOTS, Said, ScriptedWeb


@pytest.mark.parametrize(
    ("robots", "why", "kinds"),
    [
        (Said(500, b""), "HTTP 500", {"given_up"}),
        (Said(429, b""), "HTTP 429", {"given_up"}),
        (Said(cut=True), KINDS["cut"], {"given_up", "cut"}),
    ],
)
def test_robots_that_cannot_be_had_allow_nothing(
    tmp_path: Path, robots: Said, why: str, kinds: set[str]
) -> None:
    script = {f"{HOST}{ROBOTS}": robots, f"{HOST}/tin": listing("/tin/1")}
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings={})
        assert {asked.url for asked in web.asked} == {f"{HOST}{ROBOTS}"}
    assert ended["ended"][0] == "failed"
    assert f"robots.txt cannot be had: {why}" in ended["ended"][1]
    db = Database(tmp_path / "data" / "archive.db")
    assert {kind for (kind,) in db.execute("select kind from fetch_errors")} == kinds


def test_what_robots_said_last_holds_while_it_answers_with_errors(tmp_path: Path) -> None:
    rules = Said(200, b"User-agent: *\nDisallow: /tin/2\n")
    pages = {f"{HOST}/tin": listing("/tin/1"), f"{HOST}/tin/1": article(1)}
    with ScriptedWeb(pages | {f"{HOST}{ROBOTS}": rules}) as web:
        crawl(tmp_path, web, settings={})
    db = Database(tmp_path / "data" / "archive.db")

    def crawl_after(days: int) -> tuple[list[str], Any]:
        then = timestamp(datetime.now(UTC) - timedelta(days=days))
        db.execute("update captures set fetched_at = ? where url like ?", [then, f"%{ROBOTS}"])
        db.execute("update captures set fetched_at = ? where status = 500", ["2020-01-01"])
        db.conn.commit()
        pages[f"{HOST}/tin"] = listing("/tin/1", "/tin/2")
        with ScriptedWeb(pages | {f"{HOST}{ROBOTS}": Said(500, b"")}) as web:
            ended = crawl(tmp_path, web, settings={"BACKOFF_UNIT": 0.02})
            return [asked.url for asked in web.asked], ended

    asked, ended = crawl_after(days=29)
    assert asked == [f"{HOST}{ROBOTS}", f"{HOST}/tin"]
    assert ended["stats"]["robotstxt/forbidden"] == 1
    asked, ended = crawl_after(days=31)
    assert asked == [f"{HOST}{ROBOTS}"]
    assert "HTTP 500" in ended["ended"][1]


def test_an_error_page_is_no_robots_txt_whatever_stands_on_it(tmp_path: Path) -> None:
    missing = Said(404, b"User-agent: *\nDisallow: /\n", content_type="text/plain")
    with ScriptedWeb({f"{HOST}{ROBOTS}": missing, f"{HOST}/tin": listing()}) as web:
        assert crawl(tmp_path, web, settings={})["reason"] == "finished"
        assert len(web.times_of("/tin")) == 1


def test_a_name_without_robots_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    """``www.`` has no entry in DNS, or is broken: what the plain name allows is asked."""
    broken = HOST.replace("//", "//www.")
    script = {f"{broken}{ROBOTS}": Said(cut=True), f"{HOST}/tin": listing("/tin/1")}
    script |= {f"{broken}/tin": listing("/tin/2"), f"{HOST}/tin/1": article(1)}
    starts = [f"{broken}/tin", f"{HOST}/tin"]
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings={"DOWNLOAD_DELAY": 0.05}, start_urls=starts)
        asked = {asked.url for asked in web.asked}
    assert ended["reason"] == "finished"
    assert {f"{HOST}/tin", f"{HOST}/tin/1"} <= asked
    assert f"{broken}/tin" not in asked


def test_what_robots_forbids_is_asked_by_none_of_those_that_wait_for_it(tmp_path: Path) -> None:
    lists = [f"{HOST}/tin?trang={n}" for n in range(6)]
    script: dict[str, Any] = {f"{HOST}{ROBOTS}": Said(200, b"User-agent: *\nDisallow: /tin\n")}
    script |= {url: listing("/tin/1") for url in lists}
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings={}, start_urls=lists)
        assert [asked.url for asked in web.asked] == [f"{HOST}{ROBOTS}"]
    assert ended["stats"]["robotstxt/forbidden"] == 6


def test_robots_are_read_once_a_day_and_not_by_every_crawl(tmp_path: Path) -> None:
    rules = Said(200, b"User-agent: *\nDisallow: /tin/2\nCrawl-delay: 0.2\n")
    script = {f"{HOST}{ROBOTS}": rules, f"{HOST}/tin": listing("/tin/1", "/tin/2")}
    with ScriptedWeb(script | {f"{HOST}/tin/1": article(1)}) as web:
        crawl(tmp_path, web, settings={})
        crawl(tmp_path, web, settings={})
        crawl(tmp_path, web, settings={})
        assert len(web.times_of(ROBOTS)) == 1
        assert len(web.times_of("/tin")) == 3
        assert not web.times_of("/tin/2")
    db = Database(tmp_path / "data" / "archive.db")
    db.execute("update captures set fetched_at = '2020-01-01' where url like '%/robots.txt'")
    db.conn.commit()
    with ScriptedWeb(script) as web:
        crawl(tmp_path, web, settings={})
        assert len(web.times_of(ROBOTS)) == 1


def test_a_robots_txt_that_is_not_there_is_asked_for_once_a_day_too(tmp_path: Path) -> None:
    script = {f"{HOST}{ROBOTS}": Said(404, b"no"), f"{HOST}/tin": listing()}
    with ScriptedWeb(script) as web:
        crawl(tmp_path, web, settings={})
        crawl(tmp_path, web, settings={})
        assert len(web.times_of(ROBOTS)) == 1


def test_robots_that_may_fail_by_the_sites_file(tmp_path: Path) -> None:
    script = {f"{HOST}{ROBOTS}": Said(500, b""), f"{HOST}/tin": listing()}
    with ScriptedWeb(script) as web:
        ended = crawl(tmp_path, web, settings={}, robots_may_fail=True)
        assert len(web.times_of("/tin")) == 1
    assert ended["reason"] == "finished"
