"""The sample web: a forward proxy on loopback that answers for the sites' real host names.

Nothing is ever fetched from elsewhere: a host that the sample web does not hold gets a 502.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from crawler.sample_web.answers import Answer, Ask, redirect
from crawler.sample_web.catalogue import SAMPLE_SITES, sample_site
from crawler.sample_web.certificate import server_context
from crawler.sample_web.connection import BadRequest, Request, read_request, write_answer
from crawler.sample_web.site import SampleSite
from crawler.sample_web.stories import VIETNAM

_METHODS = {"GET", "HEAD", "POST"}


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One request as it came: what a test of manners looks at."""

    method: str
    url: str
    """Absolute, scheme and host included."""
    time: float
    """``time.monotonic()`` when its last byte was read: for the gaps between requests."""
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """The last header of that name, "" when there is none."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[-1] if found else ""


class SampleWeb:
    """The five sample sites behind one loopback proxy; a context manager.

    ``port`` 0 takes a free one. ``slow_seconds`` is how long a slow answer waits. ``edition``
    may be set while it runs: 2 shows every site some months later, with an article edited, one
    taken down and one new. Entering raises ``OSError`` when the port is in use and
    ``ValueError`` when a site's texts are at fault.

    >>> with SampleWeb() as web:
    ...     web.proxy_url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(self, edition: int = 1, port: int = 0, slow_seconds: float = 1.0) -> None:
        if edition < 1:
            raise ValueError(f"no edition {edition}: editions count from 1")
        if not 0 <= port <= 65535:
            raise ValueError(f"no port {port}: ports go from 0 to 65535")
        self.edition = edition
        self.slow_seconds = slow_seconds
        self.requests: list[SampleRequest] = []
        self._port = port
        self._tries: Counter[str] = Counter()
        self._sites: dict[str, SampleSite] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failed: BaseException | None = None

    @property
    def port(self) -> int:
        return self._port

    @property
    def proxy_url(self) -> str:
        """``http://127.0.0.1:PORT``"""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name="sample-web", daemon=True
        )
        self._thread.start()
        started.wait()
        if self._failed is not None:
            self._thread.join()
            raise self._failed
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, started: threading.Event) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as error:  # handed to the thread that waits in __enter__
            self._failed = error
        finally:
            started.set()

    async def _serve(self, started: threading.Event) -> None:
        sites = [sample_site(name) for name in SAMPLE_SITES]
        self._sites = {site.host: site for site in sites}
        hosts = [host for site in sites for host in (site.host, f"www.{site.host}")]
        self._context = server_context(hosts)
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        try:
            self._port = server.sockets[0].getsockname()[1]
            started.set()
            await self._stop.wait()
        finally:
            server.close()
            for _ in range(4):  # a connection just accepted takes so many turns to reach _accept
                await asyncio.sleep(0)
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
            await server.wait_closed()
            await asyncio.sleep(0)  # lets aborted transports close their sockets

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._attend(reader, writer))
        self._open[task] = writer
        task.add_done_callback(self._dismiss)

    def _dismiss(self, task: asyncio.Task[None]) -> None:
        writer = self._open.pop(task)
        if task.cancelled() or not writer.is_closing():
            writer.transport.abort()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):  # the client has gone
            await self._converse(reader, writer)
            writer.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer request after request; after CONNECT, those inside the tunnel."""
        tunnel = ""
        goes_on = True
        while goes_on:
            try:
                request = await read_request(reader)
            except BadRequest as error:
                await write_answer(writer, _NO_REQUEST, _complaint(400, str(error)))
                return
            if request is None:
                return
            if request.method == "CONNECT" and not tunnel:
                refusal = self._refuse_tunnel(request.target)
                if refusal is not None:
                    await write_answer(writer, request, refusal)
                    return
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.drain()
                await writer.start_tls(self._context)
                tunnel = request.target.rpartition(":")[0].lower()
                continue
            try:
                answer = self._answer(request, tunnel)
            except Exception as error:  # a fault of a template must be seen, not hang the client
                answer = _complaint(500, f"The sample web has failed: {error!r}")
            goes_on = await write_answer(writer, request, answer)

    def _refuse_tunnel(self, target: str) -> Answer | None:
        host, _, port = target.rpartition(":")
        site = self._sites.get(host.lower().removeprefix("www."))
        if site is None:
            return _complaint(502, f"The sample web holds no host {host!r}.")
        if site.scheme != "https" or port != "443":
            return _complaint(502, f"{target}: connection refused, as by the real host.")
        return None

    def _answer(self, request: Request, tunnel: str) -> Answer:
        if tunnel and request.target.startswith("/"):
            url = f"https://{tunnel}{request.target}"
        elif not tunnel and request.target.lower().startswith("http://"):
            url = request.target
        else:
            return _complaint(
                400,
                f"{request.method} {request.target[:200]}: this is a forward proxy, so ask it for "
                "a whole address of one of its hosts: curl -x "
                f"{self.proxy_url} http://{next(iter(self._sites))}/",
            )
        self.requests.append(SampleRequest(request.method, url, time.monotonic(), request.headers))
        if request.method not in _METHODS:
            allowed = ("Allow", "GET, HEAD, POST")
            return _complaint(405, f"{request.method} is not allowed.", allowed)
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            return _complaint(400, f"{url[:200]!r} is no address: {error}")
        site = self._sites.get(host.removeprefix("www."))
        if site is None:
            return _complaint(502, f"The sample web holds no host {host!r}.")
        if port not in (None, 80 if parts.scheme == "http" else 443):
            return _complaint(502, f"{host}:{port}: connection refused, as by the real host.")
        rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.scheme != site.scheme or host != site.host:
            return redirect(f"{site.scheme}://{site.host}{rest}")
        tries = self._tries[url]
        self._tries[url] += 1
        return site.answer(
            Ask(
                method=request.method,
                url=url,
                target=unquote(rest),
                headers={name.lower(): value for name, value in request.headers},
                body=request.body,
                edition=self.edition,
                visit=len(self.requests),
                tries=tries,
                today=datetime.now(VIETNAM).date(),
                slow_seconds=self.slow_seconds,
            )
        )


_NO_REQUEST = Request("GET", "/", "HTTP/1.0", ())


def _complaint(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, f"{text}\n".encode(), "text/plain; charset=utf-8", headers)
