"""Generated sites behind one loopback port, as a forward proxy: for measuring crawls.

A process of its own, so that its work is not counted as the crawler's. Pages are made and
compressed before the first request is answered, or each when it is asked for (``lazy``), where
there are too many to keep. A site has a front page (``front``), which is the first page of its
listing, only for programs that begin there. ``with Origin(sites) as origin: origin.url``
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from benchmarks.generated_pages import GeneratedSite, generated_sites

_ROBOTS = b"User-agent: *\nDisallow: /quan-tri/\n"
_HEAD = (
    "HTTP/1.1 {status}\r\nServer: nginx\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
    "{coding}Connection: keep-alive\r\n\r\n"
)


class Origin:
    """The process; a context manager. ``url`` is what a crawler is given as its proxy."""

    def __init__(
        self,
        makes: Sequence[str],
        hosts: int,
        articles: int,
        *,
        short: bool = False,
        lazy: bool = False,
        front: bool = False,
    ) -> None:
        self.plan = {
            "makes": list(makes),
            "hosts": hosts,
            "articles": articles,
            "short": short,
            "lazy": lazy,
            "front": front,
        }
        self.sites = list(generated_sites(makes, hosts, articles, short=short))
        self.url = ""

    @property
    def article_urls(self) -> list[str]:
        """Addresses of all articles, site by site."""
        return [site.url(article) for site in self.sites for article in site.articles]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.generated_origin", json.dumps(self.plan)],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            raise RuntimeError("the origin did not start")
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


_Answers = Callable[[tuple[str, str]], "tuple[bytes, bytes] | None"]
"""(host, path) -> the whole answer plain and compressed."""


def _answers(sites: Sequence[GeneratedSite], *, lazy: bool, front: bool) -> _Answers:
    makers = {(site.host, path): make for site in sites for path, make in site.paths.items()}
    if front:
        makers |= {(site.host, "/"): partial(site.listing, 1) for site in sites}
    if lazy:
        return lambda place: _both(makers[place]) if place in makers else None
    return {place: _both(make) for place, make in makers.items()}.get


def _both(make: Callable[[], str]) -> tuple[bytes, bytes]:
    page = make().encode()
    return (
        _answer(page, "text/html; charset=utf-8"),
        _answer(gzip.compress(page, 6), "text/html; charset=utf-8", "Content-Encoding: gzip\r\n"),
    )


def _answer(body: bytes, kind: str, coding: str = "", status: str = "200 OK") -> bytes:
    head = _HEAD.format(status=status, kind=kind, length=len(body), coding=coding)
    return head.encode() + body


class _Server(asyncio.Protocol):
    answers: _Answers
    robots = _answer(_ROBOTS, "text/plain")
    missing = _answer(b"not here\n", "text/plain", status="404 Not Found")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            self.transport.write(self._answer_to(head))

    def _answer_to(self, head: bytes) -> bytes:
        target = head.split(b" ", 2)[1].decode("latin-1")
        url = urlsplit(target)
        path = url.path + (f"?{url.query}" if url.query else "")
        if url.path == "/robots.txt":
            return self.robots
        found = type(self).answers((url.hostname or "", path))
        if found is None:
            return self.missing
        lines = head.lower().split(b"\r\n")
        packed = any(line.startswith(b"accept-encoding:") and b"gzip" in line for line in lines)
        return found[packed]


async def _serve(answers: _Answers) -> None:
    handler = type("Handler", (_Server,), {"answers": staticmethod(answers)})
    server = await asyncio.get_running_loop().create_server(handler, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # When standard input closes, whoever started this is gone.
    with suppress(asyncio.CancelledError):
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve the sites of the plan given as JSON; the first line printed is the port."""
    plan = json.loads(sys.argv[1])
    sites = generated_sites(plan["makes"], plan["hosts"], plan["articles"], short=plan["short"])
    asyncio.run(_serve(_answers(list(sites), lazy=plan["lazy"], front=plan["front"])))


if __name__ == "__main__":
    main()
