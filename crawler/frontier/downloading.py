"""The downloader's side: what a download led to, and one budget per host for all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader import Downloader
from scrapy.utils.asyncio import sleep

from .scheduler import scheduler_of

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.core.downloader.handlers import DownloadHandlers
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.defer import Deferred


class LeasedDownloader(Downloader):
    """Scrapy's downloader, which tells the frontier how each download ended.

    The only place that sees it all: the response, the request that a retry or redirect puts in
    its place, and the failure that no middleware turned into either. Nothing is written into
    ``Request.meta``, so nothing there can be copied to the wrong request.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.handlers: Any = _Budgeted(self.handlers, self)

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Any]:
        fetched: Deferred[Any] = super().fetch(request)
        scheduler = scheduler_of(self.crawler)
        if scheduler is not None:
            fetched.addBoth(scheduler.fetched, request)
        return fetched


class _Budgeted:
    """The download handlers, behind the budget of the host.

    Here and not earlier, because only here is the request really sent: after the downloader's own
    delay, and also for what never passes the scheduler, such as robots.txt.
    """

    def __init__(self, handlers: DownloadHandlers, downloader: Downloader) -> None:
        self._handlers = handlers
        self._downloader = downloader

    async def download_request_async(self, request: Request) -> Response:
        key = self._downloader.get_slot_key(request)
        slot = self._downloader.slots.get(key)
        scheduler = scheduler_of(self._downloader.crawler)
        if slot is not None and slot.delay > 0 and scheduler is not None:
            wait = scheduler.reserve(key, slot.delay)
            if wait > 0:
                await sleep(wait)
        return await self._handlers.download_request_async(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handlers, name)
