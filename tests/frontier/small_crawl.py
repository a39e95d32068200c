"""A Scrapy project in one file, to be crawled and killed: ``python -m tests.frontier.small_crawl``.

The first argument is a JSON object: ``origin``, ``frontier``, ``articles`` (paths), and
``settings`` to add. Articles are saved by address in a SQLite database of their own.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request, Response
from twisted.python.failure import Failure


class SmallSpider(scrapy.Spider):
    name = "small"
    origin = ""
    custom_settings = {"ROBOTSTXT_OBEY": False}

    async def start(self) -> AsyncIterator[Request]:
        yield self._to("/danh-muc/0", self.parse_listing, 10, dont_filter=True)

    async def parse_listing(self, response: Response) -> AsyncIterator[Any]:
        for link in response.css("a"):
            address = link.attrib["href"]
            match link.attrib["class"]:
                case "listing":
                    yield self._to(address, self.parse_listing, 10)
                case "box":
                    yield self._to(address, self.parse_listing, 30, dont_filter=True)
                case _:
                    # The callback rests between its requests, as one that extracts does.
                    await asyncio.sleep(0.0005)
                    yield self._to(address, self.parse_article, 20, cb_kwargs={"seen_on": "ô"})

    async def parse_article(self, response: Response, seen_on: str) -> AsyncIterator[Any]:
        assert seen_on == "ô"
        yield {"address": response.url, "title": response.css("h1::text").get()}

    def failed(self, failure: Failure) -> None:
        self.crawler.stats.inc_value("small/errbacks")

    def _to(self, path: str, callback: Any, priority: int, **more: Any) -> Request:
        return Request(self.origin + path, callback, errback=self.failed, priority=priority, **more)


class SlowSave:
    """Saves after a while, so that callbacks end long before their items are safe."""

    def __init__(self, crawler: Crawler) -> None:
        self.db = sqlite3.connect(crawler.settings["ARTICLES"], timeout=60, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute(
            "CREATE TABLE IF NOT EXISTS articles"
            " (id INTEGER PRIMARY KEY, address TEXT UNIQUE, title TEXT, saved INTEGER DEFAULT 1)"
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SlowSave:
        return cls(crawler)

    async def process_item(self, item: dict[str, str]) -> dict[str, str]:
        await asyncio.sleep(0.005)
        self.db.execute(
            "INSERT INTO articles (address, title) VALUES (:address, :title)"
            " ON CONFLICT (address) DO UPDATE SET saved = saved + 1",
            item,
        )
        return item

    def close_spider(self) -> None:
        self.db.close()


def main(plan: dict[str, Any]) -> int:
    process = AsyncCrawlerProcess(
        {
            "ADDONS": {"crawler.frontier.Frontier": 100},
            "FRONTIER_PATH": plan["frontier"],
            "ARTICLES": plan["articles"],
            "ITEM_PIPELINES": {SlowSave: 300},
            "CONCURRENT_REQUESTS": 8,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "DOWNLOAD_DELAY": 0,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "WARNING",
            **plan.get("settings", {}),
        }
    )
    crawler = process.create_crawler(SmallSpider)
    process.crawl(crawler, origin=plan["origin"])
    process.start()
    print(json.dumps(crawler.stats.get_stats(), default=str), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
