"""Invented articles and real ones never lie in one archive, and the invented ones say so."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.crawled_web import web_kept
from archive.database import open_archive
from archive.publish.serve import make_face
from archive.warc.writer import Exchange, WarcWriter
from crawler.cli import congdoan
from tests.crawl.conftest import Crawled

ATOM = "{http://www.w3.org/2005/Atom}"
CONTACT = ("--contact", "you@example.org")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(congdoan, [str(argument) for argument in arguments])


def counted(data: Path) -> tuple[int, ...]:
    with sqlite3.connect(data / "archive.db") as db:
        tables = ("captures", "crawls", "fetch_errors", "warc_files")
        counts = [db.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]
    db.close()
    return (*counts, len(list((data / "warc").rglob("*"))))


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A WARC file of a page of the live web."""
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Tin"
    with WarcWriter(tmp_path / "made", "elsewhere", "crawl-1", software="test") as writer:
        capture = writer.write(
            Exchange("http://tin.example/", b"", page, page[-6:], datetime(2024, 6, 1, tzinfo=UTC))
        )
    return tmp_path / "made" / capture.warc_file


def test_nothing_live_gets_into_a_sample_archive(copied: Path, foreign: Path) -> None:
    lists = foreign.with_name("list.cdxj")
    lists.write_text("", encoding="utf-8")
    other = foreign.parent.parent / "live"
    assert run("import", foreign, "--data", other).exit_code == 0
    before = counted(copied)
    for command in (
        ("crawl", "lang_son", *CONTACT),
        ("schedule", "--once", *CONTACT),
        ("import", foreign),
        ("import", other),
        ("import-captures", lists, "--replay", "http://127.0.0.1:9/{timestamp}id_/{url}"),
    ):
        refused = run(*command, "--data", copied)
        assert refused.exit_code == 1, command
        assert "holds the sample web" in refused.output, command
        assert counted(copied) == before, command


def test_no_sample_gets_into_a_live_archive(
    first_crawl: Crawled, foreign: Path, tmp_path: Path
) -> None:
    data = tmp_path / "live"
    assert run("import", foreign, "--data", data).exit_code == 0
    before = counted(data)
    sampled = next((first_crawl.data / "warc").glob("*.warc.gz"))
    for command in (
        ("crawl", "--all", "--sample"),
        ("schedule", "--once", "--sample"),
        ("import", sampled),
        ("import", first_crawl.data),
    ):
        refused = run(*command, "--data", data)
        assert refused.exit_code == 1, command
        assert "holds pages of the live web" in refused.output, command
        assert counted(data) == before, command


def test_the_files_know_where_the_database_is_lost(copied: Path) -> None:
    os.remove(copied / "archive.db")
    with open_archive(copied / "archive.db") as db:
        assert web_kept(db, copied / "warc") == "sample"
    os.remove(copied / "archive.db")
    assert run("rebuild", "--data", copied).exit_code == 0
    with sqlite3.connect(copied / "archive.db") as db:
        assert db.execute("select * from archive_facts").fetchall() == [("web", "sample")]
    db.close()


@pytest.mark.parametrize("path", ["/", "/archive/articles", "/search?q=cong+doan"])
def test_every_page_of_a_sample_archive_says_so(first_crawl: Crawled, path: str) -> None:
    face = make_face(first_crawl.data / "archive.db", replay_origin="")
    page = asyncio.run(face.client.get(path)).text
    for database in face.databases.values():
        database.close()
    assert "Dữ liệu mẫu" in page and "Sample data: invented articles" in page


def test_machines_are_told_so_too(first_crawl: Crawled) -> None:
    face = make_face(first_crawl.data / "archive.db", replay_origin="")
    (key,) = first_crawl.db.execute("select id from articles limit 1").fetchone()

    def get(path: str) -> Any:
        return asyncio.run(face.client.get(path))

    for path in ("/search.json", f"/articles/{key}.json", "/sites.json", "/health.json"):
        assert get(path).json()["web"] == "sample", path
    feed = ET.fromstring(get("/feed.atom").text)
    assert (feed.findtext(f"{ATOM}title") or "").startswith("Dữ liệu mẫu: ")
    assert "Sample data: invented articles." in (feed.findtext(f"{ATOM}subtitle") or "")
    entries = feed.findall(f"{ATOM}entry")
    assert entries and all(
        "sample" in [each.get("term") for each in entry.iter(f"{ATOM}category")]
        for entry in entries
    )
    for ending in ("bib", "ris"):
        assert "Sample data: invented articles." in get(f"/articles/{key}.{ending}").text
    named = get("/download/articles.csv").headers["content-disposition"]
    assert 'filename="sample-articles.csv"' in named
    for database in face.databases.values():
        database.close()
