"""What a crawl asks of the archive for every page is answered from an index, however large it is.

Found by size: a condition that hid a partial index from SQLite made each article cost as much as
looking at every capture.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.articles import is_captured, payload_holder, save_capture, settle
from archive.database import open_archive
from archive.known_addresses import conditions_of, last_answer, standing_of
from archive.records import Article, Byline, Capture, Unreadable

CLOCK = datetime(2026, 7, 1, 8, tzinfo=UTC)
TABLES = ("captures", "articles", "revisions", "article_addresses", "unreadable", "fetch_errors")
ADDRESS = "a.example/tin/1.html"
CAPTURE = Capture(
    id="1",
    url=f"http://{ADDRESS}",
    site="a",
    crawl="c",
    fetched_at=CLOCK,
    status=200,
    content_type="text/html",
    record_type="response",
    warc_file="a.warc.gz",
    offset=0,
    length=1,
    payload_digest="sha1:A",
    payload_bytes=1,
)
ARTICLE = Article(CAPTURE.url, "Hội nghị", "", "Công đoàn họp. " * 20, "", None, Byline())


@pytest.fixture
def asked(tmp_path: Path) -> tuple[Database, list[str]]:
    """An archive, and every statement that it has been asked, with its values filled in."""
    db = open_archive(tmp_path / "archive.db")
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    return db, statements


def life_of_an_article(db: Database) -> None:
    """Seen, seen again changed, moved, gone."""
    for number, words in enumerate(("họp", "họp lại")):
        capture = replace(CAPTURE, id=f"{number}", fetched_at=CLOCK + timedelta(days=number))
        save_capture(db, capture, ADDRESS)
        article = replace(ARTICLE, body=ARTICLE.body.replace("họp", words))
        settle(db, capture, ADDRESS, article, extractor="x", article_address=ADDRESS)
    moved = replace(CAPTURE, id="m", status=301, url="http://a.example/cu", location=CAPTURE.url)
    save_capture(db, moved, "a.example/cu", ADDRESS)
    settle(db, moved, "a.example/cu", None, extractor="x")
    gone = replace(CAPTURE, id="g", status=404, fetched_at=CLOCK + timedelta(days=9))
    save_capture(db, gone, ADDRESS)
    settle(db, gone, ADDRESS, Unreadable("http_error"), extractor="x", expected=True)


def questions_of_a_crawl(db: Database) -> None:
    standing_of(db, "a.example/neu", "http://a.example/neu", CLOCK, "")
    conditions_of(db, CAPTURE.url)
    last_answer(db, CAPTURE.url)
    is_captured(db, CAPTURE.url)
    payload_holder(db, "sha1:B")


@pytest.mark.parametrize("work", [life_of_an_article, questions_of_a_crawl])
def test_no_statement_looks_at_all_rows(asked, work) -> None:  # type: ignore[no-untyped-def]
    db, statements = asked
    work(db)
    db.conn.set_trace_callback(None)
    whole = set()
    for statement in statements:
        if statement.lstrip().lower().startswith(("select", "update", "delete")):
            for row in db.execute(f"explain query plan {statement}").fetchall():
                if row[3].startswith("SCAN") and row[3].split()[1] in TABLES:
                    whole.add((row[3], statement))
    assert statements
    assert not whole
