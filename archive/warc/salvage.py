"""Every whole record of a file that may be damaged, and where the damage lies."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from archive.warc.framing import (
    LINE_START,
    PIECE,
    RawRecord,
    RecordStream,
    WarcError,
    WarcTruncated,
    WarcUnreadable,
)

_GZIP_START = re.compile(rb"\x1f\x8b\x08")
_START = re.compile(rb"WARC/\d+\.\d+\r?\n[A-Za-z]")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Whole(Generic[_T]):
    """A record that can be read to its end, with what the visitor made of it."""

    record: RawRecord
    found: _T


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a file that are no whole record: ``[offset, end)``."""

    offset: int
    end: int
    problem: str
    truncated: bool
    """The file ends inside a record, as after a crash, and nothing whole follows."""

    def __str__(self) -> str:
        return f"bytes {self.offset} to {self.end} are damaged: {self.problem}"


def salvage(
    path: Path,
    visit: Callable[[RawRecord, Iterator[bytes]], _T],
    offset: int = 0,
    end: int | None = None,
) -> Iterator[Whole[_T] | Damage]:
    """Every whole record of a file, and every stretch that is damaged, in their order.

    From byte ``offset``, where a record begins, to the last record that begins before ``end``.
    ``visit`` gets each record and the pieces of its block. After damage the search goes on at
    the next record that can be found, so that one flipped bit does not hide the rest.

    Raises WarcUnreadable when the file cannot be opened or read.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise WarcUnreadable(path, 0, f"cannot be opened: {error}") from error
    limit = size if end is None else min(end, size)
    while offset < limit:
        start = offset
        try:
            with RecordStream(path, offset) as stream:
                while (record := stream.next_record()) is not None:
                    if record.offset >= limit:
                        return
                    start = record.offset
                    found = visit(record, iter(stream.read, b""))
                    stream.finish_record()
                    if record.length:
                        start = offset = record.offset + record.length
                    yield Whole(record, found)
            return
        except WarcUnreadable:
            raise
        except WarcError as error:
            start = max(start, error.offset) if error.offset < size else start
            following = find_record(path, max(start + 1, error.onward))
            offset = size if following is None else following
            cut = isinstance(error, WarcTruncated) and following is None
            yield Damage(start, offset, error.problem, cut)


def find_record(path: Path, offset: int) -> int | None:
    """Where the first record at or after ``offset`` seems to begin; None: nowhere.

    A record begins with a gzip member whose content starts as a WARC record does, or, in a plain
    file, with such a start at the beginning of a line.
    """
    with path.open("rb") as file:
        plain = file.read(5) == b"WARC/"
        base = max(0, offset - 1) if plain else offset
        file.seek(base)
        window = b""
        while data := file.read(PIECE):
            window += data
            for match in (LINE_START if plain else _GZIP_START).finditer(window):
                at = base + match.start() + (1 if plain else 0)
                if at >= offset and (plain or _starts_record(path, at)):
                    return at
            kept = min(len(window), 8)
            base += len(window) - kept
            window = window[-kept:]
    return None


def _starts_record(path: Path, offset: int) -> bool:
    with path.open("rb") as file:
        file.seek(offset)
        try:
            start = zlib.decompressobj(31).decompress(file.read(4096), 64)
        except zlib.error:
            return False
    return _START.match(start) is not None
