"""The replay as an ASGI application.

========================  ======================================================================
``/capture/<id>``         the page of one capture, exactly that one
``/web/<time>/<url>``     the capture of an address nearest in time; ``<time>`` is up to 14 digits
                          (``20231004084200``), UTC, as other replay tools write it
``/web/<time>im_/<url>``  the same for a picture, font or film; ``cs_`` for a stylesheet
``/web/*/<url>``          all captures of an address
``/about/<id>``           where a capture came from and where it is kept
``/``                     asks for an address
========================  ======================================================================

It keeps no state, sets no cookies and answers only GET and HEAD. Content types are those of the
capture; nothing is sniffed; what could run is served as plain text or for download.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from archive.database import ArchiveError
from archive.own_host import answers_to, bound_address
from archive.read_only import reading
from archive.replay import pages
from archive.replay.addresses import absolute, asked_for, in_path, last_part
from archive.replay.lookup import (
    Held,
    ReplayError,
    capture_by_id,
    captures_of,
    nearest,
    payload_capture,
    read_record,
)
from archive.replay.markup import Kind, rewrite_html
from archive.replay.stylesheets import MAX_CSS, decode_css, rewrite_css
from archive.warc.reader import ContentTooLarge, ContentUndecodable

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_PAGE = 12 << 20
"""Bytes of an HTML page beyond which it is offered for download instead of being shown."""
MAX_BODY = 64 << 20
AT_ONCE = 4
"""Answers worked out at a time: a page is parsed whole, which takes memory."""

_SEALED = (
    "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; font-src 'self' data:;"
    " style-src 'self' 'unsafe-inline'; form-action 'none'; base-uri 'none'"
)
_OWN = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
_WEB = re.compile(r"/web/(\d{1,14}|\*)(im_|cs_|id_|mp_)?/(.+)", re.DOTALL)
_ID = re.compile(r"/(capture|about)/([A-Za-z0-9][A-Za-z0-9:._+-]{0,200})/?")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9][A-Za-z0-9_.:-]{0,40})", re.IGNORECASE)
_HTML = ("text/html", "application/xhtml+xml")
_FONTS = ("font/", "application/font", "application/x-font", "application/vnd.ms-fontobject")
_SHOWN = ("image/", "audio/", "video/", *_FONTS)
_READ_AS_TEXT = ("text/", "application/json", "application/xml", "application/rss+xml",
                 "application/atom+xml", "application/ld+json")  # fmt: skip


NOT_OURS = (
    "Kho này chỉ trả lời tên của chính nó. This archive answers to its own name only:"
    " replay_origin in the metadata says what that is."
)


class NoMoment(ValueError):
    """Digits in a path that are no time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the replay sends: ``body`` under ``kind``, sealed when it came from a capture."""

    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    sealed: bool = False
    more: dict[str, str] = field(default_factory=dict)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As ASGI wants them, ours with those in ``more``, which outrank them."""
        given = {
            "content-type": self.kind,
            "content-length": str(len(self.body)),
            "content-security-policy": _SEALED if self.sealed else _OWN,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
            "cross-origin-opener-policy": "same-origin",
            "cache-control": "no-cache",
            **self.more,
        }
        return [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in given.items()
        ]


def replay_app(data: Path, address: str = "") -> App:
    """The application for the archive in the folder ``data`` (archive.db and warc/).

    On loopback it answers to names of this machine and to that of ``address``, the public one
    that a proxy brings it (``https://banluu.example.vn``), and gives others 421.
    """
    slots = asyncio.Semaphore(AT_ONCE)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            async with slots:
                answer = await asyncio.to_thread(_answer, data, scope, address)
            headers = answer.headers()
            start = {"type": "http.response.start", "status": answer.status, "headers": headers}
            await send(start)
            body = b"" if scope["method"] == "HEAD" else answer.body
            await send({"type": "http.response.body", "body": body})

    return app


