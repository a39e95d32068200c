"""Being asked to end before the crawl's engine listens to signals: noted, and passed on to it."""

from __future__ import annotations

import os
import signal
from types import FrameType


class EarlyStop:
    """Notes SIGINT and SIGTERM from ``listen`` on, until Scrapy takes the signals over."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """Take the signals. Works in a process's main thread alone (ValueError elsewhere)."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def pass_on(self) -> None:
        """Ask again what was asked too early; to be called when Scrapy listens."""
        if self.asked:
            os.kill(os.getpid(), signal.SIGINT)
