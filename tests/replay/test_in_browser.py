"""In a real browser, with every name but this machine's cut off: the page shows, nothing runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive.records import Capture
from archive.replay.server import ReplayServer
from tests.archive.small_archive import HOST, PIXEL, SmallArchive, reply
from tests.publish.browser import browser
from tests.waiting import PATIENCE

pytestmark = pytest.mark.browser

HOSTILE = """<!DOCTYPE html><html lang="vi"><head><title>Đại hội công đoàn xưởng dệt</title>
<link rel="stylesheet" href="/kieu.css">
<script>document.title = "HACKED"; localStorage.setItem("x", "1")</script>
<script src="http://evil.example/x.js"></script>
<style>#congdoan-archive-banner { display: none !important; color: red !important }</style>
<meta http-equiv="refresh" content="0;url=http://evil.example/"></head>
<body onload="document.title='HACKED'"><h1>Đại hội công đoàn xưởng dệt Bình Yên</h1>
<img id="anh" src="/anh/hop.png" onerror="document.title='HACKED'" alt="Toàn cảnh">
<img id="nhung" src="/anh/hinh.svg"><img id="mat" src="/anh/mat.png" alt="Ảnh mất">
<svg onload="document.title='HACKED'"><script>document.title='HACKED'</script></svg>
<noscript><p id="khong-ma">Không chạy mã</p></noscript>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=a()&gt;">
<iframe src="javascript:top.document.title='HACKED'"></iframe>
<form action="http://evil.example/"><button id="gui">Gửi</button></form>
<a id="tiep" href="tin-2.html" target="_blank">Tin khác</a>
<img src="http://evil.example/theo-doi.gif"><object data="http://evil.example/o.swf"></object>
</body></html>"""
CSS = "@font-face { font-family: Mau; src: url(/chu.woff2) } h1 { color: rgb(1, 2, 3) }"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="7"><rect width="9" height="7"/>'
    '<script>top.document.title="HACKED"</script></svg>'
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReplayServer, Capture]]:
    data = tmp_path_factory.mktemp("browser") / "data"
    with SmallArchive(data) as small:
        page = small.page("/tin-1.html", HOSTILE, body="Đại hội.")
        small.capture(f"{HOST}/anh/hop.png", reply(PIXEL, "image/png"))
        small.capture(f"{HOST}/anh/hinh.svg", reply(SVG.encode(), "image/svg+xml"))
        small.capture(f"{HOST}/kieu.css", reply(CSS.encode(), "text/css"))
        small.page("/tin-2.html", "<title>Hai</title><h1>Tin thứ hai</h1>", body="Hai.")
    with ReplayServer(data) as server:
        yield server, page


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as launched:
        yield launched


def watched(chrome: Any) -> tuple[Any, list[str]]:
    tab = chrome.new_page()
    tab.set_default_timeout(1000 * PATIENCE)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    return tab, asked


def test_the_page_with_its_picture_and_without_its_scripts(
    served: tuple[ReplayServer, Capture], chrome: Any
) -> None:
    server, page = served
    tab, asked = watched(chrome)
    tab.goto(server.page_url(page.id), wait_until="networkidle")
    assert tab.title() == "Đại hội công đoàn xưởng dệt"
    assert tab.locator("h1").inner_text() == "Đại hội công đoàn xưởng dệt Bình Yên"
    assert tab.locator("#anh").evaluate("i => [i.complete, i.naturalWidth]") == [True, 1]
    assert tab.locator("#nhung").evaluate("i => i.naturalWidth") == 9
    assert tab.locator("h1").evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    assert tab.locator("#mat").get_attribute("alt") == "Ảnh mất"
    assert tab.locator("#khong-ma").is_visible()
    banner = tab.locator("#congdoan-archive-banner")
    assert banner.is_visible()
    assert page.payload_digest in banner.inner_text()
    assert asked and all(url.startswith((server.url, "data:")) for url in asked)
    tab.locator("#gui").click()
    tab.locator("#tiep").click()
    tab.wait_for_url("**/tin-2.html")
    assert tab.locator("h1").inner_text() == "Tin thứ hai"
    assert not tab.context.cookies()
    tab.close()


def test_the_policy_alone_stops_a_script_that_got_through(
    tmp_path: Path, chrome: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second wall, tried without the first."""
    monkeypatch.setattr("archive.replay.app.rewrite_html", lambda body, *_: body.decode())
    with SmallArchive(tmp_path) as small:
        page = small.page("/tin-1.html", HOSTILE)
    with ReplayServer(tmp_path) as server:
        tab, _ = watched(chrome)
        left: list[str] = []
        tab.on("response", lambda response: left.append(response.url))
        tab.goto(server.page_url(page.id), wait_until="domcontentloaded")
        tab.wait_for_timeout(300)
        assert "HACKED" not in tab.title()
        assert tab.url == server.page_url(page.id)
        assert all(url.startswith(server.url) for url in left)
        tab.close()


def test_opened_from_a_site_on_another_port(
    served: tuple[ReplayServer, Capture], chrome: Any
) -> None:
    server, page = served

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            link = server.page_url(page.id)
            html = f'<title>Bài</title><a href="{link}">gốc</a><iframe src="{link}"></iframe>'
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            return None

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        tab, asked = watched(chrome)
        tab.goto(f"http://127.0.0.1:{site.server_address[1]}/", wait_until="networkidle")
        inside = tab.frames[1]
        assert inside.locator("#anh").evaluate("i => i.naturalWidth") == 1
        assert tab.title() == "Bài"
        tab.locator("a").click()
        tab.wait_for_url(f"{server.url}/**")
        assert "xưởng dệt" in tab.title()
        assert not [url for url in asked if "example" in url.split("/")[2]]
        tab.close()
    finally:
        site.shutdown()
        site.server_close()
