"""Processes that are forked from one which has loaded everything: a start for a tenth of the cost.

Loading Scrapy, Twisted and the rules of extraction takes most of a second of CPU, as much as
fetching and reading some eighty pages, and every process that does it for itself keeps a copy in
memory. A ``Nursery`` does it once: a process that loads a module and then only forks. It runs no
thread, no event loop and opens no database, so that nothing is there which a fork could copy in
an unsound state; what it forks is as separate from its siblings as any other process.

    with Nursery("crawler.one_site") as nursery:
        process = nursery.start()      # runs ``crawler.one_site.main()``

Needs ``fork`` and file descriptors sent over a socket, as every Unix has them.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from types import ModuleType, TracebackType
from typing import IO, NoReturn, Self

from crawler import seed
from crawler.garbage import collect_seldom

_ONE_MORE = b"+"


class NurseryGone(OSError):
    """The process that forks is there no more. What it has forked goes on."""


class Forked:
    """A process that a nursery has started; has what ``subprocess.Popen`` has, as far as needed."""

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self.stdin: IO[str] = open(stdin, "w", encoding="utf-8")  # noqa: SIM115
        self.stdout: IO[str] = open(stdout, encoding="utf-8", errors="replace")  # noqa: SIM115
        self.stderr: IO[str] = open(stderr, encoding="utf-8", errors="replace")  # noqa: SIM115
        self.returncode: int | None = None
        """As of ``subprocess``: negative for a signal; None while it runs, or where the nursery
        went before the process did."""
        self._ended = threading.Event()

    def wait(self) -> int | None:
        """Wait for its end; ``returncode``."""
        self._ended.wait()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if not self._ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def end(self, code: int | None) -> None:
        """Note its end; for the nursery."""
        self.returncode = code
        self._ended.set()


class Nursery:
    """The starter's side. A context manager; what was started outlives it."""

    def __init__(self, module: str) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "crawler.nursery", str(theirs.fileno()), module],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._socket = ours
        self._born: queue.Queue[int] = queue.Queue()
        self._running: dict[int, Forked] = {}
        self._ends: dict[int, int] = {}
        self._lock = threading.Lock()
        self._gone = False
        self._starting = threading.Lock()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Whoever forks ends when the socket is closed.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._listener.join()
        self._socket.close()
        self._process.wait()

    def start(self) -> Forked:
        """Start one more process. Raises NurseryGone, or OSError where no pipes can be made."""
        pipes = [os.pipe(), os.pipe(), os.pipe()]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        ours = [pipes[0][1], pipes[1][0], pipes[2][0]]
        try:
            with self._starting:
                socket.send_fds(self._socket, [_ONE_MORE], theirs)
                pid = self._born.get()
            if pid <= 0:
                self._born.put(pid)
                raise NurseryGone("the process that forks them has ended")
        except OSError as error:
            for fd in ours:
                os.close(fd)
            raise NurseryGone(f"no more processes can be forked: {error}") from error
        finally:
            for fd in theirs:
                os.close(fd)
        forked = Forked(pid, *ours)
        with self._lock:
            if pid in self._ends:
                forked.end(self._ends.pop(pid))
            elif self._gone:
                forked.end(None)
            else:
                self._running[pid] = forked
        return forked

    def _listen(self) -> None:
        with self._socket.makefile("r", encoding="ascii") as lines:
            try:
                for line in lines:
                    pid, _, code = line.strip().partition(" ")
                    if code:
                        self._end(int(pid), int(code))
                    else:
                        self._born.put(int(pid))
            except OSError:
                pass  # As if it had ended.
        with self._lock:
            self._gone = True
            left, self._running = self._running, {}
        for forked in left.values():
            forked.end(None)
        self._born.put(0)

    def _end(self, pid: int, code: int) -> None:
        with self._lock:
            forked = self._running.pop(pid, None)
            if forked is None:
                self._ends[pid] = code
        if forked is not None:
            forked.end(code)


def load(name: str) -> ModuleType:
    """Import a module, and let it load by its function ``prepare``, if it has one, what it needs.

    Without numpy, which sqlite-utils would load for itself: a fifth of a crawl's start.
    """
    if "numpy" not in sys.modules and "sqlite_utils" not in sys.modules:
        sys.modules["numpy"] = None  # type: ignore[assignment]
        try:
            importlib.import_module("sqlite_utils")
        finally:
            del sys.modules["numpy"]
    module = importlib.import_module(name)
    prepare = getattr(module, "prepare", None)
    if prepare is not None:
        prepare()
    return module


def main() -> int:
    """Load the module named, then fork whenever the starter asks; a fork ends with its ``main``."""
    link = socket.socket(fileno=int(sys.argv[1]))
    module = load(sys.argv[2])
    gc.collect()
    collect_seldom()  # Its marks would also make every process's own copy of it all.
    woken, wakes = socket.socketpair()
    woken.setblocking(False)
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    before = signal.signal(signal.SIGCHLD, lambda number, frame: None)
    while True:
        ready, _, _ = select.select([link, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            _tell_ends(link)
        if link in ready:
            asked, fds, _, _ = socket.recv_fds(link, len(_ONE_MORE), 3)
            if not asked:
                return 0
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, before)
                for end in (link, woken, wakes):
                    end.close()
                _be_born(module, fds)
            for fd in fds:
                os.close(fd)
            _say(link, f"{pid}\n")


def _tell_ends(link: socket.socket) -> None:
    """Reap what has ended, and tell how."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say(link, f"{pid} {os.waitstatus_to_exitcode(status)}\n")


def _say(link: socket.socket, line: str) -> None:
    with suppress(OSError):  # The starter has gone: the next look at the socket tells so.
        link.sendall(line.encode("ascii"))


def _be_born(module: ModuleType, fds: list[int]) -> NoReturn:
    """In the fork: a session and standard streams of its own, then the module's ``main``."""
    seed.born_of_nursery = True
    os.setsid()
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
        os.close(fd)
    code: int = module.main()
    # Python would take everything apart that it shares with its siblings, and so copy it first:
    # half of what a process costs beside its crawl. Here nothing waits for that.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
