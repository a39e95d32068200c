"""What the writer puts into a file, seen by other tools and byte by byte."""

from __future__ import annotations

import gzip
import os
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator as WarcioIterator
from warcio.checker import Checker

from archive.warc.check import check_file
from archive.warc.file import WarcFile, sha1
from archive.warc.reader import capture_of, read_records
from archive.warc.salvage import find_record
from archive.warc.writer import PayloadRef, WarcError, WarcWriter
from tests.warc.samples import PAGE, START, answer, chunked, exchange, write_pages, writer

GONE = answer(b"", status=b"404 Khong tim thay")


def warcio_passes(path: Path) -> bool:
    """What ``warcio check`` says."""

    class Command:
        verbose = False
        inputs = (str(path),)

    checker = Checker(Command())
    checker.process_all()
    return int(checker.exit_value) == 0


def test_one_gzip_member_for_each_record(tmp_path: Path) -> None:
    path, captures = write_pages(tmp_path, 3)
    data = path.read_bytes()
    offsets = []
    while data:
        member = zlib.decompressobj(31)
        record = member.decompress(data)
        assert member.eof
        assert record.startswith(b"WARC/1.1\r\n")
        assert record.endswith(b"\r\n\r\n")
        offsets.append(path.stat().st_size - len(data))
        data = member.unused_data
    assert [capture.offset for capture in captures] == offsets[1::2]
    assert len(offsets) == 7


def packed_answer(body: bytes, *, frames: bool = False) -> bytes:
    if frames:
        head = answer(b"", b"Content-Encoding: gzip", b"Transfer-Encoding: chunked", length=False)
        return head + chunked(body)
    return answer(body, b"Content-Encoding: gzip")


@pytest.mark.parametrize("frames", [False, True])
def test_what_came_compressed_is_not_compressed_again(tmp_path: Path, frames: bool) -> None:
    # More than the longest stored block, and nothing that gzip could make smaller.
    body = gzip.compress(os.urandom(150_000))
    with writer(tmp_path) as out:
        capture = out.write(exchange(response=packed_answer(body, frames=frames)))
        path = tmp_path / out.current_file
    assert capture.length < len(packed_answer(body, frames=frames)) + 1000
    record = next(record for record in read_records(path) if record.type == "response")
    assert bytes(record.payload) == body
    with path.open("rb") as file:
        fast = [one.reader.read() for one in FastIterator(file, parse_http=False)]
    assert fast[1] == packed_answer(body, frames=frames)
    assert check_file(path).ok
    if not frames:
        assert warcio_passes(path)
    assert gzip.decompress(path.read_bytes()).count(b"WARC/1.1\r\n") == 3


@pytest.mark.parametrize(
    ("body", "smaller"),
    [
        pytest.param(b"gzip, says its head only. " * 4000, True, id="not packed"),
        pytest.param(b"\x1f\x8b\x08" * 40_000, True, id="beginnings without end"),
        pytest.param(
            gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n") * 20, False, id="posing"
        ),
    ],
)
def test_a_site_cannot_put_members_of_its_own_into_the_file(
    tmp_path: Path, body: bytes, smaller: bool
) -> None:
    with writer(tmp_path) as out:
        capture = out.write(exchange(response=packed_answer(body)))
        path = tmp_path / out.current_file
    assert (capture.length < len(body) / 2) == smaller
    record = next(record for record in read_records(path) if record.type == "response")
    assert bytes(record.payload) == body
    end = capture.offset + capture.length
    assert find_record(path, capture.offset + 1) == end
    assert b"\x1f\x8b\x08" not in path.read_bytes()[capture.offset + 1 : end]


