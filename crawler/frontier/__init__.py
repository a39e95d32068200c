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

from .addon import Frontier, add_to
from .failures import FrontierError, Unstorable
from .scheduler import SqliteScheduler
from .store import Counts, Store

__all__ = [
    "Counts",
    "Frontier",
    "FrontierError",
    "SqliteScheduler",
    "Store",
    "Unstorable",
    "add_to",
]
