"""HTTP/1.x messages as bytes: where the head ends, what it says, what the payload is.

Reads what servers really send (bare LF line ends, header lines without a colon, chunk
extensions, trailers, wrong lengths) and never raises on it: a message that breaks off or breaks
the rules gives what can be read of it, and says so. Pure functions, no I/O.

Two decodings lie between the wire and the page. Transfer decoding (RFC 9112, 7) removes the
chunk framing and gives the *payload* of the WARC standard; content decoding (RFC 9110, 8.4,
``content``) removes gzip and the like and gives the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

MAX_HEAD = 1 << 20
"""A head longer than this many bytes is not read as one."""
_MAX_CHUNK_LINE = 1 << 16
_STATUS_LINE = re.compile(rb"(HTTP/\d+(?:\.\d+)?)[ \t]+(\d{3})(?:[ \t](.*))?", re.DOTALL)
_HEAD_END = re.compile(rb"\n\r?\n")
_HEX = re.compile(rb"[0-9a-fA-F]{1,15}")


@dataclass(frozen=True, slots=True)
class HttpHead:
    """The head of a response or request.

    ``size`` counts its bytes with the empty line; ``complete`` is False when that line never
    came. ``status`` is 0 where the first line is no status line.
    """

    version: str
    status: int
    reason: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    size: int
    complete: bool

    def get_all(self, name: str) -> list[str]:
        """Every value of a header, as text: UTF-8, or Latin-1 where it is not UTF-8."""
        wanted, size = name.lower().encode("ascii"), len(name)
        # Asked of every page many times.
        return [
            _text(value)
            for key, value in self.headers
            if len(key) == size and key.lower() == wanted
        ]

    def get(self, name: str) -> str:
        """The last value of a header, "" where there is none. (Scrapy reads the last, too.)"""
        values = self.get_all(name)
        return values[-1] if values else ""

    def location(self, url: str) -> str:
        """The Location header made absolute, "" where there is none."""
        target = self.get("Location")
        if not target:
            return ""
        try:
            return urljoin(url, target)
        except ValueError:
            return target


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A whole message: head, payload after transfer decoding, and whether it ended well.

    ``complete`` is False when fewer bytes came than the head announced, or when the chunk
    framing broke. A payload that ends with the connection is complete.
    """

    head: HttpHead
    payload: bytes | memoryview
    complete: bool


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def head_end(data: bytes | bytearray, start: int = 0) -> int:
    """Where the head that begins at ``start`` ends: the offset after its empty line, or -1 when
    that has not come.

    >>> head_end(b"HTTP/1.1 200 OK\\r\\n\\r\\nbody")
    19
    """
    found = _HEAD_END.search(data, start, start + MAX_HEAD)
    return found.end() if found else -1


_NO_HEAD = HttpHead("", 0, b"", (), 0, False)


def parse_head(data: bytes | bytearray, *, request: bool = False) -> HttpHead:
    """Read the head at the start of ``data``; anything after the head is left alone.

    Data that begin with no status line are no response: an empty head of size 0.
    """
    if not request and data[:5] != b"HTTP/":
        return _NO_HEAD
    end = head_end(data)
    complete = end >= 0
    size = end if complete else min(len(data), MAX_HEAD)
    lines = [line.removesuffix(b"\r") for line in bytes(data[:size]).split(b"\n")]
    first = _STATUS_LINE.fullmatch(lines[0])
    version, status, reason = "", 0, b""
    if first:
        version, status = first[1].decode("ascii"), int(first[2])
        reason = first[3] or b""
    elif not request:
        return _NO_HEAD
    fields: list[bytes] = []
    for line in lines[1:]:
        if not line:
            break
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += line
        else:
            fields.append(line)
    pairs = (field.partition(b":") for field in fields if b":" in field)
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return HttpHead(version, status, reason, headers, size, complete)


def interim_size(data: bytes | bytearray) -> int:
    """How many bytes at the start are interim (1xx) answers, which precede the real one.

    Each byte is looked at once, however many they are.
    """
    total = 0
    while (end := head_end(data, total)) >= 0:
        status = parse_head(data[total:end]).status
        if not 100 <= status < 200 or status == 101:
            break
        total = end
    return total


