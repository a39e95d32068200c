"""What a crawl has done so far, told once a second on standard output, a JSON object a line.

The process that started the crawl reads these lines; see ``crawler.crawling``.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from scrapy import signals
from twisted.internet.task import LoopingCall

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CHANGES = ("new", "changed", "unchanged", "gone", "unreadable")
INTERVAL_SECONDS = 1.0


def counters(crawler: Crawler) -> dict[str, int]:
    """The counters of ``crawls`` (see docs/schema.md) from Scrapy's own statistics."""
    stats = crawler.stats.get_stats()
    counted = {name: int(stats.get(f"congdoan/{name}", 0)) for name in CHANGES}
    # Scrapy counts a robots.txt that the archive still held, though nobody was asked for it.
    kept = int(stats.get("congdoan/robots_kept", 0))
    return counted | {
        "requests": int(stats.get("downloader/request_count", 0)) - kept,
        "fetched": int(stats.get("downloader/response_count", 0)) - kept,
        "errors": int(stats.get("congdoan/errors", 0)),
        "bytes": int(stats.get("downloader/response_bytes", 0)),
    }


def tell(kind: str, **what: object) -> None:
    """Print one line for the parent process."""
    print(json.dumps({"kind": kind, **what}, ensure_ascii=False), flush=True)


class Progress:
    """Extension that tells the counters while the spider is open."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.clock = LoopingCall(self._tell)
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        return cls(crawler)

    def _opened(self) -> None:
        if not sys.stdout.isatty():
            self.clock.start(INTERVAL_SECONDS, now=True)

    def _closed(self) -> None:
        if self.clock.running:
            self.clock.stop()

    def _tell(self) -> None:
        tell("progress", counters=counters(self.crawler))
