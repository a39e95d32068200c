"""Real crawls, many in one process: the schedule's ``Crawls`` over a scripted web.

A crawl's frontier, spider, manners, recording, extraction and settling are the product's; in place
of the network stands a scripted transport, and extraction runs beside the crawl and not in
processes of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from sqlite_utils import Database

from archive.records import Article, Unreadable
from benchmarks.year.web import YearWeb
from crawler.crawling import SiteRun
from crawler.extract import extract_document, read_whole
from crawler.extraction.document import Document
from crawler.locks import locked
from crawler.one_site import BegunCrawl, equip
from crawler.plan import Plan
from crawler.settings import EXTENSIONS
from crawler.whole_page import Wanted, WholePage

logger = logging.getLogger(__name__)

ALSO: Mapping[str, object] = {
    "WARC_CAPTURE_LEVEL": "payload",
    "WARC_WRAPPED_HANDLER": "benchmarks.year.web.ScriptedTransport",
    # A year is written in minutes; what a power cut would take is not measured here.
    "WARC_FSYNC": False,
    "LOG_FILE": None,
    "EXTENSIONS": {
        **EXTENSIONS,
        "crawler.progress.Progress": None,
        "scrapy.extensions.logstats.LogStats": None,
        "scrapy.extensions.memusage.MemoryUsage": None,
    },
}


class InlineExtractor:
    """Extraction in this process: a jumping clock waits for no other."""

    async def extract(self, document: Document) -> Article | Unreadable:
        return extract_document(document)

    async def read(self, wanted: Wanted) -> WholePage:
        return read_whole(wanted)


class CrawlTasks:
    """Crawls as tasks of the running loop; see ``crawler.operation.schedule.Crawls``."""

    def __init__(self, db: Database, data: Path, web: YearWeb, quiet_hours: str = "") -> None:
        self._db = db
        self._data = data
        self._web = web
        self._quiet_hours = quiet_hours
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: list[SiteRun] = []
        self.changed = asyncio.Event()
        self.begun = 0

    def begin(self, site: str, *, fresh: bool) -> bool:
        self.begun += 1
        self._tasks[site] = asyncio.get_running_loop().create_task(self._run(site, fresh))
        return True

    def running(self) -> set[str]:
        return set(self._tasks)

    def ended(self) -> list[SiteRun]:
        ended, self._ended = self._ended, []
        return ended

    async def _run(self, site: str, fresh: bool) -> None:
        run = SiteRun(site, "crashed")
        try:
            with locked(self._data, site, patience=0, doing="Another crawl"):
                told = await self._crawl(site, fresh)
            run = SiteRun(
                site, told["outcome"], told["complete"], told["detail"], told["crawl"],
                told["counters"],
            )  # fmt: skip
        except Exception as error:
            logger.exception("The crawl of %s crashed", site)
            run.detail = f"{type(error).__name__}: {error}"
        self._tasks.pop(site)
        self._ended.append(run)
        self.changed.set()

    async def _crawl(self, site: str, fresh: bool) -> dict[str, Any]:
        plan = Plan(
            site,
            str(self._data),
            "year@example.org",
            fresh=fresh,
            quiet_hours=self._quiet_hours,
        )
        begun = BegunCrawl(plan, self._db, ALSO)
        # Made for this crawl alone: a tenth of its cost would be a copy of them.
        begun.settings.copy = lambda: begun.settings  # type: ignore[method-assign]
        crawler = Crawler(begun.spider_class, begun.settings)
        extractor: Any = InlineExtractor()
        equip(crawler, self._db, extractor)
        shared: Any = crawler
        shared.year_web = self._web
        running = asyncio.get_running_loop().create_task(crawler.crawl_async(**begun.arguments))
        await asyncio.wait([running])
        return begun.conclude(crawler, running)
