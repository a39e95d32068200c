"""The replay over HTTP: what is shown for which address and time, and in what cover."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive.database import ArchiveError
from archive.records import Capture
from archive.replay.lookup import spellings
from archive.replay.server import ReplayServer
from tests.archive.small_archive import (
    HOST,
    PIXEL,
    START,
    SmallArchive,
    payload_ref,
    reply,
)
from tests.waiting import PATIENCE

PAGE = """<!DOCTYPE html><html><head><title>Đại hội</title><link rel="stylesheet" href="/kieu.css">
<script src="/ma.js"></script></head><body><h1>Đại hội công đoàn</h1><img src="/anh/hop.png">
<img src="/anh/mat.png" alt="mất"><a href="/tin-2.html">Tin khác</a></body></html>"""
CSS = """body { background: url(anh/hop.png) } @import '/them.css';
i { background: url(/khong-co.png) }"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@dataclass
class Held:
    data: Path
    made: dict[str, Capture]
    url: str = ""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    data = tmp_path_factory.mktemp("replay") / "data"
    made: dict[str, Capture] = {}
    with SmallArchive(data) as small:
        made["page"] = small.page("/tin-1.html", PAGE, body="Đại hội.")
        made["png"] = small.capture(f"{HOST}/anh/hop.png", reply(PIXEL, "image/png"))
        made["css"] = small.capture(f"{HOST}/kieu.css", reply(CSS.encode(), "text/css"))
        made["more"] = small.capture(f"{HOST}/them.css", reply(b"b{color:red}", "text/css"))
        made["again"] = small.page("/tin-1.html", PAGE)
        made["edited"] = small.page("/tin-1.html", PAGE.replace("Đại hội công", "ĐẠI HỘI công"))
        made["304"] = small.capture(
            f"{HOST}/tin-1.html",
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
            not_modified=payload_ref(made["edited"]),
        )
        made["404"] = small.capture(
            f"{HOST}/tin-1.html", reply("Không còn".encode(), "text/html", "404 Không thấy")
        )
        made["moved"] = small.capture(
            f"{HOST}/cu?id=1&p=2", reply(b"", "text/html", "302 Found", "Location: tin-1.html")
        )
        made["loop"] = small.capture(
            f"{HOST}/vong", reply(b"", "text/html", "301 M", f"Location: {HOST}/vong")
        )
        made["svg"] = small.capture(f"{HOST}/a.svg", reply(SVG.encode(), "image/svg+xml"))
        made["pdf"] = small.capture(f"{HOST}/t/cv 1.pdf".replace(" ", "%20"),
                                    reply(b"%PDF-1.4", "application/pdf"))  # fmt: skip
        made["lying"] = small.capture(
            f"{HOST}/anh/gia.png", reply(b"<script>alert(1)</script>", "text/plain")
        )
        made["untyped"] = small.capture(f"{HOST}/khong-kieu", reply(b"<b>x</b>", ""))
        made["xml"] = small.capture(f"{HOST}/rss", reply(b"<rss/>", "application/xml"))
        made["gz"] = small.capture(
            f"{HOST}/nen.html",
            reply(
                gzip.compress("<p>Nén</p>".encode()),
                "text/html",
                "200 OK",
                "Content-Encoding: gzip",
            ),
        )
        made["query"] = small.page("/xem.aspx?id=7&muc=tin%20tuc", "<p>Bảy</p>")
        made["odd css"] = small.capture(
            f"{HOST}/la.css",
            reply(b"a{background:url(//a.vn:x/)} b{background:url(anh/hop.png)}", "text/css"),
        )
        made["odd redirect"] = small.capture(
            f"{HOST}/la", reply(b"", "text/html", "302 Found", "Location: http://[")
        )
        made["hostile"] = small.page(
            '/x"><script>alert(2)</script>'.replace(">", "%3E").replace("<", "%3C"), "<p>y"
        )
    with ReplayServer(data) as server:
        yield Held(data, made, server.url)


