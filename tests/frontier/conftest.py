"""One frontier under a clock of its own, opened as often as a test likes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.frontier.store import Store
from tests.frontier.stores import (
    LEASE,
    NEXT_TRIES,
    RESUME,
    Clock,
    Opener,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Iterator[Opener]:
    """Opens the one frontier again and again, as processes would."""
    stores: list[Store] = []

    def open_store(*, newest_first: bool = False, max_deaths: int = 10) -> Store:
        store = Store(
            tmp_path / "sub" / "frontier.db",
            newest_first=newest_first,
            lease_seconds=LEASE,
            resume_seconds=RESUME,
            next_tries=NEXT_TRIES,
            max_deaths=max_deaths,
            clock=clock,
        )
        stores.append(store)
        store.begin()
        return store

    yield open_store
    for store in stores:
        store.close()
