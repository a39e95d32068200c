"""CDXJ and WACZ: what other tools make of them."""

from __future__ import annotations

import gzip
import json
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from archive.database import ArchiveError
from archive.exchange.cdxj import cdxj_key, cdxj_lines
from archive.exchange.selection import Selection
from archive.exchange.wacz import write_wacz
from archive.read_only import reading
from archive.records import Capture
from archive.warc.reader import read_page_at
from tests.archive.small_archive import HOST, SmallArchive, filled, reply


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Capture]]:
    data = tmp_path_factory.mktemp("wacz") / "data"
    made = filled(data)
    with SmallArchive(data, "khac", "Lạng Sơn") as small:
        made.append(small.page("https://khac.example.vn/A?b=2&a=1", "<p>Khác</p>", body="Khác."))
        made.append(small.page("https://khac.example.vn/lai", "<p>Hai</p>"))
    return data, made


def lines_of(data: Path, selection: Selection | None = None) -> list[str]:
    with reading(data) as db:
        return list(cdxj_lines(db, selection))


def test_the_index_is_the_one_that_the_usual_indexer_makes(
    kept: tuple[Path, list[Capture]],
) -> None:
    data, _ = kept
    indexer = Path(sys.executable).with_name("cdxj-indexer")
    files = sorted((data / "warc").glob("*.gz"))
    ran = subprocess.run([indexer, "--sort", *files], capture_output=True, text=True, check=True)
    theirs = [line for line in ran.stdout.splitlines() if '"status": "304"' not in line]
    ours = [line.rstrip("\n") for line in lines_of(data)]

    def meant(line: str) -> tuple[str, str, dict[str, str]]:
        key, stamp, said = line.split(" ", 2)
        return key, stamp, json.loads(said)

    assert [meant(line) for line in ours] == [meant(line) for line in theirs]
    assert ours == sorted(ours)
    assert len(ours) == 9


def test_keys() -> None:
    assert cdxj_key("https://www.laodong.vn/") == "vn,laodong)/"
    assert cdxj_key("http://a.vn/%C4%91?x=1#y") == "vn,a)/%c4%91?x=1"
    assert " " not in cdxj_key("http://[nonsense/ x")


def test_an_answer_cut_off_is_indexed_only_without_a_whole_one(tmp_path: Path) -> None:
    with SmallArchive(tmp_path) as small:
        for path in ("/a", "/b"):
            small.capture(f"{HOST}{path}", reply(b"<p>Nu", "text/html"), truncated="disconnect")
        whole = small.page("/a", "<p>Nguyên vẹn</p>")
    offsets = {json.loads(line.split(" ", 2)[2])["offset"] for line in lines_of(tmp_path)}
    assert len(offsets) == 2
    assert str(whole.offset) in offsets


def test_an_index_of_a_part(kept: tuple[Path, list[Capture]]) -> None:
    data, _ = kept
    assert len(lines_of(data, Selection(sites=("khac",)))) == 2
    assert len(lines_of(data, Selection(provinces=("Lạng Sơn",)))) == 2
    assert len(lines_of(data, Selection(provinces=("Hải Phòng",)))) == 7
    assert len(lines_of(data, Selection(until="2023-12-31"))) == 0


def test_a_wacz_passes_the_validator_and_holds_every_page(
    kept: tuple[Path, list[Capture]], tmp_path: Path
) -> None:
    data, made = kept
    target = tmp_path / "kho.wacz"
    done = write_wacz(data, target, title="Kho thử")
    assert (done.files, done.pages, done.captures) == (2, 3, 9)
    wacz = Path(sys.executable).with_name("wacz")
    ran = subprocess.run([wacz, "validate", "-f", target], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        pages = [json.loads(line) for line in archive.read("pages/pages.jsonl").splitlines()]
        assert pages[0]["format"] == "json-pages-1.0"
        assert {page["url"] for page in pages[1:]} == {
            f"{HOST}/tin-1.html", f"{HOST}/tin-2.html", "https://khac.example.vn/A?b=2&a=1",
        }  # fmt: skip
        assert all(page["seed"] for page in pages[1:])
        assert {
            info.compress_type for info in archive.infolist() if "archive/" in info.filename
        } == {0}
        index = gzip.decompress(archive.read("indexes/index.cdx.gz")).decode().splitlines()
        offsets = [json.loads(line.split(" ", 2)[2]) for line in index]
        archive.extractall(tmp_path / "out")
        entries = archive.read("indexes/index.idx").decode().splitlines()
    by_place = {(capture.offset, capture.warc_file): capture for capture in made}
    for said in offsets:
        record = read_page_at(tmp_path / "out/archive" / said["filename"], int(said["offset"]))
        assert record.id == by_place[int(said["offset"]), said["filename"]].id
    assert entries[0].startswith("!meta 0 ")
    assert json.loads(entries[1].split(" ", 2)[2])["offset"] == 0


def test_local_headers_are_as_long_as_the_directory_says(
    kept: tuple[Path, list[Capture]], tmp_path: Path
) -> None:
    """ReplayWeb.page 2.5 finds what a file holds by the directory alone."""
    target = tmp_path / "kho.wacz"
    write_wacz(kept[0], target)
    data = target.read_bytes()
    with zipfile.ZipFile(target) as archive:
        for entry in archive.infolist():
            name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
            assert (name, extra) == (len(entry.filename.encode()), len(entry.extra))


def test_a_part_brings_what_its_revisits_need(
    kept: tuple[Path, list[Capture]], tmp_path: Path
) -> None:
    data, made = kept
    assert made[-1].record_type == "revisit"
    done = write_wacz(data, tmp_path / "khac.wacz", Selection(sites=("khac",)))
    assert (done.files, done.pages, done.captures) == (2, 1, 2)


def test_refusals(kept: tuple[Path, list[Capture]], tmp_path: Path) -> None:
    data, _ = kept
    with pytest.raises(ArchiveError, match="No such site"):
        write_wacz(data, tmp_path / "a.wacz", Selection(sites=("khong",)))
    with pytest.raises(ArchiveError, match="Nothing to export"):
        write_wacz(data, tmp_path / "a.wacz", Selection(since="2031-01-01"))
    with pytest.raises(ArchiveError, match="a day such as"):
        Selection(since="04/10/2023")
    (tmp_path / "b.wacz").write_text("x")
    with pytest.raises(ArchiveError, match="already"):
        write_wacz(data, tmp_path / "b.wacz")
    copied = shutil.copytree(data, tmp_path / "copy")
    next((copied / "warc").glob("khac*")).unlink()
    with pytest.raises(ArchiveError, match="missing"):
        write_wacz(copied, tmp_path / "c.wacz")
    assert [path.name for path in tmp_path.glob("*.wacz*")] == ["b.wacz"]
