"""A clock that jumps: an event loop on which a year of waiting takes no time.

Where the loop would sleep until its next timer, the clock is put forward to it instead, and with
it every clock of this process (``time.time``, ``datetime.now``, ``time.monotonic``). Nothing that
runs on the loop can tell, so a crawl waits its two seconds between requests and its fifteen minutes
after a 503 as it does in life. Work itself takes no time at all. No threads, no sockets: nothing
else may be waited for.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import time_machine

IDLE_SECONDS = 0.05
"""How long a loop without any timer waits for the world outside."""


STEP_SECONDS = 1e-6
"""How far the clock goes on whenever the loop looks. What is due is then past by more than a float
tells apart: after half a year of seconds that is no nanosecond any more, and a timer that is due
just now would be passed over for ever."""


class JumpingClock:
    """The seconds since ``start``, for the loop and for the whole process."""

    def __init__(self, start: datetime) -> None:
        self.seconds = 0.0
        self._travel = time_machine.travel(start, tick=False)
        self._traveller = self._travel.start()
        self._monotonic = time.monotonic
        since = self._monotonic()
        time.monotonic = jumping = lambda: since + self.seconds
        # Those that have it under a name of their own already.
        for module in [m for n, m in sys.modules.items() if n.startswith("scrapy.")]:
            if getattr(module, "monotonic", None) is self._monotonic:
                module.monotonic = jumping  # type: ignore[attr-defined]

    def jump(self, seconds: float) -> None:
        self.seconds += seconds
        self._traveller.shift(seconds)

    def stop(self) -> None:
        """Give the process its own time back."""
        self._travel.stop()
        time.monotonic = self._monotonic


class _JumpingSelector(selectors.BaseSelector):
    """Looks for events without waiting, and puts the clock forward where there are none."""

    def __init__(self, clock: JumpingClock) -> None:
        self._clock = clock
        self._inner = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = self._inner.select(0)
        if events:
            return events
        if timeout is None:
            return self._inner.select(IDLE_SECONDS)
        self._clock.jump(timeout + STEP_SECONDS)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._inner.get_map()

    def close(self) -> None:
        self._inner.close()


class JumpingLoop(asyncio.SelectorEventLoop):
    """An asyncio event loop on a JumpingClock."""

    def __init__(self, clock: JumpingClock) -> None:
        self._jumping = clock
        super().__init__(_JumpingSelector(clock))

    def time(self) -> float:
        return self._jumping.seconds
