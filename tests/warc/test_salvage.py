"""What is whole is found behind any damage; hostile files are read in the time of their bytes."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.warc.framing import RawRecord
from archive.warc.salvage import Damage, salvage

JUNK = b"WARC/1.0\nA: b\n"
CLAIMS = b"WARC/1.0\r\nContent-Length: 999999999\r\n\r\n"
MEGABYTE = 1 << 20


def record(block: bytes) -> bytes:
    head = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: %d\r\n\r\n" % len(block)
    return head + block + b"\r\n\r\n"


def block_of(record: RawRecord, pieces: Iterator[bytes]) -> bytes:
    return b"".join(pieces)


def found(path: Path, data: bytes) -> tuple[list[bytes], list[Damage]]:
    """The blocks of whole records and what is damaged; all bytes are one or the other."""
    path.write_bytes(data)
    whole, damaged, at = [], [], 0
    for part in salvage(path, block_of):
        if isinstance(part, Damage):
            assert part.offset == at
            damaged.append(part)
            at = part.end
        else:
            assert part.record.offset == at
            whole.append(part.found)
            at += part.record.length
    assert at == len(data)
    return whole, damaged


@pytest.mark.parametrize(
    "hostile",
    [
        JUNK * (MEGABYTE // len(JUNK)),
        JUNK * (2 * MEGABYTE // len(JUNK)),
        JUNK * (MEGABYTE // len(JUNK)) + b"\n",
        CLAIMS * (MEGABYTE // len(CLAIMS)),
        b"".join(gzip.compress(JUNK, mtime=0) for _ in range(10_000)),
        b"WARC/1.0\r\n" + b"A: b\r\n" * 400_000,
        b"x\nWARC/1.0\n" * (MEGABYTE // 10),
    ],
    ids=["junk", "much junk", "an end", "claims", "packed", "lines", "no header"],
)
def test_hostile_files_are_read_in_the_time_of_their_bytes(tmp_path: Path, hostile: bytes) -> None:
    """A look at all the rest for each of 75,000 beginnings took hours."""
    begun = time.process_time()
    whole, damaged = found(tmp_path / "a.warc", hostile)
    assert time.process_time() - begun < 30
    assert whole == []
    assert damaged


@pytest.mark.parametrize(
    "junk",
    [
        b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 1@\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: x\r\n",
        JUNK * 100 + b"Content-Length: y\n",
        b"WARC/1.0\r\n" + b"A: b\r\n" * 300_000,
        b"WARC/one\r\n\r\n",
        CLAIMS * 30,
    ],
    ids=["a bad length", "a header cut off", "junk", "a long header", "no version", "claims"],
)
def test_a_whole_record_behind_damage_is_found(tmp_path: Path, junk: bytes) -> None:
    first, second = record(b"m\xe1\xbb\x99t"), record(b"hai\r\n" * 50)
    whole, damaged = found(tmp_path / "a.warc", first + junk + second + second)
    assert whole == [b"m\xe1\xbb\x99t", b"hai\r\n" * 50, b"hai\r\n" * 50]
    assert (damaged[0].offset, damaged[-1].end) == (len(first), len(first) + len(junk))
    assert not any(part.truncated for part in damaged)


def test_a_packed_record_behind_one_without_an_end_is_found(tmp_path: Path) -> None:
    bad = gzip.compress(b"WARC/1.0\r\nContent-Length: z\r\n", mtime=0)
    good = gzip.compress(record(b"tin"), mtime=0)
    whole, damaged = found(tmp_path / "a.warc.gz", good + bad * 3 + good)
    assert whole == [b"tin", b"tin"]
    assert (damaged[0].offset, damaged[-1].end) == (len(good), len(good) + 3 * len(bad))
