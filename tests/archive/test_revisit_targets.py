"""A revisit whose page stands in another file that is missing or damaged stops nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.database import open_archive
from archive.records import Capture
from archive.warc.writer import Exchange, PayloadRef, WarcWriter
from crawler.intake.importing import import_files
from crawler.intake.ingest import open_recovered, recover_files

BODY = "<html><title>Tin</title><body><p>Công đoàn cơ sở họp.</p></body></html>".encode()
AT = datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC)


def exchange(url: str, body: bytes = BODY) -> Exchange:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
    return Exchange(url, b"", head + body, body, AT)


def write(folder: Path, site: str, *urls: str, seen: Capture | None = None) -> list[Capture]:
    def known(digest: str) -> PayloadRef | None:
        if seen is None or digest != seen.payload_digest:
            return None
        return PayloadRef(seen.id, seen.url, seen.fetched_at, digest, seen.payload_bytes)

    with WarcWriter(folder, site, f"{site}-1", software="test/1", seen_payload=known) as writer:
        return [writer.write(exchange(url)) for url in urls]


def spoil(path: Path, how: str, offset: int) -> None:
    if how == "missing":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[: offset + 40])
    else:
        data = bytearray(path.read_bytes())
        data[offset + 40] ^= 0xFF
        path.write_bytes(data)


@pytest.mark.parametrize("how", ["missing", "damaged", "cut"])
def test_it_is_named_and_the_rest_goes_on(tmp_path: Path, how: str) -> None:
    warc = tmp_path / "warc"
    (page,) = write(warc, "mot", "http://congdoan.example/a-1.html")
    with open_archive(tmp_path / "archive.db") as db:
        assert recover_files(db, warc) == []
    seen = write(warc, "hai", "http://congdoan.example/b-1.html", seen=page)
    assert [capture.record_type for capture in seen] == ["revisit"]
    write(warc, "sau", "http://congdoan.example/c-1.html")
    spoil(warc / page.warc_file, how, page.offset)
    told: list[str] = []
    with open_recovered(tmp_path, told.append) as db:
        rows = dict(db.conn.execute("select url, outcome from captures").fetchall())
    assert rows["http://congdoan.example/b-1.html"] == "broken"
    assert rows["http://congdoan.example/c-1.html"] not in (None, "broken")
    assert len(told) == 1 and "b-1.html" in told[0] and page.warc_file in told[0]
    with open_recovered(tmp_path, told.append):
        pass
    assert len(told) == 1, "what was told is not told again"


def test_another_record_of_the_same_page_is_read_in_its_place(tmp_path: Path) -> None:
    warc = tmp_path / "warc"
    (page,) = write(warc, "mot", "http://congdoan.example/a-1.html")
    write(warc, "ba", "http://congdoan.example/d-1.html")
    with open_archive(tmp_path / "archive.db") as db:
        recover_files(db, warc)
    write(warc, "hai", "http://congdoan.example/b-1.html", seen=page)
    spoil(warc / page.warc_file, "missing", 0)
    with open_archive(tmp_path / "archive.db") as db:
        assert recover_files(db, warc) == []
        rows = dict(db.conn.execute("select url, outcome from captures").fetchall())
    assert rows["http://congdoan.example/b-1.html"] == rows["http://congdoan.example/d-1.html"]


def test_an_import_tells_it_as_damage(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (page,) = write(data / "warc", "mot", "http://congdoan.example/a-1.html")
    with open_archive(data / "archive.db") as db:
        recover_files(db, data / "warc")
    write(tmp_path / "there", "hai", "http://congdoan.example/b-1.html", seen=page)
    spoil(data / "warc" / page.warc_file, "damaged", page.offset)
    (row,) = import_files(list((tmp_path / "there").glob("*")), data, jobs=1)["files"]
    assert len(row["damage"]) == 1 and page.warc_file in row["damage"][0]
