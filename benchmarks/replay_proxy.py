"""A proxy on loopback that answers from WARC files as the recorded servers did, else with 404."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from archive.warc.reader import read_records
from crawler.extraction.urls import article_key

_CONNECTION = {
    "connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding", "date",
}  # fmt: skip


class ReplayProxy:
    """Serves http addresses of the given WARC files; a context manager.

    ``requests`` holds every address that was asked for, in order.
    """

    def __init__(self, warcs: Iterable[Path]) -> None:
        self.requests: list[str] = []
        self._answers: dict[str, tuple[int, list[tuple[str, str]], bytes]] = {}
        for path in warcs:
            for record in read_records(path):
                if record.type == "response" and record.status:
                    headers = [
                        (name, value)
                        for name, value in record.http_headers
                        if name.lower() not in _CONNECTION
                    ]
                    answer = (record.status, headers, record.content())
                    self._answers.setdefault(_key(record.url), answer)
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, url: str) -> tuple[int, list[tuple[str, str]], bytes]:
        self.requests.append(url)
        missing = (404, [("Content-Type", "text/plain")], b"not recorded\n")
        return self._answers.get(_key(url), missing)

    def counted(self) -> Counter[str]:
        return Counter(self.requests)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _key(url: str) -> str:
    """As a server tells addresses apart: a missing slash at the end is another one."""
    return article_key(url) + ("/" if url.partition("?")[0].endswith("/") else "")


class _Handler(BaseHTTPRequestHandler):
    proxy: ReplayProxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, headers, body = self.proxy.answer(self.path)
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass
