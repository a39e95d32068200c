"""Collecting: a damaged file is named, and whoever keeps the archive is waited for once."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.database import ArchiveError
from archive.warc.writer import Exchange, WarcWriter
from crawler.intake import importing
from crawler.locks import IMPORT, locked
from crawler.nodes.collecting import collect
from tests.archive.small_archive import START
from tests.nodes.written_segments import write_segment


def segments(folder: Path, count: int) -> list[Path]:
    return [write_segment(folder / "warc", f"s{number}", 1) for number in range(count)]


def test_a_kept_archive_is_waited_for_once_and_no_file_is_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments(tmp_path / "node", 8)
    waited: list[str] = []

    def impatient(data: Path, name: str, *, patience: float = 0.0, doing: str) -> object:
        waited.append(name)
        return locked(data, name, patience=0.0, doing=doing)

    monkeypatch.setattr(importing, "locked", impatient)
    data = tmp_path / "data"
    with (
        locked(data, IMPORT, doing="this test"),
        pytest.raises(ArchiveError, match="is under way"),
    ):
        collect([tmp_path / "node"], data, jobs=1)
    assert waited == [IMPORT]
    assert not (data / "warc").exists()
    found = collect([tmp_path / "node"], data, jobs=1)
    assert (len(found["files"]), found["known"], found["refused"]) == (8, 0, [])
    assert waited == [IMPORT] * 2


def test_damaged_files_are_named_and_the_others_taken_in(tmp_path: Path) -> None:
    paths = segments(tmp_path / "node", 6)
    whole = {}
    for path in paths[1::2]:
        whole[path] = path.read_bytes()
        path.write_bytes(whole[path][:-40])
    (tmp_path / "node" / "warc" / "none.warc.gz").touch()
    found = collect([tmp_path / "node"], tmp_path / "data", jobs=1)
    assert len(found["files"]) == 3
    assert {row["file"] for row in found["refused"]} == {
        *(str(path) for path in paths[1::2]),
        str(tmp_path / "node" / "warc" / "none.warc.gz"),
    }
    assert all(row["file"] in row["reason"] for row in found["refused"])
    for path, data in whole.items():
        path.write_bytes(data)
    again = collect([tmp_path / "node"], tmp_path / "data", jobs=1)
    assert (len(again["files"]), again["known"], len(again["refused"])) == (3, 3, 1)


def test_pages_of_the_sample_web_are_named(tmp_path: Path) -> None:
    segments(tmp_path / "node", 2)
    collect([tmp_path / "node"], tmp_path / "data", jobs=1)
    info = {"web": "sample"}
    with WarcWriter(tmp_path / "node" / "warc", "z", "z", software="t", info=info) as writer:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
        sample = writer.write(Exchange("http://a.example/", b"", head + b"x", b"x", START))
    write_segment(tmp_path / "node" / "warc", "sau", 1)
    found = collect([tmp_path / "node"], tmp_path / "data", jobs=1)
    assert (len(found["files"]), found["known"]) == (1, 2)
    (row,) = found["refused"]
    assert sample.warc_file in row["file"]
