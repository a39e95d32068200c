"""A page that kills the process that reads it takes no other page with it."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database import ArchiveError, open_archive
from archive.records import Article, Page, Unreadable
from archive.warc.writer import Exchange, WarcWriter
from crawler import extractor
from crawler.extract import extract, read_whole
from crawler.extraction.document import Document, parse_page
from crawler.intake import ingest
from crawler.whole_page import Wanted, WholePage

TEXT = "Công đoàn cơ sở tổ chức hội nghị người lao động và trao quà cho đoàn viên khó khăn. " * 6
CLOCK = datetime(2026, 7, 1, 8, tzinfo=UTC)


def deadly(page: Page) -> Article | Unreadable:
    """As ``extract``, but for one page."""
    if b"fatal" in page.body:
        os._exit(1)
    return extract(page)


def deadly_whole(wanted: Wanted) -> WholePage:
    """As ``read_whole``, but for one page."""
    if b"fatal" in wanted.page.body:
        os._exit(1)
    return read_whole(wanted)


def never(page: Page) -> Article | Unreadable:
    """No process stays alive."""
    os._exit(1)


def body(number: int, extra: str = "", end: str = "") -> bytes:
    title = f"Hội nghị người lao động lần {number}"
    return (
        f"<html><head><title>{title}</title><meta property='og:type' content='article'></head>"
        f"<body {extra}><h1>{title}</h1><p>Ngày 02/03/2024. {TEXT}</p>{end}</body></html>"
    ).encode()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    with WarcWriter(tmp_path / "warc", "site", "crawl", software="test", fsync=False) as writer:
        for number in range(6):
            page = body(number, "id='fatal'" if number == 2 else "")
            writer.write(
                Exchange(
                    url=f"http://cong-doan.example/tin/{number}.html",
                    request_bytes=b"GET / HTTP/1.1\r\n\r\n",
                    response_bytes=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page,
                    payload=page,
                    started_at=CLOCK + timedelta(seconds=number),
                )
            )
    return tmp_path


def test_pages_beside_a_deadly_one_are_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ingest, extractor):
        monkeypatch.setattr(module, "extract", deadly)
    monkeypatch.setattr(ingest, "ALONE", 0)
    db = open_archive(archive / "archive.db")
    with ingest.Intake(db, archive / "warc", jobs=2) as intake:
        for name in ingest.unregistered_files(db, archive / "warc"):
            intake.take_in(name)
    found = db.execute("select url, outcome, detail from captures order by url").fetchall()
    db.close()
    assert [outcome for _, outcome, _ in found] == ["article"] * 2 + ["broken"] + ["article"] * 3
    assert found[2][2] == "the extraction process died on this page"


def test_without_processes_nothing_is_called_broken(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (ingest, extractor):
        monkeypatch.setattr(module, "extract", never)
    monkeypatch.setattr(ingest, "ALONE", 0)
    db = open_archive(archive / "archive.db")
    [name] = ingest.unregistered_files(db, archive / "warc")
    with (
        ingest.Intake(db, archive / "warc", jobs=2) as intake,
        pytest.raises(ArchiveError, match="cannot be started"),
    ):
        intake.take_in(name)
    assert ingest.unregistered_files(db, archive / "warc") == [name]
    db.close()


def test_a_crawl_reads_the_pages_beside_a_deadly_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor, "extract", deadly)
    monkeypatch.setattr(extractor, "read_whole", deadly_whole)
    link = "<a href='/tin/9.html'>x</a>"
    pages = [
        Page(f"http://cong-doan.example/{n}", body(n, "id='fatal'" * (n == 1), link), CLOCK)
        for n in range(4)
    ]

    async def all_of_them() -> list[WholePage]:
        worker = extractor.Extractor()
        try:
            return await asyncio.gather(*(worker.read(Wanted(page, "/tin/")) for page in pages))
        finally:
            worker.close()

    found = asyncio.run(all_of_them())
    assert [isinstance(one.outcome, Article) for one in found] == [True, False, True, True]
    # Where it leads is known of the deadly page too.
    assert {one.links.articles for one in found} == {("http://cong-doan.example/tin/9.html",)}


def test_a_crawl_reads_a_page_alike_wherever_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def parse(page: Page) -> Document | Unreadable:
        parsed.append(page.url)
        return parse_page(page)

    monkeypatch.setattr(extractor, "parse_page", parse)
    head = "<link rel='stylesheet' href='/kieu.css'>"
    texts = [body(n, "", f"{head}<a href='/tin/{n}.html'>x</a>") for n in range(3)] + [b""]
    pages = [Page(f"http://cong-doan.example/{n}", text, CLOCK) for n, text in enumerate(texts)]
    asked = [Wanted(page, "/tin/", stylesheets=True) for page in pages]

    async def one_by_one() -> list[WholePage]:
        worker = extractor.Extractor()
        try:
            return [await worker.read(wanted) for wanted in asked]
        finally:
            worker.close()

    found = asyncio.run(one_by_one())
    assert found == [read_whole(wanted) for wanted in asked]
    assert found[0].stylesheets == ("http://cong-doan.example/kieu.css",)
    # The first shows that the general rules are needed; those after it are not parsed here.
    assert parsed == [pages[0].url]
