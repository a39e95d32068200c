"""One WARC file being written: created under a lock, appended to record by record, closed."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

from archive.warc.framing import WarcError
from archive.warc.http import HttpHead

WARC_SUFFIXES = (".warc", ".warc.gz")
OPEN_SUFFIX = ".open"
"""What a file's name ends with until its writer closes it."""
_PIECE = 1 << 18
_STORED = 0xFFFF
"""The longest stored block."""
_LONGEST_CHUNK_LINE = 20
_MEMBERS = 100
_LITTLE = 4096
"""Bytes that a window of twelve bits holds."""
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


def sha1(data: bytes | bytearray | memoryview) -> str:
    """A digest as WARC headers carry it.

    >>> sha1(b"")
    'sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def packed_from(head: HttpHead, block: bytes | memoryview) -> int:
    """Where in an HTTP message compressed bytes begin that reach to its end; -1 where none do.

    The head may say so of what is not: only bytes that begin as gzip does are believed. A body
    sent in chunks begins with the length of the first.
    """
    if head.get("Content-Encoding").lower() not in ("gzip", "x-gzip"):
        return -1
    body = bytes(block[head.size :])
    found = body.find(_GZIP_HEAD[:3], 0, _LONGEST_CHUNK_LINE)
    # Each makes a block of its own; a page has one.
    return head.size + found if found >= 0 and body.count(_GZIP_HEAD[:3]) <= _MEMBERS else -1


def _member(head: bytes, packed: memoryview, end: bytes) -> bytes:
    """A gzip member (RFC 1952) of three pieces, of which only the first is compressed.

    The others stand in it as stored blocks (RFC 1951, 3.2.4), which begin at whole bytes.
    """
    compressor = _compressor(len(head), raw=True)
    out = bytearray(_GZIP_HEAD)
    out += compressor.compress(head)
    out += compressor.flush(zlib.Z_SYNC_FLUSH)
    for piece in _pieces(bytes(packed)):
        out += _stored(len(piece)) + piece
    out += _stored(len(end), last=True) + end
    checksum = zlib.crc32(end, zlib.crc32(packed, zlib.crc32(head)))
    length = len(head) + len(packed) + len(end)
    return bytes(out + struct.pack("<II", checksum, length & 0xFFFFFFFF))


def _compressor(length: int, *, raw: bool = False) -> zlib._Compress:
    """One for so many bytes, which makes a gzip member, or the stream in it (``raw``).

    What packs a page prepares a quarter of a megabyte for it, which takes ten times as long as to
    pack a record's head. For little, a little window and table find as much.
    """
    window, memory = (12, 5) if length <= _LITTLE else (15, 8)
    return zlib.compressobj(6, zlib.DEFLATED, -window if raw else 16 + window, memory)


def _pieces(packed: bytes) -> Iterator[bytes]:
    """Pieces for stored blocks, cut wherever a gzip member seems to begin.

    Whoever looks for records in a damaged file must not take what a site has packed for one.
    """
    start = 0
    while start < len(packed):
        end = start + _STORED
        found = packed.find(_GZIP_HEAD[:3], start, end + 2)
        if found >= 0:
            end = found + 1
        yield packed[start:end]
        start = end


def _stored(length: int, *, last: bool = False) -> bytes:
    """What stands before a stored block of so many bytes."""
    return struct.pack("<BHH", last, length, length ^ 0xFFFF)


_being_written: WeakSet[WarcFile] = WeakSet()


class WarcFile:
    """``<path>.open``, locked by this process until ``close`` renames it to ``path``."""

    def __init__(self, path: Path, fd: int, *, fsync: bool) -> None:
        self.path = path
        self.end = 0
        """Its length in bytes."""
        self.records = 0
        self._sha256: hashlib._Hash | None = hashlib.sha256()
        self._fd = fd
        self._fsync = fsync
        _being_written.add(self)

    @classmethod
    def create(cls, path: Path, *, fsync: bool) -> WarcFile | None:
        """Create and lock it; None when the name is taken.

        Raises OSError when the folder does not take a file, or knows no locks.
        """
        if path.exists():
            return None
        opened = f"{path}{OPEN_SUFFIX}"
        try:
            fd = os.open(opened, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A recovery that came between creation and lock has removed the empty file.
            if os.path.samestat(os.fstat(fd), os.stat(opened)):
                return cls(path, fd, fsync=fsync)
        except (BlockingIOError, FileNotFoundError):
            pass
        except OSError:
            os.close(fd)
            raise
        os.close(fd)
        return None

    @property
    def usable(self) -> bool:
        """Can it be appended to?"""
        return self._fd >= 0

    def append(
        self, headers: Mapping[str, str], block: bytes | memoryview, *, packed_from: int = -1
    ) -> int:
        """Append a record as one gzip member; its length in the file.

        Adds the block's digest and length to the headers. From byte ``packed_from`` on, unless
        that is negative, the block is compressed already and is put into the member as it is: to
        compress it again would gain nothing, and is most of what a record costs. Raises OSError:
        call ``undo`` then.
        """
        lines = ["WARC/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        lines += [f"WARC-Block-Digest: {sha1(block)}", f"Content-Length: {len(block)}", "", ""]
        head = "\r\n".join(lines).encode()
        start = self.end
        view = memoryview(block)
        if 0 <= packed_from < len(view):
            self._write(_member(head + view[:packed_from], view[packed_from:], b"\r\n\r\n"))
            self.records += 1
            return self.end - start
        compressor = _compressor(len(head) + len(view))
        out = bytearray(compressor.compress(head))
        for at in range(0, len(view), _PIECE):
            out += compressor.compress(view[at : at + _PIECE])
            if len(out) >= _PIECE:
                self._write(bytes(out))
                out.clear()
        out += compressor.compress(b"\r\n\r\n")
        out += compressor.flush()
        self._write(bytes(out))
        self.records += 1
        return self.end - start

    @property
    def sha256(self) -> str:
        """Of all that was written, hex; "" where something had to be taken back."""
        return self._sha256.hexdigest() if self._sha256 is not None else ""

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        if self._sha256 is not None:
            self._sha256.update(view)
        while view:
            written = os.write(self._fd, view)
            self.end += written
            view = view[written:]

    def settle(self) -> None:
        """Bring everything appended to the disk (unless made without fsync)."""
        if self._fsync:
            os.fdatasync(self._fd)

    def settle_folder(self) -> None:
        """Bring the file's name to the disk."""
        if self._fsync:
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def undo(self, end: int, error: OSError) -> WarcError:
        """Take back what was appended after ``end``, so that the file stays whole.

        Returns the error to raise. A file that cannot even be cut is given up: a recovery cuts
        it later.
        """
        problem = f"cannot be written: {error}"
        self._sha256 = None
        try:
            os.ftruncate(self._fd, end)
            os.lseek(self._fd, end, os.SEEK_SET)
            self.end = end
        except OSError as second:
            problem += f", nor cut back: {second}"
            self._release()
        if end == 0:
            with suppress(OSError):
                os.unlink(f"{self.path}{OPEN_SUFFIX}")
            self._release()
        return WarcError(f"{self.path}{OPEN_SUFFIX}", end, problem)

    def give_up(self) -> None:
        """Let go of it as it is; a recovery keeps what is whole."""
        self._sha256 = None
        self._release()

    def close(self) -> None:
        """Give it its final name and let go of it. Raises WarcError."""
        if self._fd < 0:
            return
        try:
            self.settle()
            os.rename(f"{self.path}{OPEN_SUFFIX}", self.path)
            self.settle_folder()
        except OSError as error:
            raise WarcError(self.path, self.end, f"cannot be closed: {error}") from error
        finally:
            self._release()

    def _release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _let_go() -> None:
    """In a forked child: a worker that outlives its crawl must not keep the lock alive."""
    for file in list(_being_written):
        file._release()


os.register_at_fork(after_in_child=_let_go)