def get(held: Held, path: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    netloc = urlsplit(held.url).netloc
    connection = http.client.HTTPConnection(netloc, timeout=PATIENCE)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, headers, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


def stamp(capture: Capture) -> str:
    return capture.fetched_at.strftime("%Y%m%d%H%M%S")


def test_the_page_of_a_capture(held: Held) -> None:
    page = held.made["page"]
    status, headers, html = get(held, f"/capture/{page.id}")
    assert status == 200
    policy = headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "allow-" not in policy and "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    assert "<script" not in html
    assert "Đại hội công đoàn" in html
    assert "01/05/2024 08:03:03 +07:00" in html
    assert page.payload_digest in html
    assert f'src="/web/{stamp(page)}im_/{HOST}/anh/hop.png"' in html
    assert f'href="/web/{stamp(page)}cs_/{HOST}/kieu.css"' in html
    assert 'alt="mất"' in html and "/anh/mat.png" not in html
    assert f'href="/web/{stamp(page)}/{HOST}/tin-2.html"' in html


def test_its_stylesheet_and_picture(held: Held) -> None:
    at = stamp(held.made["page"])
    status, headers, css = get(held, f"/web/{at}cs_/{HOST}/kieu.css")
    assert (status, headers["content-type"]) == (200, "text/css; charset=utf-8")
    shown = stamp(held.made["css"])
    assert f'url("/web/{shown}im_/{HOST}/anh/hop.png")' in css
    assert f'@import url("/web/{shown}cs_/{HOST}/them.css")' in css
    assert "khong-co" not in css
    status, headers, _ = get(held, f"/web/{at}im_/{HOST}/anh/hop.png")
    assert (status, headers["content-type"]) == (200, "image/png")
    assert int(headers["content-length"]) == len(PIXEL)


def test_the_nearest_in_time_answers_and_errors_come_last(held: Held) -> None:
    made = held.made
    for name in ("page", "again", "edited"):
        _, _, html = get(held, f"/web/{stamp(made[name])}/{HOST}/tin-1.html")
        assert f"/about/{made[name].id}" in html
    _, _, html = get(held, f"/web/2031/{HOST}/tin-1.html")
    assert f"/about/{made['edited'].id}" in html
    _, _, html = get(held, f"/web/19990101000000/{HOST}/tin-1.html")
    assert f"/about/{made['page'].id}" in html


def test_revisits_show_the_content_they_vouch_for(held: Held) -> None:
    made = held.made
    assert made["again"].record_type == made["304"].record_type == "revisit"
    status, _, html = get(held, f"/capture/{made['again'].id}")
    assert status == 200
    assert "Đại hội công đoàn" in html
    assert f"/capture/{made['page'].id}" in html
    _, _, html = get(held, f"/capture/{made['304'].id}")
    assert "ĐẠI HỘI công đoàn" in html
    assert "HTTP 304" in html


def test_an_error_page_is_shown_as_what_it_was(held: Held) -> None:
    _, _, html = get(held, f"/capture/{held.made['404'].id}")
    assert "Không còn" in html
    assert "HTTP 404" in html


def test_redirects_lead_on_and_loops_end(held: Held) -> None:
    moved = held.made["moved"]
    status, headers, _ = get(held, f"/web/2024/{HOST}/cu?id=1&p=2")
    assert (status, headers["location"]) == (302, f"/web/{stamp(moved)}/{HOST}/tin-1.html")
    status, _, html = get(held, f"/web/2024/{HOST}/vong")
    assert status == 200
    assert held.made["loop"].id in html
    status, _, html = get(held, f"/capture/{moved.id}")
    assert status == 200
    assert "tin-1.html" in html


@pytest.mark.parametrize(
    ("name", "kind", "attached"),
    [
        ("svg", "image/svg+xml", False),
        ("pdf", "application/pdf", True),
        ("lying", "text/plain; charset=utf-8", False),
        ("untyped", "application/octet-stream", True),
        ("xml", "text/plain; charset=utf-8", False),
    ],
)
def test_types_are_those_of_the_capture_and_nothing_can_run(
    held: Held, name: str, kind: str, attached: bool
) -> None:
    status, headers, _ = get(held, f"/capture/{held.made[name].id}")
    assert (status, headers["content-type"]) == (200, kind)
    assert headers["content-security-policy"].startswith("sandbox;")
    assert headers["x-content-type-options"] == "nosniff"
    assert ("content-disposition" in headers) == attached


def test_content_encoding_and_queries(held: Held) -> None:
    assert "Nén" in get(held, f"/web/2024/{HOST}/nen.html")[2]
    assert "Bảy" in get(held, f"/web/2024/{HOST}/xem.aspx?id=7&muc=tin%20tuc")[2]
    assert get(held, f"/web/2024/{HOST}/xem.aspx?id=8")[0] == 404
    assert (
        "Bảy"
        in get(held, f"/web/2024/{HOST.replace('http:', 'https:')}/xem.aspx?id=7&muc=tin%20tuc")[2]
    )


def test_all_captures_of_an_address(held: Held) -> None:
    status, headers, html = get(held, f"/web/*/{HOST}/tin-1.html")
    assert status == 200
    assert "5 bản chụp" in html
    for name in ("page", "again", "edited", "304", "404"):
        assert f"/capture/{held.made[name].id}" in html
    assert "sandbox" not in headers["content-security-policy"]
    status, headers, _ = get(held, f"/?url={HOST}/tin-1.html")
    assert (status, headers["location"]) == (302, f"/web/*/{HOST}/tin-1.html")
    assert get(held, "/")[0] == 200


def test_where_a_capture_is_kept(held: Held) -> None:
    again, page = held.made["again"], held.made["page"]
    _, _, html = get(held, f"/about/{again.id}")
    for fact in (
        again.warc_file,
        f"byte {again.offset}",
        f"byte {page.offset}",
        again.payload_digest,
    ):
        assert fact in html


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/web/2024/http://khac.example/", 404),
        ("/web/2024im_/http://khac.example/a.png", 404),
        ("/web/20249999/http://khac.example/", 400),
        ("/web/99/http://khac.example/", 400),
        ("/?url=http://[", 302),
        ("/?url=http%3A//a%00b:x/%0D%0AX", 302),
        ("/web/*/http://[", 404),
        ("/web/*/http://a:x/", 404),
        ("/web/2024/http%3A%2F%2F%5B", 404),
        ("/capture/khong-co", 404),
        ("/capture/../../etc/passwd", 404),
        ("/khac", 404),
        ("/web/2024/", 404),
        ("/web/2024/http://[", 404),
        ("/web/*/javascript:alert(1)", 404),
    ],
)
def test_what_is_not_there_is_said_clearly(held: Held, path: str, status: int) -> None:
    assert get(held, path)[0] == status


