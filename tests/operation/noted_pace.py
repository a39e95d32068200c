"""A pace that notes when it let a host be asked: what a test of manners can rely on.

When a request arrives at a server says less: on a busy machine it may come late, and the next one
on time. Every request has to come after its own permission, and the permissions keep the pace.
"""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from crawler.politeness.pacing import SharedPace

GRANTED: list[float] = []
"""``time.time()`` of each permission, as the pace itself has read it."""
PAUSES: list[tuple[float, float]] = []
"""From when until when a host was to be left alone."""


class NotedPace(SharedPace):
    def __init__(self, folder: Path | None) -> None:
        super().__init__(folder, self._read)
        self._at = 0.0

    def _read(self) -> float:
        self._at = time.time()
        return self._at

    def reserve(self, host: str, delay: float) -> float:
        wait = super().reserve(host, delay)
        if wait <= 0:
            GRANTED.append(self._at)
        return wait

    def pause(self, host: str, seconds: float) -> None:
        super().pause(host, seconds)
        PAUSES.append((self._at, self._at + seconds))


def shortest_gap(ended: dict[str, Any]) -> float:
    """The shortest time between two permissions of a crawl, in seconds, to the millisecond."""
    granted: list[float] = ended["granted"]
    return round(min(later - earlier for earlier, later in pairwise(granted)), 3)


def all_had_leave(ended: dict[str, Any], arrived: list[float]) -> bool:
    """Whether every request that a server got came after a permission of its own."""
    granted: list[float] = ended["granted"]
    return len(arrived) <= len(granted) and all(
        asked >= leave for asked, leave in zip(sorted(arrived), granted, strict=False)
    )
