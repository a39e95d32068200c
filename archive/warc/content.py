"""Content decoding (RFC 9110, 8.4): from a payload to the page, within a limit of size."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

# Zlib's own interface and errors, in half its time.
from zlib_ng import zlib_ng as zlib

from archive.warc.http import HttpHead

_PIECE = 1 << 20
"""Bytes unpacked at a time: most pages at once."""


class ContentTooLarge(ValueError):
    """Content that grows beyond the limit when decoded."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"content is larger than {limit} bytes when decoded")
        self.limit = limit


class ContentUndecodable(ValueError):
    """Content whose declared encoding cannot be undone."""


def decode_content(payload: bytes | memoryview, head: HttpHead, max_bytes: int) -> bytes:
    """Undo the content encodings that the head names, last one first.

    Lenient as browsers (and Scrapy) are: gzip that breaks off or has a wrong checksum gives what
    came before the break; a body that is not compressed although its head says so is returned as
    it is; an unknown encoding ends the decoding.

    Raises ContentTooLarge when any step gives more than ``max_bytes``, ContentUndecodable when a
    declared encoding gives nothing at all.
    """
    if len(payload) > max_bytes:
        raise ContentTooLarge(max_bytes)
    body = bytes(payload)
    names = ",".join(head.get_all("Content-Encoding")).lower().split(",")
    for name in (name.strip() for name in reversed(names)):
        if not body:
            break
        if name in ("gzip", "x-gzip"):
            body = _bounded(_gunzip(body), max_bytes) if body[:2] == b"\x1f\x8b" else body
        elif name == "deflate":
            body = _bounded(_inflate(body), max_bytes)
        elif name == "br":
            body = _bounded(_unbrotli(body), max_bytes)
        elif name not in ("", "identity"):
            break
    return body


def _bounded(pieces: Iterator[bytes], max_bytes: int) -> bytes:
    out: list[bytes] = []
    size = 0
    for piece in pieces:
        out.append(piece)
        size += len(piece)
        if size > max_bytes:
            raise ContentTooLarge(max_bytes)
    return b"".join(out)


def _stream(decompressor: Any, data: bytes) -> Iterator[bytes]:
    """What a zlib decompressor gives, ``_PIECE`` at a time; ends quietly where the data end."""
    while data and not decompressor.eof:
        piece = decompressor.decompress(data, _PIECE)
        data = decompressor.unconsumed_tail
        if piece:
            yield piece
        elif not data:
            return


def _gunzip(data: bytes) -> Iterator[bytes]:
    """Every member's content; the checksum behind it is not looked at."""
    given = False
    while data[:2] == b"\x1f\x8b":
        # Raw deflate: zlib would keep a short page to itself when its checksum is wrong.
        member = zlib.decompressobj(-15)
        try:
            for piece in _stream(member, data[_gzip_header(data) :]):
                given = True
                yield piece
        except zlib.error as error:  # type: ignore[misc]  # Its stubs call it a value.
            if not given:
                raise ContentUndecodable(f"gzip: {error}") from error
            return
        data = member.unused_data[8:]


def _gzip_header(data: bytes) -> int:
    """Length of a gzip member's header (RFC 1952, 2.3)."""
    flags = data[3] if len(data) > 3 else 0
    at = 10
    if flags & 4:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (8, 16):  # Name and comment, each ended by a zero byte.
        if flags & flag:
            end = data.find(b"\0", at)
            at = len(data) if end < 0 else end + 1
    return at + (2 if flags & 2 else 0)


def _inflate(data: bytes) -> Iterator[bytes]:
    """Content-Encoding "deflate": zlib by the standard, raw deflate from some servers."""
    for wbits in (15, -15):
        given = False
        try:
            for piece in _stream(zlib.decompressobj(wbits), data):
                given = True
                yield piece
            return
        except zlib.error as error:  # type: ignore[misc]
            if given:
                return
            if wbits < 0:
                raise ContentUndecodable(f"deflate: {error}") from error


def _unbrotli(data: bytes) -> Iterator[bytes]:
    try:
        brotli = import_module("brotli")
    except ImportError as error:
        raise ContentUndecodable("brotli: the package 'brotli' is not installed") from error
    decompressor = brotli.Decompressor()
    given = False
    try:
        piece = decompressor.process(data, output_buffer_limit=65536)
        while piece:
            given = True
            yield piece
            if decompressor.is_finished():
                return
            piece = decompressor.process(b"", output_buffer_limit=65536)
    except brotli.error as error:
        if not given:
            raise ContentUndecodable(f"brotli: {error}") from error
