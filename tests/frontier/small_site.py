"""A small news site on loopback that counts every request: the judge of what a crawl fetched.

Listings are chained; each has ten articles. Every seventh article is linked through a redirect,
every eleventh answers 503 the first time, every thirteenth is gone (404), and every third listing
has a box that is linked outside the duplicate filter and leads to an article of its own.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

PER_LISTING = 10


class SmallSite:
    """The site, served from its own threads; use it as a context manager."""

    def __init__(self, listings: int, delay: float = 0.004) -> None:
        self.listings = listings
        self.delay = delay
        self.hits: Counter[str] = Counter()
        self.moments: list[tuple[float, str]] = []
        """When each request came (``time.monotonic()``), and its path."""
        self.on_request: Callable[[str], None] = lambda path: None
        """Called before an answer is sent, in a thread of the server."""
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> SmallSite:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def articles(self) -> set[str]:
        """Addresses of all articles that a whole crawl brings."""
        numbers = range(self.listings * PER_LISTING)
        boxes = range(0, self.listings, 3)
        return {f"{self.origin}/bai/{n}" for n in numbers if n % 13 != 12} | {
            f"{self.origin}/bai/hop-{page}" for page in boxes
        }

    @property
    def requests_of_a_whole_crawl(self) -> int:
        """How many requests reach the site if nothing is fetched twice."""
        numbers = range(self.listings * PER_LISTING)
        redirects = sum(1 for n in numbers if n % 7 == 6)
        retries = sum(1 for n in numbers if n % 11 == 10 and n % 13 != 12)
        boxes = 2 * len(range(0, self.listings, 3))
        return self.listings + len(numbers) + redirects + retries + boxes

    def received(self) -> int:
        return sum(self.hits.values())

    def answer(self, path: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and body for a path; counts the request."""
        with self._lock:
            self.hits[path] += 1
            self.moments.append((time.monotonic(), path))
            first = self.hits[path] == 1
        self.on_request(path)
        time.sleep(self.delay)
        _, kind, name = path.split("/", 2) if path.count("/") >= 2 else ("", "", "")
        if kind == "danh-muc":
            return 200, {}, self._listing(int(name))
        if kind == "hop":
            return 200, {}, f'<a class="article" href="/bai/hop-{name}">Bài trong hộp</a>'
        if kind == "chuyen":
            return 302, {"Location": f"/bai/{name}"}, ""
        if kind == "bai":
            number = int(name) if name.isdigit() else 0
            if number % 13 == 12:
                return 404, {}, "Không tìm thấy"
            if number % 11 == 10 and first:
                return 503, {}, "Đang bận"
            return 200, {}, f"<h1>Bài {name}</h1>"
        return 404, {}, ""

    def _listing(self, page: int) -> str:
        numbers = range(page * PER_LISTING, (page + 1) * PER_LISTING)
        links = [
            f'<a class="article" href="/{"chuyen" if n % 7 == 6 else "bai"}/{n}">Bài {n}</a>'
            for n in numbers
        ]
        if page % 3 == 0:
            links.append(f'<a class="box" href="/hop/{page}">Hộp</a>')
        if page + 1 < self.listings:
            links.append(f'<a class="listing" href="/danh-muc/{page + 1}">Trang sau</a>')
        return "\n".join(links)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A killed crawl leaves broken connections; that is what these tests are about."""


def _handler(site: SmallSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, text = site.answer(self.path)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
