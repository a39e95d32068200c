"""Lines of log: in Vietnam's time, and without what Scrapy would log of every page."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Any

from scrapy.logformatter import LogFormatter

from archive.records import VIETNAM

DATES = "%Y-%m-%dT%H:%M:%S+07:00"
"""How a moment stands before a line, after ``log_in_vietnams_time``."""


def log_in_vietnams_time() -> None:
    """From now on all of this process's logs are dated in Vietnam's time, as the archive is."""
    logging.Formatter.converter = staticmethod(_in_vietnam)


def _in_vietnam(seconds: float | None) -> time.struct_time:
    return datetime.fromtimestamp(seconds or 0.0, VIETNAM).timetuple()


class LogLines(LogFormatter):
    """Scrapy's lines but for those of every request and item, which are not made at all."""

    def crawled(self, *of: Any, **more: Any) -> None:  # type: ignore[override]
        return None

    def scraped(self, *of: Any, **more: Any) -> None:  # type: ignore[override]
        return None
