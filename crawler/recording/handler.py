"""Download handlers that keep every exchange in a WARC before anyone sees the response.

A download handler is the only place in Scrapy that sees everything: redirects, retries,
robots.txt, images, and answers that break off. Set it for both schemes::

    DOWNLOAD_HANDLERS = {
        "http": "crawler.recording.handler.RecordingDownloadHandler",
        "https": "crawler.recording.handler.RecordingDownloadHandler",
    }
    WARC_FOLDER = "data/warc"
    WARC_CRAWL_ID = "lang_son-20240501"     # isPartOf in warcinfo
    WARC_OPERATOR = "name and address"      # optional
    WARC_SOFTWARE = "congdoan-archive/1.0"  # optional; Scrapy's version is added
    WARC_CAPTURE_LEVEL = "wire"             # or "payload", see below
    WARC_MAX_BYTES = 1_000_000_000          # a longer file is closed and the next begun
    WARC_FSYNC = True                       # on the disk, not only with the operating system
    DEFAULT_REQUEST_HEADERS = {"Accept-Encoding": "gzip, deflate", ...}

Accept-Encoding must be set like that: left alone, Scrapy offers brotli and zstd, and the usual
WARC tools fail on records that are encoded so.

Two capture levels. "wire" keeps the bytes of the wire and leans on internals of Scrapy where it
connects (``crawler.recording.wire``). "payload" uses only the public API and can wrap any
handler; it rebuilds the heads and cannot keep answers that break off. warcinfo says which level
wrote the file.

What else a crawl gets: the ``Capture`` in ``request.meta["capture"]`` (also of a failed request,
when any of its answer came), and a call of ``crawler.capture_sink``, if that attribute is set,
before the response goes on. Then the record is brought to the disk; a sink that returns
``SETTLES`` sees to that itself (``Recorder.settle``), for several together, before it tells
anyone that they are kept. ``crawler.seen_payload``, if set, is asked for earlier captures of a
payload (see WarcWriter). ``request.meta["revisit_of"]`` may hold the PayloadRef that a 304
answer would vouch for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import responses
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urldefrag, urlsplit

import scrapy
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.misc import build_from_crawler, load_object

from archive.records import Capture
from archive.warc.http import parse_message
from archive.warc.writer import Exchange, PayloadRef, WarcWriter

logger = logging.getLogger(__name__)

SETTLES = "settles"
"""What a sink returns that will bring the capture's record to the disk."""

_HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}


class ArchiveFailed(Exception):
    """A capture could not be stored, so the request fails and the crawl ends.

    No OSError: those are retried, and a full disk does not become emptier by asking again.
    """

    try_again_seconds = 0.0
    """For the frontier: no failure of the request's own, so the next crawl makes it at once."""


class DownloadHandler(Protocol):
    """What Scrapy asks of a download handler."""

    async def download_request(self, request: Request) -> Response: ...

    async def close(self) -> None: ...


class Recorder:
    """The one WARC writer of a crawl, shared by the handlers of both schemes."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._writer: WarcWriter | None = None
        self._failed = False

    @property
    def writer(self) -> WarcWriter:
        """The writer, made when first needed (the spider is not known before)."""
        if self._writer is None:
            settings = self._crawler.settings
            name = self._crawler.spider.name if self._crawler.spider else "site"
            self._writer = WarcWriter(
                Path(settings.get("WARC_FOLDER") or "warc"),
                name,
                settings.get("WARC_CRAWL_ID") or f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
                software=f"{settings.get('WARC_SOFTWARE') or 'congdoan-archive'} "
                f"Scrapy/{scrapy.__version__}",
                operator=settings.get("WARC_OPERATOR") or "",
                level=capture_level(self._crawler),
                max_bytes=settings.getint("WARC_MAX_BYTES") or 1_000_000_000,
                fsync=settings.getbool("WARC_FSYNC", True),
                robots="obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
                info={
                    "http-header-user-agent": settings.get("USER_AGENT") or "",
                    "web": settings.get("WARC_WEB") or "",
                },
                seen_payload=self._seen_payload,
            )
        return self._writer

    def check(self) -> None:
        """Raise ArchiveFailed once anything could not be stored: fetch no more."""
        if self._failed:
            raise ArchiveFailed("the archive failed earlier in this crawl")

    def record(self, request: Request, exchange: Exchange) -> Capture:
        """Store an exchange and announce its capture.

        Raises ArchiveFailed, and closes the spider with that reason, when either fails.
        """
        self.check()
        try:
            capture = self.writer.write(
                exchange,
                not_modified=cast("PayloadRef | None", request.meta.get("revisit_of")),
                settled=False,
            )
            sink = cast(
                "Callable[[Capture], object] | None", getattr(self._crawler, "capture_sink", None)
            )
            if sink is None or sink(capture) is not SETTLES:
                self.writer.settle()
        except Exception as error:
            self._fail(exchange.url, error)
            raise ArchiveFailed(f"{exchange.url} cannot be archived: {error}") from error
        request.meta["capture"] = capture
        stats = self._crawler.stats
        if stats is not None:
            stats.inc_value(f"warc/{capture.record_type}_count")
            stats.inc_value("congdoan/bytes", len(exchange.response_bytes))
            if capture.truncated:
                stats.inc_value(f"warc/truncated/{capture.truncated}")
        return capture

    def settle(self) -> None:
        """Bring to the disk what a sink has taken upon itself. Raises WarcError."""
        if self._writer is not None:
            self._writer.settle()

    def count(self, what: str) -> None:
        """One more of "requests" (that were sent) or "fetched" (answers that came whole)."""
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value(f"congdoan/{what}")

    def close(self) -> None:
        """Close the WARC file. Nothing can be recorded afterwards."""
        if self._writer is not None:
            self._writer.close()

    def _seen_payload(self, digest: str) -> PayloadRef | None:
        seen = cast(
            "Callable[[str], PayloadRef | None] | None",
            getattr(self._crawler, "seen_payload", None),
        )
        return seen(digest) if seen is not None else None

    def _fail(self, url: str, error: Exception) -> None:
        logger.critical("Archiving %s failed: the crawl ends", url, exc_info=True)
        self._failed = True
        if self._crawler.stats is not None:
            self._crawler.stats.set_value("warc/failure", f"cannot be kept: {error}")
        engine = self._crawler.engine
        if engine is not None and engine.spider is not None:
            closing = deferred_from_coro(engine.close_spider_async(reason="archive_failed"))
            closing.addErrback(
                lambda failure: logger.error("Closing the spider failed: %s", failure.value)
            )


def recorder_of(crawler: Crawler) -> Recorder:
    """The recorder of a crawl: the same one for every caller."""
    # Kept with the crawl, which it knows: a table of both would keep every crawl for ever.
    shared: Any = crawler
    known: Recorder | None = getattr(crawler, "recorder", None)
    if known is None:
        known = shared.recorder = Recorder(crawler)
    return known


def capture_level(crawler: Crawler) -> str:
    """The crawl's capture level, "wire" or "payload" (setting WARC_CAPTURE_LEVEL)."""
    level = str(crawler.settings.get("WARC_CAPTURE_LEVEL") or "wire")
    if level not in ("wire", "payload"):
        raise ValueError(f"WARC_CAPTURE_LEVEL is {level!r}; it must be 'wire' or 'payload'")
    return level


