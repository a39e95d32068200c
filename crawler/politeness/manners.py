"""Manners of a crawl: when a host may be asked, and when it is asked no more.

The gate stands in the download handler and not in a middleware, because only there is a request
really sent: after every queue, and also for robots.txt, redirects and retries. Scrapy's own
delay and AutoThrottle stay in force; the gate adds what they do not know: other processes,
robots.txt, Retry-After, failures in a row, quiet hours.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.utils.asyncio import sleep
from scrapy.utils.defer import deferred_from_coro

from archive.records import VIETNAM
from crawler.failures import failure_kind
from crawler.guards import told_private
from crawler.politeness.kept_robots import kept_robots
from crawler.politeness.pacing import (
    MAX_PAUSE_SECONDS,
    HostGivenUp,
    HostRecord,
    SharedPace,
    answered,
    failed,
    parse_quiet_hours,
    seconds_of_retry_after,
)
from crawler.recording.handler import RecordingDownloadHandler

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

logger = logging.getLogger(__name__)

QUIET_HOURS_BEGAN = "quiet hours"
IN_QUIET_HOURS = "quiet hours began; the next crawl goes on"
GIVEN_UP = "given up: "
"""How a crawl's finish reason begins when these manners have ended it."""

HOST_FAILURES = ("dns", "private", "refused", "timeout", "cut", "tls")
"""Kinds of ``crawler.failures`` that speak of the host and not of our wish."""

_LONGEST_NAP = 30.0


