"""Calls the downloader middlewares of a crawl without ceremony.

Scrapy names, wraps and awaits each of some twenty calls a page, of which hardly one has anything
to wait for; that is as much as what the middlewares do. Leans on ``DownloaderMiddlewareManager``
of Scrapy 2.19, which is pinned.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.http import Request, Response

from crawler.frontier.downloading import LeasedDownloader

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class DirectMiddlewares(DownloaderMiddlewareManager):
    """As Scrapy's; methods are asked without the spider, and may be coroutines."""

    async def _process_request(
        self, request: Request, download_func: Callable[[Request], Coroutine[Any, Any, Response]]
    ) -> Response | Request:
        for method in self.methods["process_request"]:
            assert method is not None
            found: Response | Request | None = method(request=request)
            if found is not None and not isinstance(found, (Response, Request)):
                found = await _awaited(method, found)
            if found is not None:
                return found
        return await download_func(request)

    async def _process_response(
        self, response: Response | Request, request: Request
    ) -> Response | Request:
        if isinstance(response, Request):
            return response
        for method in self.methods["process_response"]:
            assert method is not None
            found: Response | Request | None = method(request=request, response=response)
            if not isinstance(found, (Response, Request)):
                found = await _awaited(method, found)
            if not isinstance(found, Response):
                if found is None:
                    raise TypeError(f"{method.__qualname__} gave no response")
                return found
            response = found
        return response


async def _awaited(method: Callable[..., Any], found: Any) -> Response | Request | None:
    """What a method's coroutine gives. Raises TypeError for what no middleware may give."""
    if inspect.isawaitable(found):
        found = await found
    if found is not None and not isinstance(found, (Response, Request)):
        raise TypeError(f"{method.__qualname__} gave {type(found).__name__}")
    return found


class DirectDownloader(LeasedDownloader):
    """The frontier's downloader, with these in the place of Scrapy's."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # They differ in their methods alone, and to make them twice would connect their signals
        # twice.
        self.middleware.__class__ = DirectMiddlewares
