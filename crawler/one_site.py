"""Crawls one site in a process of its own: ``python -m crawler.one_site`` with a plan on stdin.

Started by ``crawler.crawling``, not by people. The first line on standard input is the plan, as
JSON; standard output tells progress (``crawler.progress``). When standard input closes, the
starter is gone and the crawl ends too.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

# Here and not when first needed: Scrapy's deprecations walk the whole stack, dear where it is deep.
import scrapy.core.downloader.contextfactory  # noqa: F401
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from sqlite_utils import Database

from archive.articles import payload_holder
from archive.crawl_log import (
    answers_of_use,
    begin_crawl,
    failures_of,
    finish_crawl,
    unreadable_of,
)
from archive.crawled_web import note_web, refuse_other
from archive.database import ArchiveError, open_archive, save_site, write_often
from archive.known_addresses import last_complete_walk
from crawler import settings as base_settings
from crawler.beforehand import work_out
from crawler.catalogue import declared_sites, is_listing, site_record
from crawler.direct_middlewares import DirectDownloader
from crawler.early_stop import EarlyStop
from crawler.extract import read_whole
from crawler.extractor import Extractor
from crawler.failures import nothing_of_use
from crawler.families import FAMILIES
from crawler.frontier import add_to
from crawler.frontier.engine_room import in_progress
from crawler.frontier.looking import look
from crawler.garbage import collect_seldom
from crawler.intake.ingest import register_written, take_in_files
from crawler.locks import locked
from crawler.log_lines import DATES, log_in_vietnams_time
from crawler.old_logs import FOLDER as LOGS
from crawler.plan import Plan
from crawler.politeness.manners import how_manners_ended_it
from crawler.progress import counters, tell
from crawler.reading import EXTRACTOR
from crawler.recording.handler import recorder_of
from crawler.saving import Saver
from crawler.scrapys_parts import CrawlSettings, leave_out_unused, load_parts
from crawler.seed import Seed
from crawler.whole_page import Wanted, WholePage

LOCK_PATIENCE_SECONDS = 20.0
"""How long to wait for another crawl of the site that is just ending."""

GRACE_SECONDS = 10.0
"""How long a crawl may take to end in good order after its starter is gone."""


def new_crawl_id(site: str, started_at: datetime) -> str:
    """``lang_son-20261121T083000Z-1f3a``: readable, sortable within a site, and its own."""
    return f"{site}-{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{token_hex(2)}"


def frontier_of(data: Path, site: str, *, apart: bool = False) -> Path:
    """The queue of a site's crawls; ``apart``: that of a walk beside them."""
    return data / "frontier" / f"{site}{'.backfill' if apart else ''}.db"


def crawl_settings(
    plan: Plan,
    crawl_id: str,
    also: Mapping[str, object] | None = None,
    *,
    apart: bool = False,
) -> Settings:
    """The common settings, with what this run decides; ``also`` has the last word. ``apart`` as in
    ``frontier_of``."""
    settings = _prepared.pop() if _prepared else _common_settings()
    data = Path(plan.data)
    contact = plan.contact or "sample web"
    settings.setdict(
        {
            "USER_AGENT": base_settings.USER_AGENT_FORM.format(contact=contact),
            "WARC_FOLDER": str(data / "warc"),
            "FRONTIER_PATH": str(frontier_of(data, "{name}", apart=apart)),
            "FRONTIER_TRANSIENT_META": ("capture", "revisit_of"),
            "WARC_CRAWL_ID": crawl_id,
            "WARC_OPERATOR": plan.contact,
            "WARC_SOFTWARE": EXTRACTOR,
            "WARC_MAX_BYTES": plan.warc_max_bytes,
            "WARC_WEB": plan.web,
            "CLOSESPIDER_PAGECOUNT": plan.max_pages,
            "CLOSESPIDER_TIMEOUT": 60 * plan.max_minutes,
            "SAMPLE_PROXY": plan.sample_proxy,
            "FRONTIER_NEXT_TRY_AT_ONCE": plan.by_hand,
            "PACE_FOLDER": str(data / "locks" / "hosts"),
            "QUIET_HOURS": plan.quiet_hours,
            "LOG_FILE": str(data / LOGS / f"{crawl_id}.log"),
            "LOG_LEVEL": "INFO",
            "LOG_DATEFORMAT": DATES,
        },
        priority="cmdline",
    )
    if plan.fresh:
        settings.set("FRONTIER_RESUME_SECONDS", 0.0, priority="cmdline")
    if plan.sample_proxy:
        settings.setdict(
            {
                # The sample web is the one declared exception: it answers on loopback.
                "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver",
                "DOWNLOAD_DELAY": 0,
                "AUTOTHROTTLE_ENABLED": False,
                "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
            },
            priority="cmdline",
        )
    settings.setdict(dict(also or {}), priority="cmdline")
    return settings


def prepare() -> None:
    """Load what every crawl needs, before processes are forked (see ``crawler.nursery``)."""
    work_out({*declared_sites().values(), *FAMILIES})
    settings = _common_settings()
    load_parts(settings)
    _prepared.append(settings)


_prepared: list[CrawlSettings] = []
"""The common settings, for the one crawl that a process makes: to make them takes as long as a
page."""


def _common_settings() -> CrawlSettings:
    settings = CrawlSettings()
    settings.setmodule(base_settings, priority="project")
    add_to(settings)
    settings.set("DOWNLOADER", DirectDownloader, priority="cmdline")
    leave_out_unused(settings)
    return settings


def main() -> int:
    """Entry point of the process; the exit code is 0 for any crawl that ended in good order."""
    early = EarlyStop()
    early.listen()
    seed = Seed.planted(read_whole)
    plan = Plan(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_end_with_starter, daemon=True).start()
    try:
        result = crawl(plan, early=early, seed=seed)
    except (ArchiveError, OSError, sqlite3.Error) as error:
        detail = str(error) if isinstance(error, ArchiveError) else f"cannot be kept: {error}"
        tell("end", outcome="failed", complete=False, detail=detail, counters={})
        return 1
    tell("end", **result)
    return 0


def crawl(
    plan: Plan,
    also: Mapping[str, object] | None = None,
    early: EarlyStop | None = None,
    seed: Seed[Wanted, WholePage] | None = None,
) -> dict[str, Any]:
    """Crawl one site to its end; what the ``end`` line tells. ``also``: further settings;
    ``early`` knows whether the crawl was asked to end before it began; ``seed`` is closed with it.

    Raises ArchiveError where the archive cannot be used or another crawl of the site goes on.
    """
    collect_seldom()
    data = Path(plan.data)
    doing = f"Another crawl of {plan.site}, or a rebuild,"
    with (
        locked(data, plan.site, patience=LOCK_PATIENCE_SECONDS, doing=doing),
        open_archive(data / "archive.db") as db,
    ):
        write_often(db)
        refuse_other(db, data, plan.web)
        note_web(db, plan.web)
        return _crawl_locked(plan, db, also, early or EarlyStop(), Extractor(seed=seed))


def _crawl_locked(
    plan: Plan,
    db: Database,
    also: Mapping[str, object] | None,
    early: EarlyStop,
    extractor: Extractor,
) -> dict[str, Any]:
    begun = BegunCrawl(plan, db, also)
    if early.asked:
        return begun.conclude_unbegun()
    process = AsyncCrawlerProcess(begun.settings)
    crawler = process.create_crawler(begun.spider_class)
    equip(crawler, db, extractor)
    running = process.crawl(crawler, **begun.arguments)
    loop: Any = importlib.import_module("twisted.internet.reactor")  # The process has chosen it.
    loop.callWhenRunning(loop.callLater, 0, early.pass_on)
    try:
        process.start()
    finally:
        extractor.close()
    return begun.conclude(crawler, running)


