"""Manners of whole crawls, over a loopback proxy that keeps the time of every request."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.crawl_log import begin_crawl, save_fetch_error
from archive.database import open_archive, save_site, timestamp
from archive.known_addresses import standing_of
from archive.records import VIETNAM, Site
from archive.warc.fields import parse_fields
from archive.warc.reader import read_records
from crawler.failures import KINDS
from crawler.politeness.cookie_stub import stub_cookie
from crawler.politeness.pacing import GIVE_UP_AFTER
from crawler.sample_web.site import COOKIE_STUB
from tests.operation.noted_pace import all_had_leave, shortest_gap
from tests.operation.scripted_web import ROBOTS, Asked, Said, ScriptedWeb
from tests.waiting import PATIENCE

HOST = "http://congdoan.example"
FAST = {"AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}


def listing(*paths: str) -> Said:
    links = "".join(f'<p><a href="{path}">{path}</a></p>' for path in paths)
    return Said(body=f"<html><head><title>Tin</title></head><body>{links}</body></html>".encode())


PARAGRAPHS = (
    "Sáng nay, Ban Chấp hành công đoàn cơ sở đã đến thăm và tặng quà cho các đoàn viên có hoàn "
    "cảnh khó khăn đang làm việc tại phân xưởng may số hai.",
    "Mỗi suất quà gồm gạo, dầu ăn và năm trăm nghìn đồng tiền mặt, được trích từ quỹ tương trợ mà "
    "anh chị em trong công ty cùng đóng góp suốt năm qua.",
    "Chị Trần Thị Hòa, tổ trưởng tổ cắt, cho biết món quà tuy nhỏ nhưng giúp gia đình chị yên tâm "
    "hơn trước khi các con bước vào năm học mới.",
    "Cũng dịp này, công đoàn phối hợp với trạm y tế phường khám sức khỏe, cấp thuốc miễn phí cho "
    "hơn hai trăm lao động nữ và tư vấn về chế độ thai sản.",
)


def article(number: int) -> Said:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return Said(
        body=f"<html><head><title>Thăm đoàn viên đợt {number}</title></head><body>"
        f"<h1>Thăm đoàn viên khó khăn đợt {number}</h1><p>Ngày {number + 1}/3/2026</p>"
        f"<article>{text}</article></body></html>".encode()
    )


def crawl(tmp_path: Path, web: ScriptedWeb, *, settings: dict[str, Any], **spider: Any) -> Any:
    asked = {
        "data": str(tmp_path / "data"),
        "proxy": web.address,
        "settings": FAST | settings,
        "spider": {"hosts": ["congdoan.example"], "start_urls": [f"{HOST}/tin"], **spider},
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.operation.odd_crawl"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


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


def test_nothing_is_asked_in_quiet_hours(tmp_path: Path) -> None:
    with ScriptedWeb({f"{HOST}/tin": listing()}) as web:
        # All hours but a minute that is chosen not to be now.
        ended = crawl(tmp_path, web, settings={"QUIET_HOURS": _all_but_another_minute()})
        assert web.asked == []
    assert ended["ended"][0] == "interrupted"


def _all_but_another_minute() -> str:
    free = (datetime.now(VIETNAM).hour + 12) % 24
    return f"{free:02}:01-{free:02}:00"


def stubbed(page: Said) -> Any:
    def answer(asked: Asked) -> Said:
        known = "D1N=f285439134a8cf7f29629a33ce23fbd4" in asked.headers.get("cookie", "")
        return page if known else Said(body=COOKIE_STUB, content_type="text/html")

    return answer


def stub_script() -> dict[str, Any]:
    return {
        f"{HOST}/tin": stubbed(listing("/tin/1", "/tin/2")),
        f"{HOST}/tin/1": stubbed(article(1)),
        f"{HOST}/tin/2": stubbed(article(2)),
    }


def test_a_cookie_stub_is_not_answered_by_default(tmp_path: Path) -> None:
    with ScriptedWeb(stub_script()) as web:
        crawl(tmp_path, web, settings={})
        assert not any("cookie" in asked.headers for asked in web.asked)
    db = Database(tmp_path / "data" / "archive.db")
    assert db.execute("select outcome from captures where url like '%/tin'").fetchall() == [
        ("challenge",)
    ]


def test_a_cookie_stub_is_answered_once_where_the_file_says_so(tmp_path: Path) -> None:
    with ScriptedWeb(stub_script()) as web:
        ended = crawl(tmp_path, web, settings={}, answers_cookie_stub=True)
        pages = [asked for asked in web.asked if not asked.url.endswith(ROBOTS)]
    assert ended["stats"]["congdoan/stub_answered"] == 1
    assert [("cookie" in asked.headers) for asked in pages] == [False, True, True, True]
    db = Database(tmp_path / "data" / "archive.db")
    assert db.execute("select count(*) from articles").fetchone() == (2,)
    assert db.execute(
        "select outcome from captures where url like '%/tin' order by fetched_at"
    ).fetchall() == [("challenge",), ("listing",)]
    assert db.execute("select count(*) from captures where outcome is null").fetchone() == (0,)
    notes = [
        parse_fields(record.block)
        for path in (tmp_path / "data" / "warc").glob("*.warc.gz")
        for record in read_records(path, types=("metadata",))
    ]
    assert [(note["cookie-stub"], note["cookie-name"]) for note in notes] == [("answered", "D1N")]


def test_a_stub_that_comes_back_is_a_challenge_and_no_loop(tmp_path: Path) -> None:
    script = {f"{HOST}/tin": Said(body=COOKIE_STUB, content_type="text/html")}
    with ScriptedWeb(script) as web:
        crawl(tmp_path, web, settings={}, answers_cookie_stub=True)
        assert len(web.times_of("/tin")) == 2
    db = Database(tmp_path / "data" / "archive.db")
    assert db.execute("select outcome from captures where url like '%/tin'").fetchall() == [
        ("challenge",),
        ("challenge",),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'<script>document.cookie="a="+compute();location.reload()</script>',
        b'<script>document.cookie="a=b\r\nX: y";location.reload()</script>',
        b'<script>document.cookie="a=1;";document.cookie="b=2;";location.reload()</script>',
        b'<script>document.cookie="a=b;"</script>',
        COOKIE_STUB + b" " * 3000,
    ],
)
def test_only_a_literal_cookie_in_a_small_page_is_a_stub(body: bytes) -> None:
    assert stub_cookie(body) is None


def test_the_stub_of_the_sample_web() -> None:
    assert stub_cookie(COOKIE_STUB) == ("D1N", "f285439134a8cf7f29629a33ce23fbd4")


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
