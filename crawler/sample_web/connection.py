"""HTTP/1.1 over one connection: reads requests, writes answers, as plainly as the RFC allows.

Source: RFC 9112 (message syntax), RFC 9110 section 9.3.6 (CONNECT).
"""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus

from crawler.sample_web.answers import Answer

_HEAD_LIMIT = 64 * 1024
_BODY_LIMIT = 1024 * 1024
_CHUNK = 4096


class BadRequest(Exception):
    """What the client sent is no request that a server could answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    """As in the request line: absolute for a proxy, ``host:port`` of CONNECT, else a path."""
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str:
        """The last header of that name, "" when there is none."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[-1] if found else ""

    @property
    def keeps_alive(self) -> bool:
        wish = (self.header("Connection") or self.header("Proxy-Connection")).lower()
        return "close" not in wish and (self.version == "HTTP/1.1" or "keep-alive" in wish)


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request, ``None`` when the client has closed the connection.

    Raises ``BadRequest`` for anything malformed, cut off or too long.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise BadRequest("the request ended in the middle of its headers") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequest(f"more than {_HEAD_LIMIT} bytes of headers") from error
    lines = head.decode("latin-1").strip("\r\n").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest(f"no request line: {lines[0][:200]!r}")
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest(f"no header: {line[:200]!r}")
        headers.append((name, value.strip()))
    request = Request(words[0], words[1], words[2], tuple(headers))
    body = await _read_body(reader, request)
    return replace(request, body=body)


async def _read_body(reader: asyncio.StreamReader, request: Request) -> bytes:
    if request.header("Transfer-Encoding"):
        raise BadRequest("a request body in chunks, which no form here sends")
    text = request.header("Content-Length") or "0"
    if not text.isdecimal() or int(text) > _BODY_LIMIT:
        raise BadRequest(f"a Content-Length of {text[:40]!r}")
    try:
        return await reader.readexactly(int(text))
    except asyncio.IncompleteReadError as error:
        raise BadRequest("the request ended in the middle of its body") from error


async def write_answer(writer: asyncio.StreamWriter, request: Request, answer: Answer) -> bool:
    """Send the answer; tell whether the connection may go on."""
    if answer.delay:
        await asyncio.sleep(answer.delay)
    body = answer.body
    headers = [("Date", formatdate(usegmt=True)), *answer.headers]
    has_body = answer.status not in (204, 304)
    if has_body:
        headers.append(("Content-Type", answer.content_type))
    if answer.compress:
        headers.append(("Vary", "Accept-Encoding"))
        if "gzip" in request.header("Accept-Encoding") and has_body:
            # mtime=0: the same page gives the same bytes
            body = gzip.compress(body, 6, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
    chunked = answer.chunked and request.version == "HTTP/1.1" and has_body and not answer.cut
    if chunked:
        headers.append(("Transfer-Encoding", "chunked"))
    elif has_body:
        headers.append(("Content-Length", str(len(body))))
    goes_on = request.keeps_alive and not answer.cut
    headers.append(("Connection", "keep-alive" if goes_on else "close"))
    reason = HTTPStatus(answer.status).phrase
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    writer.write(f"HTTP/1.1 {answer.status} {reason}\r\n{head}\r\n".encode("latin-1"))
    if has_body and request.method != "HEAD":
        if answer.cut:
            writer.write(body[: len(body) // 3])
        elif chunked:
            for start in range(0, len(body), _CHUNK):
                piece = body[start : start + _CHUNK]
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            writer.write(b"0\r\n\r\n")
        else:
            writer.write(body)
    await writer.drain()
    return goes_on
