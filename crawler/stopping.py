"""Being asked to stop: SIGINT (Ctrl-C) and SIGTERM, taken for a while and given back."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def on_stop(
    handle: Callable[[int], object], signals: Sequence[signal.Signals] = STOP_SIGNALS
) -> Iterator[None]:
    """Meanwhile each of the signals calls ``handle`` with its number, in the main thread.

    To be used in the main thread alone (ValueError elsewhere).
    """

    def called(number: int, frame: FrameType | None) -> None:
        handle(number)

    before = {number: signal.signal(number, called) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def first_asks(ask: Callable[[], object], then: Callable[[int], object]) -> Iterator[None]:
    """The first SIGINT or SIGTERM calls ``ask``, every further one ``then`` with its number."""
    asked = False

    def handle(number: int) -> None:
        nonlocal asked
        if asked:
            then(number)
            return
        asked = True
        ask()

    with on_stop(handle):
        yield
