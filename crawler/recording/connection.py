"""Connections of a crawl: each asks for one thing at a time and tapes what it sends and receives.

In the place of Twisted's HTTP client, which costs four times as much a page and keeps no bytes.
What makes the connection itself - names, TLS, proxies - stays Twisted's and Scrapy's.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    ResponseDataLossError,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.ssl import Certificate
from twisted.python.failure import Failure

from archive.warc.http import HttpHead
from crawler.recording.answer_end import AnswerEnd, BrokenAnswer

IDLE_SECONDS = 120.0
"""How long a connection is kept for the next request."""


class Tape:
    """What went over the wire for one request."""

    def __init__(self) -> None:
        self.sent = b""
        self.received = bytearray()
        self.started_at: datetime | None = None
        self.ip = ""
        self.ended = False
        """Did the answer come to its end, by its own framing?"""

    def begin(self, sent: bytes, ip: str) -> None:
        """A request goes out now; anything of an earlier attempt is forgotten."""
        self.sent = sent
        self.received = bytearray()
        self.ended = False
        self.started_at = datetime.now(UTC)
        self.ip = ip


@dataclass(frozen=True, slots=True)
class Limits:
    """``most``: bytes of a body, 0 for any number; ``cut`` lets an answer pass that breaks off."""

    most: int = 0
    cut: bool = False


@dataclass(slots=True)
class Answer:
    """The end of an exchange; its bytes are on the tape, the answer's from ``start`` to ``end``."""

    head: HttpHead
    start: int
    end: int
    flags: list[str]
    latency: float
    """Seconds from the request to the answer's head."""
    certificate: Certificate | None
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address | None


class Connection(Protocol):
    """One connection. ``kept_by`` is set while it waits for the next request."""

    def __init__(self) -> None:
        self.lost = False
        self.kept_by: Connections | None = None
        self.key: Hashable = None
        self.idle_since = 0.0
        self._answer: asyncio.Future[Answer] | None = None
        self._tape = Tape()
        self._end = AnswerEnd()
        self._limits = Limits()
        self._asked_at = self._latency = 0.0
        self._peer: tuple[Any, Any] | None = None

    async def ask(self, sent: bytes, tape: Tape, limits: Limits, *, head_only: bool) -> Answer:
        """Send a request and wait for the end of its answer.

        Raises DownloadFailedError for what is no answer, ResponseDataLossError for one that breaks
        off, DownloadCancelledError for one that is too large. The connection is then gone.
        """
        self._answer = asyncio.get_running_loop().create_future()
        self._tape, self._limits = tape, limits
        self._end = AnswerEnd(head_only=head_only)
        self._latency = -1.0
        transport = cast(Any, self.transport)
        tape.begin(sent, getattr(transport.getPeer(), "host", ""))
        self._asked_at = time.monotonic()
        transport.write(sent)
        try:
            return await self._answer
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Close it at once; what still comes is nobody's."""
        self._answer = None
        lost, self.lost = self.lost, True
        if not lost:
            cast(Any, self.transport).abortConnection()

    def dataReceived(self, data: bytes) -> None:
        waits = self._answer
        if waits is None or waits.done():
            # Nothing was asked: what comes must not become the beginning of the next answer.
            self.abort()
            return
        received = self._tape.received
        received += data
        end = self._end
        try:
            ends_at = end.look(received)
        except BrokenAnswer as error:
            self._fail(DownloadFailedError(str(error)) if end.head is None else _cut(error))
            return
        if end.head is None:
            return
        if self._latency < 0:
            self._latency = time.monotonic() - self._asked_at
        most, said, come = self._limits.most, end.length or 0, len(received) - end.body_start
        if most and (said > most or (ends_at < 0 and come > most)):
            size = max(said, come)
            self._fail(
                DownloadCancelledError(f"{size} bytes are larger than download max size ({most})")
            )
        elif ends_at >= 0:
            self._finish(ends_at, [])

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost = True
        if self.kept_by is not None:
            self.kept_by.forget(self)
        if self._answer is None or self._answer.done():
            return
        end = self._end
        if end.head is None:
            self._fail(DownloadFailedError(f"{type(reason.value).__name__}: {reason.value}"))
        elif end.by_connection:
            self._finish(len(self._tape.received), ["partial"])
        elif self._limits.cut:
            self._finish(len(self._tape.received), ["dataloss"])
        else:
            self._fail(_cut(reason.value))

    def may_be_kept(self) -> bool:
        """Whether it can be asked again."""
        head = self._end.head
        if self.lost or head is None:
            return False
        told = {
            word.strip().lower()
            for value in head.get_all("Connection")
            for word in value.split(",")
        }
        return "close" not in told and (head.version >= "HTTP/1.1" or "keep-alive" in told)

    def _finish(self, ends_at: int, flags: list[str]) -> None:
        waits, self._answer = self._answer, None
        end = self._end
        assert waits is not None
        assert end.head is not None
        self._tape.ended = "dataloss" not in flags
        if ends_at < len(self._tape.received) or not self.may_be_kept():
            # Bytes beyond the end of the answer are on this tape as far as they came with it.
            self.lost = True
            cast(Any, self.transport).loseConnection()
        certificate, ip = self._other_end()
        latency = max(self._latency, 0.0)
        waits.set_result(Answer(end.head, end.start, ends_at, flags, latency, certificate, ip))

    def _fail(self, error: Exception) -> None:
        waits = self._answer
        self.abort()
        if waits is not None:
            waits.set_exception(error)

    def _other_end(self) -> tuple[Any, Any]:
        if self._peer is None:
            transport = cast(Any, self.transport)
            certificate = ip = None
            with suppress(AttributeError):
                certificate = Certificate(transport.getPeerCertificate())  # type: ignore[no-untyped-call]
            with suppress(AttributeError, ValueError):
                ip = ipaddress.ip_address(transport.getPeer().host)
            self._peer = (certificate, ip)
        return self._peer


