"""Turning the frontier on: its settings, and its four parts in their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .downloading import LeasedDownloader
from .failures import FrontierError
from .reading import Accepted, LeaseReader
from .scheduler import SqliteScheduler

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

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
    # Begin with the next try of what has failed for a passing reason, whenever it would be due.
    "FRONTIER_NEXT_TRY_AT_ONCE": False,
    # A request in whose flight so many processes have died is put aside as failed.
    "FRONTIER_MAX_DEATHS": 10,
    # Keys of Request.meta that need not outlive the process, such as objects of other parts.
    "FRONTIER_TRANSIENT_META": (),
}
"""Every setting of the frontier, with its default."""


_PARTS: dict[str, type[Any]] = {"SCHEDULER": SqliteScheduler, "DOWNLOADER": LeasedDownloader}

# The reader lies nearest to the engine, so that it sees what really leaves the spider's side; the
# other nearest to the spider, so that it sees only responses that reach a callback.
_MIDDLEWARES: dict[type[Any], int] = {LeaseReader: -1000, Accepted: 100_000}


def add_to(settings: BaseSettings, priority: str = "addon") -> None:
    """Turn the frontier on in ``settings``; what they already say of it stays.

    Raises FrontierError where they name another scheduler or downloader with a higher priority.
    """
    for name, value in DEFAULTS.items():
        if settings.get(name) is None:
            settings.set(name, value, "default")
    for name, part in _PARTS.items():
        settings.set(name, part, priority)
        if settings[name] is not part:
            raise FrontierError(
                f"{name} is set to {settings[name]!r}, and the frontier needs {part.__name__}; "
                "take the setting out, or make yours a subclass of that and place it yourself"
            )
    for middleware, order in _MIDDLEWARES.items():
        settings.setdefault_in_component_priority_dict("SPIDER_MIDDLEWARES", middleware, order)


class Frontier:
    """The Scrapy add-on: name it in ``ADDONS``."""

    def update_settings(self, settings: BaseSettings) -> None:
        add_to(settings)
