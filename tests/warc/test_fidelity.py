"""Every byte of the wire against what a raw socket server got and sent.

This test guards every upgrade of Scrapy and Twisted: the recording leans on their internals.
"""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.records import Capture
from archive.warc.check import check_file
from archive.warc.reader import WarcRecord, capture_of, read_page_at
from tests.warc.crawling import Crawled, crawl
from tests.warc.raw_server import RawServer, Reply, Served, self_signed
from tests.warc.samples import PAGE, chunked

NOISE = random.Random(7).randbytes(3 << 20)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def page(name: str) -> bytes:
    """A page of its own for each path: equal ones would become revisits."""
    return PAGE + f"<!-- {name} -->".encode()


def plain(name: str, head: bytes = HEAD, length: int | None = None) -> bytes:
    body = page(name)
    return head + b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


ZIPPED = gzip.compress(page("gzip"), mtime=0)
ZIPPED_CHUNKED = gzip.compress(page("gzip-chunked"), mtime=0)
TWICE_ZIPPED = b"".join(gzip.compress(half, mtime=0) for half in (PAGE, page("gzip-twice")))
DEFLATED = zlib.compress(page("deflate"))
ODD_HEADERS = (
    b"sErVer:no space\r\nX-Tin: C\xc3\xb4ng \xc4\x91o\xc3\xa0n\r\nX-Latin: \xe9t\xe9\r\n"
    b"Set-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\nSet-Cookie: a=1; Path=/\r\n"
    b"X-Folded: one\r\n\ttwo\r\nno colon here\r\nX-Empty:\r\n"
)
TRAILER = b"X-Sum: 12\r\nX-Cu\xe1\xbb\x91i: c\xc3\xb3\r\n"

