"""A small archive made by hand: real WARC files and the rows that a crawl would have written."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlite_utils import Database

from archive.articles import payload_holder, save_capture, settle
from archive.crawl_log import begin_crawl, finish_crawl
from archive.database import open_archive, save_site
from archive.records import VIETNAM, Article, Byline, Capture, Published, Site, Unreadable
from archive.warc.http import parse_message
from archive.warc.reader import read_records
from archive.warc.writer import Exchange, PayloadRef, WarcWriter
from crawler.extraction.urls import article_key

START = datetime(2024, 5, 1, 1, 2, 3, 456789, UTC)
HOST = "http://congdoan.example.vn"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763"
    "f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
"""A whole PNG of one red point."""


def reply(
    body: bytes, kind: str = "text/html; charset=utf-8", status: str = "200 OK", *more: str
) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *more, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def article(url: str, body: str = "Hơn ba trăm đoàn viên dự.", **more: Any) -> Article:
    known: dict[str, Any] = {
        "url": url,
        "title": "Bữa cơm công đoàn ở xưởng dệt",
        "lead": "Sáng 1/5, công đoàn cơ sở tổ chức bữa cơm.",
        "body": body,
        "body_html": f"<p>{body}</p>",
        "published": Published(datetime(2024, 5, 1, tzinfo=VIETNAM), "day", "visible"),
        "byline": Byline("Thu Hà", ("Thu Hà",)),
        "words": len(body.split()),
    }
    return Article(**(known | more))


class SmallArchive:
    """Writes captures into ``data`` as one crawl of one site; closes the WARC when left."""

    def __init__(self, data: Path, site: str = "mau", province: str = "Hải Dương") -> None:
        self.data = data
        self.site = site
        self.db: Database = open_archive(data / "archive.db")
        declared = Site(
            site, f"LĐLĐ {site}", "province", (f"{site}.example.vn",), HOST, province, True
        )
        save_site(self.db, declared)
        self.crawl = f"{site}-20240501T010203Z-0000"
        begin_crawl(self.db, self.crawl, site, "crawl", START, "test/1")
        self.writer = WarcWriter(
            data / "warc",
            site,
            self.crawl,
            software="test/1",
            fsync=False,
            seen_payload=lambda digest: payload_holder(self.db, digest),
        )
        self._minutes = 0

    def __enter__(self) -> SmallArchive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def capture(
        self,
        url: str,
        response: bytes,
        outcome: Article | Unreadable | None = None,
        *,
        at: datetime | None = None,
        not_modified: PayloadRef | None = None,
        truncated: str = "",
    ) -> Capture:
        self._minutes += 1
        path = url.partition("/")[2]
        exchange = Exchange(
            url=url,
            request_bytes=f"GET /{path} HTTP/1.1\r\nHost: congdoan.example.vn\r\n\r\n".encode(),
            response_bytes=response,
            payload=parse_message(response).payload,
            started_at=at or START + timedelta(minutes=self._minutes),
            ip="192.0.2.7",
            truncated=truncated,
        )
        capture = self.writer.write(exchange, not_modified=not_modified)
        address = article_key(url)
        save_capture(self.db, capture, address)
        key = article_key(outcome.url) if isinstance(outcome, Article) else ""
        settle(self.db, capture, address, outcome, extractor="test/1", article_address=key)
        return capture

    def page(self, path: str, html: str, *, at: datetime | None = None, **more: Any) -> Capture:
        url = path if "://" in path else HOST + path
        said = article(url, **more) if more else None
        return self.capture(url, reply(html.encode()), said, at=at)

    def close(self) -> None:
        name = self.writer.current_file
        self.writer.close()
        if name:
            self.register(name)
        counters = {"fetched": self._minutes}
        finish_crawl(self.db, self.crawl, START, "finished", complete=True, counters=counters)
        self.db.close()

    def register(self, name: str) -> None:
        path = self.data / "warc" / name
        data = path.read_bytes()
        row = {
            "name": name,
            "crawl": self.crawl,
            "bytes": len(data),
            "records": sum(1 for _ in read_records(path)),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        self.db.table("warc_files").insert(row, replace=True)


def payload_ref(capture: Capture) -> PayloadRef:
    return PayloadRef(
        capture.id, capture.url, capture.fetched_at, capture.payload_digest, capture.payload_bytes
    )


def filled(data: Path) -> list[Capture]:
    """An archive with a little of everything; its captures, in order."""
    with SmallArchive(data) as small:
        made = [
            small.page("/tin-1.html", "<p>Một</p><img src=/a.png>", body="Một."),
            small.capture(f"{HOST}/a.png", reply(PIXEL, "image/png")),
            small.page("/tin-2.html", "<p>Hai</p>", body="Hai.", title="Đại hội công đoàn"),
            small.page("/tin-1.html", "<p>Một, đã sửa</p>", body="Một, đã sửa."),
            small.page("/ban-sao.html", "<p>Hai</p>"),
        ]
        made.append(
            small.capture(
                f"{HOST}/tin-2.html",
                b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
                not_modified=payload_ref(made[2]),
            )
        )
        made.append(
            small.capture(
                f"{HOST}/cu", reply(b"", "text/html", "301 M", f"Location: {HOST}/tin-1.html")
            )
        )
        gone = Unreadable("http_error", "404")
        made.append(
            small.capture(f"{HOST}/tin-2.html", reply(b"khong co", "text/html", "404 No"), gone)
        )
    return made
