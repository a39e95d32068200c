"""The foreground process of the schedule: a beat, crawls in the background, a clean end.

APScheduler keeps the beat and survives what goes wrong in one; what is due, and what became of
it, is in the database (``crawler.operation.schedule``), for a restart and for SQL.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from archive.crawled_web import LIVE, refuse_other
from archive.database import open_archive, save_site
from archive.records import VIETNAM
from crawler.catalogue import declared_sites, site_record
from crawler.crawling import SiteRun, run_crawls
from crawler.intake.ingest import open_recovered
from crawler.locks import SCHEDULE, is_held, locked
from crawler.operation.after_crawls import PATIENCE_SECONDS, AfterCrawls
from crawler.operation.configuration import Config
from crawler.operation.schedule import Schedule
from crawler.plan import Plan
from crawler.stopping import first_asks

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2
AT_ONCE_SECONDS = 1.0
"""For what is to end at once, at a second signal."""


class CrawlThreads:
    """Crawls, each in a process of its own with a thread that waits for it."""

    def __init__(self, data: Path, plan: Callable[[str], Plan]) -> None:
        self._data = data
        self._plan = plan
        self._threads: dict[str, threading.Thread] = {}
        self._ended: queue.Queue[SiteRun] = queue.Queue()
        self._stop = threading.Event()

    def begin(self, site: str, *, fresh: bool) -> bool:
        """Begin a crawl; False where another process crawls the site."""
        if self._stop.is_set() or is_held(self._data, site):
            return False
        thread = threading.Thread(target=self._run, args=(site, fresh), name=site, daemon=True)
        self._threads[site] = thread
        thread.start()
        return True

    def running(self) -> set[str]:
        return set(self._threads)

    def ended(self) -> list[SiteRun]:
        found: list[SiteRun] = []
        while not self._ended.empty():
            run = self._ended.get()
            self._threads.pop(run.site).join()
            found.append(run)
        return found

    def stop(self) -> None:
        """Ask all crawls to end in good order."""
        self._stop.set()

    def _run(self, site: str, fresh: bool) -> None:
        try:
            plan = replace(self._plan(site), fresh=fresh)
            run = run_crawls([plan], 1, lambda _: None, self._stop)[0]
        except Exception as error:
            logger.exception("The crawl of %s could not be begun", site)
            run = SiteRun(site, "crashed", detail=f"{type(error).__name__}: {error}")
        self._ended.put(run)


class Unattended:
    """Runs the schedule of an archive until it is told to stop (or, ``once``, is through).

    ``plan`` makes the plan of a site's crawl; ``web`` is the one that is crawled. ``only``: the
    sites to crawl, None for all. ``after`` is asked with the sites whose crawls have ended, and
    every hour with none: where health is looked at and alerts are sent, beside the beat.

    Raises ArchiveError where the archive cannot be used, or another scheduler runs it.
    """

    def __init__(
        self,
        data: Path,
        config: Config,
        plan: Callable[[str], Plan],
        *,
        after: AfterCrawls,
        once: bool = False,
        web: str = LIVE,
        only: Collection[str] | None = None,
    ) -> None:
        self._data = data
        self._once = once
        self._web = web
        self._after = after
        self._crawls = CrawlThreads(data, plan)
        levels = {
            name: spider.level
            for name, spider in declared_sites().items()
            if only is None or name in only
        }
        self._schedule = Schedule(config.schedule, levels, self._crawls)
        self._stopping = False
        self._looked_at = -1
        self.outcomes: dict[str, str] = {}
        """How the last crawl of each site ended in this run."""
        executor = DebugExecutor()  # The beat runs in this thread: SQLite connections stay in one.
        self._beat = BlockingScheduler(timezone=VIETNAM, executors={"default": executor})

    def run(self) -> None:
        """Keep the schedule; returns after SIGTERM or SIGINT, when all crawls have ended."""
        only = locked(self._data, SCHEDULE, doing="Another scheduler")
        with only, first_asks(self.stop, then=_end_now):
            self._data.mkdir(parents=True, exist_ok=True)
            with open_recovered(self._data, logger.info) as db:
                refuse_other(db, self._data, self._web)
                for spider in declared_sites().values():
                    save_site(db, site_record(spider))
                for site in self._schedule.resume(db, datetime.now(UTC)):
                    logger.info("%s: its crawl was broken off and is taken up again", site)
            self._beat.add_job(
                self._tick,
                "interval",
                seconds=BEAT_SECONDS,
                next_run_time=datetime.now(UTC),
                coalesce=True,
                misfire_grace_time=None,
            )
            patience = AT_ONCE_SECONDS
            try:
                self._beat.start()
                patience = PATIENCE_SECONDS
            finally:
                self._after.stop()
                self._after.wait(patience)

    def stop(self) -> None:
        """Begin nothing more, ask the crawls to end, and return from ``run`` when they have."""
        self._stopping = True
        self._schedule.stop()
        self._crawls.stop()
        self._after.stop()

    def _tick(self) -> None:
        # Opened anew each time: a rebuild may have put another database in place.
        with open_archive(self._data / "archive.db", create=False) as db:
            now = datetime.now(UTC)
            ticked = self._schedule.tick(db, now)
            self.outcomes |= {run.site: run.outcome for run in ticked.ended}
            if ticked.ended or now.hour != self._looked_at:
                self._looked_at = now.hour
                self._after.ask([run.site for run in ticked.ended])
            through = self._stopping or (
                self._once
                and (self._schedule.idle(db) or self._schedule.is_quiet(now))
                and self._after.idle()
            )
            if through and not self._crawls.running():
                # Not from within a job of its own, of which it still has to keep the books.
                threading.Timer(0, self._beat.shutdown, kwargs={"wait": False}).start()


def _end_now(number: int) -> NoReturn:
    """The crawls' processes notice that this one is gone, and end too."""
    raise SystemExit(128 + number)
