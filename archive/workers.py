"""How a process that was started to work begins: it never outlives the one that started it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait

_STOPS = {signal.SIGINT, signal.SIGTERM}


def begin_worker(*, ends_at_ctrl_c: bool = False) -> None:
    """To be called first in a process of a pool.

    Ctrl-C reaches every process of the terminal. Unless ``ends_at_ctrl_c``, the one that gives out
    the work decides what it means.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL if ends_at_ctrl_c else signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


@contextmanager
def born_deaf() -> Iterator[None]:
    """Processes started meanwhile hear of Ctrl-C and SIGTERM only once ``begin_worker`` is called.

    Loading takes them seconds, and a signal would end each of them with a traceback, or be handled
    in a fork as in this process. Here the signals come through when this is left.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _follow(sentinel: int) -> None:
    """End when the parent does: one that is killed cannot tell its workers."""
    wait([sentinel])
    os._exit(1)
