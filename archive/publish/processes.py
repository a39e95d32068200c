"""Several processes that answer for one archive: Python runs on one core at a time in each.

All take their visitors from one socket, which the process that started them opened and keeps.
That one does nothing but watch over them, until it is told to stop.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from archive.database import ArchiveError
from archive.workers import begin_worker, born_deaf

SECRET = "DATASETTE_SECRET"
GLANCE_SECONDS = 0.5
"""How often it is looked whether all still run, and whether a signal came."""
ANSWERING_SECONDS = 5
"""What a process that is told to stop may take to answer whom it has begun to answer."""
FIRST_SECONDS = 2
"""A process that ends sooner than this after its start is not started anew at once."""


@dataclass(frozen=True, slots=True)
class Face:
    """What makes the same face in each process: the archive, its metadata's file, and settings
    that outrank it."""

    archive: Path
    metadata: Path | None
    settings: dict[str, Any] = field(default_factory=dict)


class Server(uvicorn.Server):
    """Answers for an application, and says once that it does."""

    def __init__(self, app: Any, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app, log_level="warning", lifespan="on", access_log=False, server_header=False
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _answer(face: Face, listener: socket.socket, told: Connection) -> None:
    begin_worker()
    from archive.publish.owners_metadata import read_metadata
    from archive.publish.serve import make_face

    made = make_face(face.archive, read_metadata(face.metadata), **face.settings)
    Server(made.app(), lambda: told.send(True)).run(sockets=[listener])


class _Started:
    """One of the processes."""

    def __init__(self, face: Face, listener: socket.socket) -> None:
        context = multiprocessing.get_context("spawn")
        self.told, telling = context.Pipe(duplex=False)
        self.process: BaseProcess = context.Process(target=_answer, args=(face, listener, telling))
        self.began = time.monotonic()
        with born_deaf():
            self.process.start()
        telling.close()

    def wait_until_it_answers(self) -> bool:
        """False where it ended instead."""
        wait([self.told, self.process.sentinel])
        try:
            return bool(self.told.poll() and self.told.recv())
        except EOFError:
            return False

    def stop(self, deadline: float) -> None:
        self.process.join(max(deadline - time.monotonic(), 0))
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.told.close()


def serve_by_several(
    face: Face,
    listener: socket.socket,
    count: int,
    ready: Callable[[], None],
    complain: Callable[[str], None],
) -> None:
    """Answer by ``count`` processes until SIGINT or SIGTERM comes; ``ready`` is called once all
    answer. One that ends by itself is said to ``complain`` and started anew.

    Raises KeyboardInterrupt after SIGINT, as a single process does, and ArchiveError where they
    cannot begin.
    """
    os.environ.setdefault(SECRET, secrets.token_hex(32))  # They know each other's sign-ins.
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    started: list[_Started] = []
    try:
        started += [_Started(face, listener) for _ in range(count)]
        if not all(one.wait_until_it_answers() or came for one in started):
            raise ArchiveError("A process that was to answer ended instead; see above for why.")
        if not came:
            ready()
        while not came:
            wait([one.process.sentinel for one in started], GLANCE_SECONDS)
            for place, one in enumerate(started):
                if not came and one.process.exitcode is not None:
                    complain(f"A process that answered has ended ({one.process.exitcode}); "
                             "another takes its place.")  # fmt: skip
                    time.sleep(max(one.began + FIRST_SECONDS - time.monotonic(), 0))
                    one.told.close()
                    started[place] = _Started(face, listener)
    finally:
        for one in started:
            if one.process.is_alive():
                one.process.terminate()
        deadline = time.monotonic() + ANSWERING_SECONDS
        for one in started:
            one.stop(deadline)
        for number, handler in before.items():
            signal.signal(number, handler)
    if signal.SIGINT in came:
        raise KeyboardInterrupt
