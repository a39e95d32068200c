"""Lists of captures that come packed, as some servers and most files do."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

GZIP = b"\x1f\x8b"
_PIECE = 1 << 16
_ENCODINGS = ("gzip", "x-gzip", "deflate")


class BadlyPacked(Exception):
    """Packed in a way that was not asked for, broken, or too large unpacked; the text says so."""


def unpacked(chunks: Iterable[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    """What ``chunks`` hold once unpacked, no more than ``limit`` bytes, in pieces of 64 kB.

    ``encoding`` is the Content-Encoding of the answer, "" for none; what begins as gzip does is
    unpacked all the same. Raises BadlyPacked.

    >>> b"".join(unpacked([zlib.compress(b"a list")], "deflate", 100))
    b'a list'
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", *_ENCODINGS):
        raise BadlyPacked(f"it is packed as {encoding[:40]!r}, which nobody asked for")
    feed = iter(chunks)
    first = next(feed, b"")
    while len(first) < 2 and (more := next(feed, b"")):
        first += more
    if not first or (encoding not in _ENCODINGS and not first.startswith(GZIP)):
        yield first
        yield from feed
        return
    # RFC 9110, 8.4.1.2: deflate means zlib, but some servers send it without zlib's head.
    bare = encoding == "deflate" and first[:1] != b"\x78" and not first.startswith(GZIP)
    kind = -zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32
    decoder, size, rest = zlib.decompressobj(kind), 0, first
    while True:
        try:
            piece = decoder.decompress(rest, _PIECE)
        except zlib.error as error:
            raise BadlyPacked(f"it cannot be unpacked: {error}") from error
        size += len(piece)
        if size > limit:
            raise BadlyPacked(f"it is larger than {limit} bytes when unpacked")
        if piece:
            yield piece
        rest = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        if not rest and (decoder.eof or not piece):
            rest = next(feed, b"")
            if not rest:
                break
        if decoder.eof:  # Several packed parts, one behind the other, are one list.
            decoder = zlib.decompressobj(kind)
    if not decoder.eof:
        raise BadlyPacked("what it was packed in broke off")
