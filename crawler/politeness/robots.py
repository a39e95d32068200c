"""robots.txt is obeyed by every request, also by those that wait while it is being read.

Scrapy 2.19 lets the requests of a host wait on one Deferred. Where asyncio runs, turning it into a
future leaves it without its result, so that from the third request on none sees the rules, and
all are sent. Here each waits as before and then looks the rules up.

Scrapy also takes a robots.txt that brought no answer for one that allows everything. RFC 9309,
2.3.1, tells apart what is not there (4xx: no rules) from what cannot be reached (5xx, 429, and
every failure of the network: nothing is allowed). An error's page is no robots.txt either,
whatever stands on it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers
from scrapy.utils._download_handlers import make_response
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from archive.crawl_log import save_fetch_error
from crawler.failures import KINDS, failure_kind
from crawler.politeness.kept_robots import last_rules
from crawler.politeness.manners import HOST_FAILURES, manners_of
from crawler.politeness.pacing import OVERLOADED, HostGivenUp

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

UNREACHABLE = (*HOST_FAILURES, "too_large", "other")
"""Kinds of ``crawler.failures`` by which a robots.txt is there, for all we know, and not to be
had. The others are our own decisions, which the pages meet as well."""


class _CannotBeHad(IgnoreRequest):
    """An answer that is none: the text says why. Ignored, so that Scrapy makes no error of it."""


class ObeyedRobots(RobotsTxtMiddleware):
    """In the place of Scrapy's own middleware."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._refused: dict[str, str] = {}
        """Host and port -> why nothing is allowed there."""

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host; None where it has none.

        Raises HostGivenUp where they cannot be had, for every request to the host.
        """
        await super().robot_parser(request)
        netloc = urlparse_cached(request).netloc
        if netloc in self._refused:
            manners_of(self.crawler).refuse(netloc, self._refused[netloc])
            raise HostGivenUp(f"{netloc}: {self._refused[netloc]}")
        rules = self._parsers[netloc]
        return None if isinstance(rules, Deferred) else rules

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """Read the rules; those read last where the host has a fault of its own.

        Raises _CannotBeHad.
        """
        status = response.status
        if status >= 500 or status in OVERLOADED:
            response = self._in_place_of(response)
        elif status >= 300:
            response = make_response(response.url, status, Headers())
        await super()._parse_robots(response, netloc, request)

    def _in_place_of(self, response: Response) -> Response:
        """What holds while robots.txt answers with an error of the server."""
        status, url = response.status, response.url
        if status not in OVERLOADED:
            if getattr(self.crawler.spider, "robots_may_fail", False):
                return make_response(url, status, Headers())
            settings: Any = self.crawler.settings
            db = getattr(self.crawler, "archive", None)
            folder = Path(str(settings.get("WARC_FOLDER")))
            kept = last_rules(db, folder, url, datetime.now(UTC)) if db is not None else None
            if kept is not None:
                logger.info("%s answers HTTP %d: what it said last holds", url, status)
                return kept
        raise _CannotBeHad(f"HTTP {status}")

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        kind, detail = failure_kind(exc)
        if isinstance(exc, _CannotBeHad):
            self._refuse(netloc, str(exc))
        elif kind in UNREACHABLE:
            self._note(netloc, kind, detail)
            self._refuse(netloc, KINDS[kind])
        super()._robots_error(exc, netloc)

    def _refuse(self, netloc: str, why: str) -> None:
        self._refused[netloc] = f"its robots.txt cannot be had: {why}"
        logger.warning("%s: %s, so nothing is asked there", netloc, self._refused[netloc])

    def _note(self, netloc: str, kind: str, detail: str) -> None:
        """Keep the failure under its own word: none of the pages will be asked for."""
        db, spider = getattr(self.crawler, "archive", None), self.crawler.spider
        if db is not None and spider is not None:
            crawl_id = str(getattr(spider, "crawl_id", ""))
            url, now = f"http://{netloc}/robots.txt", datetime.now(UTC)
            save_fetch_error(db, crawl_id, spider.name, url, kind, detail, now)
