"""Whose robots.txt is kept to: what our own crawls were told, and by now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy.http import Response
from sqlite_utils import Database

from archive.database import open_archive
from archive.warc.writer import Exchange, WarcWriter
from crawler.intake.importing import import_files
from crawler.intake.ingest import take_in_files
from crawler.politeness.kept_robots import kept_robots, last_rules

NOW = datetime(2026, 3, 2, 3, 4, 5, 678901, UTC)
URL = "http://congdoan.example/robots.txt"
OURS = b"User-agent: *\nDisallow: /tin/2\n"
THEIRS = b"User-agent: *\nDisallow: /\n"
Rules = Callable[[Database, Path, str, datetime], Response | None]


def write(folder: Path, name: str, body: bytes, at: datetime) -> Path:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body)
    with WarcWriter(folder, name, f"{name}-crawl", software="test/1") as writer:
        written = writer.write(Exchange(URL, b"", head + body, body, at))
    return folder / written.warc_file


def told(data: Path, ask: Rules) -> bytes | None:
    with open_archive(data / "archive.db") as db:
        take_in_files(db, data / "warc")
        answer = ask(db, data / "warc", URL, NOW)
    return answer.body if answer is not None else None


ASKED = pytest.mark.parametrize("ask", [kept_robots, last_rules])


@ASKED
@pytest.mark.parametrize("later", [timedelta(days=26_000), timedelta(seconds=-9)])
def test_what_was_imported_does_not_rule(tmp_path: Path, ask: Rules, later: timedelta) -> None:
    data = tmp_path / "data"
    write(data / "warc", "mau", OURS, NOW - timedelta(hours=2))
    import_files([write(tmp_path / "there", "mau", THEIRS, NOW + later)], data, jobs=1)
    assert told(data, ask) == OURS


@ASKED
def test_what_another_archive_held_does_not_rule(tmp_path: Path, ask: Rules) -> None:
    write(tmp_path / "warc", "from-web.example", THEIRS, NOW - timedelta(hours=1))
    assert told(tmp_path, ask) is None


@ASKED
def test_what_is_dated_in_the_future_does_not_rule(tmp_path: Path, ask: Rules) -> None:
    write(tmp_path / "warc", "mau", OURS, NOW + timedelta(microseconds=1))
    assert told(tmp_path, ask) is None
    write(tmp_path / "warc", "mau", OURS, NOW)
    assert told(tmp_path, ask) == OURS
