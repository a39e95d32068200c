"""The recording handler in real crawls: what breaks off, who gets the capture, when it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Any

import pytest

from archive.warc.check import check_file
from archive.warc.file import sha1
from archive.warc.reader import capture_of, read_records
from archive.warc.writer import recover
from tests.waiting import wait_for
from tests.warc.crawling import ROOT, crawl
from tests.warc.raw_server import RawProxy, RawServer, Reply, self_signed
from tests.warc.samples import PAGE, answer, chunked

BIG_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_what_came_of_a_slow_answer_is_kept(tmp_path: Path) -> None:
    with RawServer({"/slow": Reply.of(answer()[:-30], 999.0, answer()[-30:])}) as server:
        url = server.url("/slow")
        # Long enough for what comes at once to come, however busy the machine is.
        crawled = crawl(tmp_path, [{"url": url}], settings={"DOWNLOAD_TIMEOUT": 5})
        assert crawled.failure(url)["error"] == "DownloadTimeoutError"
        (capture,) = crawled.captures
        (record,) = crawled.records("response")
        assert (capture.truncated, record.truncated) == ("time", "time")
        assert record.block == server.log[0].sent == answer()[:-30]


@pytest.mark.parametrize(
    "reply",
    [
        Reply.of(BIG_HEAD, b"x" * 900_000),
        Reply.of(CHUNKED_HEAD, *[chunked(b"x" * 9000, 3000)[:-5]] * 100, b"0\r\n\r\n"),
    ],
    ids=["announced", "unannounced"],
)
def test_what_came_of_an_answer_that_is_too_large_is_kept(tmp_path: Path, reply: Reply) -> None:
    with RawServer({"/": reply}) as server:
        url = server.url("/")
        crawled = crawl(tmp_path, [{"url": url}], settings={"DOWNLOAD_MAXSIZE": 100_000})
        assert crawled.failure(url)["error"] == "DownloadCancelledError"
        (capture,) = crawled.captures
        (record,) = crawled.records("response")
        assert capture.truncated == "length"
        whole = b"".join(part for part in reply.parts if isinstance(part, bytes))
        assert whole.startswith(record.block)
        assert len(record.block) < len(whole)


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </kieu.css>; rel=preload\r\n\r\n"


@pytest.mark.parametrize(
    ("begun", "block"),
    [(b"", EARLY * 1000), (b"HTTP/1.1 200 OK\r\n", b"X-Tin: tin\r\n" * 5000)],
    ids=["interim answers", "header lines"],
)
def test_heads_without_end_are_given_up_early(tmp_path: Path, begun: bytes, block: bytes) -> None:
    """Up to 60 MB of them are on offer; the sizes of bodies say nothing of heads."""
    replies = {
        "/": Reply.of(begun, *[block] * (60_000_000 // len(block))),
        "/b": Reply.of(answer()),
    }
    with RawServer(replies) as server:
        urls = [server.url("/"), server.url("/b")]
        crawled = crawl(tmp_path, [{"url": url} for url in urls], settings={"RETRY_ENABLED": False})
        assert [one["url"] for one in crawled.report["failures"]] == urls[:1]
        assert crawled.body(urls[1]) == PAGE
        wait_for(lambda: server.served("/")[0].cut, "the server's connection is closed")
        # What the kernel holds for the client comes on top of the megabyte that it takes.
        assert len(server.served("/")[0].sent) < 30_000_000
    kept = [record for record in crawled.records("response") if record.url == urls[0]]
    assert sum(len(record.block) for record in kept) < 1_500_000
    assert not [record for record in kept if record.truncated == ""]


def test_a_broken_head_is_kept_as_what_it_is(tmp_path: Path) -> None:
    replies = {
        "/cut": Reply.of(b"HTTP/1.1 200 OK\r\nContent-Ty", close=True),
        "/noise": Reply.of(b"SSH-2.0-OpenSSH_9.2\r\n\r\nhello", close=True),
    }
    with RawServer(replies) as server:
        crawled = crawl(tmp_path, [{"url": server.url(path)} for path in replies])
        assert len(crawled.report["failures"]) == 2
        cut, noise = crawled.records("response")
        assert (cut.status, bytes(cut.payload), cut.truncated) == (200, b"", "disconnect")
        assert (noise.status, noise.header("Content-Type")) == (0, "application/octet-stream")
        assert bytes(noise.payload) == noise.block == server.served("/noise")[0].sent
        captures = crawled.captures
        for record, capture in zip((cut, noise), captures, strict=True):
            assert capture_of(record, capture.warc_file, "lang_son", capture.crawl) == capture
        (file,) = crawled.files()
        assert check_file(file).ok


def test_without_any_byte_of_an_answer_nothing_is_written(tmp_path: Path) -> None:
    with RawServer({"/silent": Reply.of(close=True)}) as server:
        closed = f"http://127.0.0.1:{server.port}/silent"
        crawled = crawl(tmp_path, [{"url": closed}, {"url": "http://127.0.0.1:9/refused"}])
        assert len(crawled.report["failures"]) == 2
        assert crawled.captures == []
        assert crawled.files() == []


def test_interim_answers_are_not_the_answer(tmp_path: Path) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n"
    with RawServer({"/": Reply.of(early, 0.05, early + answer())}) as server:
        crawled = crawl(tmp_path, [{"url": server.url("/")}])
        (record,) = crawled.records("response")
        assert record.block == answer()
        assert crawled.body(server.url("/")) == PAGE


def test_a_dead_kept_connection_is_tried_again_and_taped_once(tmp_path: Path) -> None:
    # A request is sent again where a kept connection turns out to be dead.
    replies: dict[str, Reply | list[Reply]] = {
        "/first": Reply.of(answer()),
        "/second": [Reply.of(close=True), Reply.of(answer(b"<p>hai</p>"))],
    }
    with RawServer(replies) as server:
        crawled = crawl(tmp_path, [{"url": server.url(path)} for path in replies])
        attempts = server.served("/second")
        assert len(attempts) == 2
        asked = [one for one in crawled.records("request") if one.url.endswith("/second")]
        assert [one.block for one in asked] == [attempts[1].request]
        assert crawled.body(server.url("/second")) == b"<p>hai</p>"


def test_redirects_retries_and_robots_are_recorded(tmp_path: Path) -> None:
    busy = b"HTTP/1.1 503 Ban\r\nContent-Length: 3\r\n\r\nban"
    replies: dict[str, Reply | list[Reply]] = {
        "/robots.txt": Reply.of(answer(b"User-agent: *\nDisallow: /cam\n")),
        "/cu": Reply.of(b"HTTP/1.1 301 Moi\r\nLocation: /moi\r\nContent-Length: 0\r\n\r\n"),
        "/moi": [Reply.of(busy), Reply.of(answer())],
        "/cam": Reply.of(answer(b"cam")),
    }
    settings: dict[str, Any] = {"ROBOTSTXT_OBEY": True, "RETRY_ENABLED": True, "RETRY_TIMES": 1}
    settings |= {"WARC_SOFTWARE": "congdoan-archive/9", "WARC_OPERATOR": "Phòng lưu trữ"}
    with RawServer(replies) as server:
        urls = [server.url("/cu"), server.url("/cam")]
        crawled = crawl(tmp_path, [{"url": url} for url in urls], settings=settings)
        seen = [(one.url.rpartition("/")[2], one.status) for one in crawled.captures]
        assert seen == [("robots.txt", 200), ("cu", 301), ("moi", 503), ("moi", 200)]
        assert crawled.captures[1].location == server.url("/moi")
        # The spider's response carries the capture of its own exchange, not of one before it.
        (response,) = crawled.report["responses"]
        assert response["capture"]["id"] == crawled.captures[-1].id
        said = crawled.records("warcinfo")[0].warcinfo
        assert (said["robots"], said["operator"]) == ("obey", "Phòng lưu trữ")
        assert said["software"].startswith("congdoan-archive/9 Scrapy/2.19")


def test_a_post_and_a_head_request(tmp_path: Path) -> None:
    reply = Reply.of(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nContent-Type: text/html\r\n\r\n")
    with RawServer({"/form": Reply.of(answer()), "/head": reply}) as server:
        form = {"url": server.url("/form"), "method": "POST", "body": "tu=công đoàn&trang=2"}
        head = {"url": server.url("/head"), "method": "HEAD"}
        crawled = crawl(tmp_path, [form, head])
        asked = {one.url.rpartition("/")[2]: one for one in crawled.records("request")}
        assert asked["form"].block == server.served("/form")[0].request
        assert bytes(asked["form"].payload) == "tu=công đoàn&trang=2".encode()
        assert asked["form"].payload_digest == sha1("tu=công đoàn&trang=2".encode())
        answered = next(one for one in crawled.records("response") if one.url.endswith("/head"))
        capture = next(one for one in crawled.captures if one.url.endswith("/head"))
        assert answered.block == server.served("/head")[0].sent
        assert (capture.payload_bytes, capture.truncated, capture.status) == (0, "", 200)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_through_a_proxy_only_the_inner_exchange_is_recorded(tmp_path: Path, scheme: str) -> None:
    tls = self_signed(tmp_path) if scheme == "https" else None
    with RawServer({"/tin": Reply.of(answer(), close=True)}, tls) as server, RawProxy() as proxy:
        address = f"http://khach:mat-khau@127.0.0.1:{proxy.port}"
        url = server.url("/tin")
        crawled = crawl(tmp_path, [{"url": url, "meta": {"proxy": address}}])
        (told,) = proxy.log
        assert b"Proxy-Authorization: Basic" in told.request
        (asked,) = crawled.records("request")
        (answered,) = crawled.records("response")
        assert answered.block == server.log[0].sent
        assert b"Proxy-Authorization" not in asked.block
        if scheme == "https":
            assert told.path == f"127.0.0.1:{server.port}"
            assert asked.block == server.log[0].request
        else:
            lines = told.request.split(b"\r\n")
            kept = [line for line in lines if not line.startswith(b"Proxy-Authorization")]
            assert asked.block == b"\r\n".join(kept)
            assert asked.block.startswith(f"GET {url} HTTP/1.1\r\n".encode())
        # The other end of the connection is the proxy: no address rather than a wrong one.
        assert answered.header("WARC-IP-Address") == ""
        assert crawled.captures[0].ip == ""


def test_http_and_https_share_one_file(tmp_path: Path) -> None:
    with (
        RawServer({"/": Reply.of(answer())}) as plain,
        RawServer({"/": Reply.of(answer(b"<p>kin</p>"))}, self_signed(tmp_path)) as secret,
    ):
        crawled = crawl(tmp_path, [{"url": plain.url("/")}, {"url": secret.url("/")}])
        assert len(crawled.files()) == 1
        kinds = [record.type for record in crawled.records()]
        assert kinds == ["warcinfo", "response", "request", "response", "request"]


def test_a_payload_that_is_known_becomes_a_revisit(tmp_path: Path) -> None:
    earlier = {
        "id": "11111111-2222-4333-8444-555555555555",
        "url": "http://congdoan.example.vn/cu",
        "date": datetime(2023, 1, 2, 3, 4, 5, 6, UTC).isoformat(),
        "digest": sha1(PAGE),
        "length": len(PAGE),
    }
    replies = {"/a": Reply.of(answer()), "/b": Reply.of(answer(b"<p>moi</p>"))}
    with RawServer({**replies, "/c": Reply.of(answer(b"<p>moi</p>"))}) as server:
        urls = [server.url(path) for path in ("/a", "/b", "/c")]
        crawled = crawl(tmp_path, [{"url": url} for url in urls], seen=[earlier])
        first, second, third = crawled.captures
        assert (first.record_type, first.refers_to) == ("revisit", earlier["id"])
        assert (second.record_type, third.record_type) == ("response", "revisit")
        assert (third.refers_to, third.payload_bytes) == (second.id, len(b"<p>moi</p>"))
        # What the spider sees is the answer itself.
        assert [crawled.body(url) for url in urls] == [PAGE, b"<p>moi</p>", b"<p>moi</p>"]


def test_a_304_refers_to_the_capture_that_it_vouches_for(tmp_path: Path) -> None:
    known = {
        "id": "11111111-2222-4333-8444-555555555555",
        "url": "http://congdoan.example.vn/cu",
        "date": datetime(2023, 1, 2, tzinfo=UTC).isoformat(),
        "digest": sha1(PAGE),
        "length": len(PAGE),
    }
    reply = Reply.of(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n')
    with RawServer({"/": reply}) as server:
        crawled = crawl(tmp_path, [{"url": server.url("/"), "meta": {"revisit_of": known}}])
        (capture,) = crawled.captures
        (record,) = crawled.records("revisit")
        assert (capture.status, capture.record_type) == (304, "revisit")
        assert (capture.refers_to, capture.payload_digest) == (known["id"], sha1(PAGE))
        assert record.header("WARC-Profile").endswith("/revisit/server-not-modified")
        assert record.block == server.log[0].sent


@pytest.mark.parametrize("level", ["wire", "payload"])
def test_a_sink_that_fails_ends_the_crawl(tmp_path: Path, level: str) -> None:
    with RawServer({f"/{number}": Reply.of(answer()) for number in range(9)}) as server:
        crawled = crawl(
            tmp_path,
            [{"url": server.url(f"/{number}")} for number in range(9)],
            sink="fail",
            settings={"WARC_CAPTURE_LEVEL": level, "RETRY_ENABLED": True},
        )
        assert crawled.report["reason"] == "archive_failed"
        assert {one["error"] for one in crawled.report["failures"]} == {"ArchiveFailed"}
        assert crawled.report["responses"] == []
        assert len(server.log) == 1


def test_a_full_disk_ends_the_crawl_and_leaves_a_whole_file(tmp_path: Path) -> None:
    bodies = [os.urandom(20_000) for _ in range(9)]
    replies = {f"/{number}": Reply.of(answer(body)) for number, body in enumerate(bodies)}
    with RawServer(replies) as server:
        urls = [server.url(path) for path in replies]
        crawled = crawl(tmp_path, [{"url": url} for url in urls], file_limit=70_000)
        assert crawled.report["reason"] == "archive_failed"
        assert [one["status"] for one in crawled.report["responses"]] == [200] * 3
        assert len(server.log) == 4
        (file,) = crawled.files()
        assert file.suffix == ".gz"
        report = check_file(file)
        assert report.ok
        assert report.records == {"warcinfo": 1, "response": 3, "request": 3}
        assert [one.id for one in crawled.captures] == [
            one.id for one in read_records(file, types={"response"})
        ]


def test_the_public_level_keeps_payloads_and_says_so(tmp_path: Path) -> None:
    replies = {
        "/lon?a=1&b=2": Reply.of(
            b"HTTP/1.1 200 Very OK\r\nX-Tin: C\xc3\xb4ng\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE)
        ),
        "/404": Reply.of(b"HTTP/1.1 404 Khong\r\nContent-Length: 3\r\n\r\nhet"),
    }
    with RawServer(replies) as server:
        crawled = crawl(
            tmp_path,
            [{"url": server.url(path)} for path in replies],
            settings={"WARC_CAPTURE_LEVEL": "payload"},
        )
        assert crawled.records("warcinfo")[0].warcinfo["captureLevel"] == "payload"
        page, missing = crawled.records("response")
        assert bytes(page.payload) == PAGE
        assert page.http.get_all("Set-Cookie") == ["a=1", "b=2"]
        assert page.http.get("X-Tin") == "Công"
        assert page.block.startswith(b"HTTP/1.1 200 OK\r\n")
        assert missing.block.startswith(b"HTTP/1.1 404 Not Found\r\n")
        asked = crawled.records("request")[0].block
        assert asked.startswith(b"GET /lon?a=1&b=2 HTTP/1.1\r\nHost: 127.0.0.1:")
        (file,) = crawled.files()
        assert check_file(file).ok
        for record, capture in zip((page, missing), crawled.captures, strict=True):
            assert capture_of(record, capture.warc_file, "lang_son", capture.crawl) == capture


def test_a_killed_crawl_loses_nothing_that_was_announced(tmp_path: Path) -> None:
    replies = {f"/{number}": Reply.of(answer(b"%d" % number), 0.02) for number in range(500)}
    announced = tmp_path / "announced"
    with RawServer(replies) as server:
        plan: dict[str, Any] = {
            "requests": [{"url": server.url(path)} for path in replies],
            "settings": {"WARC_FOLDER": str(tmp_path / "warc")},
            "report": str(tmp_path / "report.json"),
            "announce": str(announced),
        }
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/warc/crawl_once.py")],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stdin is not None
        process.stdin.write(dumps(plan).encode())
        process.stdin.close()
        wait_for(lambda: announced.exists() and announced.read_text().count("\n") > 20)
        process.send_signal(signal.SIGKILL)
        process.wait()
    (result,) = recover(tmp_path / "warc")
    assert result.path.exists()
    kept = [record.id for record in read_records(result.path, types={"response"})]
    known = announced.read_text().split("\n")[:-1]
    assert len(known) > 20
    assert kept[: len(known)] == known
    assert check_file(result.path).ok