def _cut(error: BaseException | None) -> ResponseDataLossError:
    found = ResponseDataLossError(str(error))
    found.__cause__ = error
    return found


class Connections:
    """Connections that wait for the next request, by where they lead; ``most`` for each."""

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._kept: dict[Hashable, list[Connection]] = {}
        self._all_gone: asyncio.Event | None = None

    def take(self, key: Hashable) -> Connection | None:
        """One that can be asked; None where there is none."""
        waiting = self._kept.get(key, [])
        while waiting:
            connection = waiting.pop()
            connection.kept_by = None
            if not connection.lost and time.monotonic() - connection.idle_since < IDLE_SECONDS:
                return connection
            connection.abort()
        return None

    def keep(self, key: Hashable, connection: Connection) -> None:
        """Keep one whose answer has come for the next request."""
        if connection.lost:
            return
        connection.key, connection.kept_by = key, self
        connection.idle_since = time.monotonic()
        waiting = self._kept.setdefault(key, [])
        waiting.append(connection)
        if len(waiting) > self._most:
            oldest = waiting.pop(0)
            oldest.kept_by = None
            oldest.abort()

    def forget(self, connection: Connection) -> None:
        """One of them was lost."""
        connection.kept_by = None
        waiting = self._kept.get(connection.key, [])
        if connection in waiting:
            waiting.remove(connection)
        if self._all_gone is not None and not any(self._kept.values()):
            self._all_gone.set()

    async def close(self, patience: float) -> None:
        """Close all; returns when they are closed, or after so many seconds."""
        if not any(self._kept.values()):
            return
        self._all_gone = asyncio.Event()
        for waiting in list(self._kept.values()):
            for connection in list(waiting):
                cast(Any, connection.transport).loseConnection()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_gone.wait(), patience)
        for waiting in list(self._kept.values()):
            for connection in list(waiting):
                connection.kept_by = None
                connection.abort()
        self._kept.clear()
