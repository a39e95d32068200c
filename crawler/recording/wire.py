"""Capture level "wire": Scrapy's HTTP/1.1 handler with a tape on its connections.

Uses internals of Scrapy 2.19 and Twisted, which may change with any minor version: Scrapy is
pinned, and ``tests/warc/test_fidelity.py`` compares every byte with what a raw socket server got
and sent. Used, and what for:

- ``http11._ScrapyAgent`` and ``HTTP11DownloadHandler._pool``: to give each request a pool that
  marks its request with a tape;
- ``HTTPConnectionPool._factory`` and ``_LenientHTTP11ClientProtocol``: to see what a connection
  receives, and when an answer ends (``_finishResponse``);
- ``twisted.web._newclient.Request.writeTo``: to see what is sent. The request travels through
  Twisted's own retry on a dead kept-alive connection, and so does its tape.

A CONNECT tunnel is spoken before the protocol's ``request`` and is on no tape.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urldefrag

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, StopDownload
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web.client import _HTTP11ClientFactory

from archive.warc.http import head_end, interim_size, parse_message
from archive.warc.writer import Exchange

logger = logging.getLogger(__name__)

_PROXY_CREDENTIALS = re.compile(rb"(?im)^proxy-authorization:[^\n]*\n(?:[ \t][^\n]*\n)*")


class Tape:
    """What went over the wire for one request."""

    def __init__(self) -> None:
        self.sent = bytearray()
        self.received = bytearray()
        self.started_at: datetime | None = None
        self.ip = ""
        self.ended = False
        """Did the answer come to its end, by its own framing?"""
        self.stopped = False

    def begin(self, ip: str) -> None:
        """A request goes out now; anything of an earlier attempt is forgotten."""
        self.sent.clear()
        self.received.clear()
        self.ended = False
        self.started_at = datetime.now(UTC)
        self.ip = ip

    def stop(self) -> None:
        """Take nothing more: an aborted connection may still deliver."""
        self.stopped = True

    def request_bytes(self) -> bytes:
        """As sent, without the credentials that a proxy was given."""
        end = head_end(self.sent)
        if end < 0:
            return bytes(self.sent)
        return _PROXY_CREDENTIALS.sub(b"", bytes(self.sent[:end])) + bytes(self.sent[end:])

    def response_bytes(self) -> bytes:
        """As received, from the status line of the final answer on.

        Interim (1xx) answers before it are left out: no reader of WARC files looks past them.
        """
        return bytes(self.received[interim_size(self.received) :])


class _TapedTransport:
    """A connection's transport that also writes to a tape what is sent."""

    def __init__(self, transport: Any, tape: Tape) -> None:
        self._transport = transport
        self._tape = tape

    def write(self, data: bytes) -> None:
        self._tape.sent += data
        self._transport.write(data)

    def writeSequence(self, pieces: Any) -> None:
        self.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class TapedProtocol(http11._LenientHTTP11ClientProtocol):
    """Tapes what is sent for and received by each request of a connection."""

    _tape: Tape | None = None

    def request(self, request: Any) -> Deferred[Any]:
        tape = cast("Tape | None", getattr(request, "congdoan_tape", None))
        self._tape = tape
        if tape is not None:
            transport = cast(Any, self.transport)
            tape.begin(getattr(transport.getPeer(), "host", ""))
            write_to = type(request).writeTo
            request.writeTo = lambda target: write_to(request, _TapedTransport(target, tape))
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:
        if self._tape is not None and not self._tape.stopped:
            self._tape.received += data
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def _finishResponse(self, rest: bytes) -> None:
        tape, self._tape = self._tape, None
        if tape is not None:
            tape.ended = True
        if rest and self._currentRequest is not None:
            # Bytes beyond the end of the answer: they are on this tape as far as they came with
            # it, and must not become the beginning of the next answer on this connection.
            self._currentRequest.persistent = False
        super()._finishResponse(rest)


class _TapedFactory(_HTTP11ClientFactory):
    noisy = False

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:
        return TapedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _TapedConnection:
    """A pooled connection (or Twisted's retrying wrapper of one) for one request."""

    def __init__(self, connection: Any, tape: Tape) -> None:
        self._connection = connection
        self._tape = tape

    def request(self, request: Any) -> Any:
        request.congdoan_tape = self._tape
        return self._connection.request(request)


class _TapingPool:
    """The handler's connection pool, as one request sees it."""

    def __init__(self, pool: Any, tape: Tape) -> None:
        self._pool = pool
        self._tape = tape
        self.persistent = pool.persistent

    def getConnection(self, key: Any, endpoint: Any) -> Any:
        found = self._pool.getConnection(key, endpoint)
        return found.addCallback(lambda connection: _TapedConnection(connection, self._tape))


class WireDownloadHandler(http11.HTTP11DownloadHandler):
    """Scrapy's handler; ``record`` gets each exchange before the response is returned."""

    def __init__(self, crawler: Crawler, record: Callable[[Request, Exchange], object]) -> None:
        super().__init__(crawler)
        self._pool._factory = _TapedFactory
        self._record = record

    async def download_request(self, request: Request) -> Response:
        """Download and record; what came of an answer that fails is recorded, too.

        Raises what Scrapy's own handler raises.
        """
        tape = Tape()
        agent = http11._ScrapyAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=cast(Any, _TapingPool(self._pool, tape)),
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        try:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(agent.download_request(request))
        except Exception as error:
            tape.stop()
            self._keep(request, tape, _truncation(error, tape))
            raise
        tape.stop()
        truncated = "" if tape.ended else "disconnect"
        if "download_stopped" in response.flags:
            truncated = "unspecified"
        self._keep(request, tape, truncated)
        return response

    def _keep(self, request: Request, tape: Tape, truncated: str) -> None:
        if not tape.received or tape.started_at is None:
            return
        received = tape.response_bytes()
        if not received:
            return
        message = parse_message(received, head_only=request.method == "HEAD")
        self._record(
            request,
            Exchange(
                url=urldefrag(request.url)[0],
                request_bytes=tape.request_bytes(),
                response_bytes=received,
                payload=message.payload,
                started_at=tape.started_at,
                # Behind a proxy, the connection's other end is not the site.
                ip="" if request.meta.get("proxy") else tape.ip,
                truncated=truncated,
                head=message.head,
            ),
        )


def _truncation(error: Exception, tape: Tape) -> str:
    """Why an answer broke off, in the words of WARC-Truncated."""
    if tape.ended:
        return ""
    if isinstance(error, DownloadTimeoutError):
        return "time"
    if isinstance(error, DownloadCancelledError):
        return "length"
    return "unspecified" if isinstance(error, StopDownload) else "disconnect"
