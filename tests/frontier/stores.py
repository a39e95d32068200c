"""Stores as tests see them: filled, emptied, and left by processes that died."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable

from crawler.frontier.store import Leased, Store

LEASE, RESUME = 60.0, 3600.0
NEXT_TRIES = (100.0, 1000.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


Opener = Callable[..., Store]


def push(store: Store, *names: str, priority: int = 0) -> list[bool]:
    added = [store.push(name.encode(), priority, json.dumps({"url": name})) for name in names]
    store.commit()
    return added


def popped(store: Store) -> Leased:
    lease = store.pop()
    store.commit()
    assert lease is not None
    return lease


def drained(store: Store) -> list[str]:
    found = []
    while (lease := store.pop()) is not None:
        found.append(lease.key.decode())
    store.commit()
    return found


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def pretend_other_process(store: Store, pid: int) -> None:
    """Let the store's process be another one, which then is gone."""
    store.close()
    db = sqlite3.connect(store.path)
    db.execute("UPDATE workers SET pid = ?, birth = '1'", (pid,))
    db.commit()
    db.close()