def test_headers_of_the_records(tmp_path: Path) -> None:
    path, (capture,) = write_pages(tmp_path, 1, operator="Phòng lưu trữ", info={"cau": "hinh"})
    warcinfo, response, request = read_records(path)
    assert warcinfo.header("WARC-Filename") == path.name == capture.warc_file
    assert warcinfo.warcinfo["operator"] == "Phòng lưu trữ"
    assert warcinfo.warcinfo["isPartOf"] == "lang_son-1"
    assert warcinfo.warcinfo["cau"] == "hinh"
    assert warcinfo.warcinfo["format"] == "WARC File Format 1.1"
    expected = {
        "WARC-Date": "2024-05-01T03:04:05.678901Z",
        "WARC-IP-Address": "192.0.2.7",
        "WARC-Target-URI": "http://congdoan.example.vn/tin-0.html",
        "WARC-Warcinfo-ID": warcinfo.header("WARC-Record-ID"),
    }
    for record in (response, request):
        assert {name: record.header(name) for name in expected} == expected
        assert record.header("WARC-Block-Digest") == sha1(record.block)
        assert record.payload_digest == sha1(record.payload)
    assert request.header("WARC-Concurrent-To") == f"<urn:uuid:{capture.id}>"


def test_other_tools_read_the_same(tmp_path: Path) -> None:
    path, captures = write_pages(tmp_path, 4)
    ours = [(record.type, record.offset, record.block) for record in read_records(path)]
    with path.open("rb") as file:
        fast = [
            (record.headers["WARC-Type"], record.stream_pos, record.reader.read())
            for record in FastIterator(file, parse_http=False)
        ]
    assert fast == ours
    with path.open("rb") as file:
        contents = [
            record.content_stream().read()
            for record in WarcioIterator(file)
            if record.rec_type == "response"
        ]
    assert contents == [PAGE + b"<!-- %d -->" % number for number in range(4)]
    assert warcio_passes(path)
    assert len(captures) == 4


def test_where_warcio_is_wrong_about_chunks_this_check_is_right(tmp_path: Path) -> None:
    framed = answer(b"", b"Transfer-Encoding: chunked", length=False) + chunked(PAGE)
    with writer(tmp_path) as out:
        capture = out.write(exchange(response=framed))
        path = tmp_path / out.current_file
    assert capture.payload_digest == sha1(PAGE)
    assert check_file(path).ok
    # When this fails, warcio has learnt it: tell the documentation of ``archive.warc.check``.
    assert not warcio_passes(path)


