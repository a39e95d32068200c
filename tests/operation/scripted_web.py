"""A loopback proxy that answers for any host as a test has written down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

ROBOTS = "/robots.txt"


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"
    cut: bool = False
    """Close the connection instead of answering."""
    drip: float = 0.0
    """Seconds between two bytes of the body."""


@dataclass(frozen=True)
class Asked:
    method: str
    url: str
    """As asked: absolute where the client took this server for its proxy, else a path."""
    time: float
    """``time.time()``"""
    headers: Mapping[str, str]
    body: bytes = b""


Script = Said | list[Said] | Callable[[Asked], Said]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """With the five of the base, the sixth that comes at once is let in a second later."""


class ScriptedWeb:
    """Answers by URL; a list gives its answers in turn and then the last one for ever.

    A URL that the script does not know gets a 404, robots.txt an empty one.
    """

    def __init__(self, script: Mapping[str, Script]) -> None:
        self.script = dict(script)
        self.asked: list[Asked] = []
        self._turns: dict[str, int] = {}
        self._lock = threading.Lock()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web._answer(self)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def times_of(self, *endings: str) -> list[float]:
        """When addresses with these endings were asked for."""
        return [asked.time for asked in self.asked if asked.url.endswith(endings)]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(
            handler.command, handler.path, time.time(), headers, handler.rfile.read(length)
        )
        with self._lock:
            self.asked.append(asked)
            said = self._said(asked)
        if said.cut:
            handler.close_connection = True
            return
        handler.send_response(said.status)
        handler.send_header("Content-Type", said.content_type)
        handler.send_header("Content-Length", str(len(said.body)))
        for name, value in said.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if not said.drip:
            handler.wfile.write(said.body)
            return
        handler.close_connection = True
        with suppress(OSError):  # Until the client has had enough.
            for place in range(len(said.body)):
                handler.wfile.write(said.body[place : place + 1])
                time.sleep(said.drip)

    def _said(self, asked: Asked) -> Said:
        script = self.script.get(asked.url)
        if script is None:
            if asked.url.endswith(ROBOTS):
                return Said(200, b"", content_type="text/plain")
            return Said(404, b"<html><body><h1>404</h1></body></html>")
        if callable(script):
            return script(asked)
        if isinstance(script, Said):
            return script
        turn = self._turns.get(asked.url, 0)
        self._turns[asked.url] = turn + 1
        return script[min(turn, len(script) - 1)]
