"""The spider's side: evidence that a response has been read to its end.

The engine tells when it has let go of a request (``engine_room``); these tell whether what
happened until then was the whole of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.exceptions import CloseSpider

from .scheduler import scheduler_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class LeaseReader:
    """Spider middleware nearest to the engine: counts what leaves, notes a callback's end."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LeaseReader:
        return cls(crawler)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        scheduler = scheduler_of(self.crawler)
        flight = scheduler.flight_of(response) if scheduler is not None else None
        if scheduler is None or flight is None:
            async for output in result:
                yield output
            return
        try:
            async for output in result:
                if isinstance(output, Request):
                    if output.dont_filter:
                        scheduler.born(output, flight)
                elif output is not None:
                    flight.items_out += 1
                yield output
        except CloseSpider:
            flight.given_back = True
            raise
        flight.exhausted = True

    def process_spider_exception(self, response: Response, exception: Exception) -> None:
        if isinstance(exception, CloseSpider):
            scheduler = scheduler_of(self.crawler)
            flight = scheduler.flight_of(response) if scheduler is not None else None
            if flight is not None:
                flight.given_back = True


class Accepted:
    """Spider middleware nearest to the spider: this response goes to the callback.

    One that another middleware turns away, as Scrapy does with status 404, never comes here.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Accepted:
        return cls(crawler)

    def process_spider_input(self, response: Response) -> None:
        scheduler = scheduler_of(self.crawler)
        flight = scheduler.flight_of(response) if scheduler is not None else None
        if flight is not None:
            flight.accepted = True