def test_one_bad_address_costs_no_style_sheet_and_no_redirect(held: Held) -> None:
    status, _, css = get(held, f"/web/2024cs_/{HOST}/la.css")
    assert status == 200
    assert 'url("data:,")' in css
    assert f"im_/{HOST}/anh/hop.png" in css
    status, headers, _ = get(held, f"/web/2024/{HOST}/la")
    assert (status, headers["location"].partition("/http")[2]) == (302, "://[")
    assert get(held, headers["location"])[0] == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8002", 200),
        ("[::1]", 200),
        ("banluu.example.vn", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
    ],
)
def test_it_answers_to_its_own_names_only(held: Held, host: str, status: int) -> None:
    """A page elsewhere may have its own name resolve to loopback (DNS rebinding)."""
    with ReplayServer(held.data, address="https://banluu.example.vn") as server:
        for path in ("/", f"/capture/{held.made['page'].id}", f"/web/*/{HOST}/tin-1.html"):
            connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
            assert answer.status == status
            assert ("to its own name only" in text) == (status == 421)


def test_only_reading(held: Held) -> None:
    assert get(held, "/", "POST")[0] == 405
    status, headers, body = get(held, f"/capture/{held.made['page'].id}", "HEAD")
    assert (status, body) == (200, "")
    assert int(headers["content-length"]) > 500


