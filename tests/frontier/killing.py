"""Crawls of the small site that are killed, and the balance that is drawn afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.frontier.small_site import SmallSite
from tests.waiting import PATIENCE as PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]

KINDS = ("listing", "article", "redirect", "retry", "box")


def kind_of(site: SmallSite, path: str) -> str:
    """What the crawl was doing when it asked for this path the last time."""
    match path.split("/"):
        case ["", "danh-muc", _]:
            return "listing"
        case ["", "chuyen", _]:
            return "redirect"
        case ["", "hop", _]:
            return "box"
    return "article" if site.hits[path] == 1 else "retry"


PATIENCE = 15
"""Requests after which a kill waits no longer for one of its kind."""


@dataclass
class Balance:
    """What became of a crawl that was killed."""

    kills: int = 0
    in_flight: int = 0
    """Leases that the killed processes left, summed over the kills."""
    expected: int = 0
    saved: int = 0
    lost: set[str] = field(default_factory=set)
    doubled: int = 0
    surplus: int = 0
    """Requests beyond those of a crawl that is never killed."""
    by_kind: dict[str, int] = field(default_factory=dict)
    """Kills by what had been asked for last."""
    stats: dict[str, Any] = field(default_factory=dict)


class Crawl:
    """One process that crawls the small site."""

    def __init__(self, site: SmallSite, folder: Path, **settings: Any) -> None:
        self.frontier = folder / "frontier.db"
        plan = {
            "origin": site.origin,
            "frontier": str(self.frontier),
            "articles": str(folder / "articles.db"),
            "settings": settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.frontier.small_crawl", json.dumps(plan)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill(self) -> int | None:
        """SIGKILL now; returns how many leases the process had just then, None if it was done."""
        if self.process.poll() is not None:
            return None
        # Stopped first: the leases are counted before another process can take them up.
        self.process.send_signal(signal.SIGSTOP)
        _, status = os.waitpid(self.process.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            self.process.returncode = os.waitstatus_to_exitcode(status)
            return None
        leased = self._leased()
        self.process.kill()
        self.process.communicate()
        return leased

    def _leased(self) -> int:
        db = sqlite3.connect(self.frontier, timeout=60)
        try:
            found = db.execute(
                "SELECT count(*) FROM requests JOIN workers ON workers.id = requests.worker"
                " WHERE state = 'leased' AND pid = ?",
                (self.process.pid,),
            )
            return int(found.fetchone()[0])
        except sqlite3.OperationalError:  # Killed before it had made its tables.
            return 0
        finally:
            db.close()

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def stats(self, timeout: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Wait for the end; fails if the process complained. To be asked once."""
        out, complaints = self.process.communicate(timeout=timeout)
        assert self.process.returncode == 0, complaints
        assert "Traceback" not in complaints, complaints
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        return found


def crawl_with_kills(
    site: SmallSite, folder: Path, kills: int, processes: int, seed: int
) -> Balance:
    """Crawl until the site is whole; kill one process ``kills`` times on the way.

    A kill waits for a request of a random kind to arrive at the site after some others, then up
    to 30 ms more; a process that was killed is started again. Should the crawl end before, it
    goes on without kills.
    """
    chance = random.Random(seed)
    balance = Balance(expected=len(site.articles))
    crawls = [Crawl(site, folder) for _ in range(processes)]
    # A process that starts when the others have ended the run would rightly begin another one.
    margin = 20 if processes == 1 else 250
    pace = (site.requests_of_a_whole_crawl - margin) // max(1, kills) - PATIENCE
    assert pace > 0, "the site is too small for so many kills"
    while balance.kills < kills:
        kind = chance.choice(KINDS)
        killed = threading.Event()
        if not _wait_for(site, crawls, kind, chance.randint(pace // 3, pace), killed):
            break
        time.sleep(chance.uniform(0, 0.03))
        victim = chance.randrange(processes)
        leases = crawls[victim].kill()
        killed.set()
        if leases is None:  # At its end before the others, which need it no more.
            continue
        balance.in_flight += leases
        balance.kills += 1
        kind = kind_of(site, site.moments[-1][1])
        balance.by_kind[kind] = balance.by_kind.get(kind, 0) + 1
        crawls[victim] = Crawl(site, folder)
    for crawl in crawls:
        balance.stats = crawl.stats(timeout=900)
    return draw(balance, site, folder)


def _wait_for(
    site: SmallSite, crawls: list[Crawl], kind: str, after: int, killed: threading.Event
) -> bool:
    """Wait until ``after`` requests have come and then one of a kind; False at the end.

    Should whoever kills be kept from it by the machine, the site waits with its answers until
    ``killed``, so that the crawl does not come to its end meanwhile.
    """
    arrived = threading.Event()
    start = site.received()
    late = after + 2 * PATIENCE

    def watch(path: str) -> None:
        enough = site.received() - start
        if enough >= after and (kind_of(site, path) == kind or enough >= after + PATIENCE):
            arrived.set()
        if enough >= late:
            killed.wait(PATIENCE_SECONDS)

    site.on_request = watch
    while not arrived.wait(0.02):
        if all(crawl.process.poll() is not None for crawl in crawls):
            return False
    return True


def draw(balance: Balance, site: SmallSite, folder: Path) -> Balance:
    db = sqlite3.connect(folder / "articles.db", timeout=60)
    rows = db.execute("SELECT address, title FROM articles").fetchall()
    db.close()
    addresses = {address for address, _ in rows}
    balance.saved = len(rows)
    balance.lost = site.articles - addresses
    balance.doubled = len(rows) - len({title for _, title in rows})
    balance.surplus = site.received() - site.requests_of_a_whole_crawl
    return balance