class BegunCrawl:
    """A crawl's row in the log, from its beginning to its end; whoever runs it comes between.

    ``settings`` and ``arguments`` are what the crawler and its spider are to be given; ``also`` is
    as in ``crawl``.
    """

    def __init__(self, plan: Plan, db: Database, also: Mapping[str, object] | None = None) -> None:
        self.plan = plan
        self.spider_class = declared_sites()[plan.site]
        self._db = db
        self._started_at = datetime.now(UTC)
        self.crawl_id = new_crawl_id(plan.site, self._started_at)
        # Where all was walked before, walking all again must not mix with the daily crawls: they
        # would take its requests for their own, and leave where they lead.
        apart = plan.walk_all and bool(last_complete_walk(db, plan.site))
        self.settings = crawl_settings(plan, self.crawl_id, also, apart=apart)
        self.frontier = frontier_of(Path(plan.data), plan.site, apart=apart)
        self.arguments: dict[str, Any] = {
            "crawl_id": self.crawl_id,
            "recheck": plan.recheck,
            "walk_all": plan.walk_all,
            "apart": apart,
        }
        save_site(db, site_record(self.spider_class))
        (Path(plan.data) / LOGS).mkdir(exist_ok=True)
        log_in_vietnams_time()
        begin_crawl(db, self.crawl_id, plan.site, "crawl", self._started_at, EXTRACTOR)

    def conclude(self, crawler: Crawler, running: asyncio.Task[None]) -> dict[str, Any]:
        """Register what was written, close the row; what the ``end`` line tells."""
        db, site = self._db, self.plan.site
        saver: Saver = crawler.saver  # type: ignore[attr-defined]
        saver.write()
        outcome, complete, detail = _how_it_ended(crawler, running, self, db)
        if saver.failure is not None:
            outcome, complete, detail = "failed", False, f"not written: {saver.failure}"
        written = recorder_of(crawler).writer.written
        register_written(db, site, self.crawl_id, self._started_at, written)
        take_in_files(db, Path(self.plan.data) / "warc", prefix=f"{site}-")
        # An answer that broke off and came whole at the second try is unreadable no more.
        counted = counters(crawler) | {"unreadable": unreadable_of(db, self.crawl_id)}
        return self._close(outcome, complete, detail, counted)

    def conclude_unbegun(self) -> dict[str, Any]:
        """Close the row of a crawl that was asked to end before it asked for anything."""
        return self._close("interrupted", False, "stopped by a signal before it began", {})

    def _close(
        self, outcome: str, complete: bool, detail: str, counted: dict[str, int]
    ) -> dict[str, Any]:
        finish_crawl(
            self._db,
            self.crawl_id,
            datetime.now(UTC),
            outcome,
            complete=complete,
            counters=counted,
            detail=detail,
        )
        return {
            "crawl": self.crawl_id,
            "outcome": outcome,
            "complete": complete,
            "detail": detail,
            "counters": counted,
        }


def equip(crawler: Crawler, db: Database, extractor: Extractor) -> None:
    """Give the parts of a crawl what they share."""

    saver = Saver(
        db,
        lambda change: crawler.stats.inc_value(f"congdoan/{change}"),
        lambda: len(in_progress(crawler)),
        lambda: recorder_of(crawler).settle(),
    )
    shared: Any = crawler
    shared.archive = db
    shared.extractor = extractor
    shared.saver = saver
    shared.capture_sink = saver.note
    shared.seen_payload = lambda digest: payload_holder(db, digest)


def _how_it_ended(
    crawler: Crawler, running: asyncio.Task[None], begun: BegunCrawl, db: Database
) -> tuple[str, bool, str]:
    """Outcome word, whether the walk was whole, and a detail for people."""
    plan, crawl_id = begun.plan, begun.crawl_id
    error = running.exception() if running.done() and not running.cancelled() else None
    if error is not None:
        logging.getLogger(__name__).error("The crawl could not run", exc_info=error)
        return "failed", False, f"{type(error).__name__}: {error}"
    spider: Any = crawler.spider
    reason = str(crawler.stats.get_value("finish_reason", "unknown"))
    why: str = spider.incomplete if spider is not None else ""
    if reason.startswith("closespider_") and crawler.stats.get_value("frontier/left") == 0:
        reason = "finished"  # The limit came with the last page.
    if reason == "closespider_pagecount":
        return "limited", False, f"stopped after {plan.max_pages} pages as asked"
    if reason == "closespider_timeout":
        return "limited", False, f"stopped after {plan.max_minutes} minutes as asked"
    if reason in ("shutdown", "unknown"):  # None is told where the spider was never opened.
        return "interrupted", False, "stopped by a signal"
    ended = how_manners_ended_it(reason)
    if ended is not None:
        return ended[0], False, ended[1]
    if reason != "finished":
        told = crawler.stats.get_value("warc/failure")
        broken = crawler.stats.get_value("frontier/broken")
        told = told or (f"the frontier cannot be written: {broken}" if broken else reason)
        return "failed", False, str(told)
    if not answers_of_use(db, crawl_id) and not crawler.stats.get_value("frontier/resumed"):
        return "failed", False, nothing_of_use(*failures_of(db, crawl_id))
    why = why or _listing_left_out(begun.frontier, plan.site)
    return ("incomplete" if why else "finished"), not why, why


def _listing_left_out(frontier: Path, site: str) -> str:
    """A listing that an earlier process of this run could not fetch, "" where there is none.

    One that is not there, or that robots.txt forbids, is no gap; see ``leaves_a_gap``.
    """
    starts = declared_sites()[site].start_urls
    for url, reason, next_try in look(frontier).failed:
        absent = reason in ("HTTP 404", "HTTP 410") and url not in starts
        refused = next_try is None and not reason.startswith("HTTP ")
        if is_listing(url) and not absent and not refused:
            return f"{url}: {reason}"
    return ""


def _end_with_starter() -> None:
    """End this process when the one that started it is gone, so that no crawl is left over."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(70)


if __name__ == "__main__":
    sys.exit(main())
