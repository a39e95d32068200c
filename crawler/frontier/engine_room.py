"""The two places where the frontier touches what Scrapy's engine keeps for itself.

The engine alone knows when it has let go of a request: after the response (or failure) has gone
through callback or errback, every request that came of it has been given to the scheduler, and
every item has left the pipelines. No signal tells it. ``check`` says so at once, in words, should
another version of Scrapy keep its books elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import scrapy

from .failures import FrontierError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


def check(crawler: Crawler) -> None:
    """Raises FrontierError where the engine is not built as this module expects."""
    slot: Any = getattr(crawler.engine, "_slot", None)
    if not isinstance(getattr(slot, "inprogress", None), set) or not callable(
        getattr(getattr(slot, "nextcall", None), "schedule", None)
    ):
        raise FrontierError(
            f"Scrapy {scrapy.__version__} keeps its requests in progress in another place than "
            "2.19 does; this frontier cannot tell when a request is done"
        )


def in_progress(crawler: Crawler) -> set[Request]:
    """The requests that the engine has not let go of; not to be changed."""
    slot: Any = crawler.engine._slot
    requests: set[Request] = slot.inprogress
    return requests


def wake(crawler: Crawler) -> None:
    """Have the engine ask the scheduler again in its next round."""
    slot: Any = getattr(crawler.engine, "_slot", None)
    if slot is not None:
        slot.nextcall.schedule()
