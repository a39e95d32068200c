"""The scheduler: leases requests to the engine, and settles each when the engine lets go of it."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.http import Response
from scrapy.utils.asyncio import call_later, create_looping_call
from scrapy.utils.defer import deferred_from_coro
from twisted.python.failure import Failure

from . import engine_room
from .alike import RequestKeys
from .failures import FrontierError, Unstorable, is_final, postponed_by, reason_of
from .flight import Flight
from .store import Store
from .written_request import read_request, write_request

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
_NOT_IN_NAMES = re.compile(r"[^\w.-]")


def scheduler_of(crawler: Crawler) -> SqliteScheduler | None:
    """The crawl's frontier, None while or if it has none."""
    scheduler = crawler.engine.scheduler if crawler.engine is not None else None
    # Not isinstance: Scrapy's schedulers answer it by their methods.
    if scheduler is None or SqliteScheduler not in type(scheduler).__mro__:
        return None
    found: Any = scheduler
    return found  # type: ignore[no-any-return]


class SqliteScheduler(BaseScheduler):
    """Scrapy's ``SCHEDULER``, over a Store. See the package for its guarantee."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._flights: dict[Request, Flight] = {}
        self._heirs: dict[Request, Request] = {}
        self._store: Store | None = None
        self._broken = False
        self._commit_due = False
        self._clock = create_looping_call(self._beat)
        settings = crawler.settings
        self._transient = frozenset(settings.getlist("FRONTIER_TRANSIENT_META"))
        self._retry_statuses = {int(code) for code in settings.getlist("RETRY_HTTP_CODES")}
        fingerprinter = crawler.request_fingerprinter
        assert fingerprinter is not None
        self._keys = RequestKeys(fingerprinter.fingerprint)
        connect = crawler.signals.connect
        connect(self._item_settled, signals.item_scraped)
        connect(self._item_settled, signals.item_dropped)
        connect(self._item_failed, signals.item_error)
        connect(self._callback_failed, signals.spider_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SqliteScheduler:
        return cls(crawler)

    # The engine's questions

    def open(self, spider: Spider) -> None:
        """Raises FrontierError where the database or this Scrapy cannot be used."""
        engine_room.check(self.crawler)
        self._check_parts()
        self.spider = spider
        settings = self.crawler.settings
        ties = str(settings.get("FRONTIER_TIES", "oldest"))
        if ties not in ("oldest", "newest"):
            raise FrontierError(f"FRONTIER_TIES must be 'oldest' or 'newest', not {ties!r}")
        store = Store(
            frontier_path(str(settings["FRONTIER_PATH"]), spider.name),
            newest_first=ties == "newest",
            lease_seconds=settings.getfloat("FRONTIER_LEASE_SECONDS"),
            resume_seconds=settings.getfloat("FRONTIER_RESUME_SECONDS"),
            next_tries=[float(delay) for delay in settings.getlist("FRONTIER_NEXT_TRIES")],
            max_deaths=settings.getint("FRONTIER_MAX_DEATHS"),
        )
        try:
            begun = store.begin(at_once=settings.getbool("FRONTIER_NEXT_TRY_AT_ONCE"))
        except sqlite3.Error as error:
            store.close()
            raise FrontierError(f"The frontier {store.path} cannot be used: {error}") from error
        self._store = store
        self._count("frontier/run", begun.run)
        self._count("frontier/resumed", int(begun.resumed))
        self._count("frontier/taken_up", begun.waiting)
        if begun.waiting:
            logger.info(
                "Taking up %d requests that an earlier process left in %s",
                begun.waiting,
                store.path,
            )
        self._clock.start(BEAT_SECONDS, now=False)

    def _check_parts(self) -> None:
        """Without its other parts the frontier would take every request for failed."""
        from .downloading import LeasedDownloader
        from .reading import Accepted, LeaseReader

        crawler = self.crawler
        missing = [
            part.__name__
            for part in (LeaseReader, Accepted)
            if not crawler.get_spider_middleware(part)
        ]
        if not isinstance(getattr(crawler.engine, "downloader", None), LeasedDownloader):
            missing.append(LeasedDownloader.__name__)
        if missing:
            raise FrontierError(
                f"The frontier's {' and '.join(missing)} missing; turn it on with ADDONS or add_to"
            )

    def close(self, reason: str) -> None:
        """Settle what the engine has let go of, give the rest back, and leave."""
        if self._clock.running:
            self._clock.stop()
        store, self._store = self._store, None
        if store is None:
            return
        try:
            if not self._broken:
                self._settle(store, everything=True)
                counts = store.end(reason)
                self._count("frontier/left", counts.queued)
                self._count("frontier/failed", counts.failed)
        finally:
            store.close()

    def has_pending_requests(self) -> bool:
        if self._store is None or self._broken:
            return False
        try:
            return self._store.pending()
        except sqlite3.Error as error:
            self._break(error)
            return False

    def enqueue_request(self, request: Request) -> bool:
        store = self._store
        if store is None or self._broken:
            return False
        # Nothing may be raised here: Scrapy would lose the request and go on.
        try:
            return self._enqueue(store, request)
        except sqlite3.Error as error:
            self._break(error)
            return False

    def next_request(self) -> Request | None:
        store = self._store
        if store is None or self._broken:
            return None
        try:
            self._settle(store)
            request = self._lease_next(store)
            store.commit()
        except sqlite3.Error as error:
            self._break(error)
            return None
        return request

    def __len__(self) -> int:
        return self._store.counts().queued if self._store is not None else 0

    # Into the store

    def _enqueue(self, store: Store, request: Request) -> bool:
        before = self._heirs.pop(request, None)
        flight = self._flights.pop(before) if before is not None else None
        key = self._keys.key(request, flight)
        try:
            text = write_request(request, self.spider, self._transient)
        except Unstorable as error:
            self._refuse(store, request, key, flight, error)
            return False
        self._commit_soon()
        if flight is not None and request.dont_filter:
            store.requeue(flight.lease.seq, request.priority, text)
            added = True
        else:
            added = store.push(key, request.priority, text)
            if flight is not None:
                store.done(flight.lease.seq)
        self._tally("scheduler/enqueued" if added else "dupefilter/filtered")
        return added

    def _refuse(
        self, store: Store, request: Request, key: bytes, flight: Flight | None, error: Unstorable
    ) -> None:
        logger.error("A request cannot be kept in the frontier and is not made: %s", error)
        self._tally("frontier/unstorable")
        self._commit_soon()
        if flight is not None:
            lease = flight.lease
            store.fail(lease.seq, lease.tries, reason_of(error), final=False)
        else:
            store.refuse(key, json.dumps({"url": request.url}), reason_of(error))

    def _commit_soon(self) -> None:
        if not self._commit_due:
            self._commit_due = True
            call_later(0, self._commit)

    def _commit(self) -> None:
        self._commit_due = False
        if self._store is not None and not self._broken:
            try:
                self._store.commit()
            except sqlite3.Error as error:
                self._break(error)

    # Out of the store, and back

    def _lease_next(self, store: Store) -> Request | None:
        while (lease := store.pop()) is not None:
            try:
                request = read_request(lease.data, self.spider)
            except Unstorable as error:
                logger.error("A request of the frontier cannot be made: %s", error)
                store.fail(lease.seq, lease.tries, reason_of(error), final=False)
                continue
            self._flights[request] = Flight(lease)
            self._tally("scheduler/dequeued")
            return request
        return None

    def _settle(self, store: Store, everything: bool = False) -> None:
        """Acknowledge, or note the failure of, every flight that the engine has let go of."""
        landed = self._flights.keys() - (
            frozenset() if everything else engine_room.in_progress(self.crawler)
        )
        for request in landed:
            self._land(store, self._flights.pop(request))

    def _land(self, store: Store, flight: Flight) -> None:
        lease = flight.lease
        if flight.heir is not None:
            self._heirs.pop(flight.heir, None)
        if flight.given_back:
            store.release(lease.seq)
            return
        reason, final = flight.shortcoming(self._retry_statuses)
        if flight.postponed is not None:
            store.postpone(lease.seq, flight.postponed, reason)
        elif reason:
            store.fail(lease.seq, lease.tries, reason, final=final)
            self._tally("frontier/failures")
        else:
            store.done(lease.seq)

    # What others tell

    def flight_of(self, response: Any) -> Flight | None:
        """The flight that a response (or a failure given to an errback) belongs to."""
        request = getattr(response, "request", None)
        flight = self._flights.get(request) if request is not None else None
        if flight is None and isinstance(response, Response):
            # A middleware may have given the response a request of its own.
            for other in self._flights.values():
                if other.response is response:
                    return other
        return flight

    def born(self, request: Request, flight: Flight) -> None:
        """A request outside the duplicate filter comes of this flight."""
        self._keys.born(request, flight)

    def fetched(self, result: Any, request: Request) -> Any:
        """How a download ended: Response, Request in its place, or Failure; returns it."""
        flight = self._flights.get(request)
        if flight is not None:
            if isinstance(result, Response):
                flight.response = result
            elif isinstance(result, Request):
                flight.heir = result
                self._heirs[result] = request
            elif isinstance(result, Failure):
                flight.failure = reason_of(result.value)
                flight.final = is_final(result.value)
                flight.postponed = postponed_by(result.value)
        return result

    def reserve(self, host: str, delay: float) -> float:
        """Seconds to wait before this host may be asked; see ``Store.reserve``."""
        if self._store is None or self._broken:
            return 0.0
        try:
            return self._store.reserve(host, delay)
        except sqlite3.Error as error:
            self._break(error)
            return delay

    def _item_settled(self, response: Any) -> None:
        if response is not None and (flight := self.flight_of(response)) is not None:
            flight.items_settled += 1

    def _item_failed(self, response: Any, failure: Failure) -> None:
        if response is not None and (flight := self.flight_of(response)) is not None:
            flight.items_settled += 1
            flight.failure = flight.failure or reason_of(failure.value, "item")

    def _callback_failed(self, response: Any, failure: Failure) -> None:
        if response is not None and (flight := self.flight_of(response)) is not None:
            flight.failure = flight.failure or reason_of(failure.value, "callback")

    # Time passes

    def _beat(self) -> None:
        store = self._store
        if store is None or self._broken:
            return
        try:
            self._settle(store)
            store.beat()
            store.commit()
        except sqlite3.Error as error:
            self._break(error)
            return
        if not self._flights:  # Another process may have left or added something.
            engine_room.wake(self.crawler)

    def _break(self, error: sqlite3.Error) -> None:
        """The database fails: acknowledge nothing more, and end the crawl."""
        if self._broken:
            return
        self._broken = True
        self.crawler.stats.set_value("frontier/broken", str(error))
        logger.critical(
            "The frontier %s cannot be written (%s). The crawl ends; what was not acknowledged "
            "will be taken up by the next one.",
            self._store.path if self._store is not None else "",
            error,
        )
        if self._store is not None:
            try:
                self._store.rollback()
            except sqlite3.Error:
                logger.exception("The frontier's last writes could not be taken back")
        engine = self.crawler.engine
        if engine is not None and engine.spider is not None:
            call_later(0, self._close_spider)

    def _close_spider(self) -> None:
        engine = self.crawler.engine
        if engine is not None and engine.spider is not None:
            closing = deferred_from_coro(engine.close_spider_async(reason="frontier_broken"))
            closing.addErrback(lambda failure: logger.error("Closing failed: %s", failure))

    def _tally(self, name: str) -> None:
        self.crawler.stats.inc_value(name)

    def _count(self, name: str, value: int) -> None:
        self.crawler.stats.set_value(name, value)


def frontier_path(pattern: str, name: str) -> Path:
    """The database's path: ``{name}`` in the pattern becomes the spider's name.

    >>> frontier_path("data/frontier/{name}.db", "lang_son").as_posix()
    'data/frontier/lang_son.db'
    >>> frontier_path("{name}.db", "../a b").as_posix()
    '.._a_b.db'
    """
    return Path(pattern.replace("{name}", _NOT_IN_NAMES.sub("_", name)))
