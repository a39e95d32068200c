"""A page is unpacked as Python's own zlib does it; one with anything wrong is left alone."""

from __future__ import annotations

import gzip
import zlib

import pytest

from crawler.recording.wire import _unpacked

PAGE = "<p>Công đoàn cơ sở thăm hỏi đoàn viên</p>\n".encode() * 50
PACKED = gzip.compress(PAGE, 6, mtime=0)


def by_zlib(packed: bytes, most: int) -> bytes | None:
    """One whole member of at most so many bytes, by the library that everyone has."""
    unpacker = zlib.decompressobj(31)
    try:
        body = unpacker.decompress(packed, most)
    except zlib.error:
        return None
    return body if unpacker.eof and not unpacker.unused_data else None


@pytest.mark.parametrize(
    ("packed", "most", "whole"),
    [
        (PACKED, 10_000, True),
        (gzip.compress(b"", mtime=0), 10_000, True),
        (PACKED, len(PAGE) - 1, False),
        (PACKED[:-1], 10_000, False),
        (PACKED[:-8] + b"\0" * 8, 10_000, False),
        (PACKED + PACKED, 10_000, False),
        (PACKED + b"x", 10_000, False),
        (zlib.compress(PAGE), 10_000, False),
        (PAGE, 10_000, False),
        (b"", 10_000, False),
    ],
)
def test_one_whole_member_is_unpacked_and_nothing_else(
    packed: bytes, most: int, whole: bool
) -> None:
    assert (_unpacked(packed, most) is not None) is whole
    assert _unpacked(memoryview(packed), most) == by_zlib(packed, most)


@pytest.mark.parametrize("change", [0x01, 0x10, 0x80, 0xFF])
def test_a_member_with_a_wrong_byte_gives_what_zlib_gives(change: int) -> None:
    for at in range(len(PACKED)):
        broken = bytearray(PACKED)
        broken[at] ^= change
        assert _unpacked(bytes(broken), 10_000) == by_zlib(bytes(broken), 10_000), at
