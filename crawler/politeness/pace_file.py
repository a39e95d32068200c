"""The file in which processes share the moment when a host may be asked next.

It is looked at before every request, so it is opened once and locked itself, by ``flock``: a lock
file beside it, opened and parsed anew each time, costs thirty times as much.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
import weakref
from collections.abc import Callable
from pathlib import Path

LOCK_SECONDS = 10.0
"""How long another process may hold the file; it does so for some microseconds."""
_LOOK_SECONDS = 0.002
_MOST_BYTES = 200


class PaceFile:
    """A file that holds one number, as JSON. Raises OSError where it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()

    def _open(self) -> None:
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._close = weakref.finalize(self, os.close, self._fd)

    def change(self, rule: Callable[[float], float | None]) -> None:
        """Give the number (0.0 where there is none) to ``rule``; what it gives replaces it.

        None leaves it. Raises OSError: TimeoutError where another process does not let go of it.
        """
        self._lock()
        try:
            now = rule(self._read())
            if now is not None:
                text = json.dumps({"next": now}).encode("ascii")
                # Never shorter than before, so that nobody finds half of each.
                os.pwrite(self._fd, text.ljust(os.fstat(self._fd).st_size), 0)
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _read(self) -> float:
        try:
            return float(json.loads(os.pread(self._fd, _MOST_BYTES, 0))["next"])
        except (ValueError, TypeError, KeyError):
            return 0.0

    def _lock(self) -> None:
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TimeoutError(f"another process holds {self._path}") from None
                time.sleep(_LOOK_SECONDS)
                continue
            if os.fstat(self._fd).st_nlink:
                return
            # Somebody has removed it: the others have begun a new one.
            self._close()
            self._open()
