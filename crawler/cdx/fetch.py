"""Asking another web archive, politely: its list of captures, and the captures as they were.

One request at a time, at the pace that crawls keep too (``crawler.politeness.pacing``). Redirects
are not followed: an archive that holds a capture at its date answers with it.
"""

from __future__ import annotations

import http.client
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from crawler.cdx.lines import Listed
from crawler.cdx.unpacked import BadlyPacked, unpacked
from crawler.politeness.pacing import (
    MAX_PAUSE_SECONDS,
    HostGivenUp,
    HostRecord,
    SharedPace,
    answered,
    failed,
    seconds_of_retry_after,
)

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 60.0
"""Without a byte."""
DEADLINE_SECONDS = 300.0
"""For a whole answer of a capture."""
MAX_CAPTURE_BYTES = 30_000_000
TRIES = 3
_CHUNK = 1 << 16
_REPLAY_PREFIX = re.compile(r"^.*?/\d{4,14}(?:[a-z]{2}_)?/(?=https?:)")
_ORIGINAL = "x-archive-orig-"
_NOT_THE_PAGES = {
    "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding",
    "memento-datetime", "link", "content-location", "date", "server", "via", "x-cache",
    "set-cookie", "cache-control", "strict-transport-security", "alt-svc", "server-timing",
    "referrer-policy", "permissions-policy",
}  # fmt: skip
"""Headers of a replayed answer that are the archive's own, unless it says that they are not."""


