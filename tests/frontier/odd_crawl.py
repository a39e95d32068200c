"""A spider to which everything happens: ``python -m tests.frontier.odd_crawl``.

The first argument is a JSON object: ``origin``, ``frontier``, ``starts`` (name of a method below
by path) and ``settings``. Prints the statistics and the items as one line of JSON.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import CloseSpider, DropItem, IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.frontier.store import Store

ITEMS: list[dict[str, Any]] = []


class OddSpider(scrapy.Spider):
    name = "odd"
    origin = ""
    starts: dict[str, str] = {}

    async def start(self) -> AsyncIterator[Request]:
        for path, method in self.starts.items():
            url = path if "://" in path else self.origin + path
            errback = self.failed_with_more if "://" in path else None
            yield Request(url, getattr(self, method), errback=errback)

    def _to(self, path: str, callback: Any = None, **more: Any) -> Request:
        return Request(self.origin + path, callback or self.plain, **more)

    def plain(self, response: Response) -> None:
        """Nothing comes of it."""

    async def raises(self, response: Response) -> AsyncIterator[Any]:
        yield self._to("/bai/child-of-raising")
        raise ValueError("không đọc được")

    def raises_at_once(self, response: Response) -> list[Any]:
        raise ValueError("không đọc được")

    def spoilt_item(self, response: Response) -> Iterator[Any]:
        yield {"kind": "spoilt"}

    def unwanted_item(self, response: Response) -> Iterator[Any]:
        yield {"kind": "unwanted"}

    async def listed(self, response: Response) -> list[Any]:
        return [{"kind": "good", "url": response.url}, self._to("/bai/child-of-list")]

    def failed_with_more(self, failure: Failure) -> Iterator[Any]:
        yield {"kind": "good", "url": "from errback"}
        yield self._to("/bai/child-of-errback")

    def not_found(self, response: Response) -> Iterator[Any]:
        yield self._to("/khong/co", errback=self.keeps_quiet)

    def keeps_quiet(self, failure: Failure) -> None:
        """Swallows the failure."""

    def unstorable(self, response: Response) -> Iterator[Any]:
        for number in range(150):  # More than Scrapy works on at once.
            yield Request(f"{self.origin}/bai/never-{number}", print)
        yield self._to("/bai/after-unstorable")

    def copies_meta(self, response: Response) -> Iterator[Any]:
        yield self._to("/bai/meta-copied", self.copies_meta_again, meta=response.meta)

    def copies_meta_again(self, response: Response) -> Iterator[Any]:
        yield self._to("/bai/meta-copied-again", meta=response.meta)

    def redirected_to_seen(self, response: Response) -> Iterator[Any]:
        yield self._to("/bai/seen")
        yield self._to("/chuyen/seen", priority=-1)

    def twins(self, response: Response) -> Iterator[Any]:
        for _ in range(2):
            yield self._to("/bai/twin", dont_filter=True)
            yield self._to("/bai/single")

    def closes(self, response: Response) -> Iterator[Any]:
        yield self._to("/bai/before-close")
        raise CloseSpider("enough")


class SpoilsItems:
    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        if item["kind"] == "spoilt":
            raise RuntimeError("đĩa đầy")
        if item["kind"] == "unwanted":
            raise DropItem("not wanted")
        ITEMS.append(item)
        return item


class OddDownloads:
    """Downloader middleware that refuses, sends round once more, and replaces."""

    def process_request(self, request: Request) -> Request | None:
        if request.url.endswith("/ignored"):
            raise IgnoreRequest("not this one")
        if request.url.endswith("/replaced"):
            return request.replace(url=request.url + "-by-another")
        return None

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if request.url.endswith("/once-more") and "again" not in request.meta:
            request.meta["again"] = True
            request.dont_filter = True
            return request
        if request.url.endswith("/refused-late"):
            raise IgnoreRequest("too many")
        return response


class TurnsAway:
    """Spider middleware that lets one response not come to its callback."""

    def process_spider_input(self, response: Response) -> None:
        if response.url.endswith("/turned-away"):
            raise IgnoreRequest("not for the spider")


class RefusesSuccessor:
    """Extension that lets a redirect's target not be scheduled."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RefusesSuccessor:
        found = cls()
        crawler.signals.connect(found.scheduled, signals.request_scheduled)
        return found

    def scheduled(self, request: Request) -> None:
        if request.url.endswith("/bai/never-scheduled"):
            raise IgnoreRequest


def break_after(pushes: int) -> None:
    """From then on the disk is full."""
    push = Store.push
    left = [pushes]

    def full(self: Store, key: bytes, priority: int, data: str) -> bool:
        left[0] -= 1
        if left[0] < 0:
            raise sqlite3.OperationalError("database or disk is full")
        return push(self, key, priority, data)

    Store.push = full  # type: ignore[method-assign]


def main(plan: dict[str, Any]) -> int:
    if "break_after" in plan:
        break_after(plan["break_after"])
    process = AsyncCrawlerProcess(
        {
            "ADDONS": {"crawler.frontier.Frontier": 100},
            "FRONTIER_PATH": plan["frontier"],
            "ITEM_PIPELINES": {SpoilsItems: 300},
            "DOWNLOADER_MIDDLEWARES": {OddDownloads: 10},
            "SPIDER_MIDDLEWARES": {TurnsAway: 20},
            "EXTENSIONS": {RefusesSuccessor: 500},
            "TELNETCONSOLE_ENABLED": False,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "ROBOTSTXT_OBEY": False,
            "LOG_LEVEL": "WARNING",
            **plan.get("settings", {}),
        }
    )
    crawler = process.create_crawler(OddSpider)
    process.crawl(crawler, origin=plan["origin"], starts=plan["starts"])
    process.start()
    said = {"stats": crawler.stats.get_stats(), "items": ITEMS}
    print(json.dumps(said, default=str), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