class Dechunker:
    """Takes the chunk framing (RFC 9112, 7.1) off a body, piece by piece.

    A body that does not begin with a chunk size is passed on unchanged (``passthrough``): many
    tools write the payload without its framing under the original header.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0
        self._state = "size"
        self._seen = False
        self.complete = False
        self.broken = False
        self.passthrough = False

    def feed(self, data: bytes | memoryview) -> bytes:
        """The payload bytes that ``data`` brings."""
        if self.passthrough:
            return bytes(data)
        if self.complete or self.broken:
            return b""
        self._buffer += data
        out = bytearray()
        while self._buffer and not (self.complete or self.broken):
            if self._state == "data":
                taken = min(self._left, len(self._buffer))
                out += self._buffer[:taken]
                del self._buffer[:taken]
                self._left -= taken
                if self._left:
                    break
                self._state = "end"
            elif not self._line():
                break
            if self.passthrough:
                out += self._buffer
                self._buffer.clear()
                break
        return bytes(out)

    def finish(self) -> bytes:
        """The end of the input: a short body without any framing is given out whole."""
        if self._seen or self.passthrough or self.complete:
            return b""
        if len(self._buffer) <= 20 and _may_be_size(self._buffer):
            return b""  # A size line that broke off rather than a payload.
        self.passthrough = True
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest

    def _line(self) -> bool:
        """Take one line of framing; False when it is not whole yet."""
        if self._state == "end":  # The line end after a chunk's data.
            if self._buffer[:1] == b"\n":
                del self._buffer[:1]
            elif len(self._buffer) < 2:
                return False
            elif self._buffer[:2] == b"\r\n":
                del self._buffer[:2]
            else:
                self.broken = True
                return False
            self._state = "size"
            return True
        end = self._buffer.find(b"\n", 0, _MAX_CHUNK_LINE)
        if self._state == "size" and not self._seen and not _may_be_size(self._buffer):
            self.passthrough = True
            return True
        if end < 0:
            self.broken = len(self._buffer) >= _MAX_CHUNK_LINE
            return False
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        if self._state == "trailer":
            del self._buffer[: end + 1]
            self.complete = not line
            return True
        size = line.partition(b";")[0].strip(b" \t")
        if not _HEX.fullmatch(size):
            self.broken = self._seen
            self.passthrough = not self._seen
            return not self.broken
        del self._buffer[: end + 1]
        self._seen = True
        self._left = int(size, 16)
        self._state = "data" if self._left else "trailer"
        return True


def _may_be_size(buffer: bytearray) -> bool:
    """Could this be the start of a chunk-size line?"""
    line = bytes(buffer[:64]).partition(b"\n")
    size = line[0].removesuffix(b"\r").partition(b";")[0].strip(b" \t")
    return not size or _HEX.fullmatch(size) is not None


class MessageReader:
    """Reads a message piece by piece, so that one of any size needs little memory."""

    def __init__(self, *, request: bool = False) -> None:
        self._request = request
        self._start = bytearray()
        self._dechunker: Dechunker | None = None
        self._left: int | None = None
        self.head: HttpHead | None = None
        self.first_body = b""
        """What of the body, framing and all, came together with the head's end."""

    def feed(self, data: bytes) -> bytes:
        """The payload bytes (after transfer decoding) that ``data`` brings."""
        if self.head is None:
            self._start += data
            if head_end(self._start) < 0 and len(self._start) < MAX_HEAD:
                return b""
            data = self._begin()
        return self._body(data)

    def finish(self) -> bytes:
        """The end of the input; returns payload bytes that only the end makes certain."""
        rest = self._body(self._begin()) if self.head is None else b""
        return rest + (self._dechunker.finish() if self._dechunker else b"")

    @property
    def complete(self) -> bool:
        """Did the message end where its head says it ends?"""
        if self.head is None or not self.head.complete:
            return False
        if self._dechunker is not None:
            return self._dechunker.complete or self._dechunker.passthrough
        return not self._left

    def _begin(self) -> bytes:
        head = self.head = parse_head(self._start, request=self._request)
        rest = bytes(self._start[head.size :])
        self._start.clear()
        self.first_body = rest
        self._left = body_length(head, request=self._request)
        if is_chunked(head) and self._left is None:
            self._dechunker = Dechunker()
        return rest

    def _body(self, data: bytes) -> bytes:
        if self._dechunker is not None:
            return self._dechunker.feed(data)
        if self._left is None:
            return data
        data = data[: self._left]
        self._left -= len(data)
        return data


def is_chunked(head: HttpHead) -> bool:
    """Is the last transfer coding "chunked"?"""
    codings = ",".join(head.get_all("Transfer-Encoding")).lower().split(",")
    return codings[-1].strip() == "chunked"


def body_length(head: HttpHead, *, request: bool = False) -> int | None:
    """How many bytes the body has by its head; None: until the framing or the connection ends.

    Content-Length values that contradict each other or are no number count as absent.
    """
    if head.size == 0:
        return None
    if not head.complete:
        return 0
    if not request and (head.status in (204, 304) or 100 <= head.status < 200):
        return 0
    if is_chunked(head):
        return None
    values = ",".join(head.get_all("Content-Length"))
    lengths = {value.strip() for value in values.split(",")} if values else set()
    if len(lengths) == 1 and (length := lengths.pop()).isascii() and length.isdigit():
        return int(length[:18])
    return 0 if request else None


def parse_message(
    data: bytes,
    *,
    request: bool = False,
    head_only: bool = False,
    head: HttpHead | None = None,
) -> HttpMessage:
    """Read a whole response (or request). A plain payload is a view of ``data``, not a copy.

    Data without a status line are all payload. ``head_only``: the answer to a HEAD request,
    which has no payload whatever its head says. ``head``: that of ``data``, where it is read
    already.
    """
    head = head or parse_head(data, request=request)
    body = memoryview(data)[head.size :]
    if head_only:
        return HttpMessage(head, b"", head.complete)
    length = body_length(head, request=request)
    if length is not None:
        return HttpMessage(head, body[:length], head.complete and len(body) >= length)
    if not is_chunked(head):
        return HttpMessage(head, body, head.complete)
    dechunker = Dechunker()
    pieces = [dechunker.feed(body[at : at + 65536]) for at in range(0, len(body), 65536)]
    pieces.append(dechunker.finish())
    complete = head.complete and (dechunker.complete or dechunker.passthrough)
    return HttpMessage(head, b"".join(pieces), complete)
