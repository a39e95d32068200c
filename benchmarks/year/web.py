"""How the scripted sites answer: a transport in place of the network, and a log of who asked.

``ScriptedTransport`` stands where Scrapy's HTTP handler stands, below the pace, the recording and
everything else of a crawl.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from OpenSSL.SSL import Error as TlsError
from scrapy import exceptions as scrapy_errors
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers
from scrapy.utils._download_handlers import make_response
from scrapy.utils.asyncio import sleep

from archive.records import VIETNAM
from benchmarks.year.pages import FEED_PATHS, SitePages
from benchmarks.year.script import Fault, Story, YearScript
from crawler.politeness.pacing import parse_quiet_hours
from crawler.sample_web.site import COOKIE_STUB

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

LATENCY = 0.3
SLOW_LATENCY = (20.0, 45.0)
TIMEOUT = 60.0
BROKEN = ("dns", "refused", "timeout", "tls")
"""Faults in which there is no answer."""
CRAWL_DELAY = 10.0
_NUMBER = re.compile(r"(?:page-|start=|/page/|BRSR=)(\d+)")


@dataclass(slots=True)
class Answer:
    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    latency: float = LATENCY


@dataclass(slots=True)
class HostLog:
    """Who asked a host, and whether in good manners."""

    requests: Counter[str] = field(default_factory=Counter)
    """By what was asked for: robots, listing, feed, article, revisit, other."""
    last: float = 0.0
    leave_alone_until: float = 0.0
    delay: float = 2.0
    shortest: float = 1e9
    too_fast: int = 0
    too_soon: int = 0
    robots_read: list[float] = field(default_factory=list)
    """When its robots.txt was read, where there was an answer."""
    after_robots: int = 0
    """Requests although the robots.txt that was read last forbids everything."""
    forbids: bool = False

    def note(self, now: float, kind: str) -> None:
        gap = now - self.last
        self.shortest = min(self.shortest, gap)
        # A thousandth of a second for the sums of so many waits.
        self.too_fast += gap < self.delay - 0.001
        self.too_soon += now < self.leave_alone_until - 0.001
        self.after_robots += self.forbids and kind != "robots"
        self.last = now
        self.requests[kind] += 1


class YearWeb:
    """All sites of a script."""

    def __init__(self, script: YearScript, quiet_hours: str = "") -> None:
        self.script = script
        self.pages = {site.host: SitePages(site) for site in script.sites}
        self._quiet = parse_quiet_hours(quiet_hours)
        self.in_quiet_hours = 0
        self.logs = {site.host: HostLog() for site in script.sites}

    def ask(self, url: str, headers: Headers, *, known: bool) -> tuple[Answer, Fault | None]:
        """The answer at this moment, and what is wrong with the site."""
        now = datetime.now(UTC).astimezone(VIETNAM)
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        pages = self.pages[host]
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        log = self.logs[host]
        kind = self._kind(pages, path, known)
        log.note(now.timestamp(), kind)
        self.in_quiet_hours += self._quiet is not None and now.time() in self._quiet
        fault = pages.script.fault(now)
        answer = self._answer(pages, path, kind, now, fault)
        broken = fault is not None and fault.kind in BROKEN
        if kind == "robots" and answer.status < 500 and not broken:
            log.robots_read.append(now.timestamp())
            log.forbids = fault is not None and fault.kind == "robots"
        if fault is not None and fault.kind == "busy":
            log.leave_alone_until = now.timestamp() + float(answer.headers.get("Retry-After", 0))
        if fault is not None and fault.kind == "crawl_delay" and kind == "robots":
            log.delay = CRAWL_DELAY
        tag = answer.headers.get("ETag", "").encode()
        if tag and headers.get("If-None-Match") == tag:
            answer = Answer(b"", 304, answer.kind, answer.headers)
        return answer, fault

    def _kind(self, pages: SitePages, path: str, known: bool) -> str:
        if path == "/robots.txt":
            return "robots"
        if path in pages.numbers:
            return "revisit" if known else "article"
        if path == FEED_PATHS.get(pages.make):
            return "feed"
        return "listing" if path.startswith(pages.listing_path.rstrip("/")) else "other"

    def _answer(
        self, pages: SitePages, path: str, kind: str, now: datetime, fault: Fault | None
    ) -> Answer:
        match fault.kind if fault else "":
            case "busy":
                return Answer(b"busy", 503, headers={"Retry-After": "1200"})
            case "forbidden":
                return Answer(b"<html><body><h1>403 Forbidden</h1></body></html>", 403)
            case "challenge":
                return Answer(COOKIE_STUB, 200, "text/html")
            case "moved":
                place = f"http://moi.{pages.host}{path}"
                return Answer(b"", 301, headers={"Location": place})
            case "merged":
                return Answer(b"", 301, headers={"Location": "http://congdoan-moi.example.vn/"})
            case "robots" if kind == "robots":
                return Answer(b"User-agent: *\nDisallow: /\n", kind="text/plain")
            case "crawl_delay" if kind == "robots":
                return Answer(b"User-agent: *\nCrawl-delay: 10\n", kind="text/plain")
        answer = self._page(pages, path, kind, now, fault)
        if fault is not None and fault.kind == "slow":
            low, high = SLOW_LATENCY
            answer.latency = low + (hash((path, now.day)) % 100) / 100 * (high - low)
        return answer

    def _page(
        self, pages: SitePages, path: str, kind: str, now: datetime, fault: Fault | None
    ) -> Answer:
        if kind == "robots":
            return Answer(b"User-agent: *\nDisallow: /quan-tri/\n", kind="text/plain")
        if kind == "feed":
            return self._valid(pages, pages.feed(now).encode(), "application/rss+xml")
        if kind == "listing":
            number = _NUMBER.search(path)
            page = int(number[1]) if number else 1
            if number and number[0].startswith(("start=", "BRSR=")):
                page = page // 20 + 1
            return Answer(pages.listing_page(page, now).encode())
        if kind in ("article", "revisit"):
            story = pages.script.stories[pages.numbers[path] - 1]
            if story.stands(now):
                return self._article(pages, story, now, fault)
            return self._gone(pages, story, now)
        return Answer(b"<html><body><h1>404</h1></body></html>", 404)

    def _article(
        self, pages: SitePages, story: Story, now: datetime, fault: Fault | None
    ) -> Answer:
        kind = fault.kind if fault else ""
        page = pages.article(
            story, now, make="unknown" if kind == "redesign" else "", body=kind != "bodiless"
        )
        state = f"{story.number} {story.edition(now)} {kind in ('redesign', 'bodiless')}"
        return self._valid(pages, page.encode(), "text/html; charset=utf-8", state)

    def _gone(self, pages: SitePages, story: Story, now: datetime) -> Answer:
        match story.gone_how:
            case "home":
                return Answer(b"", 302, headers={"Location": f"http://{pages.host}/"})
            case "front":
                return Answer(pages.listing_page(1, now).encode())
        return Answer(b"<html><body><h1>404</h1></body></html>", int(story.gone_how))

    def _valid(self, pages: SitePages, body: bytes, kind: str, state: str = "") -> Answer:
        if not pages.script.validators:
            return Answer(body, kind=kind)
        tag = sha256(state.encode() or body).hexdigest()[:16]
        return Answer(body, kind=kind, headers={"ETag": f'"{tag}"'})


class ScriptedTransport(BaseDownloadHandler):
    """Scrapy's way to a YearWeb, which it finds as ``crawler.year_web``."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        shared: Any = crawler
        self._web: YearWeb = shared.year_web

    async def download_request(self, request: Request) -> Response:
        """Answer, or fail as a network does, after the time that this takes."""
        known = bool(request.meta.get("known"))
        answer, fault = self._web.ask(request.url, request.headers, known=known)
        if fault is not None:
            await self._break(fault, request.url)
        await sleep(answer.latency)
        headers = Headers({"Content-Type": answer.kind, **answer.headers})
        return make_response(request.url, answer.status, headers, answer.body, protocol="HTTP/1.1")

    async def _break(self, fault: Fault, url: str) -> None:
        match fault.kind:
            case "dns":
                await sleep(LATENCY)
                raise scrapy_errors.CannotResolveHostError(f"no address for {url}")
            case "refused":
                await sleep(LATENCY)
                raise scrapy_errors.DownloadConnectionRefusedError(f"{url} refuses")
            case "timeout":
                await sleep(TIMEOUT)
                raise scrapy_errors.DownloadTimeoutError(f"{url} took longer than {TIMEOUT:.0f} s")
            case "tls":
                await sleep(LATENCY)
                _fail_tls()

    async def close(self) -> None:
        """Nothing is open."""


def _fail_tls() -> NoReturn:
    raise TlsError([("SSL routines", "", "certificate verify failed")])
