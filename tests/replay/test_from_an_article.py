"""From an article's page in Datasette to the page as captured: what a reader does, offline.

Nothing stands in for anything: ``congdoan serve`` runs in a process of its own with both its
ports, the browser is a real one, its network is cut, and no server of the page's own exists.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.database import article_id
from crawler.extraction.urls import article_key
from tests.archive.small_archive import HOST, PIXEL, SmallArchive, reply
from tests.publish.browser import follow
from tests.replay.served import cut_off, serving

pytestmark = pytest.mark.browser

HOSTILE = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">
<title>Bữa cơm công đoàn</title>
<script>document.title = "RAN"; fetch("http://evil.example/fetch")</script>
<script src="http://evil.example/script.js"></script>
<meta http-equiv="refresh" content="1;url=http://evil.example/refresh">
<link rel="preconnect" href="http://evil.example"><link rel="stylesheet" href="/kieu.css">
<link rel="stylesheet" href="http://evil.example/kieu.css"></head>
<body onload="document.title = 'RAN'"><h1>Bữa cơm công đoàn ở xưởng dệt Bình Yên</h1>
<img id="anh" src="/anh/bua-com.png" onload="document.title = 'RAN'" alt="Bữa cơm">
<img src="http://evil.example/count.gif" onerror="document.title = 'RAN'">
<iframe src="http://evil.example/frame"></iframe>
<a id="ma" href="javascript:document.title = 'RAN'">Bấm</a>
<svg><script>document.title = "RAN"</script></svg>
<p id="loi">Hơn ba trăm đoàn viên dự bữa cơm.</p></body></html>"""


def test_the_original_page_is_seen_with_its_picture_and_nothing_runs(tmp_path: Path) -> None:
    with SmallArchive(tmp_path / "data") as small:
        page = small.page("/tin-1.html", HOSTILE, body="Hơn ba trăm đoàn viên dự bữa cơm.")
        small.capture(f"{HOST}/anh/bua-com.png", reply(PIXEL, "image/png"))
        small.capture(f"{HOST}/kieu.css", reply(b"h1 { color: rgb(1, 2, 3) }", "text/css"))
    key = article_id(article_key(page.url))
    with serving(tmp_path / "data") as address, cut_off() as (tab, tried):
        tab.goto(f"{address}/articles/{key}", wait_until="networkidle")
        assert tab.locator("h1").inner_text() == "Bữa cơm công đoàn ở xưởng dệt"
        face = tab.url
        follow(tab, tab.locator("#replay"))
        tab.wait_for_load_state("networkidle")
        assert tab.url.endswith(f"/capture/{page.id}")
        # An origin of its own: what the page does cannot reach the archive's face.
        assert tab.url.split("/")[2] != face.split("/")[2]
        assert tab.locator("h1").inner_text() == "Bữa cơm công đoàn ở xưởng dệt Bình Yên"
        assert tab.locator("h1").evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"
        assert tab.locator("#anh").evaluate("i => [i.complete, i.naturalWidth]") == [True, 1]
        assert tab.locator("#loi").is_visible()
        assert page.payload_digest in tab.locator("#congdoan-archive-banner").inner_text()
        tab.locator("#ma").click()
        tab.wait_for_timeout(1500)  # Longer than the page's refresh.
        assert tab.title() == "Bữa cơm công đoàn"
        assert tab.url.endswith(f"/capture/{page.id}")
        assert tried == []
        tab.go_back()
        assert tab.url == face


def test_what_the_page_does_elsewhere_is_noticed() -> None:
    """The measure itself: shown as it is, the page runs and tries to reach others."""
    with cut_off() as (tab, tried):
        tab.set_content(HOSTILE)
        tab.wait_for_function("document.title === 'RAN'")
        while "http://evil.example/fetch" not in tried:  # As long as the test may take.
            tab.wait_for_timeout(50)
