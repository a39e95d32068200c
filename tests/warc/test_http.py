"""HTTP messages as servers really send them."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.utils._compression import _inflate
from scrapy.utils.gz import gunzip
from twisted.web.http import _ChunkedTransferDecoder

from archive.warc.content import ContentTooLarge, ContentUndecodable, decode_content
from archive.warc.http import (
    Dechunker,
    MessageReader,
    interim_size,
    parse_head,
    parse_message,
)
from tests.warc.samples import PAGE, answer, chunked

CHUNKED = b"Transfer-Encoding: chunked"
LIMIT = 1 << 20


def framed(body: bytes) -> bytes:
    return answer(b"", CHUNKED, length=False) + body


@pytest.mark.parametrize(
    ("line", "version", "status", "reason"),
    [
        (b"HTTP/1.1 200 OK", "HTTP/1.1", 200, b"OK"),
        (b"HTTP/1.0 404 Kh\xc3\xb4ng t\xc3\xacm  th\xe1\xba\xa5y", "HTTP/1.0", 404, None),
        (b"HTTP/1.1 200", "HTTP/1.1", 200, b""),
        (b"HTTP/1.1 200 ", "HTTP/1.1", 200, b""),
        (b"HTTP/2 301", "HTTP/2", 301, b""),
        (b"HTTP/1.1  503  a", "HTTP/1.1", 503, b" a"),
    ],
)
def test_status_lines(line: bytes, version: str, status: int, reason: bytes | None) -> None:
    head = parse_head(line + b"\r\nA: b\r\n\r\n")
    assert (head.version, head.status) == (version, status)
    assert head.reason == (line.split(b" ", 2)[2] if reason is None else reason)
    assert head.complete


@pytest.mark.parametrize(
    "data",
    [b"", b"HTTP", b"SSH-2.0\r\n\r\n", b"HTTP/1.1 two\r\n\r\n", b"<html>\n\n", b"\n\nHTTP/1.1 200"],
)
def test_what_is_no_answer_is_all_payload(data: bytes) -> None:
    message = parse_message(data)
    assert (message.head.status, message.head.size, message.head.headers) == (0, 0, ())
    assert bytes(message.payload) == data


def test_headers() -> None:
    head = parse_head(
        b"HTTP/1.1 200 OK\nsErVer:x\r\nA: one\r\n two\nno colon\r\n"
        b"A:\tC\xc3\xb4ng \r\nB: \xe9\n\n rest"
    )
    assert head.headers == (
        (b"sErVer", b"x"),
        (b"A", b"one two"),
        (b"A", b"C\xc3\xb4ng"),
        (b"B", b"\xe9"),
    )
    assert head.get_all("a") == ["one two", "Công"]
    assert (head.get("a"), head.get("b"), head.get("c")) == ("Công", "é", "")


@pytest.mark.parametrize(
    ("target", "absolute"),
    [
        ("/tin?p=2", "http://a.vn/tin?p=2"),
        ("//b.vn/x", "http://b.vn/x"),
        ("https://b.vn/", "https://b.vn/"),
        ("tiếp", "http://a.vn/muc/tiếp"),
        ("http://[bad", "http://[bad"),
        ("", ""),
    ],
)
def test_location(target: str, absolute: str) -> None:
    head = parse_head(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n\r\n".encode())
    assert head.location("http://a.vn/muc/trang") == absolute


@pytest.mark.parametrize(
    ("data", "payload", "complete"),
    [
        (answer(), PAGE, True),
        (answer()[:-1], PAGE[:-1], False),
        (answer() + b"more", PAGE, True),
        (answer(length=False), PAGE, True),
        (answer(b""), b"", True),
        (answer(PAGE, b"Content-Length: 3, 3", length=False), PAGE[:3], True),
        (answer(PAGE, b"Content-Length: 3", b"Content-Length: 4", length=False), PAGE, True),
        (answer(PAGE, b"Content-Length: many", length=False), PAGE, True),
        (answer(PAGE, b"Content-Length: -1", length=False), PAGE, True),
        (answer(b"stray", status=b"204 No Content"), b"", True),
        (answer(b"stray", status=b"304 Not Modified"), b"", True),
        (framed(chunked(PAGE)), PAGE, True),
        (framed(chunked(PAGE, 7, b' ; a="b;c"', b"X: y\r\n")), PAGE, True),
        (framed(chunked(PAGE).replace(b"\r\n", b"\n")), PAGE, True),
        (framed(chunked(PAGE)[:-1]), PAGE, False),
        (framed(chunked(PAGE) + b"stray"), PAGE, True),
        (framed(PAGE), PAGE, True),
        (framed(b""), b"", False),
        (framed(b"1f"), b"", False),
        (framed(b"5\r\nhello\r\nzz\r\nmore"), b"hello", False),
        (framed(b"5\r\nhello"), b"hello", False),
        (framed(b"5\r\nhelloXX0\r\n\r\n"), b"hello", False),
        (b"HTTP/1.1 200 OK\r\nContent-Ty", b"", False),
    ],
)
def test_payloads(data: bytes, payload: bytes, complete: bool) -> None:
    message = parse_message(data)
    assert bytes(message.payload) == payload
    assert message.complete == complete
    for size in (1, 3, 64, 5000):
        reader = MessageReader()
        pieces = [reader.feed(data[at : at + size]) for at in range(0, len(data), size)]
        pieces.append(reader.finish())
        assert b"".join(pieces) == payload
        assert reader.head == message.head
        assert reader.complete == complete


def test_the_answer_to_head_has_no_payload() -> None:
    message = parse_message(answer()[: -len(PAGE)], head_only=True)
    assert (message.payload, message.complete) == (b"", True)


def test_requests() -> None:
    post = b"POST /tim HTTP/1.1\r\nHost: a.vn\r\nContent-Length: 4\r\n\r\na=%C"
    assert bytes(parse_message(post, request=True).payload) == b"a=%C"
    get = b"GET / HTTP/1.1\r\nHost: a.vn\r\n\r\n"
    assert bytes(parse_message(get, request=True).payload) == b""


def test_interim_answers() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    assert interim_size(answer()) == 0
    assert interim_size(early + b"HTTP/1.1 100 Continue\r\n\r\n" + answer()) == len(early) + 25
    assert interim_size(early[:-2]) == 0
    assert interim_size(b"HTTP/1.1 101 Switching\r\n\r\n") == 0


class Counted(bytearray):
    """Bytes that count how many of them are copied out."""

    copied = 0

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        self.copied += len(found) if isinstance(at, slice) else 1
        return found


def test_very_many_interim_answers_are_copied_once() -> None:
    many = Counted(b"HTTP/1.1 100 Continue\r\n\r\n" * 4000 + answer())
    assert interim_size(many) == len(many) - len(answer())
    assert many.copied <= len(many)


@given(st.binary(max_size=400), st.integers(1, 50), st.integers(1, 50))
def test_chunks_are_read_as_twisted_reads_them(body: bytes, size: int, step: int) -> None:
    wire = chunked(body, size, b";x=1", b"T: 1\r\n")
    theirs: list[bytes] = []
    decoder = _ChunkedTransferDecoder(theirs.append, lambda rest: None)
    ours = Dechunker()
    out = b""
    for at in range(0, len(wire), step):
        decoder.dataReceived(wire[at : at + step])
        out += ours.feed(wire[at : at + step])
    assert out == b"".join(theirs) == body
    assert ours.complete


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_bytes_give_the_same_however_they_come(data: bytes, step: int) -> None:
    for start in (b"", b"HTTP/1.1 200 OK\r\n\r\n", framed(b""), framed(b"3\r\nabc\r\n")):
        wire = start + data
        message = parse_message(wire)
        reader = MessageReader()
        pieces = [reader.feed(wire[at : at + step]) for at in range(0, len(wire), step)]
        assert b"".join(pieces) + reader.finish() == bytes(message.payload)
        assert reader.complete == message.complete


def decoded(payload: bytes, *encodings: bytes) -> bytes:
    headers = [b"Content-Encoding: " + encoding for encoding in encodings]
    return decode_content(payload, parse_head(answer(b"", *headers)), LIMIT)


brotli = pytest.importorskip("brotli")
RAW_DEFLATE = zlib.compress(PAGE)[2:-4]


@pytest.mark.parametrize(
    ("payload", "encodings"),
    [
        (PAGE, ()),
        (PAGE, (b"identity",)),
        (gzip.compress(PAGE), (b"gzip",)),
        (gzip.compress(PAGE), (b"X-GZip",)),
        (gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:]), (b"gzip",)),
        (gzip.compress(PAGE) + b"stray", (b"gzip",)),
        (gzip.compress(PAGE)[:-4], (b"gzip",)),
        (gzip.compress(PAGE)[:-8] + b"wrong!!!", (b"gzip",)),
        (b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x02\x00xxa.html\0lua\0hc" + RAW_DEFLATE, (b"gzip",)),
        (PAGE, (b"gzip",)),
        (gzip.compress(gzip.compress(PAGE)), (b"gzip, gzip",)),
        (gzip.compress(zlib.compress(PAGE)), (b"deflate", b"gzip")),
        (zlib.compress(PAGE), (b"deflate",)),
        (RAW_DEFLATE, (b"deflate",)),
        (brotli.compress(PAGE), (b"br",)),
        (PAGE, (b"utf-8",)),
        (b"", (b"gzip",)),
    ],
)
def test_content(payload: bytes, encodings: tuple[bytes, ...]) -> None:
    assert decoded(payload, *encodings) == (PAGE if payload else b"")


def test_content_that_breaks_off_gives_what_came() -> None:
    half = gzip.compress(PAGE * 50, mtime=0)[:-20]
    assert decoded(half, b"gzip") == gunzip(half)
    assert PAGE in decoded(half, b"gzip")


@pytest.mark.parametrize(
    ("payload", "encoding"),
    [
        (b"\x1f\x8b\x08\x00" + b"\xff" * 40, b"gzip"),
        (b"\xff\xff\xff\xff", b"deflate"),
        (b"\xff\xff\xff\xff\xff", b"br"),
    ],
)
def test_undecodable_content(payload: bytes, encoding: bytes) -> None:
    with pytest.raises(ContentUndecodable):
        decoded(payload, encoding)


@pytest.mark.parametrize(
    ("pack", "encoding"),
    [(gzip.compress, b"gzip"), (zlib.compress, b"deflate"), (brotli.compress, b"br")],
)
def test_bombs(pack: object, encoding: bytes) -> None:
    assert callable(pack)
    bomb = pack(bytes(LIMIT + 1))
    assert len(bomb) < 5000
    with pytest.raises(ContentTooLarge):
        decoded(bomb, encoding)
    with pytest.raises(ContentTooLarge):
        decoded(gzip.compress(bomb), encoding, b"gzip")
    assert decoded(pack(bytes(LIMIT)), encoding) == bytes(LIMIT)


def test_large_content_without_encoding() -> None:
    with pytest.raises(ContentTooLarge):
        decoded(bytes(LIMIT + 1))


@given(st.binary(max_size=200), st.integers(0, 220))
def test_broken_gzip_is_read_as_scrapy_reads_it(body: bytes, cut: int) -> None:
    data = gzip.compress(body, mtime=0)[:cut]
    if data[:2] == b"\x1f\x8b":
        try:
            expected = gunzip(data)
        except (OSError, EOFError):
            expected = b""
        try:
            assert decoded(data, b"gzip") == expected
        except ContentUndecodable:
            assert expected == b""


@given(st.binary(max_size=200))
def test_deflate_is_read_as_scrapy_reads_it(data: bytes) -> None:
    try:
        expected = _inflate(data)
    except zlib.error:
        return
    if data:
        assert decoded(data, b"deflate") == expected


@given(st.binary(max_size=200), st.sampled_from([b"gzip", b"deflate", b"br"]))
def test_any_content_is_decoded_or_refused(data: bytes, encoding: bytes) -> None:
    for start in (b"", b"\x1f\x8b\x08\x00", b"\x78\x9c"):
        try:
            decoded(start + data, encoding)
        except (ContentUndecodable, ContentTooLarge):
            continue
