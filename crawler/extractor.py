"""Where extraction runs during a crawl: beside the reactor when it is dear, in it when it is not.

With a layout a page costs about as much as sending it to another process would; without one it
costs tens of milliseconds, in which the reactor could not fetch (figures: docs/extraction.md). The
other process is forked from a seed where the crawl has one (``crawler.seed``), else started afresh.
A page goes there unread, and comes back read whole, as long as the pages before it had no layout.
"""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from multiprocessing import get_context, parent_process

from archive.records import Article, Page, Unreadable
from crawler.extract import extract, extract_at_once, read_whole
from crawler.extraction.document import Document, parse_page
from crawler.garbage import collect_seldom
from crawler.seed import Seed
from crawler.whole_page import Wanted, WholePage, links_of, with_outcome

_LINES = "<p>Công đoàn trao quà cho đoàn viên, người lao động có hoàn cảnh khó khăn.</p>" * 9
_ARTICLE = f"<html><body><h1>Trao quà</h1><p>12/05/2026</p><div>{_LINES}</div></body></html>"
HARMLESS = Page("http://localhost/trao-qua-1.html", _ARTICLE.encode(), datetime.now(UTC))
"""A page whose reading loads all that the first one would have to wait for: some of it is loaded
by a page alone that has no layout and looks like an article."""


class Extractor:
    """Reads pages; starts its worker processes when the first page asks for one."""

    def __init__(self, workers: int = 1, seed: Seed[Wanted, WholePage] | None = None) -> None:
        self._workers = workers
        self.seed = seed
        self._pool: ProcessPoolExecutor | None = None
        self._lone = LoneWorker()
        self._threads = ThreadPoolExecutor(1)
        self._by_rules = False
        """Whether the page before had no layout: then this one will hardly have one."""

    async def read(self, wanted: Wanted) -> WholePage:
        """As ``crawler.whole_page.read_whole``, without holding up the reactor for long."""
        if not self._by_rules:
            document = parse_page(wanted.page)
            if isinstance(document, Unreadable):
                return WholePage(document)
            outcome = extract_at_once(document)
            if outcome is not None:
                return with_outcome(document, wanted, links_of(document, wanted), outcome)
            del document
        found = await self._read_beside(wanted)
        outcome = found.outcome
        self._by_rules = isinstance(outcome, Unreadable) or outcome.layout == "generic"
        return found

    async def extract(self, document: Document) -> Article | Unreadable:
        """As ``crawler.extract.extract_document``, without holding up the reactor for long."""
        found = extract_at_once(document)
        return found or (await self._read_beside(Wanted(document.page))).outcome

    async def _read_beside(self, wanted: Wanted) -> WholePage:
        """Read a page in another process."""
        if self.seed is not None:
            try:
                found = await self.seed.read(wanted)
                return _dead(wanted, found) if isinstance(found, Unreadable) else found
            except OSError:
                self.seed.close()
                self.seed = None
        if self._pool is None:
            self._pool = worker_pool(self._workers)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, read_whole, wanted)
        except BrokenProcessPool:
            self._pool = None
            outcome = await loop.run_in_executor(self._threads, self._lone.extract, wanted.page)
            return _dead(wanted, outcome)

    def close(self) -> None:
        """Stop the workers; pages under way are given up."""
        if self.seed is not None:
            self.seed.close()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._lone.close()


def _dead(wanted: Wanted, outcome: Article | Unreadable) -> WholePage:
    """A page for which a process has died, or may have: where it leads is found out here, by
    parsing alone."""
    document = parse_page(wanted.page)
    if isinstance(document, Unreadable):
        return WholePage(document)
    return with_outcome(document, wanted, links_of(document, wanted), outcome)


class LoneWorker:
    """A process that works on one page at a time: which one has killed it is then certain.

    Where a pool breaks, all its pages fail with the guilty one; each is given to this worker.
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def extract(self, page: Page) -> Article | Unreadable:
        """As ``crawler.extract.extract``; a page that kills the process is "broken".

        Raises RuntimeError where no process can be started: that says nothing of the page.
        """
        try:
            if self._pool is None:
                self._pool = worker_pool(1)
                self._pool.submit(extract, HARMLESS).result()
        except BrokenProcessPool:
            self._pool = None
            raise RuntimeError("processes for extraction cannot be started") from None
        try:
            return self._pool.submit(extract, page).result()
        except BrokenProcessPool:
            self._pool = None
            return Unreadable("broken", "the extraction process died on this page")

    def close(self) -> None:
        """Stop the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def worker_pool(workers: int) -> ProcessPoolExecutor:
    """Processes for extraction, started afresh: a fork would copy the reactor's open files."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_warm_up)


def _warm_up() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    extract(HARMLESS)
    collect_seldom()


def _end_with_parent() -> None:
    """End this worker when the crawl that started it is gone.

    A worker waits at a queue whose other end it holds itself, so it would never notice; and
    whoever listens to the crawl would wait for the pipes that it inherited.
    """
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