async def _lifespan(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def _answer(data: Path, scope: Scope, address: str) -> Answer:
    if not answers_to(_host(scope), bound_address(scope), address):
        return _own(pages.message("Không phải địa chỉ này / not an address of ours", NOT_OURS), 421)
    if scope["method"] not in ("GET", "HEAD"):
        return _own(pages.message("Chỉ đọc / read only"), 405, {"allow": "GET, HEAD"})
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    path, query = raw.decode("latin-1"), scope.get("query_string", b"").decode("latin-1")
    try:
        if path == "/":
            return _front(query)
        if found := _WEB.fullmatch(path):
            url = found[3] + (f"?{query}" if query else "")
            return _web(data, found[1], found[2] or "", asked_for(url))
        if found := _ID.fullmatch(path):
            return _one(data, found[1], found[2])
    except NoMoment as error:
        return _own(pages.message("Không hiểu thời điểm / no time", str(error)), 400)
    except ReplayError as error:
        return _own(pages.message("Không hiện được / cannot be shown", str(error)), 502)
    except ArchiveError as error:
        return _own(pages.message("Không có kho lưu trữ / no archive", str(error)), 503)
    return _own(pages.message("Không có trang này / no such page"), 404)


def _host(scope: Scope) -> str:
    return next((v.decode("latin-1") for k, v in scope.get("headers", ()) if k == b"host"), "")


def _own(html: str, status: int = 200, more: dict[str, str] | None = None) -> Answer:
    return Answer(html.encode(), status=status, more=more or {})


def _moved(to: str) -> Answer:
    return Answer(b"", "text/plain; charset=utf-8", 302, more={"location": to})


def _front(query: str) -> Answer:
    asked = parse_qs(query).get("url", [""])[0].strip()
    return _moved(f"/web/*/{in_path(asked)}") if asked else _own(pages.front())


def _web(data: Path, digits: str, modifier: str, url: str) -> Answer:
    with reading(data) as db:
        if digits == "*":
            count, captures = captures_of(db, url)
            if not count:
                return _own(pages.not_captured(url), 404)
            return _own(pages.capture_list(url, count, captures))
        moment = _moment(digits)
        resource = modifier in ("im_", "cs_", "mp_")
        held = nearest(db, url, moment, resource=resource)
        if held is None:
            if resource:
                return Answer(b"", "text/plain; charset=utf-8", 404, sealed=True)
            return _own(pages.not_captured(url), 404)
        if 300 <= held.status < 400 and held.location:
            to = _web_path(held.stamp, modifier, held.location)
            onward = nearest(db, asked_for(held.location), held.fetched_at, resource=resource)
            if onward is None or onward.id != held.id:
                return _moved(to)
    return _show(data, held, banner=not resource)


def _one(data: Path, what: str, capture_id: str) -> Answer:
    with reading(data) as db:
        held = capture_by_id(db, capture_id)
        if held is None:
            return _own(pages.message("Không có bản chụp này / no such capture", capture_id), 404)
        if what == "about":
            try:
                return _own(pages.about(held, payload_capture(db, held)))
            except ReplayError:
                return _own(pages.about(held, None))
    return _show(data, held, banner=True)


def _show(data: Path, held: Held, *, banner: bool) -> Answer:
    with reading(data) as db:
        payload = payload_capture(db, held)
    record = read_record(data, payload, MAX_BODY)
    kind = _type_of(held.content_type or payload.content_type)
    try:
        content = record.content(MAX_BODY)
    except (ContentTooLarge, ContentUndecodable) as error:
        raise ReplayError(f"The content cannot be decoded: {error}.") from error
    if kind in _HTML and len(content) <= MAX_PAGE:
        top = pages.banner(held, payload) if banner else ""
        return _page(data, held, payload, content, top)
    if kind == "text/css" and len(content) <= MAX_CSS:
        return _stylesheet(data, held, payload, content)
    if kind in ("image/svg+xml",) or kind.startswith(_SHOWN):
        # A sandboxed page is of no origin, and fonts are fetched with CORS.
        more = {"access-control-allow-origin": "*"} if kind.startswith(_FONTS) else {}
        return Answer(content, kind, sealed=True, more=more)
    if kind.startswith(_READ_AS_TEXT) and kind not in _HTML:
        charset = _CHARSET.search(held.content_type or payload.content_type)
        shown = f"text/plain; charset={charset[1] if charset else 'utf-8'}"
        return Answer(content, shown, sealed=True)
    if not content and banner:
        return _own(pages.about(held, payload))
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", last_part(held.url))[-120:]
    more = {"content-disposition": f'attachment; filename="{name or "capture"}"'}
    return Answer(content, kind or "application/octet-stream", sealed=True, more=more)


def _page(data: Path, held: Held, payload: Held, content: bytes, top: str) -> Answer:
    known: dict[tuple[str, Kind], str | None] = {}
    with reading(data) as db:

        def resolve(address: str, kind: Kind) -> str | None:
            if kind == "page":
                return _web_path(held.stamp, "", address)
            asked = (address, kind)
            if asked not in known:
                found = nearest(db, address, held.fetched_at, resource=True)
                modifier = "cs_" if kind == "style" else "im_"
                known[asked] = _web_path(held.stamp, modifier, address) if found else None
            return known[asked]

        kind = held.content_type or payload.content_type
        html = rewrite_html(content, held.url, kind, resolve, top)
    return Answer(html.encode("utf-8", "replace"), sealed=True)


def _stylesheet(data: Path, held: Held, payload: Held, content: bytes) -> Answer:
    charset = _CHARSET.search(held.content_type or payload.content_type)
    with reading(data) as db:

        def ask(modifier: str) -> Callable[[str], str | None]:
            def link(written: str) -> str | None:
                if written.startswith(("data:image/", "data:font/", "data:application/", "#")):
                    return written
                address = absolute(held.url, written).partition("#")[0]
                if address and nearest(db, address, held.fetched_at, resource=True):
                    return _web_path(held.stamp, modifier, address)
                return None

            return link

        css = rewrite_css(
            decode_css(content, charset[1] if charset else ""), ask("im_"), ask("cs_")
        )
    return Answer(css.encode("utf-8", "replace"), "text/css; charset=utf-8", sealed=True)


def _web_path(stamp: str, modifier: str, address: str) -> str:
    """The path under which an address is shown; ASCII, safe in a header and in quotes."""
    return f"/web/{stamp}{modifier}/{in_path(address)}"


def _moment(digits: str) -> datetime:
    """The time that up to fourteen digits name, UTC; the middle of what they leave open.

    Raises NoMoment for digits that are no time.
    """
    pattern = "%Y%m%d%H%M%S"[: {4: 2, 6: 4, 8: 6, 10: 8, 12: 10, 14: 12}.get(len(digits), 0)]
    try:
        if not pattern:
            raise ValueError(digits)
        moment = datetime.strptime(digits, pattern).replace(tzinfo=UTC)
    except ValueError:
        raise NoMoment(f"{digits} is no time: write it as 20231004084200.") from None
    return moment + timedelta(milliseconds=500) if len(digits) == 14 else moment


def _type_of(content_type: str) -> str:
    """The media type of a Content-Type header, lower case; "" where it is none.

    >>> _type_of("Text/HTML; charset=utf-8"), _type_of("nonsense")
    ('text/html', '')
    """
    kind = content_type.partition(";")[0].strip().lower()
    return kind if _TYPE.fullmatch(kind) else ""
