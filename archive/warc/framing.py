"""WARC files as bytes: where each record begins and ends, and whether it is whole.

Walks WARC 1.0 and 1.1 files of any origin: one gzip member for each record (the standard's
way), one member round the whole file, records that run across members, and plain files. What a
block means is not this module's concern.

Memory stays flat whatever the size of a record: blocks are streamed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

# As in archive.warc.content.
from zlib_ng import zlib_ng as zlib

PIECE = 1 << 17
"""Bytes that are read or handed on at a time."""
_MAX_HEADER = 1 << 20
_GZIP = b"\x1f\x8b"
_VERSION = re.compile(rb"WARC/(\d+\.\d+)\r?\n")
LINE_START = re.compile(rb"\nWARC/\d")
"""The end of a line, and a record's beginning on the next one."""


class WarcError(Exception):
    """A WARC file that cannot be read: names the file, the offset in bytes and what is wrong."""

    def __init__(self, path: Path | str, offset: int, problem: str) -> None:
        super().__init__(f"{path}, byte {offset}: {problem}")
        self.path = Path(path)
        self.offset = offset
        self.problem = problem
        self.onward = offset + 1
        """Where the search for another record may go on."""


class WarcTruncated(WarcError):
    """A WARC file that ends inside a record. ``offset`` is where that record begins."""


class WarcUnreadable(WarcError):
    """A file that the disk does not give: nothing is known of its content."""


@dataclass(slots=True)
class RawRecord:
    """A record's header, before its block is read.

    ``offset`` and ``length`` are bytes in the file. ``length`` and ``addressable`` are known
    once the record was read to its end. ``addressable``: the record can be read alone, from its
    offset; False where several records share a gzip member.
    """

    version: str
    headers: list[tuple[str, str]]
    offset: int
    content_length: int
    length: int = 0
    addressable: bool = False
    closed: bool = False
    """Do the two line ends that close a record follow its block?"""

    def get(self, name: str) -> str:
        """The first value of a WARC header, "" where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


class _Source:
    """The file's content with any gzip taken off, and the bounds of gzip members."""

    def __init__(self, file: BinaryIO, path: Path, offset: int) -> None:
        self._file = file
        self._path = path
        self._input = b""
        self._next = offset
        self._member: Any = None  # A decompressor.
        self._out = b""
        self._at = 0  # What of _out is taken.
        self.start = offset
        """Where the current member begins (or, in a plain file, where reading began)."""
        self.fresh = True
        """Nothing of the current member has been taken yet."""
        self.last_start = -1
        """Where the last gzip member began whose content begins like a WARC record."""
        file.seek(offset)
        self._read_input()
        self.compressed = self._input[:2] == _GZIP
        self.empty = not self._input

    @property
    def position(self) -> int:
        """The offset in the file of the next byte; in gzip, of the next member's first byte."""
        return self._next - len(self._input) - (0 if self.compressed else len(self._out) - self._at)

    def _read_input(self) -> bool:
        try:
            data = self._file.read(PIECE)
        except OSError as error:
            raise WarcUnreadable(self._path, self._next, f"unreadable: {error}") from error
        self._input += data
        self._next += len(data)
        return bool(data)

    def fill(self) -> bool:
        """Have at least one byte ready in this member; False at the end of member or file."""
        if self._at < len(self._out):
            return True
        self._at = 0
        if not self.compressed:
            if not self._input:
                self._read_input()
            self._out, self._input = self._input, b""
            return bool(self._out)
        self._out = b""
        while self._member is not None:
            if not self._input and not self._read_input():
                raise WarcTruncated(self._path, self.start, "the file ends inside a gzip member")
            try:
                self._out = self._member.decompress(self._input, PIECE)
            except zlib.error as error:  # type: ignore[misc]  # Its stubs call it a value.
                raise WarcError(self._path, self.start, f"damaged gzip member: {error}") from error
            self._input = self._member.unconsumed_tail
            if self._member.eof:
                self._input = self._member.unused_data
                self._member = None
            if self._out:
                return True
        return False

    def next_member(self) -> bool:
        """Go on to the next gzip member; False at the end of the file."""
        if not self.compressed or self._member is not None or self._at < len(self._out):
            return False
        while len(self._input) < 2 and self._read_input():
            pass
        if not self._input:
            return False
        self.start = self._next - len(self._input)
        self.fresh = True
        if _GZIP[: len(self._input)] != self._input[:2]:
            raise WarcError(self._path, self.start, "no gzip data where the next record should be")
        self._member = zlib.decompressobj(31)
        return True

    def more(self) -> bool:
        """Have at least one byte ready, going on to the next member if need be."""
        while not self.fill():
            if not self.next_member():
                return False
        return True

    def take(self, size: int) -> bytes:
        """At most ``size`` bytes of what is ready."""
        piece = self._out[self._at : self._at + size]
        self._at += len(piece)
        self.fresh = False
        return piece

    def peek(self) -> bytes:
        """The next byte of what is ready."""
        return self._out[self._at : self._at + 1]

    def until(self, end: re.Pattern[bytes], limit: int) -> bytes:
        """Everything through the first match of ``end``; without one, all that there is, or
        somewhat more than ``limit``."""
        found = bytearray()
        while self.more():
            before = len(found)
            if self.fresh and self._out.startswith(b"WARC/", self._at):
                self.last_start = self.start
            found += self.take(PIECE)
            if match := end.search(found, max(0, before - 4)):
                self._at -= len(found) - match.end()
                del found[match.end() :]
                break
            if len(found) > limit:
                break
        return bytes(found)