class NotThere(Exception):
    """The archive does not give the capture that its list names; the text says how it answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


class Asker:
    """Asks the hosts of other archives, one request at a time and no faster than ``delay``."""

    def __init__(
        self,
        agent: str,
        pace: SharedPace,
        *,
        delay: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._agent = agent
        self._pace = pace
        self._delay = delay
        self._sleep = sleep
        self._hosts: dict[str, HostRecord] = {}

    def get(self, url: str, *, byte_range: tuple[int, int] | None = None) -> Answer:
        """The answer to a GET, whatever its status but 429 and 5xx, which are tried again.

        ``byte_range``: first and last byte. Raises NotThere where there is no answer after all
        tries or one that is too large; HostGivenUp where the host is to be asked no more.
        """
        problem = ""
        for _ in range(TRIES):
            try:
                with self._open(url, byte_range) as response:
                    body = b"".join(self._chunks(response, MAX_CAPTURE_BYTES))
                    headers = tuple(response.getheaders())
                    answer = Answer(response.status, response.reason, headers, body)
            except NotThere as error:
                problem = str(error)
                continue
            if answer.status != 429 and answer.status < 500:
                return answer
            problem = f"HTTP {answer.status}"
        raise NotThere(f"{problem}, {TRIES} times")

    def lines(self, url: str, max_bytes: int) -> Iterator[bytes]:
        """The lines of a list, without line ends. Raises as ``get``, and where it is too large.

        Asked for as it is, and unpacked where it comes packed all the same.
        """
        rest = b""
        with self._open(url, packed=False) as response:
            if response.status != 200:
                raise NotThere(f"the server answered HTTP {response.status}")
            packed = response.getheader("Content-Encoding") or ""
            chunks = self._chunks(response, max_bytes, deadline=None)
            try:
                for chunk in unpacked(chunks, packed, max_bytes):
                    *lines, rest = (rest + chunk).split(b"\n")
                    yield from (line.rstrip(b"\r") for line in lines)
                    if len(rest) > _CHUNK * 64:
                        raise NotThere("a line of the list is longer than 4 MB")
            except BadlyPacked as error:
                raise NotThere(str(error)) from error
        if rest:
            yield rest.rstrip(b"\r")

    def _open(
        self, url: str, byte_range: tuple[int, int] | None = None, *, packed: bool = True
    ) -> _Opened:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotThere(f"not an address of a web archive: {url}")
        host = parts.hostname
        record = self._hosts.setdefault(host, HostRecord())
        self._wait(host, record)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                host, parts.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
        headers = {
            "User-Agent": self._agent,
            "Accept-Encoding": "gzip, deflate" if packed and byte_range is None else "identity",
            # An answer that was cut off when captured is shorter than it says: the end of the
            # connection tells so at once.
            "Connection": "close",
        }
        if byte_range is not None:
            headers["Range"] = f"bytes={byte_range[0]}-{byte_range[1]}"
        target = parts.path or "/"
        if parts.query:
            target += f"?{parts.query}"
        try:
            connection.request("GET", _ascii(target), headers=headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self._rest(host, record, failed(record, type(error).__name__))
            raise NotThere(f"no answer: {error}") from error
        said = response.getheader("Retry-After") or ""
        asked = seconds_of_retry_after(said, datetime.now(UTC)) if said else None
        self._rest(host, record, answered(record, response.status, asked))
        return _Opened(connection, response)

    def _wait(self, host: str, record: HostRecord) -> None:
        while True:
            if record.given_up:
                raise HostGivenUp(f"{host}: {record.given_up}")
            wait = self._pace.reserve(host, self._delay)
            if wait <= 0:
                return
            if wait > MAX_PAUSE_SECONDS:
                raise HostGivenUp(f"{host}: it asks to be left alone for {wait:.0f} s")
            self._sleep(min(wait, 30.0))

    def _rest(self, host: str, record: HostRecord, seconds: float) -> None:
        if seconds > 0:
            logger.info("%s is left alone for %.0f s: %s", host, seconds, record.last_failure)
            self._pace.pause(host, seconds)

    def _chunks(
        self,
        response: http.client.HTTPResponse,
        limit: int,
        deadline: float | None = DEADLINE_SECONDS,
    ) -> Iterator[bytes]:
        begun, size = time.monotonic(), 0
        while True:
            try:
                chunk = response.read1(_CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise NotThere(f"the answer broke off: {error}") from error
            if not chunk:
                if response.length:
                    raise NotThere(f"the answer broke off, {response.length} bytes before its end")
                return
            size += len(chunk)
            if size > limit:
                raise NotThere(f"the answer is larger than {limit} bytes")
            if deadline is not None and time.monotonic() - begun > deadline:
                raise NotThere(f"the answer took longer than {deadline:.0f} s")
            yield chunk


class _Opened:
    """A response and its connection, closed together."""

    def __init__(
        self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse
    ) -> None:
        self._connection, self._response = connection, response

    def __enter__(self) -> http.client.HTTPResponse:
        return self._response

    def __exit__(self, *error: object) -> None:
        self._response.close()
        self._connection.close()


def replayed_response(answer: Answer, listed: Listed) -> bytes:
    """The response as it was captured, from a raw (``id_``) replay of it.

    The archive's own headers are left out; where it hands on the originals under
    ``X-Archive-Orig-`` those count. The body stays as it came, with the Content-Encoding that it
    came with. Raises NotThere where the answer is no capture, or one of another moment: archives
    answer with the nearest that they have.
    """
    when = answer.header("memento-datetime")
    if not when:
        raise NotThere(f"HTTP {answer.status} without Memento-Datetime: not a capture")
    try:
        moment = parsedate_to_datetime(when)
    except (ValueError, TypeError):
        raise NotThere(f"Memento-Datetime is {when[:60]!r}") from None
    if f"{moment:%Y%m%d%H%M%S}" != listed.timestamp:
        raise NotThere(f"the archive gives the capture of {moment:%Y-%m-%d %H:%M:%S} instead")
    original = [
        (name[len(_ORIGINAL) :], value)
        for name, value in answer.headers
        if name.lower().startswith(_ORIGINAL)
    ]
    known = {name.lower() for name, _ in original}
    headers = [
        (name, value)
        for name, value in answer.headers
        if name.lower() not in _NOT_THE_PAGES | known and not name.lower().startswith("x-archive-")
    ]
    kept = [
        (name, value)
        for name, value in [*headers, *original]
        if name.lower() not in ("connection", "keep-alive", "transfer-encoding", "content-length")
        and name.lower() != "content-encoding"
    ]
    encoding = answer.header("content-encoding")
    if encoding:
        kept.append(("Content-Encoding", encoding))
    lines = [f"HTTP/1.1 {answer.status} {_line(answer.reason)}".rstrip()]
    for name, value in kept:
        if name.lower() == "location":
            value = _REPLAY_PREFIX.sub("", value)
        lines.append(f"{name}: {_line(value)}")
    lines.append(f"Content-Length: {len(answer.body)}")
    head = "\r\n".join(lines).encode("latin-1", "replace")
    return head + b"\r\n\r\n" + answer.body


def _line(value: str) -> str:
    return re.sub(r"[\r\n\x00]+", " ", value)


def _ascii(target: str) -> str:
    """A request target in ASCII: other letters percent-encoded, what is encoded left alone."""
    return "".join(
        letter if "!" <= letter <= "~" else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in target
    )
