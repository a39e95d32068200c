"""WARC files of any origin, whole and broken."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc.content import ContentTooLarge
from archive.warc.fields import parse_date, parse_fields
from archive.warc.file import sha1
from archive.warc.framing import WarcUnreadable
from archive.warc.reader import (
    Damage,
    WarcError,
    WarcTruncated,
    capture_of,
    read_page_at,
    read_records,
)
from tests.warc.samples import PAGE, answer, chunked, exchange, write_pages, writer

RECORD = (
    b"WARC/1.0\r\nWARC-Type: response\r\n"
    b"WARC-Record-ID: <urn:uuid:AAAAAAAA-2222-4333-8444-555555555555>\r\n"
    b"WARC-Date: 2019-03-04T05:06:07Z\r\nWARC-Target-URI: <http://a.vn/cu>\r\n"
    b"Content-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
)


def old_record(block: bytes = answer()) -> bytes:
    return RECORD % (len(block), block)


def saved(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # warcio leaves its buffers open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("zipped", [True, False])
def test_files_of_warcio(tmp_path: Path, version: str, zipped: bool) -> None:
    path = tmp_path / "warcio.warc"
    with path.open("wb") as file:
        out = WARCWriter(file, gzip=zipped, warc_version=version)
        out.write_record(out.create_warcinfo_record("a", {"software": "x", "isPartOf": "y"}))
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        for number in range(3):
            body = io.BytesIO(PAGE + b"%d" % number)
            out.write_record(
                out.create_warc_record("http://a.vn/", "response", body, http_headers=http)
            )
    info, *pages = read_records(path)
    assert info.version == version
    assert [bytes(page.payload) for page in pages] == [PAGE + b"%d" % n for n in range(3)]
    for page in pages:
        assert page.warcinfo == {"software": "x", "isPartOf": "y"}
        assert page.payload_digest == sha1(page.payload)
        again = read_page_at(path, page.offset)
        assert (again.id, again.length, again.block) == (page.id, page.length, page.block)
    with path.open("rb") as file:
        offsets = [record.stream_pos for record in FastIterator(file)]
    assert [page.offset for page in pages] == offsets[1:]
    assert pages[-1].offset + pages[-1].length == path.stat().st_size


def test_an_old_record_of_another_tool(tmp_path: Path) -> None:
    (record,) = read_records(saved(tmp_path / "a.warc", old_record()))
    assert (record.version, record.type, record.status) == ("1.0", "response", 200)
    assert record.id == "aaaaaaaa-2222-4333-8444-555555555555"
    assert record.url == "http://a.vn/cu"
    assert record.date == datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert record.content_type == "text/html; charset=utf-8"
    assert record.http_headers[0] == ("Content-Type", "text/html; charset=utf-8")
    capture = capture_of(record, "import/a.warc", "a", "nhap-1")
    assert (capture.payload_digest, capture.payload_bytes) == (sha1(PAGE), len(PAGE))
    assert (capture.warc_file, capture.offset, capture.length) == (
        "import/a.warc",
        0,
        len(old_record()),
    )


@pytest.mark.parametrize("count", [1, 3])
def test_one_gzip_member_round_the_whole_file(tmp_path: Path, count: int) -> None:
    path = saved(tmp_path / "a.warc.gz", gzip.compress(old_record() * count))
    records = list(read_records(path))
    assert [record.block for record in records] == [answer()] * count
    # A single record in a single member is as the standard wants it.
    assert [record.length for record in records] == (
        [path.stat().st_size] if count == 1 else [0] * 3
    )


def test_records_that_run_across_members(tmp_path: Path) -> None:
    data = old_record() * 3
    members = [gzip.compress(data[at : at + 333]) for at in range(0, len(data), 333)]
    records = list(read_records(saved(tmp_path / "a.warc.gz", b"".join(members))))
    assert [record.block for record in records] == [answer()] * 3
    assert {record.length for record in records} == {0}


@pytest.mark.parametrize(
    "between", [b"", b"\r\n", b"\n\n\r\n", b"\r\n" * 500], ids=["none", "one", "mixed", "many"]
)
def test_odd_line_ends_between_records(tmp_path: Path, between: bytes) -> None:
    data = between.join([old_record()] * 3)
    for name, content in (("a.warc", data), ("a.warc.gz", gzip.compress(data))):
        records = list(read_records(saved(tmp_path / name, content)))
        assert [record.block for record in records] == [answer()] * 3


def test_bare_line_feeds_and_folded_headers(tmp_path: Path) -> None:
    head, _, rest = old_record().partition(b"\r\n\r\n")
    head = head.replace(b"\r\n", b"\n").replace(b"<http://a.vn/cu>", b"http://a.vn/\n cu")
    (record,) = read_records(saved(tmp_path / "a.warc", head + b"\n\n" + rest))
    assert record.url == "http://a.vn/ cu"
    assert record.block == answer()


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_cut_at_every_byte_gives_every_whole_record(tmp_path: Path, zipped: bool) -> None:
    pack: Callable[[bytes], bytes] = gzip.compress if zipped else bytes
    first, second = pack(old_record(answer(b"mot"))), pack(old_record(answer(b"hai")))
    for cut in range(1, len(second)):
        path = saved(tmp_path / "a.warc", first + second[:cut])
        seen = []
        whole_but_for_line_ends = not zipped and len(second) - cut <= 4
        if whole_but_for_line_ends:
            assert len(list(read_records(path))) == 2
            continue
        with pytest.raises(WarcTruncated) as caught:
            for record in read_records(path):
                seen.append(bytes(record.payload))
        assert seen == [b"mot"]
        assert caught.value.offset == len(first)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"<!doctype html>",
        gzip.compress(b"hello", mtime=0),
        b"PK\x03\x04" + bytes(30),
        b"\x1f\x8b\x08\x00" + b"\xff" * 50,
        b"filedesc://a.arc 0.0.0.0 20000101000000 text/plain 76\n1 0 x\n",
    ],
)
def test_what_is_no_warc(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(WarcError) as caught:
        list(read_records(saved(tmp_path / "a", data)))
    assert caught.value.offset == 0
    assert not isinstance(caught.value, WarcUnreadable)


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    assert list(read_records(saved(tmp_path / "a.warc", b""))) == []


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WarcUnreadable, match="opened"):
        list(read_records(tmp_path / "missing"))
    with pytest.raises(WarcUnreadable):
        list(read_records(tmp_path))


@pytest.mark.parametrize("length", [b"", b"-5", b"many", b"1e3", b"9" * 30])
def test_a_content_length_that_is_none(tmp_path: Path, length: bytes) -> None:
    data = old_record().replace(b"Content-Length: %d" % len(answer()), b"Content-Length: " + length)
    with pytest.raises(WarcError, match="Content-Length"):
        list(read_records(saved(tmp_path / "a.warc", data)))


def test_a_header_without_end_takes_no_memory(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.warc.gz", gzip.compress(b"WARC/1.0\r\nA: " + b"a" * (30 << 20)))
    tracemalloc.start()
    with pytest.raises(WarcError, match="without an end"):
        list(read_records(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_block_beyond_the_limit_is_passed_over(tmp_path: Path) -> None:
    big = gzip.compress(old_record(answer(bytes(40 << 20))))
    path = saved(tmp_path / "a.warc.gz", big + gzip.compress(old_record()))
    tracemalloc.start()
    first, second = read_records(path, max_bytes=1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20
    assert (first.too_large, first.block) == (True, b"")
    with pytest.raises(ContentTooLarge):
        _ = first.payload
    assert (second.too_large, second.content()) == (False, PAGE)
    assert capture_of(first, "a", "b", "c").payload_digest == ""


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    bomb = answer(gzip.compress(bytes(5 << 20)), b"Content-Encoding: gzip")
    (record,) = read_records(saved(tmp_path / "a.warc", old_record(bomb)))
    with pytest.raises(ContentTooLarge):
        record.content(1 << 20)
    assert len(record.content(5 << 20)) == 5 << 20


def test_reading_round_damage(tmp_path: Path) -> None:
    path, captures = write_pages(tmp_path, 5)
    data = bytearray(path.read_bytes())
    data[captures[2].offset + 50] ^= 0xFF
    path.write_bytes(data + b"\x1f\x8b\x08 half a record")
    found: list[Damage] = []
    records = list(read_records(path, types={"response"}, damaged=found.append))
    assert [record.id for record in records] == [captures[at].id for at in (0, 1, 3, 4)]
    assert [(one.offset, one.truncated) for one in found] == [
        (captures[2].offset, False),
        (len(data), False),
    ]
    with pytest.raises(WarcError, match="damaged"):
        list(read_records(path))


def test_memory_stays_flat(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path, _ = write_pages(tmp_path / str(count), count)
        tracemalloc.start()
        for record in read_records(path, types={"response"}):
            assert record.content()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(600) < peak(60) + (1 << 18)


def test_only_the_types_that_are_asked_for(tmp_path: Path) -> None:
    path, captures = write_pages(tmp_path, 2)
    records = list(read_records(path, types={"response"}))
    assert [record.id for record in records] == [capture.id for capture in captures]
    assert all(record.warcinfo["site"] == "lang_son" for record in records)


def test_one_record_at_its_offset(tmp_path: Path) -> None:
    path, captures = write_pages(tmp_path, 3)
    for capture in reversed(captures):
        assert (
            capture_of(
                read_page_at(path, capture.offset), capture.warc_file, "lang_son", "lang_son-1"
            )
            == capture
        )
    for offset in (captures[1].offset + 1, captures[1].offset - 5, path.stat().st_size, 10**9):
        with pytest.raises(WarcError):
            read_page_at(path, offset)


def test_a_revisit_names_what_holds_its_payload(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        first = out.write(exchange("/a"))
        second = out.write(exchange("/b"))
        path = tmp_path / out.current_file
    records = {record.id: record for record in read_records(path)}
    revisit = records[second.id]
    assert revisit.payload == b""
    assert records[revisit.refers_to].content() == PAGE
    assert revisit.refers_to == first.id


def test_captures_of_other_tools(tmp_path: Path) -> None:
    # The digest as wget and others write it: over the chunk framing, in hexadecimal, sha-256.
    framed = answer(b"", b"Transfer-Encoding: chunked", length=False) + chunked(PAGE)
    data = old_record(framed)
    for stated in (b"sha1:" + b"A" * 32, b"sha256:" + b"0" * 64, b"sha1:" + b"0" * 40, b"x"):
        headed = data.replace(b"WARC-Date", b"WARC-Payload-Digest: " + stated + b"\r\nWARC-Date", 1)
        (record,) = read_records(saved(tmp_path / "a.warc", headed))
        assert capture_of(record, "a", "b", "c").payload_digest == sha1(PAGE)


def test_a_record_that_is_no_capture(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path, 1)
    for record in read_records(path):
        if record.type != "response":
            with pytest.raises(ValueError, match=record.type):
                capture_of(record, "a", "b", "c")


def test_a_record_without_a_date(tmp_path: Path) -> None:
    data = old_record().replace(b"2019-03-04T05:06:07Z", b"yesterday")
    (record,) = read_records(saved(tmp_path / "a.warc", data))
    with pytest.raises(WarcError, match="yesterday"):
        capture_of(record, "a", "b", "c")


def test_a_resource_record(tmp_path: Path) -> None:
    data = old_record(PAGE).replace(b"WARC-Type: response", b"WARC-Type: resource")
    data = data.replace(b"application/http;msgtype=response", b"text/html")
    (record,) = read_records(saved(tmp_path / "a.warc", data))
    assert (record.type, record.status, record.content_type) == ("resource", 0, "text/html")
    assert record.content() == PAGE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T03:04:05Z", datetime(2024, 5, 1, 3, 4, 5, 0, UTC)),
        ("2024-05-01T03:04:05.6Z", datetime(2024, 5, 1, 3, 4, 5, 600000, UTC)),
        ("2024-05-01T03:04:05.123456789Z", datetime(2024, 5, 1, 3, 4, 5, 123456, UTC)),
        ("2024-05-01T10:04:05+07:00", datetime(2024, 5, 1, 3, 4, 5, 0, UTC)),
        ("2024-05-01T10:04Z", datetime(2024, 5, 1, 10, 4, 0, 0, UTC)),
        ("2024-05-01", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024-05", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024-13-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+07:00", None),
        ("1/5/2024", None),
        ("", None),
    ],
)
def test_dates(text: str, expected: datetime | None) -> None:
    assert parse_date(text) == expected


def test_fields() -> None:
    block = "software: a\r\nnote: hai\r\n dòng\r\nnote: khác\r\n lạc\r\nno colon\r\nisPartOf: x: y"
    assert parse_fields(block.encode()) == {"software": "a", "note": "hai dòng", "isPartOf": "x: y"}


@given(data=st.binary(max_size=300), flips=st.lists(st.tuples(st.integers(0), st.integers(1, 255))))
def test_any_bytes_give_records_or_a_warc_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, flips: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.warc"
    broken = bytearray(old_record() * 2 + gzip.compress(old_record()))
    for at, change in flips:
        broken[at % len(broken)] ^= change
    zipped = bytearray(gzip.compress(old_record(), mtime=0) * 2)
    for at, change in flips:
        zipped[at % len(zipped)] ^= change
    for content in (data, b"WARC/1.0\r\n" + data, gzip.compress(data), broken, zipped):
        path.write_bytes(content)
        try:
            for record in read_records(path):
                _ = (record.url, record.status, record.http_headers, bytes(record.payload))
        except WarcError as error:
            assert 0 <= error.offset <= len(content)