_HEADER_END = re.compile(rb"\n\r?\n")


class RecordStream:
    """Steps through a WARC file record by record, from ``offset``.

    Use it as a context manager. Raises WarcError for what is no WARC file, cannot be read or is
    damaged, WarcTruncated where the file ends inside a record.
    """

    def __init__(self, path: Path | str, offset: int = 0) -> None:
        self.path = Path(path)
        try:
            self._file = self.path.open("rb")
        except OSError as error:
            raise WarcUnreadable(path, offset, f"cannot be opened: {error}") from error
        try:
            self._source = _Source(self._file, self.path, offset)
        except WarcError:
            self._file.close()
            raise
        self._record: RawRecord | None = None
        self._left = 0
        self._missing = 0

    def __enter__(self) -> RecordStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def next_record(self) -> RawRecord | None:
        """The next record's header; None at the end of the file."""
        self.finish_record()
        source = self._source
        while source.more() and source.peek() in (b"\r", b"\n"):
            source.take(1)  # Stray line ends between records.
        if not source.more():
            return None
        alone = source.fresh or not source.compressed
        offset = source.start if source.compressed else source.position
        head = source.until(_HEADER_END, _MAX_HEADER)
        try:
            record = self._read_header(head, offset)
        except WarcError as error:
            error.onward = self._onward(head, offset)
            raise
        record.addressable = alone
        self._left = record.content_length
        # Known beforehand, so that a wrong length does not have all the rest read each time.
        rest = 0 if source.compressed else self.path.stat().st_size - source.position
        self._missing = 0 if source.compressed else max(0, self._left - rest)
        self._record = record
        return record

    def _read_header(self, head: bytes, offset: int) -> RawRecord:
        version = _VERSION.match(head)
        if not version:
            if any(start.startswith(head) for start in (b"WARC/1.0\r\n", b"WARC/1.1\r\n")):
                raise WarcTruncated(self.path, offset, "the file ends inside a WARC header")
            if offset == 0:
                raise WarcError(self.path, 0, f"not a WARC file: it begins with {head[:24]!r}")
            raise WarcError(self.path, offset, f"no WARC record here, but {head[:24]!r}")
        if not _HEADER_END.search(head):
            if len(head) > _MAX_HEADER:
                raise WarcError(self.path, offset, "a WARC header without an end")
            raise WarcTruncated(self.path, offset, "the file ends inside a WARC header")
        headers = _parse_headers(head[version.end() :])
        record = RawRecord(version[1].decode("ascii"), headers, offset, 0)
        length = record.get("Content-Length").strip()
        if not (length.isascii() and length.isdigit() and len(length) < 19):
            raise WarcError(self.path, offset, f"a record with Content-Length {length!r}")
        record.content_length = int(length)
        return record

    def _onward(self, head: bytes, offset: int) -> int:
        """Where a record may begin, given that none whose header this is does at ``offset``.

        A record's header holds no line that begins a record. So the last such line is the only
        one in these bytes to which their end can belong, and the others need no look, each of
        which would read all the bytes behind it again.
        """
        if self._source.compressed:
            return max(offset + 1, self._source.last_start)
        lines = (found.start() + 1 for found in LINE_START.finditer(head))
        return offset + max(lines, default=max(1, len(head)))

    def read(self) -> bytes:
        """The next piece of the current record's block; b"" at its end."""
        if not self._left or self._record is None:
            return b""
        if self._missing or not self._source.more():
            missing = self._missing or self._left
            raise WarcTruncated(
                self.path, self._record.offset, f"the file ends {missing} bytes before the block"
            )
        piece = self._source.take(self._left)
        self._left -= len(piece)
        return piece

    def finish_record(self) -> None:
        """Read the current record to its end, and set what only its end tells."""
        record = self._record
        if record is None:
            return
        while self.read():
            pass
        source = self._source
        ends = b""
        while len(ends) < 4 and source.fill() and source.peek() in (b"\r", b"\n"):
            ends += source.take(1)
        record.closed = ends == b"\r\n\r\n"
        shared = source.fill() and source.compressed
        record.addressable = record.addressable and not shared and source.start == record.offset
        if not source.compressed:
            record.addressable = True
        record.length = source.position - record.offset if record.addressable else 0
        self._record = None


def _parse_headers(block: bytes) -> list[tuple[str, str]]:
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        text = block.decode("latin-1")
    pairs: list[tuple[str, str]] = []
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        if line[:1] in (" ", "\t") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}")
        elif ":" in line:
            name, _, value = line.partition(":")
            pairs.append((name.strip(), value.strip()))
    return pairs
