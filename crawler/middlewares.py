"""Downloader middlewares: ask politely for what may be unchanged; reach the sample web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import NotConfigured

from archive.known_addresses import conditions_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response


class ConditionalRequests:
    """Sends If-None-Match and If-Modified-Since for what is looked at again.

    Of an article (``meta["known"]``) by its newest capture; of a listing, feed or sitemap
    (``meta["unchanged_since"]``) by the newest that a complete walk of the site has seen. A
    server that answers 304 saves both sides the page, and the answer is kept as a revisit of the
    capture that holds it; one that has no validators, or lies, sends it whole, and the content
    decides.

    Stands before redirects and retries see the answer: conditions belong to one address.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ConditionalRequests:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        until = request.meta.get("unchanged_since") or ""
        if not until and not request.meta.get("known"):
            return
        found = conditions_of(
            self.crawler.archive,  # type: ignore[attr-defined]
            request.url,
            until=until,
        )
        for name, value in found.headers.items():
            request.headers.setdefault(name, value)
        if found.holder is not None:
            request.meta["revisit_of"] = found.holder

    def process_response(self, request: Request, response: Response) -> Response:
        self._forget(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        self._forget(request)

    def _forget(self, request: Request) -> None:
        request.meta.pop("revisit_of", None)
        for name in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(name, None)


class SampleProxy:
    """Sends every request to the sample web, which answers for the sites' real host names."""

    def __init__(self, proxy: str) -> None:
        self.proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SampleProxy:
        proxy = crawler.settings.get("SAMPLE_PROXY")
        if not proxy:
            raise NotConfigured
        return cls(proxy)

    def process_request(self, request: Request) -> None:
        request.meta["proxy"] = self.proxy