def test_a_known_payload_becomes_a_revisit(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        first = out.write(exchange("/a"))
        second = out.write(exchange("/b", started_at=START + timedelta(seconds=1)))
        path = tmp_path / out.current_file
    assert (first.record_type, second.record_type) == ("response", "revisit")
    assert second.refers_to == first.id
    assert (second.payload_digest, second.payload_bytes) == (first.payload_digest, len(PAGE))
    revisit = next(record for record in read_records(path) if record.type == "revisit")
    assert revisit.block == answer()[: -len(PAGE)]
    assert revisit.refers_to == first.id
    assert revisit.refers_to_url == first.url
    assert revisit.refers_to_date == START
    assert revisit.header("WARC-Profile").endswith("/revisit/identical-payload-digest")
    assert warcio_passes(path)


@pytest.mark.parametrize(
    ("response", "fields"),
    [
        (answer(b""), {}),
        (answer(status=b"404 Not Found"), {}),
        (answer(), {"truncated": "disconnect"}),
        (b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', {}),
    ],
    ids=["empty", "error", "cut", "not modified, of what is unknown"],
)
def test_what_never_becomes_a_revisit(
    tmp_path: Path, response: bytes, fields: dict[str, str]
) -> None:
    with writer(tmp_path) as out:
        out.write(exchange("/a"))
        out.write(exchange("/b", response, **fields))
        last = out.write(exchange("/c", response, **fields))
    assert last.record_type == "response"


def test_a_cut_payload_is_no_source_of_revisits(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        out.write(exchange("/a", truncated="time"))
        assert out.write(exchange("/b")).record_type == "response"


def test_a_forged_collision_is_stored(tmp_path: Path) -> None:
    # The same digest of a payload of another length: only an attack, or a broken row, gives it.
    other = PayloadRef("1" * 36, "http://a.vn/", START, sha1(PAGE), len(PAGE) + 1)
    with writer(tmp_path, seen_payload=lambda digest: other) as out:
        assert out.write(exchange()).record_type == "response"


def test_rotation_by_size(tmp_path: Path) -> None:
    with writer(tmp_path, max_bytes=2500) as out:
        captures = [
            out.write(exchange(f"/{number}", answer(os.urandom(700)))) for number in range(5)
        ]
    files = sorted(path.name for path in tmp_path.iterdir())
    assert sorted({capture.warc_file for capture in captures}) == files
    assert len(files) == 3
    for name in files:
        report = check_file(tmp_path / name)
        assert report.ok
        assert report.records["warcinfo"] == 1
    for capture in captures:
        records = read_records(tmp_path / capture.warc_file)
        record = next(record for record in records if record.id == capture.id)
        assert capture_of(record, capture.warc_file, "lang_son", "lang_son-1") == capture


def test_the_file_is_open_until_it_is_closed(tmp_path: Path) -> None:
    out = writer(tmp_path)
    assert list(tmp_path.iterdir()) == []
    capture = out.write(exchange())
    assert [path.name for path in tmp_path.iterdir()] == [f"{capture.warc_file}.open"]
    out.close()
    out.close()
    assert [path.name for path in tmp_path.iterdir()] == [capture.warc_file]
    with pytest.raises(WarcError, match="closed"):
        out.write(exchange())


def test_two_writers_of_one_second_do_not_meet(tmp_path: Path) -> None:
    first, second = writer(tmp_path), writer(tmp_path)
    names = {first.write(exchange()).warc_file, second.write(exchange()).warc_file}
    assert len(names) == 2
    first.close()
    second.close()
    assert {path.name for path in tmp_path.iterdir()} == names


def test_metadata(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        capture = out.write(exchange())
        fields = {"via": "http://congdoan.example.vn/", "note": "hai\r\ndòng", "empty": " "}
        record_id = out.write_metadata(capture.url, fields, concurrent_to=capture.id)
        path = tmp_path / out.current_file
    record = list(read_records(path))[-1]
    assert (record.type, record.id, record.url) == ("metadata", record_id, capture.url)
    assert record.block == "via: http://congdoan.example.vn/\r\nnote: hai dòng\r\n".encode()
    assert record.header("WARC-Concurrent-To") == f"<urn:uuid:{capture.id}>"


@pytest.mark.parametrize(
    "broken",
    [
        {"response_bytes": b""},
        {"url": ""},
        {"url": "http://a.vn/ b"},
        {"url": "http://a.vn/\r\nWARC-Type: response"},
        {"started_at": datetime(2024, 1, 1)},
    ],
)
def test_what_no_warc_can_hold(tmp_path: Path, broken: dict[str, Any]) -> None:
    with writer(tmp_path) as out, pytest.raises(ValueError):
        out.write(exchange(**broken))
    assert list(tmp_path.iterdir()) == []


def test_unknown_level(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="level"):
        WarcWriter(tmp_path, "a", "b", software="c", level="both")


def test_names_that_are_no_file_names(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "../a b/ð", "c", software="d", fsync=True) as out:
        name = out.write(exchange()).warc_file
    assert (tmp_path / name).parent == tmp_path
    assert (tmp_path / name).exists()


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WarcError, match="no file can be created"):
        writer(tmp_path / "file").write(exchange())


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data)[:11]))
    path, _ = write_pages(tmp_path, 2)
    assert check_file(path).ok


def test_a_taken_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(b"mine")
    (tmp_path / "b.warc.gz.open").write_bytes(b"mine")
    assert WarcFile.create(tmp_path / "a.warc.gz", fsync=False) is None
    assert WarcFile.create(tmp_path / "b.warc.gz", fsync=False) is None


@given(
    body=st.binary(max_size=300),
    headers=st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=4),
    reason=st.binary(max_size=20).filter(lambda text: b"\n" not in text),
)
def test_any_bytes_come_back_and_the_capture_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, headers: list[bytes], reason: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    response = answer(body, *headers, status=b"200 " + reason, length=False)
    with writer(folder) as out:
        sent = exchange(response=response)
        captures = [out.write(sent), out.write(exchange("/2", response))]
        path = folder / out.current_file
    records = [one for one in read_records(path) if one.type in ("response", "revisit")]
    assert records[0].block == response
    assert [capture_of(one, path.name, "lang_son", "lang_son-1") for one in records] == captures
    assert check_file(path).ok
    assert gzip.decompress(path.read_bytes()).count(b"WARC/1.1\r\n") >= 5
