"""What Scrapy would log of every page, at a level that no crawl of ours writes down."""

from __future__ import annotations

from typing import Any

from scrapy.logformatter import LogFormatter


class LogLines(LogFormatter):
    """Scrapy's lines but for those of every request and item, which are not made at all."""

    def crawled(self, *of: Any, **more: Any) -> None:  # type: ignore[override]
        return None

    def scraped(self, *of: Any, **more: Any) -> None:  # type: ignore[override]
        return None