class Manners:
    """What a crawl knows of its hosts; one for all its download handlers."""

    def __init__(self, crawler: Crawler, now: Callable[[], datetime] | None = None) -> None:
        settings = crawler.settings
        folder = settings.get("PACE_FOLDER")
        self._crawler = crawler
        self._now = now or (lambda: datetime.now(UTC))
        self._delay = settings.getfloat("DOWNLOAD_DELAY")
        self._backoff_unit = settings.getfloat("BACKOFF_UNIT", 1.0)
        self._quiet = parse_quiet_hours(settings.get("QUIET_HOURS") or "")
        self._pace = SharedPace(Path(folder) if folder else None)
        self._hosts: dict[str, HostRecord] = {}
        self._asked: dict[str, set[str]] = {}
        """Host -> its names with ports that were asked for anything."""
        self._refused: dict[str, str] = {}
        """A name with port -> why nothing is allowed there."""
        self._closing = False
        crawler.signals.connect(self._robots_parsed, signals.robots_parsed)

    async def admit(self, request: Request) -> None:
        """Wait until the request may be sent. Raises HostGivenUp where it never may."""
        host = pace_key(request.url)
        record = self._record(host)
        self._asked.setdefault(host, set()).add(urlsplit(request.url).netloc)
        while True:
            if self._quiet is not None and self._now().astimezone(VIETNAM).time() in self._quiet:
                self._end(QUIET_HOURS_BEGAN)
                raise HostGivenUp(f"quiet hours, {self._quiet}")
            if record.given_up:
                self._end_if_alone()
                raise HostGivenUp(f"{host}: {record.given_up}")
            wait = self._pace.reserve(host, max(self._delay, record.crawl_delay))
            if wait <= 0:
                return
            if wait > MAX_PAUSE_SECONDS:
                record.given_up = f"it asks to be left alone for {wait:.0f} s"
                continue
            await sleep(min(wait, _LONGEST_NAP))

    def _record(self, host: str) -> HostRecord:
        return self._hosts.setdefault(host, HostRecord(unit=self._backoff_unit))

    def kept_robots(self, request: Request) -> Response | None:
        """The robots.txt that the request asks for, where the archive holds it fresh enough."""
        db = getattr(self._crawler, "archive", None)
        if db is None or not _is_robots(request.url):
            return None
        folder = Path(str(self._crawler.settings.get("WARC_FOLDER")))
        kept = kept_robots(db, folder, request.url, self._now())
        if kept is not None:
            self._crawler.stats.inc_value("congdoan/robots_kept")
        return kept

    def answered(self, request: Request, response: Response) -> None:
        """Note an answer, and what it asks for."""
        host = pace_key(request.url)
        record = self._record(host)
        said = (response.headers.get("Retry-After") or b"").decode("latin-1")
        asked = seconds_of_retry_after(said, self._now()) if said else None
        self._rest(host, record, answered(record, response.status, asked))

    def failed(self, request: Request, error: Exception) -> None:
        """Note a request that the host left without an answer."""
        kind, _ = failure_kind(error)
        if kind in HOST_FAILURES:
            host = pace_key(request.url)
            record = self._record(host)
            self._rest(host, record, failed(record, kind))

    def _rest(self, host: str, record: HostRecord, seconds: float) -> None:
        if seconds > 0:
            logger.info("%s is left alone for %.0f s: %s", host, seconds, record.last_failure)
            self._crawler.stats.inc_value("congdoan/pauses")
            self._pace.pause(host, seconds)
        if record.given_up:
            self._end_if_alone()

    def refuse(self, netloc: str, why: str) -> None:
        """Note that a host by this name allows nothing; ``why`` is for people."""
        self._refused[netloc] = why
        self._end_if_alone()

    def _robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Keep the Crawl-delay (or Request-rate) that robots.txt asks of us."""
        agent = str(self._crawler.settings.get("USER_AGENT") or "")
        delay = float(robotparser.crawl_delay(agent) or 0.0)
        rules: Any = getattr(robotparser, "rp", None)
        rate = rules.request_rate(agent) if hasattr(rules, "request_rate") else None
        if rate is not None and rate.requests > 0:
            delay = max(delay, rate.seconds / rate.requests)
        host = pace_key(request.url)
        if delay > self._delay:
            logger.info("robots.txt of %s asks for %.1f s between requests", host, delay)
            self._pace.pause(host, delay)
        self._record(host).crawl_delay = delay

    def _end_if_alone(self) -> None:
        """End the crawl when nothing that it has asked is to be asked again."""
        why: list[str] = []
        for host, record in self._hosts.items():
            names = self._asked.get(host, set())
            if record.given_up:
                why.append(f"{host}: {record.given_up}")
            elif names and names <= self._refused.keys():
                why += [f"{name}: {self._refused[name]}" for name in sorted(names)]
            else:
                return
        self._end(GIVEN_UP + "; ".join(why))

    def _end(self, reason: str) -> None:
        engine = self._crawler.engine
        if self._closing or engine is None or engine.spider is None:
            return
        self._closing = True
        logger.warning("This crawl ends: %s", reason)
        closing = deferred_from_coro(engine.close_spider_async(reason=reason))
        closing.addErrback(lambda failure: logger.error("Closing failed: %s", failure.value))


def manners_of(crawler: Crawler) -> Manners:
    """The manners of a crawl: the same for every caller."""
    # Kept with the crawl, which they know: a table of both would keep every crawl for ever.
    shared: Any = crawler
    known: Manners | None = getattr(crawler, "manners", None)
    if known is None:
        known = shared.manners = Manners(crawler)
    return known


class MannerlyDownloadHandler(RecordingDownloadHandler):
    """Sends a request when its host may be asked, and records the exchange."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._manners = manners_of(crawler)

    async def download_request(self, request: Request) -> Response:
        """As its base; raises HostGivenUp for a host that is asked no more.

        A robots.txt that was read within a day is not asked for.
        """
        kept = self._manners.kept_robots(request)
        if kept is not None:
            return kept
        await self._manners.admit(request)
        try:
            response = await super().download_request(request)
        except Exception as error:
            failure = told_private(request.url, error)
            self._manners.failed(request, failure)
            if failure is error:
                raise
            raise failure from error
        self._manners.answered(request, response)
        return response


def pace_key(url: str) -> str:
    """The host whose pace a URL counts for: without ``www.``, which is the same server.

    >>> pace_key("https://www.congdoan.vn:443/tin")
    'congdoan.vn'
    """
    host = urlsplit(url).hostname or ""
    return host.removesuffix(".").removeprefix("www.")


def how_manners_ended_it(reason: str) -> tuple[str, str] | None:
    """Outcome word and detail of a crawl whose finish reason was given here; None of others."""
    if reason == QUIET_HOURS_BEGAN:
        return "interrupted", IN_QUIET_HOURS
    if reason.startswith(GIVEN_UP):
        return "failed", reason.removeprefix(GIVEN_UP)
    return None


def _is_robots(url: str) -> bool:
    return urlsplit(url).path == "/robots.txt"
