"""WACZ files are taken in like their WARC files, or refused whole."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.database import ArchiveError
from archive.warc.writer import Exchange, WarcWriter
from crawler.intake.importing import import_files
from crawler.intake.unpacking import MAX_RATIO, is_wacz
from tests.operation.odd_site import article


def warc(folder: Path, *numbers: int) -> bytes:
    with WarcWriter(folder, "theirs", "theirs", software="test") as writer:
        for number in numbers:
            body = article(number).body
            raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
            date = datetime(2016, 1, number, tzinfo=UTC)
            url = f"http://congdoan.example/tin/{number}.html"
            writer.write(Exchange(url, b"", raw, body, date))
    (path,) = folder.glob("*.warc.gz")
    return path.read_bytes()


def wacz(path: Path, members: dict[str, bytes], *, described: dict[str, str] | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
        if described is not None:
            resources = [{"path": name, "hash": value} for name, value in described.items()]
            package.writestr("datapackage.json", json.dumps({"resources": resources}))
    return path


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_every_warc_of_a_wacz_is_taken_in(tmp_path: Path) -> None:
    first, second = warc(tmp_path / "a", 1, 2), warc(tmp_path / "b", 3)
    names = ("archive/data.warc.gz", "archive/../more.warc.gz")
    path = wacz(
        tmp_path / "site.wacz",
        {names[0]: first, names[1]: second, "pages/pages.jsonl": b"{}", "indexes/index.cdx": b""},
        described={names[0]: sha256(first), "pages/pages.jsonl": sha256(b"{}")},
    )
    assert is_wacz(path)
    data = tmp_path / "data"
    report = import_files([path], data, jobs=1)
    assert report["articles"] == 3
    assert [row["file"] for row in report["files"]] == [f"{path}: {name}" for name in names]
    db = Database(data / "archive.db")
    dates = [row[0][:10] for row in db.execute("select first_seen_at from articles order by 1")]
    assert dates == ["2016-01-01", "2016-01-02", "2016-01-03"]
    assert sorted(path.name for path in data.iterdir() if path.name.startswith("unpacked")) == []
    assert {path.parent.name for path in (data / "warc").rglob("*.warc.gz")} == {"imported"}
    again = import_files([path], data, jobs=1)
    assert again["articles"] == 3
    assert len(list((data / "warc").rglob("*.warc.gz"))) == 2
    db.close()


def test_what_our_own_export_wrote_comes_back(tmp_path: Path) -> None:
    from archive.exchange.wacz import write_wacz

    (tmp_path / "one.warc.gz").write_bytes(warc(tmp_path / "a", 1, 2))
    import_files([tmp_path / "one.warc.gz"], tmp_path / "data", jobs=1)
    write_wacz(tmp_path / "data", tmp_path / "out.wacz")
    report = import_files([tmp_path / "out.wacz"], tmp_path / "other", jobs=1)
    assert report["articles"] == 2


def bad_zips(tmp_path: Path) -> dict[str, bytes]:
    good = warc(tmp_path / "good", 1)
    whole = wacz(tmp_path / "good.wacz", {"archive/data.warc.gz": good}).read_bytes()
    bomb = tmp_path / "bomb.wacz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("archive/data.warc", b"\0" * ((MAX_RATIO + 5) << 20))
    liar = bytearray(whole)
    place = liar.rindex(b"PK\x01\x02")
    liar[place + 24 : place + 28] = (10).to_bytes(4, "little")
    locked = bytearray(whole)
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    wrong = wacz(
        tmp_path / "wrong.wacz",
        {"archive/data.warc.gz": good},
        described={"archive/data.warc.gz": sha256(b"other")},
    )
    broken = wacz(tmp_path / "json.wacz", {"archive/d.warc.gz": good, "datapackage.json": b"[[["})
    return {
        "cut": whole[: len(whole) // 2],
        "no zip": b"PK\x03\x04" + b"x" * 100,
        "bomb": bomb.read_bytes(),
        "size that is not so": bytes(liar),
        "encrypted": bytes(locked),
        "digest": wrong.read_bytes(),
        "description": broken.read_bytes(),
        "no warc": wacz(tmp_path / "n.wacz", {"data.warc.gz": good}).read_bytes(),
        "damaged warc": wacz(
            tmp_path / "d.wacz", {"archive/data.warc.gz": good[:-40]}
        ).read_bytes(),
        "warc of nothing": wacz(tmp_path / "e.wacz", {"archive/data.warc.gz": b""}).read_bytes(),
    }


@pytest.mark.parametrize(
    "kind",
    [
        "cut", "no zip", "bomb", "size that is not so", "encrypted", "digest", "description",
        "no warc", "damaged warc", "warc of nothing",
    ],
)  # fmt: skip
def test_what_is_no_whole_wacz_is_refused_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file.wacz"
    path.write_bytes(bad_zips(tmp_path)[kind])
    data = tmp_path / "data"
    with pytest.raises(ArchiveError, match="Nothing was imported"):
        import_files([path], data, jobs=1)
    assert [path for path in data.rglob("*") if path.is_file()] == []
    assert list(data.glob("unpacked*")) == []
