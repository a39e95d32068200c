"""A worker for a crawl's pages, forked when it is needed from a process that was set aside before.

A worker that is started afresh loads all that a crawl has loaded already: most of a second of CPU,
as much as the general rules take for fifty pages, and memory of its own for all of it. A crawl
itself cannot be forked once it runs, with its threads, connections and databases. So one that a
nursery has forked forks a ``Seed`` before it opens anything: a process that only waits, costs some
milliseconds and shares its memory, and forks workers when it is asked to.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar

from archive.records import Unreadable

_LENGTH = struct.Struct("<Q")
_ONE_MORE = b"+"
DEADLY = Unreadable("broken", "the extraction process died on this page")
"""What a page says on which workers die."""
_TRIES = 2
"""Workers that may die on a page: the first may have been killed for the machine's reasons."""

born_of_nursery = False
"""Whether this process was forked from one that has loaded everything (``crawler.nursery``)."""


Sent = TypeVar("Sent")
Said = TypeVar("Said")


class SeedGone(OSError):
    """The process that forks workers is there no more."""


class Seed(Generic[Sent, Said]):
    """The crawl's side. ``read`` is what a worker does with what it is sent, a page."""

    def __init__(self, read: Callable[[Sent], Said]) -> None:
        """Fork it now: in a process that runs no thread and has nothing open."""
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            with suppress(BaseException):
                ours.close()
                _be_seed(theirs, read)
            os._exit(1)
        theirs.close()
        self._link = ours
        self._worker: socket.socket | None = None
        self._turn = asyncio.Lock()
        self.worker_pid = 0
        """Process id of the worker, 0 while there is none."""

    @classmethod
    def planted(cls, read: Callable[[Sent], Said]) -> Self | None:
        """One for a crawl that a nursery has forked; None for any other, which would have to hold
        the memory for it alone."""
        return cls(read) if born_of_nursery else None

    async def read(self, page: Sent) -> Said | Unreadable:
        """What a worker makes of a page; pages have their turns.

        One on which workers die is ``DEADLY``. Raises SeedGone where no worker can be had.
        """
        async with self._turn:
            for _ in range(_TRIES):
                worker = self._worker or self._start()
                try:
                    said: Said = await _ask(worker, page)
                    return said
                except OSError:
                    self._drop()
                except BaseException:  # Given up: what it will answer is nobody's.
                    self._drop()
                    raise
        return DEADLY

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._link, [_ONE_MORE], [theirs.fileno()])
            answer = self._link.recv(_LENGTH.size)
            if len(answer) < _LENGTH.size:
                raise SeedGone("the process that forks workers has ended")
        except OSError:
            ours.close()
            raise
        (self.worker_pid,) = _LENGTH.unpack(answer)
        ours.setblocking(False)
        self._worker = ours
        return ours

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def close(self) -> None:
        """End the worker, at once, and the seed; returns when they have ended."""
        self._link.close()
        self._drop()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


async def _ask(worker: socket.socket, page: object) -> Any:
    """Raises OSError where the worker is gone before it has answered."""
    loop = asyncio.get_running_loop()
    data = pickle.dumps(page, protocol=pickle.HIGHEST_PROTOCOL)
    await loop.sock_sendall(worker, _LENGTH.pack(len(data)))
    await loop.sock_sendall(worker, data)
    (length,) = _LENGTH.unpack(await _receive(worker, _LENGTH.size))
    return pickle.loads(await _receive(worker, length))


async def _receive(worker: socket.socket, length: int) -> bytearray:
    loop = asyncio.get_running_loop()
    data = bytearray(length)
    view = memoryview(data)
    while view:
        received = await loop.sock_recv_into(worker, view)
        if not received:
            raise ConnectionResetError("the extraction process has ended")
        view = view[received:]
    return data


def _be_seed(link: socket.socket, read: Callable[[Any], Any]) -> None:
    """Fork a worker for every socket that comes; end them with the crawl."""
    _let_go_of_streams()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    worker = 0
    while True:
        asked, fds, _, _ = socket.recv_fds(link, len(_ONE_MORE), 1)
        if worker:
            # The one before has died, or its crawl has given it up.
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)
        if not asked:
            os._exit(0)
        worker = os.fork()
        if worker == 0:
            link.close()
            with suppress(BaseException):
                _be_worker(socket.socket(fileno=fds[0]), read)
            os._exit(1)
        os.close(fds[0])
        link.sendall(_LENGTH.pack(worker))


def _be_worker(link: socket.socket, read: Callable[[Any], Any]) -> None:
    stream = link.makefile("rwb")
    while head := stream.read(_LENGTH.size):
        page = pickle.loads(stream.read(*_LENGTH.unpack(head)))
        data = pickle.dumps(read(page), protocol=pickle.HIGHEST_PROTOCOL)
        stream.write(_LENGTH.pack(len(data)))
        stream.write(data)
        stream.flush()
    os._exit(0)


def _let_go_of_streams() -> None:
    """Whoever listens to the crawl must not wait for its pipes' other ends here."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdin, sys.stdout):
        with suppress(OSError, ValueError):
            os.dup2(nothing, stream.fileno())
    os.close(nothing)
