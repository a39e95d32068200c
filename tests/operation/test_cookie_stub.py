"""A page that only sets a cookie is answered once, and only where a site's file says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.warc.fields import parse_fields
from archive.warc.reader import read_records
from crawler.politeness.cookie_stub import stub_cookie
from crawler.sample_web.site import COOKIE_STUB
from tests.operation.odd_site import HOST, article, crawl, listing
from tests.operation.scripted_web import ROBOTS, Asked, Said, ScriptedWeb


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