REPLIES: dict[str, Reply] = {
    "/plain": Reply.of(plain("plain")),
    "/gzip": Reply.of(
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(ZIPPED), ZIPPED
    ),
    "/gzip-twice": Reply.of(
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(TWICE_ZIPPED),
        TWICE_ZIPPED,
    ),
    "/deflate": Reply.of(HEAD + b"Content-Encoding: deflate\r\n\r\n" + DEFLATED, close=True),
    "/byte-by-byte": Reply.of(
        HEAD + b"transfer-encoding: Chunked\r\n\r\n",
        *(bytes([byte]) for byte in chunked(b"<p>m\xe1\xbb\x99t</p>", 5)),
    ),
    "/chunk-extensions": Reply.of(
        HEAD + b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n",
        chunked(page("chunk-extensions"), 64, b';name="a value"', TRAILER),
    ),
    "/gzip-chunked": Reply.of(
        HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
        chunked(ZIPPED_CHUNKED, 33),
    ),
    "/http10": Reply.of(
        b"HTTP/1.0 200 OK\r\nServer: Old/0.9\r\n\r\n",
        page("http10")[:50],
        0.05,
        page("http10")[50:],
        close=True,
    ),
    "/headers": Reply.of(plain("headers", HEAD + ODD_HEADERS)),
    "/bare-lf": Reply.of(plain("bare-lf").replace(b"\r\n", b"\n")),
    "/odd-reason": Reply.of(
        plain("odd-reason", b"HTTP/1.1 200 R\xc3\xa2\xcc\x81t t\xe1\xbb\x91t (200)\r\n")
    ),
    "/no-reason": Reply.of(plain("no-reason", b"HTTP/1.1 200\r\n")),
    "/redirect": Reply.of(
        b"HTTP/1.1 302 Di chuyen\r\nLocation: /landed?tu=302\r\nContent-Length: 4\r\n\r\nmove"
    ),
    "/landed?tu=302": Reply.of(HEAD + b"Content-Length: 6\r\n\r\nlanded"),
    "/error": Reply.of(b"HTTP/1.1 500 H\xe1\xbb\x8fng\r\nContent-Length: 3\r\n\r\nhu!", close=True),
    "/too-long-length": Reply.of(plain("too-long-length", length=5000), close=True),
    "/too-short-length": Reply.of(plain("too-short-length", length=20)),
    "/chunks-cut": Reply.of(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(page("chunks-cut"))[:-9], close=True
    ),
    "/empty": Reply.of(HEAD + b"Content-Length: 0\r\n\r\n"),
    "/204": Reply.of(b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n"),
    "/304": Reply.of(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 999\r\n\r\n'),
    "/megabytes": Reply.of(
        HEAD + b"Content-Length: %d\r\n\r\n" % len(NOISE), NOISE[:1000], 0.01, NOISE[1000:]
    ),
    "/megabytes-chunked": Reply.of(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunked(NOISE[: 1 << 20], 9999)
    ),
    "/tim?q=c%C3%B4ng+%C4%91o%C3%A0n&p=1": Reply.of(plain("tim")),
    "/not-found": Reply.of(b"HTTP/1.1 404 Khong tim thay\r\nContent-Length: 5\r\n\r\nempty"),
}
CUT = {"/too-long-length", "/chunks-cut"}
PAYLOADS: dict[str, bytes] = {
    "/plain": page("plain"),
    "/gzip": ZIPPED,
    "/gzip-twice": TWICE_ZIPPED,
    "/deflate": DEFLATED,
    "/byte-by-byte": b"<p>m\xe1\xbb\x99t</p>",
    "/chunk-extensions": page("chunk-extensions"),
    "/gzip-chunked": ZIPPED_CHUNKED,
    "/http10": page("http10"),
    "/headers": page("headers"),
    "/bare-lf": page("bare-lf"),
    "/odd-reason": page("odd-reason"),
    "/no-reason": page("no-reason"),
    "/redirect": b"move",
    "/landed?tu=302": b"landed",
    "/error": b"hu!",
    "/too-long-length": page("too-long-length"),
    "/too-short-length": page("too-short-length")[:20],
    "/chunks-cut": page("chunks-cut")[:-2],
    "/empty": b"",
    "/204": b"",
    "/304": b"",
    "/megabytes": NOISE,
    "/megabytes-chunked": NOISE[: 1 << 20],
    "/tim?q=c%C3%B4ng+%C4%91o%C3%A0n&p=1": page("tim"),
    "/not-found": b"empty",
}
"""What each body is after transfer decoding, as far as it came."""


@dataclass
class Run:
    crawled: Crawled
    server: RawServer
    records: list[WarcRecord]

    def served(self, path: str) -> Served:
        (served,) = self.server.served(path)
        return served

    def record(self, path: str, kind: str) -> WarcRecord:
        url = self.server.url(path)
        (found,) = [one for one in self.records if one.url == url and one.type == kind]
        return found

    def capture(self, path: str) -> Capture:
        url = self.server.url(path)
        (found,) = [capture for capture in self.crawled.captures if capture.url == url]
        return found


@pytest.fixture(scope="module", params=["http", "https"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("fidelity")
    tls = self_signed(folder) if request.param == "https" else None
    with RawServer(REPLIES, tls) as server:
        paths = [path for path in REPLIES if not path.startswith("/landed")]
        crawled = crawl(folder, [{"url": server.url(path)} for path in paths])
        yield Run(crawled, server, crawled.records())


@pytest.mark.parametrize("path", REPLIES)
def test_answer_is_kept_as_sent(run: Run, path: str) -> None:
    assert run.record(path, "response").block == run.served(path).sent


@pytest.mark.parametrize("path", REPLIES)
def test_request_is_kept_as_received(run: Run, path: str) -> None:
    asked = run.record(path, "request")
    assert asked.block == run.served(path).request
    assert asked.header("WARC-Concurrent-To") == run.record(path, "response").header(
        "WARC-Record-ID"
    )


@pytest.mark.parametrize("path", REPLIES)
def test_payload_and_what_the_capture_says(run: Run, path: str) -> None:
    record, capture = run.record(path, "response"), run.capture(path)
    assert bytes(record.payload) == PAYLOADS[path]
    assert capture.payload_bytes == len(PAYLOADS[path])
    assert capture.truncated == record.truncated == ("disconnect" if path in CUT else "")
    assert capture.ip == record.header("WARC-IP-Address") == "127.0.0.1"
    assert capture_of(record, capture.warc_file, "lang_son", capture.crawl) == capture


@pytest.mark.parametrize("path", REPLIES)
def test_capture_finds_its_record(run: Run, path: str) -> None:
    capture = run.capture(path)
    record = read_page_at(run.crawled.folder / capture.warc_file, capture.offset)
    assert (record.id, record.length) == (capture.id, capture.length)
    assert record.block == run.served(path).sent


def test_spider_gets_the_decoded_page_that_the_archive_gives(run: Run) -> None:
    packed = ("/gzip", "/gzip-twice", "/deflate", "/gzip-chunked")
    for path in ("/plain", *packed, "/http10", "/chunk-extensions"):
        assert run.crawled.body(run.server.url(path)) == run.record(path, "response").content()


def test_answers_that_break_off_fail_and_are_kept(run: Run) -> None:
    for path in CUT:
        failure = run.crawled.failure(run.server.url(path))
        assert failure["error"] == "ResponseDataLossError"
        assert failure["capture"]["id"] == run.capture(path).id
    assert len(run.crawled.report["failures"]) == len(CUT)


def test_connections_are_reused_and_records_do_not_run_together(run: Run) -> None:
    connections = [served.connection for served in run.server.log]
    assert len(set(connections)) < len(connections) / 2
    assert len(run.crawled.captures) == len(REPLIES)


def test_nothing_follows_an_answer_with_bytes_beyond_its_end(run: Run) -> None:
    odd = run.served("/too-short-length").connection
    assert [one.path for one in run.server.log if one.connection == odd][-1] == "/too-short-length"


def test_file_is_whole_and_every_digest_fits(run: Run) -> None:
    (file,) = run.crawled.files()
    assert file.name.endswith(".warc.gz")
    report = check_file(file)
    assert report.ok, report.findings
    assert report.records == {
        "warcinfo": 1,
        "response": len(REPLIES),
        "request": len(REPLIES),
    }
    assert report.digests == 1 + 4 * len(REPLIES)


def test_warcinfo_says_who_and_how(run: Run) -> None:
    first = run.records[0]
    assert (first.type, first.version) == ("warcinfo", "1.1")
    assert first.warcinfo["captureLevel"] == "wire"
    assert first.warcinfo["site"] == "lang_son"
    assert "Scrapy/2.19" in first.warcinfo["software"]
    assert all(
        one.header("WARC-Warcinfo-ID") == first.header("WARC-Record-ID") for one in run.records[1:]
    )


@pytest.mark.slow
def test_a_hundred_megabytes(tmp_path: Path) -> None:
    size = 100 << 20
    head = HEAD + b"Content-Length: %d\r\n\r\n" % size
    body = bytes(1 << 20)
    with RawServer({"/big": Reply.of(head, *[body] * 100)}) as server:
        plan = {"sink": "record", "bodies": False}
        crawled = crawl(tmp_path, [{"url": server.url("/big")}], **plan)
        (capture,) = crawled.captures
        record = read_page_at(
            crawled.folder / capture.warc_file, capture.offset, max_bytes=size + 4096
        )
        assert record.block == server.log[0].sent
        assert (capture.payload_bytes, capture.truncated) == (size, "")
