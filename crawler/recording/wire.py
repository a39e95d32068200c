"""Capture level "wire": an HTTP/1.1 client that keeps the bytes of the wire.

Its connections are made by Scrapy's and Twisted's means: names, TLS, proxies, tunnels. Used for
that are internals of Scrapy 2.19, which may change with any minor version: Scrapy is pinned, and
``tests/warc/test_fidelity.py`` compares every byte with what a raw socket server got and sent.
Used are ``http11._ScrapyAgent._get_agent``, ``_ScrapyProxyAgent._proxyURI`` and ``_getEndpoint``
of the agents, when a connection is made; nothing of them for the requests that follow on it.

A CONNECT tunnel is spoken before the first request and is on no tape.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Hashable
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import Headers, Response
from scrapy.utils._download_handlers import make_response, wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.protocol import Factory
from twisted.web.client import URI
from zlib_ng import zlib_ng

from archive.warc.http import HttpHead, interim_size, parse_message
from archive.warc.writer import Exchange
from crawler.recording.connection import Answer, Connection, Connections, Limits, Tape

DISCONNECT_SECONDS = 1.0
"""How long the end of a crawl waits for connections to be closed in good order."""

_PROXY_CREDENTIALS = re.compile(rb"(?im)^proxy-authorization:[^\n]*\n(?:[ \t][^\n]*\n)*")
_TARGET = re.compile(rb"[\x21-\x7e]+")
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE_ENDS = re.compile(rb"[\r\n\x00]+[ \t]*")
_AGAIN = (b"GET", b"HEAD")
"""Methods of requests that are made again where a kept connection turns out to be dead."""
_OF_THE_CONNECTION = frozenset(
    (b"connection", b"keep-alive", b"transfer-encoding", b"te", b"trailer", b"upgrade")
)
_GZIP = ("gzip", "x-gzip")


class _ConnectionFactory(Factory):
    noisy = False
    protocol = Connection


class WireDownloadHandler(http11.HTTP11DownloadHandler):
    """Fetches over kept connections; ``record`` gets each exchange before the response is
    returned."""

    def __init__(self, crawler: Crawler, record: Callable[[Request, Exchange], object]) -> None:
        super().__init__(crawler)
        self._connections = Connections(crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._record = record

    async def download_request(self, request: Request) -> Response:
        """Download and record; what came of an answer that fails is recorded, too.

        Raises what Scrapy's own handler raises.
        """
        tape = Tape()
        seconds = float(request.meta.get("download_timeout") or 10)
        try:
            async with asyncio.timeout(seconds):
                answer = await self._exchange(request, tape, seconds)
        except TimeoutError as error:
            self._keep_broken(request, tape, "time")
            url = _url(request)
            raise DownloadTimeoutError(f"Getting {url} took longer than {seconds} seconds.") from (
                error
            )
        except Exception as error:
            cut = "length" if isinstance(error, DownloadCancelledError) else "disconnect"
            self._keep_broken(request, tape, cut)
            raise
        request.meta["download_latency"] = answer.latency
        received = bytes(memoryview(tape.received)[answer.start :])
        message = parse_message(received, head_only=request.method == "HEAD", head=answer.head)
        self._keep(request, tape, received, message.payload, answer.head)
        return _response(request, answer, message.payload)

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.close(DISCONNECT_SECONDS)

    async def _exchange(self, request: Request, tape: Tape, seconds: float) -> Answer:
        """The answer to a request, over a kept connection or a new one."""
        sent = request_bytes(request)
        meta = request.meta
        limits = Limits(
            meta.get("download_maxsize", self._default_maxsize) or 0,
            not meta.get("download_fail_on_dataloss", self._fail_on_dataloss),
        )
        head_only = request.method == "HEAD"
        key = _way(request)
        kept = self._connections.take(key)
        if kept is not None:
            try:
                answer = await kept.ask(sent, tape, limits, head_only=head_only)
            except DownloadFailedError:
                if tape.received or request.method.encode() not in _AGAIN:
                    raise
            else:
                self._connections.keep(key, kept)
                return answer
        connection = await self._connect(request, seconds)
        answer = await connection.ask(sent, tape, limits, head_only=head_only)
        self._connections.keep(key, connection)
        return answer

    async def _connect(self, request: Request, seconds: float) -> Connection:
        """A new connection to where the request leads, or to its proxy, or through that."""
        maker = http11._ScrapyAgent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            agent: Any = maker._get_agent(request, seconds)
            proxy = getattr(agent, "_proxyURI", None)
            there = proxy or URI.fromBytes(_url(request).encode("ascii"))  # type: ignore[no-untyped-call]
            endpoint = agent._getEndpoint(there)
            made = await maybe_deferred_to_future(endpoint.connect(_ConnectionFactory()))
        return cast(Connection, made)

    def _keep_broken(self, request: Request, tape: Tape, truncated: str) -> None:
        """Record what came of an answer that was not taken, without interim answers before it:
        no reader of WARC files looks past them."""
        received = bytes(memoryview(tape.received)[interim_size(tape.received) :])
        if received:
            message = parse_message(received, head_only=request.method == "HEAD")
            truncated = "" if tape.ended else truncated
            self._keep(request, tape, received, message.payload, message.head, truncated)

    def _keep(
        self,
        request: Request,
        tape: Tape,
        received: bytes,
        payload: bytes | memoryview,
        head: HttpHead,
        truncated: str = "",
    ) -> None:
        assert tape.started_at is not None
        if not truncated and not tape.ended:
            truncated = "disconnect"
        self._record(
            request,
            Exchange(
                url=_url(request),
                request_bytes=_for_the_site(tape.sent) if request.meta.get("proxy") else tape.sent,
                response_bytes=received,
                payload=payload,
                started_at=tape.started_at,
                # Behind a proxy, the connection's other end is not the site.
                ip="" if request.meta.get("proxy") else tape.ip,
                truncated=truncated,
                head=head,
            ),
        )


def _url(request: Request) -> str:
    """The address as it is asked for and recorded: without fragment."""
    return request.url.partition("#")[0]


def request_bytes(request: Request) -> bytes:
    """The request as it is sent.

    Raises ValueError where its address or method cannot stand in a request line.
    """
    url = _url(request)
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    direct = not request.meta.get("proxy") or parts.scheme == "https"
    written = (target if direct else url).encode("ascii")
    method = request.method.encode("ascii")
    if not _TARGET.fullmatch(written) or not _METHOD.fullmatch(method):
        raise ValueError(f"not a request that can be sent: {request}")
    lines = [b"%s %s HTTP/1.1" % (method, written)]
    headers = request.headers
    if b"Host" not in headers:
        lines.append(b"Host: " + _host(parts.netloc, parts.scheme).encode("ascii"))
    for name, values in headers.items():
        if not direct or name != b"Proxy-Authorization":
            lines += [name + b": " + _LINE_ENDS.sub(b" ", value) for value in values]
    body = request.body
    if (body or method in (b"POST", b"PUT")) and b"Content-Length" not in headers:
        lines.append(b"Content-Length: %d" % len(body))
    lines += (b"", body)
    return b"\r\n".join(lines)


def _for_the_site(sent: bytes) -> bytes:
    """A request as sent, without the credentials that a proxy was given."""
    head, empty, body = sent.partition(b"\r\n\r\n")
    return _PROXY_CREDENTIALS.sub(b"", head + b"\r\n") + empty[2:] + body


def _host(netloc: str, scheme: str) -> str:
    """The Host header: without credentials, and without the port that is understood.

    >>> _host("a.vn:80", "http"), _host("a.vn:8080", "http"), _host("[::1]", "https")
    ('a.vn', 'a.vn:8080', '[::1]')
    """
    return netloc.rpartition("@")[2].removesuffix(":443" if scheme == "https" else ":80")


def _way(request: Request) -> Hashable:
    """What requests have in common that may share a connection."""
    parts = urlsplit(request.url)
    proxy, bound = request.meta.get("proxy"), request.meta.get("bindaddress")
    if proxy and parts.scheme != "https":
        return ("proxy", proxy, bound)
    allowed = request.headers.get(b"Proxy-Authorization") if proxy else None
    return (parts.scheme, parts.netloc, proxy, allowed, bound)


def _response(request: Request, answer: Answer, payload: bytes | memoryview) -> Response:
    """What Scrapy is given. A body packed once, by gzip, is unpacked; any other coding is left to
    Scrapy's middleware, with all that may be wrong with it."""
    head = answer.head
    fields: dict[bytes, list[bytes]] = {}
    for name, value in head.headers:
        if name.lower() not in _OF_THE_CONNECTION:
            fields.setdefault(name.title(), []).append(value)
    codings = head.get_all("Content-Encoding")
    body = None
    if len(codings) == 1 and codings[0].strip().lower() in _GZIP:
        body = _unpacked(payload, request.meta.get("download_maxsize"))
        if body is not None:
            del fields[b"Content-Encoding"]
    return make_response(
        url=_url(request),
        status=head.status,
        headers=Headers(fields),
        body=bytes(payload) if body is None else body,
        flags=answer.flags or None,
        certificate=answer.certificate,
        ip_address=answer.ip,
        protocol=head.version,
    )


def _unpacked(payload: bytes | memoryview, most: int | None) -> bytes | None:
    """A body of one whole gzip member, of at most so many bytes; None for anything else."""
    unpacker = zlib_ng.decompressobj(31)
    try:
        body = unpacker.decompress(payload, most or _MOST_UNPACKED)
    except zlib_ng.error:  # type: ignore[misc]  # Its stubs call it a value.
        return None
    whole = unpacker.eof and not unpacker.unused_data
    return body if whole else None


_MOST_UNPACKED = 4_000_000
"""Bytes up to which a body is unpacked here, where a request sets no limit of its own."""
