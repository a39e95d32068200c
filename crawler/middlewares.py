"""Downloader middlewares: ask politely for what may be unchanged; reach the sample web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import NotConfigured

from archive.crawl_log import validators

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request


class ConditionalRequests:
    """Sends If-None-Match and If-Modified-Since for articles that are looked at again.

    A server that answers 304 saves both sides the page; one that has no validators, or lies,
    sends it whole, and the content decides.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ConditionalRequests:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not request.meta.get("known"):
            return
        known = validators(self.crawler.archive, request.url)  # type: ignore[attr-defined]
        for name, value in known.items():
            request.headers.setdefault(name, value)


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
