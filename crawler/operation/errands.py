"""Work beside the schedule's beat: in a thread of its own, one at a time, ended when it is to end.

The beat begins and ends crawls; whatever takes longer than a moment would hold that up.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

logger = logging.getLogger(__name__)

GLANCE_SECONDS = 0.2
"""How often a process is looked at that may have to be ended."""


class Errand:
    """Work that is done whenever it is asked for; asked for meanwhile, it is done once more after.

    ``work`` is given an event: once it is set, the work should end. What it raises is in the log.
    """

    def __init__(self, name: str, work: Callable[[threading.Event], None]) -> None:
        self._name = name
        self._work = work
        self._stopping = threading.Event()
        self._asked = self._busy = False
        self._news: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Have the work done; returns at once."""
        self._asked = True
        self._news.put(None)

    def idle(self) -> bool:
        """Whether nothing is under way and nothing asked for."""
        return not (self._asked or self._busy)

    def stop(self) -> None:
        """Begin nothing more and have what is under way end; returns at once. A handler of signals
        may call it, in the midst of anything."""
        self._stopping.set()
        self._news.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait for the end after ``stop``; whether it came in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self._news.get()
            if self._stopping.is_set():
                return
            if not self._asked:
                continue
            self._busy = True
            self._asked = False
            try:
                self._work(self._stopping)
            except Exception:
                logger.exception("%s: it failed", self._name)
            finally:
                self._busy = False


def module_run(
    module: str, arguments: Sequence[str], seconds: float
) -> Callable[[threading.Event], None]:
    """Work for an Errand: one of this program's modules, run as a process for so long at most.

    It is ended, with all that it has begun, when its time is over or the event is set; that this
    process is gone, it learns by ``end_with_starter``. Raises RuntimeError where it ended with
    another code than 0, or was not through in time.
    """
    root = str(Path(__file__).resolve().parents[2])
    # -P: no folder of the archive's owner is searched for modules.
    command = [sys.executable, "-P", "-m", module, *arguments]

    def run(stopping: threading.Event) -> None:
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )
        end = time.monotonic() + seconds
        try:
            while process.poll() is None and time.monotonic() < end:
                if stopping.wait(GLANCE_SECONDS):
                    return
            if process.poll() is None:
                raise RuntimeError(f"{module}: ended after {seconds:.0f} s; it goes on next time")
            if process.returncode:
                raise RuntimeError(f"{module}: ended with {process.returncode}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            with process:
                pass

    return run


def end_with_starter() -> None:
    """For the module of a ``module_run``: end this process, and all that it has begun, when the one
    that has started it is gone."""

    def watch() -> None:
        # Not sys.stdin, whose lock would be held when this process ends.
        while os.read(0, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="starter", daemon=True).start()
