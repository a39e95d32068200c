"""Captures whose pages say in JSON what is to be read from them, by an old extractor or a new one.

So a rebuild can be tried on thousands of small archives, and with an extractor that changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.database import open_archive
from archive.records import VIETNAM, Article, Attachment, Byline, Image, Page, Published, Unreadable
from archive.warc.file import sha1
from archive.warc.writer import Exchange, PayloadRef, WarcWriter
from crawler import extract as extract_module
from crawler.intake import edition as edition_module
from crawler.intake import ingest, parts, rebuild

START = datetime(2025, 12, 20, 8, 0, tzinfo=UTC)
HOSTS = ("http://mau.example.vn", "http://khac.example.vn")
DERIVED = (
    "sites",
    "captures",
    "articles",
    "article_addresses",
    "revisions",
    "images",
    "attachments",
    "unreadable",
    "stories",
    "article_copies",
    "month_counts",
    "unit_counts",
    "article_topics",
    "topic_counts",
    "copy_keys",
    "article_readings",
)
TELLING = "Sáng {n}/5, công đoàn Xưởng {n} trao {n}00 suất quà cho đoàn viên ở Hải Phòng. "


@dataclass(frozen=True)
class Event:
    """One exchange: day, site, number of its address, and what the page says.

    ``kind``: "article", "print" (of another address), "redirect", "gone" or "nothing".
    ``text`` is the number of a text. ``to`` the address that is led to. ``new`` is what the new
    extractor makes of it: "", or "title", "lost", "elsewhere" (of the address ``to``).
    """

    day: int
    kind: str = "article"
    at: int = 0
    site: int = 0
    text: int = 0
    to: int = 1
    new: str = ""


def url(site: int, number: int) -> str:
    return f"{HOSTS[site]}/tin-{number}.html"


def written(folder: Path, events: Iterable[Event], *, file_of: int = 3, prefix: str = "") -> None:
    """WARC files with these exchanges, some days a file; equal pages become revisits."""
    groups: dict[tuple[int, int], list[tuple[int, Event]]] = {}
    for number, event in enumerate(events):
        groups.setdefault((event.day // file_of, event.site), []).append((number, event))
    seen: dict[str, PayloadRef] = {}
    for (period, site), group in sorted(groups.items()):
        crawl = f"{prefix}{site}-{period}"
        with WarcWriter(
            folder, f"{prefix}s{site}p{period}", crawl, software="t/1", fsync=False,
            seen_payload=seen.get,
        ) as writer:  # fmt: skip
            for number, event in group:
                answer = _answer(event)
                payload = answer.partition(b"\r\n\r\n")[2]
                moment = START + timedelta(days=event.day, seconds=number)
                made = writer.write(
                    Exchange(
                        url=url(site, event.at),
                        request_bytes=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                        response_bytes=answer,
                        payload=payload,
                        started_at=moment,
                    )
                )
                if event.kind in ("article", "print", "nothing") and made.record_type == "response":
                    seen[sha1(payload)] = PayloadRef(
                        made.id, made.url, moment, made.payload_digest, made.payload_bytes
                    )


def _answer(event: Event) -> bytes:
    if event.kind == "redirect":
        target = url(event.site, event.to)
        return f"HTTP/1.1 301 M\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    status = "404 N" if event.kind == "gone" else "200 OK"
    said = {"kind": event.kind, "text": event.text, "new": event.new, "site": event.site}
    if event.kind == "print" or event.new == "elsewhere":
        said["to"] = event.to
    body = json.dumps(said).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def told(page: Page, *, new: bool) -> Article | Unreadable:
    """What the old or the new extractor reads from such a page."""
    said = json.loads(page.body)
    change = said["new"] if new else ""
    if said["kind"] == "nothing" or change == "lost":
        return Unreadable("no_body", "nothing here")
    elsewhere = said["kind"] == "print" or change == "elsewhere"
    text = said["text"]
    body = (TELLING.format(n=text % 4) * 6).strip()
    return Article(
        url=url(said["site"], said["to"]) if elsewhere else page.url,
        title=f"Đại hội {text}" + (" (mới)" if change == "title" else ""),
        lead=f"Ngày {text}/5.",
        body=body,
        body_html=f"<p>{body}</p>",
        published=Published(START.astimezone(VIETNAM), "day", "visible") if text % 2 else None,
        byline=Byline(f"Hà Phong {text}", ("Hà Phong",), unit=f"CĐ {text % 2}"),
        section=f"Mục {text % 2}",
        images=(Image(f"{page.url}/{text}.jpg", "Đại hội"),),
        attachments=(Attachment(f"{page.url}/{text}.pdf", "Nghị quyết"),),
        variant="print" if said["kind"] == "print" else "main",
        words=len(body.split()),
    )


def use_extractor(
    patch: pytest.MonkeyPatch, *, new: bool = False, new_for: Collection[str] = ()
) -> None:
    """Read such pages from now on, in this process, by the old extractor or the new one.

    ``new_for``: captures that the new one reads even so.
    """

    def extract(page: Page) -> Article | Unreadable:
        return told(page, new=new or page.capture_id in new_for)

    version = f"extractor/{2 if new else 1}"
    for module in (ingest, parts, extract_module):
        patch.setattr(module, "extract", extract)
    for module in (parts, rebuild, edition_module):
        patch.setattr(module, "edition", lambda: version)
    for name in ("crawler.reading", "crawler.intake.building"):
        patch.setattr(f"{name}.EXTRACTOR", version)
    patch.setattr("crawler.intake.building.edition", lambda: version)
    patch.setattr("crawler.reading.expects_article", lambda url: "tin-" in url)
    patch.setattr("crawler.intake.parts.expects_article", lambda url: "tin-" in url)


def rows_of(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every derived row, and what the search indexes find."""
    with open_archive(data / "archive.db", create=False) as db:
        found = {table: _rows(db, table) for table in DERIVED}
        for index in ("articles_fts", "articles_exact"):
            for word in ("hoi", "hội", "dai", "moi", "mới", "phong"):
                sql = f"select rowid from {index} where {index} match ? order by 1"
                found[f"{index} {word}"] = db.execute(sql, [word]).fetchall()
        return found


def _rows(db: Database, table: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(sorted(column.name for column in db[table].columns))
    return sorted(db.execute(f"select {columns} from {table}").fetchall(), key=repr)


def incrementally(data: Path, order: Sequence[str] | None = None) -> None:
    """The database as crawls and imports make it: file by file, each capture weighed."""
    from crawler.intake.derived import update_derived

    with open_archive(data / "archive.db") as db:
        with ingest.Intake(db, data / "warc", jobs=1) as intake:
            for name in order or ingest.unregistered_files(db, data / "warc"):
                intake.take_in(name)
            intake.finish()
        update_derived(db, data)
