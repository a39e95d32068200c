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

COUNTED = (
    "new", "changed", "unchanged", "gone", "unreadable", "requests", "fetched", "errors", "bytes",
)  # fmt: skip
INTERVAL_SECONDS = 1.0


def counters(crawler: Crawler) -> dict[str, int]:
    """The counters of ``crawls`` (see docs/schema.md) from the crawl's statistics."""
    stats = crawler.stats.get_stats()
    return {name: int(stats.get(f"congdoan/{name}", 0)) for name in COUNTED}


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