class RecordingDownloadHandler(BaseDownloadHandler):
    """Downloads over HTTP/1.1 and records each exchange at the crawl's capture level."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._recorder = recorder_of(crawler)
        self._inner: DownloadHandler
        if capture_level(crawler) == "wire":
            # Imported only here, so that the public level works when the internals change.
            from crawler.recording.wire import WireDownloadHandler

            self._inner = WireDownloadHandler(crawler, self._recorder.record)
        else:
            self._inner = PublicApiRecordingHandler(crawler)

    async def download_request(self, request: Request) -> Response:
        """Download, record, return; raises what Scrapy's own handler raises, or ArchiveFailed."""
        self._recorder.check()
        # A retry or redirect inherits its predecessor's meta.
        request.meta.pop("capture", None)
        self._recorder.count("requests")
        response = await self._inner.download_request(request)
        self._recorder.count("fetched")
        return response

    async def close(self) -> None:
        """Close connections, then the WARC file (Scrapy calls this after the last request)."""
        await self._inner.close()
        self._recorder.close()


class PublicApiRecordingHandler(BaseDownloadHandler):
    """Capture level "payload": wraps Scrapy's handler and rebuilds what it does not hand out."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._recorder = recorder_of(crawler)
        wrapped = crawler.settings.get("WARC_WRAPPED_HANDLER")
        wrapped = wrapped or crawler.settings.get("DOWNLOAD_HANDLERS_BASE")["https"]
        self._wrapped: DownloadHandler = build_from_crawler(load_object(wrapped), crawler)

    async def download_request(self, request: Request) -> Response:
        """Download with the wrapped handler, then record."""
        started = datetime.now(UTC)
        response = await self._wrapped.download_request(request)
        raw = rebuilt_response(response)
        head_only = request.method == "HEAD"
        ip = "" if request.meta.get("proxy") or not response.ip_address else response.ip_address
        exchange = Exchange(
            url=urldefrag(request.url)[0],
            request_bytes=rebuilt_request(request),
            response_bytes=raw,
            payload=parse_message(raw, head_only=head_only).payload,
            started_at=started,
            ip=str(ip),
            truncated=truncation_flag(response),
        )
        self._recorder.record(request, exchange)
        return response

    async def close(self) -> None:
        """Close the wrapped handler."""
        await self._wrapped.close()


def truncation_flag(response: Response) -> str:
    """WARC-Truncated by the flags that Scrapy gives a response; "" for a whole one.

    The flag "partial" only means that the connection's end was the body's end.
    """
    if "dataloss" in response.flags:
        return "disconnect"
    return "unspecified" if "download_stopped" in response.flags else ""


def rebuilt_response(response: Response) -> bytes:
    """Response bytes from what the public API knows.

    Hop-by-hop headers are dropped; the body has no chunk framing.
    """
    protocol = (response.protocol or "HTTP/1.1").encode("ascii", "replace")
    reason = responses.get(response.status, "")
    lines = [b"%s %d %s" % (protocol, response.status, reason.encode("ascii"))]
    for name, values in response.headers.items():
        if name.lower() not in _HOP_BY_HOP:
            lines += [name + b": " + value for value in values]
    return b"\r\n".join(lines) + b"\r\n\r\n" + response.body


def rebuilt_request(request: Request) -> bytes:
    """Request bytes from what the public API knows; nothing that was meant for a proxy."""
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {path} HTTP/1.1".encode()]
    if b"Host" not in request.headers:
        lines.append(b"Host: " + parts.netloc.rpartition("@")[2].encode("idna"))
    for name, values in request.headers.items():
        if name.lower() not in _HOP_BY_HOP | {b"proxy-authorization"}:
            lines += [name + b": " + value for value in values]
    if request.body and b"Content-Length" not in request.headers:
        lines.append(b"Content-Length: %d" % len(request.body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.body
