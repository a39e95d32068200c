"""The end of the line: what was read goes into the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.reading import Reading, settle_reading

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class SaveReading:
    """Writes every Reading, one short transaction each, and counts what it changed."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SaveReading:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Reading):
            change = settle_reading(self.crawler.archive, item)  # type: ignore[attr-defined]
            self.crawler.stats.inc_value(f"congdoan/{change}")
        return item
