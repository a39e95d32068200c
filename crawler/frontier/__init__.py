"""A frontier for Scrapy that a crash cannot make forget.

The guarantee, held by ``tests/frontier``: **every request that the frontier has accepted is
answered to its end - callback exhausted, every request of it stored, every item of it out of the
pipelines - or kept with the reason why not, no matter when and how often the processes of the
crawl are killed; what is fetched again after a kill is at most what was in flight.**

How: requests lie in a SQLite database. One that goes to the engine is leased, not removed; the
lease ends only when the engine itself has let go of the request. A process that dies leaves its
leases behind, and the next one, or a living one beside it, takes them up.

Any Scrapy project turns it on with one line, in its settings::

    ADDONS = {"crawler.frontier.Frontier": 100}

or, where settings are made in code, ``add_to(settings)``. The package imports Scrapy, Twisted and
the standard library only, so it can be lifted out as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .downloading import LeasedDownloader
from .failures import FrontierError, Unstorable
from .reading import Accepted, LeaseReader
from .scheduler import SqliteScheduler
from .store import Counts, Store

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

__all__ = [
    "Counts",
    "Frontier",
    "FrontierError",
    "SqliteScheduler",
    "Store",
    "Unstorable",
    "add_to",
]

DEFAULTS: dict[str, object] = {
    # Where the database lies; {name} is the spider's name, made safe for a file name.
    "FRONTIER_PATH": "data/frontier/{name}.db",
    # "oldest" or "newest" first among requests of one priority.
    "FRONTIER_TIES": "oldest",
    # Seconds without a sign of life after which another process takes up a process's leases.
    # A process that is known to be dead is not waited for.
    "FRONTIER_LEASE_SECONDS": 60.0,
    # Seconds for which an interrupted run is continued as the same run; later, a new run inherits
    # its queue and looks at every listing again.
    "FRONTIER_RESUME_SECONDS": 6 * 3600.0,
    # When a request that failed for a passing reason is tried again, by this run or a later one.
    "FRONTIER_NEXT_TRIES": (3600.0, 86400.0, 7 * 86400.0),
    # A request in whose flight so many processes have died is put aside as failed.
    "FRONTIER_MAX_DEATHS": 10,
    # Keys of Request.meta that need not outlive the process, such as objects of other parts.
    "FRONTIER_TRANSIENT_META": (),
}
"""Every setting of the frontier, with its default."""


def add_to(settings: BaseSettings, priority: str = "addon") -> None:
    """Turn the frontier on in ``settings``; what they already say of it stays."""
    for name, value in DEFAULTS.items():
        if settings.get(name) is None:
            settings.set(name, value, "default")
    settings.set("SCHEDULER", SqliteScheduler, priority)
    settings.set("DOWNLOADER", LeasedDownloader, priority)
    # The reader lies nearest to the engine, so that it sees what really leaves the spider's side;
    # the other nearest to the spider, so that it sees only responses that reach a callback.
    middlewares = dict(settings.getdict("SPIDER_MIDDLEWARES"))
    middlewares[LeaseReader] = -1000
    middlewares[Accepted] = 100_000
    settings.set("SPIDER_MIDDLEWARES", middlewares, priority)


class Frontier:
    """The Scrapy add-on: name it in ``ADDONS``."""

    def update_settings(self, settings: BaseSettings) -> None:
        add_to(settings)
