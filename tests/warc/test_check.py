"""Damage of every kind is named, and nothing else is."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
from collections import Counter
from pathlib import Path

import pytest

from archive.warc.check import check_file
from archive.warc.reader import read_records
from archive.warc.writer import WarcError
from tests.warc.samples import PAGE, START, answer, chunked, exchange, write_pages, writer

FRAMED = answer(b"", b"Transfer-Encoding: chunked", length=False) + chunked(PAGE, 50, b";a=1")


def record(block: bytes, *headers: bytes, kind: bytes = b"response") -> bytes:
    lines = [
        b"WARC/1.1",
        b"WARC-Type: " + kind,
        b"WARC-Record-ID: <urn:uuid:11111111-2222-4333-8444-555555555555>",
        b"WARC-Date: 2024-05-01T00:00:00Z",
        b"Content-Type: application/http; msgtype=response",
        *headers,
        b"Content-Length: %d" % len(block),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + block + b"\r\n\r\n"


def kinds(path: Path, data: bytes) -> list[str]:
    path.write_bytes(data)
    return [finding.kind for finding in check_file(path).findings]


def test_a_good_file(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        first = out.write(exchange("/a", FRAMED))
        second = out.write(exchange("/b"))
        out.write(exchange("/c", answer(b"x" * 300_000)))
        path = tmp_path / out.current_file
    report = check_file(path)
    assert report.ok
    assert report.findings == []
    assert report.records == Counter(warcinfo=1, response=2, revisit=1, request=3)
    assert report.digests == 1 + 2 * 5 + 1
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    (target,) = report.revisits
    assert (target.refers_to, target.record_id) == (first.id, second.id)
    assert target.refers_to_url == first.url
    assert target.refers_to_date == START.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert not target.not_modified
    assert [offset for offset, _ in report.ids] == [one.offset for one in read_records(path)]


def test_any_flipped_bit_is_found(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path, 3)
    data = path.read_bytes()
    starts = [one.offset for one in read_records(path)] + [len(data)]
    sha256 = check_file(path).sha256
    rng = random.Random(5)
    unseen = 0
    for _ in range(150):
        at, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
        broken = bytearray(data)
        broken[at] ^= bit
        path.write_bytes(broken)
        report = check_file(path)
        assert report.sha256 != sha256
        member = max(start for start in starts if start <= at)
        if report.ok:
            # Time, system and compression level in a gzip header carry nothing of the record, nor
            # do the bits that fill up the last byte before the checksum.
            end = min(start for start in starts if start > at)
            assert 4 <= at - member < 10 or at == end - 9
            unseen += 1
            continue
        assert any(finding.offset == member for finding in report.findings)
        assert sum(report.records.values()) >= len(starts) - 2
    assert unseen < 15


def test_a_file_that_ends_inside_its_last_record(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path, 2)
    last = list(read_records(path))[-1].offset
    path.write_bytes(path.read_bytes()[:-1])
    report = check_file(path)
    assert not report.ok
    (finding,) = report.findings
    assert (finding.kind, finding.offset) == ("truncated", last)
    assert f"byte {last}" in str(finding)


def test_all_damage_is_named(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path, 6)
    data = bytearray(path.read_bytes())
    starts = [one.offset for one in read_records(path)]
    for number in (2, 5, 6, 9):
        data[starts[number] + 40] ^= 0xFF
    path.write_bytes(data)
    report = check_file(path)
    assert [finding.kind for finding in report.findings] == ["damaged"] * 3
    assert [finding.offset for finding in report.findings] == [
        starts[2],
        starts[5],
        starts[9],
    ]
    assert sum(report.records.values()) == 13 - 4


def test_digests(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    block = hashlib.sha1(FRAMED).hexdigest().encode()
    payload = hashlib.sha256(PAGE).hexdigest().encode()
    framing = FRAMED.partition(b"\r\n\r\n")[2]
    assert kinds(path, record(FRAMED, b"WARC-Block-Digest: SHA-1:" + block)) == []
    assert kinds(path, record(FRAMED, b"WARC-Payload-Digest: sha256:" + payload)) == []
    base32 = base64.b32encode(hashlib.sha256(PAGE).digest())
    assert kinds(path, record(FRAMED, b"WARC-Payload-Digest: sha256:" + base32)) == []
    of_framing = base64.b32encode(hashlib.sha1(framing).digest())
    assert kinds(path, record(FRAMED, b"WARC-Payload-Digest: sha1:" + of_framing)) == ["note"]
    assert kinds(path, record(FRAMED, b"WARC-Payload-Digest: blake9:00")) == ["note"]
    wrong = b"sha1:" + b"A" * 32
    assert kinds(path, record(FRAMED, b"WARC-Block-Digest: " + wrong)) == ["block_digest"]
    assert kinds(path, record(FRAMED, b"WARC-Payload-Digest: " + wrong)) == ["payload_digest"]
    # The payload of a revisit is elsewhere.
    revisit = record(b"HTTP/1.1 200 OK\r\n\r\n", b"WARC-Payload-Digest: " + wrong, kind=b"revisit")
    assert kinds(path, revisit) == []


@pytest.mark.parametrize("header", [b"WARC-Type", b"WARC-Record-ID", b"WARC-Date"])
def test_headers_that_must_be_there(tmp_path: Path, header: bytes) -> None:
    assert kinds(tmp_path / "a.warc", record(FRAMED).replace(header, b"X")) == ["header"]


def test_a_date_that_is_none(tmp_path: Path) -> None:
    data = record(FRAMED).replace(b"2024-05-01T", b"2024-05-99T")
    assert kinds(tmp_path / "a.warc", data) == ["header"]


def test_what_is_odd_but_harmless(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    assert kinds(path, gzip.compress(record(FRAMED) * 2)) == ["note", "note"]
    assert kinds(path, gzip.compress(record(FRAMED)[:-2])) == ["note"]
    assert check_file(path).ok


def test_what_is_no_warc(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert kinds(path, b"<html>") == ["damaged"]
    assert kinds(path, b"") == ["damaged"]
    with pytest.raises(WarcError):
        check_file(tmp_path / "missing")


def test_damage_in_a_plain_file(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    good = record(FRAMED)
    bad = good.replace(b"Content-Length", b"Content-Lenght")
    data = good + bad + good
    path.write_bytes(data)
    report = check_file(path)
    assert [(finding.kind, finding.offset) for finding in report.findings] == [
        ("damaged", len(good))
    ]
    assert report.records == {"response": 2}
