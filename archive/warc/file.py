"""One WARC file being written: created under a lock, appended to record by record, closed."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

from archive.warc.framing import WarcError

OPEN_SUFFIX = ".open"
"""What a file's name ends with until its writer closes it."""
_PIECE = 1 << 18


def sha1(data: bytes | bytearray | memoryview) -> str:
    """A digest as WARC headers carry it.

    >>> sha1(b"")
    'sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


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

    def append(self, headers: Mapping[str, str], block: bytes | memoryview) -> int:
        """Append a record as one gzip member; its length in the file.

        Adds the block's digest and length to the headers. Raises OSError: call ``undo`` then.
        """
        lines = ["WARC/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        lines += [f"WARC-Block-Digest: {sha1(block)}", f"Content-Length: {len(block)}", "", ""]
        compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
        start = self.end
        out = bytearray(compressor.compress("\r\n".join(lines).encode()))
        view = memoryview(block)
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
