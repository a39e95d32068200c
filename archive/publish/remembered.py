"""Searches made lately, held until the database changes.

Whoever turns a page, sorts anew, narrows a search or polls its feed asks for the same matches
again, and for some queries (common words that stand side by side nowhere) finding them is nearly
all the work. What is held belongs to one state of the database: which file it is, its size and
time, and the head of the write-ahead log's index, which every commit changes (SQLite's
documentation of the WAL-index header, "iChange"). The state is taken before the reading begins, so
what is held is as new as its state says, or newer.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
State = tuple[str, int, int, int, bytes]

MOST_NUMBERS = 2_000_000
"""Ids that are held at once, 8 bytes each."""
ENTRY = 3_000
"""What an entry counts for besides its ids: a page of results with its facets."""
_HEADER = 48


def state_of(path: str | None) -> State | None:
    """The state of the database at ``path``; None where it cannot be told."""
    if not path:
        return None
    path = os.path.realpath(path)  # the log lies beside the file itself, not beside a link to it
    try:
        told = os.stat(path)
    except OSError:
        return None
    try:
        with open(f"{path}-shm", "rb") as index:
            header = index.read(_HEADER)
    except OSError:
        header = b""
    return path, told.st_ino, told.st_size, told.st_mtime_ns, header


class Memory:
    """What was found, by state and question; the longest unused is given up first. Threads share
    it; two that ask the same at once both look."""

    def __init__(self, most: int = MOST_NUMBERS) -> None:
        self._most = most
        self._held: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Any, value: Any, weight: int) -> None:
        if weight > self._most // 4:
            return
        with self._lock:
            _, before = self._held.pop(key, (None, 0))
            self._held[key] = (value, weight)
            self._weight += weight - before
            while self._weight > self._most:
                _, (_, lost) = self._held.popitem(last=False)
                self._weight -= lost


_memory = Memory()
_reading = threading.local()


@contextmanager
def reading(path: str | None) -> Iterator[None]:
    """Within it, on this thread, what is asked of one database is remembered. ``path``: its file,
    None to remember nothing."""
    _reading.state = state_of(path)
    try:
        yield
    finally:
        _reading.state = None


def remembered(question: tuple[Any, ...], find: Callable[[], T], weight: int = ENTRY) -> T:
    """What ``find`` gives, or what it gave for the same question in the same state. The value is
    shared: nobody may change it."""
    state: State | None = getattr(_reading, "state", None)
    if state is None:
        return find()
    found: T | None = _memory.get((state, question))
    if found is None:
        found = find()
        _memory.put((state, question), found, weight)
    return found


def remembered_ids(question: tuple[Any, ...], find: Callable[[], list[int]]) -> list[int]:
    """The same for ids, which are held as numbers of 8 bytes; the list is the caller's own."""
    state: State | None = getattr(_reading, "state", None)
    if state is None:
        return find()
    held: array[int] | None = _memory.get((state, question))
    if held is not None:
        return held.tolist()
    ids = find()
    _memory.put((state, question), array("q", ids), len(ids) + 100)
    return ids