def test_an_address_cannot_break_out_of_our_own_pages(held: Held) -> None:
    hostile = held.made["hostile"]
    for path in (f"/about/{hostile.id}", f"/capture/{hostile.id}", f"/web/*/{hostile.url}"):
        assert "<script" not in get(held, path)[2]
    assert "<script" not in get(held, "/web/2024/http://x.example/<script>alert(3)</script>")[2]


def test_damage_is_named(tmp_path: Path) -> None:
    with SmallArchive(tmp_path) as small:
        kept = small.page("/a.html", "<p>A</p>")
        moved = small.page("/b.html", "<p>B</p>")
        outside = small.page("/c.html", "<p>C</p>")
        small.db.execute(
            "update captures set warc_offset = ? where id = ?", [kept.offset, moved.id]
        )
        small.db.execute(
            "update captures set warc_file = '../archive.db' where id = ?", [outside.id]
        )
        small.db.conn.commit()
    with ReplayServer(tmp_path) as server:
        held = Held(tmp_path, {}, server.url)
        assert get(held, f"/capture/{kept.id}")[0] == 200
        status, _, html = get(held, f"/capture/{moved.id}")
        assert status == 502 and "another record" in html
        status, _, html = get(held, f"/capture/{outside.id}")
        assert status == 502 and "no name of a WARC file" in html
        (tmp_path / "warc" / kept.warc_file).unlink()
        status, _, html = get(held, f"/capture/{kept.id}")
        assert status == 502 and "missing" in html
        (tmp_path / "archive.db").unlink()
        assert get(held, f"/capture/{kept.id}")[0] == 503


def test_a_page_of_a_crawl_that_goes_on(tmp_path: Path) -> None:
    small = SmallArchive(tmp_path)
    page = small.page("/a.html", "<p>Đang thu thập</p>")
    small.db.conn.commit()
    assert list((tmp_path / "warc").glob("*.open"))
    with ReplayServer(tmp_path) as server:
        held = Held(tmp_path, {}, server.url)
        assert "Đang thu thập" in get(held, f"/capture/{page.id}")[2]
    small.close()


def test_a_taken_port_is_a_clear_message(held: Held) -> None:
    taken = urlsplit(held.url).port or 0
    with pytest.raises(ArchiveError, match="Cannot listen"):
        ReplayServer(held.data, port=taken).start()


def test_http_and_https_redirects_do_not_chase_each_other(tmp_path: Path) -> None:
    secure = HOST.replace("http:", "https:")
    with SmallArchive(tmp_path) as small:
        small.capture(
            f"{HOST}/a", reply(b"", "text/html", "301 M", f"Location: {secure}/a"), at=START
        )
        small.page(f"{secure}/a", "<p>An toàn</p>", at=START + timedelta(hours=1))
    with ReplayServer(tmp_path) as server:
        held = Held(tmp_path, {}, server.url)
        status, headers, _ = get(held, f"/web/20240501010203/{HOST}/a")
        assert status == 302
        assert "An toàn" in get(held, headers["location"])[2]


def test_a_whole_answer_goes_before_one_cut_off_in_the_same_second(tmp_path: Path) -> None:
    with SmallArchive(tmp_path) as small:
        small.capture(f"{HOST}/a", reply(b"<p>Nu"), at=START, truncated="disconnect")
        small.page("/a", "<p>Nguyên vẹn</p>", at=START + timedelta(milliseconds=90))
    with ReplayServer(tmp_path) as server:
        held = Held(tmp_path, {}, server.url)
        assert "Nguyên vẹn" in get(held, f"/web/{START:%Y%m%d%H%M%S}/{HOST}/a")[2]


def test_spellings_begin_with_the_address_itself() -> None:
    assert spellings("http://a.vn/t/") == ["http://a.vn/t/", "https://a.vn/t/", "http://a.vn/t"]
    assert spellings("http://a.vn/t.html") == ["http://a.vn/t.html", "https://a.vn/t.html"]
