"""What a crawl cannot do without, each part measured alone on the same pages.

Fetching by a plain Scrapy spider, parsing, trafilatura on the container that a layout names, a
WARC of the bytes received, one batched insert with full text: CPU milliseconds a page of each.
"""

from __future__ import annotations

import gzip
import io
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lxml.html
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.records import Article, Page
from archive.vietnamese.folding import fold_stroke
from benchmarks.generated_pages import GeneratedSite
from crawler.extract import extract, layouts_for
from crawler.extraction.document import Document, parse_page
from crawler.extraction.judge import content_lines
from crawler.extraction.layout_choice import choose_layout

SAMPLE = 120
"""Pages on which the parts beside fetching are measured."""


def unavoidable(sites: Sequence[GeneratedSite], proxy: str) -> dict[str, float]:
    """Name of a part -> CPU milliseconds a page."""
    every = [(site, article) for site in sites for article in site.articles]
    chosen = every[:: max(1, len(every) // SAMPLE)][:SAMPLE]
    clock = datetime.now(UTC)
    pages = [
        Page(site.url(article), site.page(article).encode(), clock, content_type="text/html")
        for site, article in chosen
    ]
    containers = [_container(page) for page in pages]
    packed = [(page.url, gzip.compress(page.body, 6)) for page in pages]
    articles = [found for page in pages if isinstance(found := extract(page), Article)]
    return {
        "fetching by a plain Scrapy spider": _fetching([s.url(a) for s, a in every], proxy),
        "parsing": _each(lambda page: lxml.html.document_fromstring(page.body), pages),
        "trafilatura (fast, precise) on the container": _each(
            lambda tree: content_lines(tree, precision=True), containers
        ),
        "WARC of the bytes received (warcio, not synced)": _all(_write_warc, packed),
        "one batched insert with full text": _all(_insert, articles),
    }


def _container(page: Page) -> Any:
    document = parse_page(page)
    assert isinstance(document, Document)
    chosen = choose_layout(document, layouts_for(page.url))
    assert chosen is not None, page.url
    return chosen[1]


def _each(work: Callable[[Any], object], things: Sequence[Any]) -> float:
    # One page after the other, as in a crawl: a page that was just read is read faster.
    return _all(lambda everything: [work(thing) is None for thing in everything], things)


def _all(work: Callable[[Any], object], things: Sequence[Any]) -> float:
    best = float("inf")
    for _ in range(3):
        begun = time.thread_time()
        work(things)
        best = min(best, time.thread_time() - begun)
    return 1000 * best / len(things)


def _write_warc(packed: Sequence[tuple[str, bytes]]) -> None:
    with tempfile.TemporaryFile() as file:
        writer = WARCWriter(file, gzip=True)
        for url, body in packed:
            headers = [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Encoding", "gzip"),
                ("Content-Length", str(len(body))),
            ]
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
            )
            writer.write_record(record)


def _insert(articles: Sequence[Article]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder) / "plain.db")
        db.execute("pragma journal_mode = wal")
        db.execute(
            "create table articles (id integer primary key, url, title, lead, body, byline, html)"
        )
        db.execute(
            "create virtual table articles_fts using fts5(title, lead, body, byline,"
            " content='articles', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
        )
        rows = [
            (number, a.url, a.title, a.lead, a.body, a.byline.text, a.body_html)
            for number, a in enumerate(articles, 1)
        ]
        with db:
            db.executemany("insert into articles values (?, ?, ?, ?, ?, ?, ?)", rows)
            words = [(row[0], *map(fold_stroke, row[2:6])) for row in rows]
            db.executemany(
                "insert into articles_fts (rowid, title, lead, body, byline)"
                " values (?, ?, ?, ?, ?)",
                words,
            )
        db.close()


def _fetching(urls: Sequence[str], proxy: str) -> float:
    """A spider of Scrapy's own that only follows a list of addresses, in a process of its own."""
    plan = {"proxy": proxy, "urls": list(urls)}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.unavoidable"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    if told["pages"] != len(urls):
        raise RuntimeError(f"only {told['pages']} pages came: {done.stderr[-1000:]}")
    return 1000 * float(told["cpu"]) / int(told["pages"])


def _fetch(plan: dict[str, Any]) -> dict[str, float]:
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    pages = 0

    class PlainSpider(scrapy.Spider):
        name = "plain"

        async def start(self) -> Any:
            for url in plan["urls"]:
                yield scrapy.Request(url, self.parse, meta={"proxy": plan["proxy"]})

        def parse(self, response: Any) -> None:
            nonlocal pages
            pages += len(response.body) > 1000

    settings = {
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
        "DOWNLOAD_DELAY": 0,
        "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": "gzip, deflate"},
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(PlainSpider)
    before = resource.getrusage(resource.RUSAGE_SELF)
    process.start()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "pages": pages,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }


if __name__ == "__main__":
    print(json.dumps(_fetch(json.loads(sys.stdin.read()))), flush=True)
