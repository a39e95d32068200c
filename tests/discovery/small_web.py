"""A small web on loopback, made of a function, and crawls of it in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from sqlite_utils import Database

from crawler import catalogue, one_site
from crawler.declaration import IdWalk
from crawler.families.unknown import UnknownSpider
from crawler.plan import Plan
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
HOST = "congdoan-hopban.test"
HOME = f"http://{HOST}/"

Answer = tuple[int, dict[str, str], bytes]


def article(number: int, links: Iterable[str] = ()) -> Answer:
    """An article, published so many days after the end of 2022."""
    title = f"Lễ trao nhà Mái ấm Công đoàn thứ {number}"
    day = date(2022, 12, 31) + timedelta(days=number)
    text = (
        f"Sáng 5/5, {title.lower()} với sự tham gia của hơn 120 đoàn viên, người lao động đến từ 14"
        " công đoàn cơ sở trên địa bàn. Phát biểu tại buổi lễ, đồng chí Lò Văn Hặc, Chủ tịch Công"
        " đoàn xã Nậm Lúa, đề nghị các đơn vị tiếp tục chăm lo đời sống đoàn viên, tổ chức đối"
        " thoại định kỳ và phát triển đoàn viên mới trong các hợp tác xã, hộ kinh doanh."
    )
    anchors = "".join(f'<li><a href="{link}">Bài khác</a></li>' for link in links)
    body = (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head>'
        # Marked as a family's pages are: general rules would start a process of their own.
        f'<body><div class="news-detail"><h1 class="title-news">{title}</h1>'
        f'<p class="date-news">{day:%d/%m/%Y} 08:30</p><div class="content-news">'
        f"<p>{text}</p><p>{text}</p><p>Tin: Vàng Thị Sua</p></div>"
        f"</div><ul>{anchors}</ul></body></html>"
    )
    return 200, {"Content-Type": "text/html; charset=utf-8"}, body.encode()


def listing(links: Iterable[tuple[str, str]]) -> Answer:
    anchors = "".join(f'<li><a href="{link}">{text}</a></li>' for link, text in links)
    body = (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Tin tức</title></head>'
        f"<body><h1>Tin tức</h1><ul>{anchors}</ul></body></html>"
    )
    return 200, {"Content-Type": "text/html; charset=utf-8"}, body.encode()


def feed(urls: Iterable[str]) -> Answer:
    items = "".join(f"<item><title>x</title><link>{url}</link></item>" for url in urls)
    body = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    return 200, {"Content-Type": "application/rss+xml"}, body.encode()


NOT_FOUND: Answer = (404, {"Content-Type": "text/html"}, b"<html><body>404</body></html>")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """With the five of the base, the sixth that comes at once is let in a second later."""


class SmallWeb:
    """Answers for one host by ``answer(path with query, headers in lower case)``, as a proxy."""

    def __init__(self, answer: Callable[[str, dict[str, str]], Answer]) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.server = _Server(("127.0.0.1", 0), type("H", (_Handler,), {"web": self}))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def pages(self) -> list[str]:
        """What has been asked for since the last call, robots.txt left out."""
        asked, self.asked = self.asked, []
        return [path for path in asked if path != "/robots.txt"]

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    web: SmallWeb
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.web.asked.append(path)
        status, headers, body = self.web.answer(
            path, {k.lower(): v for k, v in self.headers.items()}
        )
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _crawl(declared: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    if "id_walk" in declared:
        declared["id_walk"] = IdWalk(**declared["id_walk"])
    base: dict[str, Any] = {"name": "small", "title": HOST, "level": "national", "hosts": (HOST,)}
    spider: Any = type("SmallSpider", (UnknownSpider,), {"start_urls": [HOME], **base, **declared})
    for module in (catalogue, one_site):
        module.declared_sites = lambda: {"small": spider}  # type: ignore[attr-defined]
    return one_site.crawl(Plan(site="small", **plan))


def crawl(web: SmallWeb, data: Path, declared: dict[str, Any] | None = None, **plan: Any) -> Any:
    """Crawl the small web once, in a process; how the crawl ended, with its counters."""
    given = {"data": str(data), "sample_proxy": web.url, **plan}
    done = subprocess.run(
        [sys.executable, "-m", "tests.discovery.small_web"],
        input=json.dumps([declared or {}, given]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def held(data: Path) -> set[str]:
    """Paths of the articles that the archive holds."""
    db = Database(data / "archive.db")
    try:
        return {urlsplit(row["url"]).path for row in db["articles"].rows}
    finally:
        db.close()


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    db = Database(data / "archive.db")
    try:
        found: list[tuple[Any, ...]] = db.execute(sql).fetchall()
        return found
    finally:
        db.close()


if __name__ == "__main__":
    print(json.dumps(_crawl(*json.load(sys.stdin))))
