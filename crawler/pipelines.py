"""The end of the line: what was read goes into the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.reading import Reading

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class SaveReading:
    """Hands every Reading to the crawl's Saver; an item leaves here when it is written."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SaveReading:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Reading):
            await self.crawler.saver.save(item)  # type: ignore[attr-defined]
        return item
