"""WARC files of any origin: records that say nothing usable, and files that are damaged."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.database import open_archive
from archive.verification.verify import verify
from crawler.cli import congdoan as program
from crawler.intake.ingest import open_recovered

HOST = "http://congdoan.example.vn"
ID = "<urn:uuid:00000000-0000-4000-8000-{:012d}>"


def record(number: int, headers: dict[str, str | None] | None = None, http: str = "") -> bytes:
    """A response record of an article; a header given as None is left out."""
    text = f"Công đoàn cơ sở số {number} tặng quà đoàn viên có hoàn cảnh khó khăn. " * 12
    page = f"<html><title>Tin {number}</title><h1>Tin {number}</h1><article><p>{text}</p></article>"
    http = http or "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    block = http.encode()
    usual: dict[str, str | None] = {
        "WARC-Type": "response",
        "WARC-Record-ID": ID.format(number),
        "WARC-Date": f"2024-05-{number:02d}T00:00:00Z",
        "WARC-Target-URI": f"{HOST}/tin/bai-{number}.html",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    named = {**usual, **(headers or {})}
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    head = "\r\n".join(["WARC/1.0", *lines]).encode("utf-8", "surrogateescape")
    return gzip.compress(head + b"\r\n\r\n" + block + b"\r\n\r\n")


def congdoan(*arguments: object) -> Result:
    return CliRunner().invoke(program, [str(each) for each in arguments])


def captures(data: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(data / "archive.db")) as db:
        return db.execute("select id, outcome from captures order by fetched_at").fetchall()


NO_CAPTURE: dict[str, dict[str, str | None]] = {
    "no id": {"WARC-Record-ID": None},
    "empty id": {"WARC-Record-ID": ""},
    "endless id": {"WARC-Record-ID": f"<urn:uuid:{'a' * 50_000}>"},
    "no date": {"WARC-Date": None},
    "a word for a date": {"WARC-Date": "yesterday"},
    "month 13": {"WARC-Date": "2024-13-01T00:00:00Z"},
    "year 0": {"WARC-Date": "0000-05-01T00:00:00Z"},
    "year 1": {"WARC-Date": "0001-01-01T00:00:00Z"},
    "a year without time zones": {"WARC-Date": "9999-12-31T23:00:00Z"},
    "no address": {"WARC-Target-URI": None},
    "another scheme": {"WARC-Target-URI": "x:y"},
    "no host": {"WARC-Target-URI": "http:///tin.html"},
    "half a bracket": {"WARC-Target-URI": "http://[::1/tin.html"},
    "a word for a port": {"WARC-Target-URI": "http://congdoan.example.vn:abc/"},
    "NUL in the address": {"WARC-Target-URI": f"{HOST}/tin/b\x00i.html"},
}


@pytest.mark.parametrize("name", NO_CAPTURE)
def test_a_record_that_is_no_capture_harms_no_other(tmp_path: Path, name: str) -> None:
    """It gets no row; import, the next crawl's start, verify and rebuild go on."""
    path, data = tmp_path / "odd.warc.gz", tmp_path / "data"
    path.write_bytes(record(1) + record(2, NO_CAPTURE[name]) + record(3))
    assert congdoan("import", path, "--data", data, "--jobs", 1).exit_code == 0
    kept = captures(data)
    assert len(kept) == 2
    open_recovered(data, pytest.fail).close()
    assert [found for found in verify(data) if found.severity == "damage"] == []
    assert any("no capture" in found.problem for found in verify(data))
    rebuilt = congdoan("rebuild", "--data", data, "--jobs", 1)
    assert rebuilt.exit_code == 0, rebuilt.output
    assert captures(data) == kept


@pytest.mark.parametrize("location", ["http://[::1", "//[", "http://a.vn:port/", "\x00", ""])
def test_a_redirect_to_no_address_is_a_capture_without_a_target(
    tmp_path: Path, location: str
) -> None:
    path, data = tmp_path / "odd.warc.gz", tmp_path / "data"
    moved = f"HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    path.write_bytes(record(1) + record(2, http=moved))
    assert congdoan("import", path, "--data", data, "--jobs", 1).exit_code == 0
    assert len(captures(data)) == 2
    assert congdoan("rebuild", "--data", data, "--jobs", 1).exit_code == 0


def test_of_two_records_with_one_id_the_first_is_the_capture(tmp_path: Path) -> None:
    path, data = tmp_path / "odd.warc.gz", tmp_path / "data"
    path.write_bytes(record(1) + record(2, {"WARC-Record-ID": ID.format(1)}) + record(3))
    assert congdoan("import", path, "--data", data, "--jobs", 1).exit_code == 0
    assert [found for found in verify(data) if found.severity == "damage"] == []
    kept = captures(data)
    assert len(kept) == 2
    assert congdoan("rebuild", "--data", data, "--jobs", 1).exit_code == 0
    assert captures(data) == kept
    assert [found for found in verify(data) if found.severity == "damage"] == []


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Three records, the middle one with a flipped byte, and a fourth that is cut."""
    broken = bytearray(record(2))
    broken[len(broken) // 2] ^= 0xFF
    path = tmp_path / "damaged.warc.gz"
    path.write_bytes(record(1) + broken + record(3) + record(4)[:-40])
    return path


def test_a_damaged_file_is_refused_or_salvaged(tmp_path: Path, damaged: Path) -> None:
    data = tmp_path / "data"
    refused = congdoan("import", damaged, "--data", data)
    assert refused.exit_code == 1
    assert "Nothing was imported" in refused.output
    assert "--leave-damaged" in refused.output
    assert not (data / "warc").exists()
    taken = congdoan("import", damaged, "--leave-damaged", "--json", "--data", data, "--jobs", 1)
    assert taken.exit_code == 3
    row = json.loads(taken.stdout)["files"][0]
    assert (row["captures"], len(row["damage"])) == (2, 2)
    assert "Left out" in taken.stderr
    assert len(captures(data)) == 2
    again = congdoan("import", damaged, "--leave-damaged", "--data", data, "--jobs", 1)
    assert again.exit_code == 3
    assert len(captures(data)) == 2


def test_a_damaged_file_in_the_folder_stops_no_crawl(tmp_path: Path, damaged: Path) -> None:
    data = tmp_path / "data"
    open_archive(data / "archive.db").close()
    (data / "warc").mkdir()
    damaged.rename(data / "warc" / "odd.warc.gz")
    told: list[str] = []
    open_recovered(data, told.append).close()
    assert len(captures(data)) == 2
    assert [line for line in told if "odd.warc.gz: bytes" in line and "taken in" in line] == told
    assert len(told) == 2
    open_recovered(data, pytest.fail).close()


def test_a_file_without_a_whole_response_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.warc.gz"
    path.write_bytes(record(1)[:-40])
    refused = congdoan("import", path, "--leave-damaged", "--data", tmp_path / "data")
    assert refused.exit_code == 1
    assert "no response record" in refused.output
