"""One bit turned over, in every kind of file that an archive has or gives away.

Either the damage is named, or what the file says is unchanged, or it lies where the documentation
says that nothing looks. WARC files and backups have tests of their own beside this one
(``test_verify``, ``test_backup``, ``tests/warc/test_check``).
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.backup import backup, check_backup
from archive.backup_manifest import MANIFEST
from archive.database import ArchiveError
from archive.exchange.export import export_tables
from archive.exchange.wacz import write_wacz
from archive.verification.verify import Checked, verify
from crawler.frontier import Store
from crawler.intake.unpacking import unpack_wacz
from tests.archive.small_archive import filled

UNSEEN = {
    "articles_fts_data",
    "articles_exact_data",
    "attachments_fts_data",
    "_sqlite_migrations",
    "crawls",
    "sites",
    "fetch_errors",
    "copies_pending",
    "captures.detail",
    "captures.leads_to",
    "images.credit",
    "images.alt",
    "revisions",
    *(
        f"articles.{name}"
        for name in (
            "author", "source", "published_precision", "published_evidence", "language", "words",
            "body_html", "layout", "fallbacks", "extractor",
        )
    ),
}  # fmt: skip
"""What a rebuild from the WARC files tells and ``verify`` does not; see docs/archive.md."""


def flipped(good: bytes, chance: random.Random, count: int) -> Iterator[bytes]:
    """Copies with one bit turned over, in bytes that are not zero: elsewhere files are empty."""
    places = [at for at, byte in enumerate(good) if byte]
    for _ in range(count):
        bad = bytearray(good)
        bad[chance.choice(places)] ^= 1 << chance.randrange(8)
        yield bytes(bad)


def rows_of(path: Path, tables: list[str]) -> dict[str, Any]:
    """Every value by table and column; a table that cannot be read says so."""
    found: dict[str, Any] = {}
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    db.text_factory = bytes
    for table in tables:
        try:
            read = db.execute(f'select * from "{table}"')
            names = [column[0] for column in read.description]
            rows = read.fetchall()
            found[table] = (len(rows), names)
            for place, name in enumerate(names):
                found[f"{table}.{name}"] = [row[place] for row in rows]
        except (sqlite3.Error, UnicodeError) as error:
            found[table] = type(error)
    db.close()
    return found


def test_the_database(tmp_path: Path) -> None:
    filled(tmp_path)
    path = tmp_path / "archive.db"
    db = sqlite3.connect(path)
    db.execute("pragma journal_mode = delete")
    sql = "select name from sqlite_master where type = 'table' and sql not like 'create virtual%'"
    tables = [name for (name,) in db.execute(sql)]
    db.close()
    good, meant = path.read_bytes(), rows_of(path, tables)
    named = 0
    for bad in flipped(good, random.Random(11), 80):
        path.write_bytes(bad)
        checked = Checked()
        for _ in verify(tmp_path, checked=checked):
            pass
        if checked.damaged:
            named += 1
            continue
        said = rows_of(path, tables)
        wrong = {place for place in meant if said.get(place) != meant[place]}
        unseen = {place for place in wrong if {place, place.partition(".")[0]} & UNSEEN}
        assert wrong == unseen, wrong - unseen
    assert named > 60


def test_a_frontier(tmp_path: Path) -> None:
    filled(tmp_path)
    path = tmp_path / "frontier" / "mau.db"
    store = Store(path)
    store.begin()
    for number in range(200):
        request = {"url": f"http://congdoan.example.vn/tin-{number}.html", "callback": "parse"}
        store.push(number.to_bytes(4, "big") * 5, number % 3, json.dumps(request))
    store.end("shutdown")
    store.close()
    assert list(verify(tmp_path)) == []
    good = path.read_bytes()
    path.write_bytes(b"no SQLite at all" + good[16:])
    (found,) = verify(tmp_path)
    assert (found.severity, found.where) == ("damage", "frontier/mau.db")
    assert "--walk-all" in found.problem
    named = 0
    for bad in flipped(good, random.Random(12), 60):
        path.write_bytes(bad)
        named += any(found.where == "frontier/mau.db" for found in verify(tmp_path))
    # A letter of an address is no damage that a queue could know of; its structure is.
    assert named > 10


def test_a_wacz_is_refused_or_gives_what_it_held(tmp_path: Path) -> None:
    filled(tmp_path / "data")
    path = tmp_path / "kho.wacz"
    write_wacz(tmp_path / "data", path)
    (tmp_path / "out").mkdir()
    good = path.read_bytes()
    wanted = [file.read_bytes() for file, _ in unpack_wacz(path, tmp_path / "out")]
    refused = 0
    for bad in flipped(good, random.Random(13), 80):
        path.write_bytes(bad)
        try:
            got = [file.read_bytes() for file, _ in unpack_wacz(path, tmp_path / "out")]
        except ArchiveError as error:
            assert "kho.wacz" in str(error)
            refused += 1
        else:
            assert got == wanted
    assert refused > 30


@pytest.mark.parametrize("entry", ["archive/", "indexes/index.cdx.gz", "pages/pages.jsonl"])
def test_the_validator_names_every_part_of_a_wacz(tmp_path: Path, entry: str) -> None:
    filled(tmp_path / "data")
    path = tmp_path / "kho.wacz"
    write_wacz(tmp_path / "data", path)
    good = path.read_bytes()
    start = good.index(entry.encode()) + 80  # Behind its local header, within what it holds.
    path.write_bytes(good[:start] + bytes([good[start] ^ 1]) + good[start + 1 :])
    wacz = Path(sys.executable).with_name("wacz")
    ran = subprocess.run([wacz, "validate", "-f", path], capture_output=True, text=True)
    assert ran.returncode != 0 or "nvalid" in ran.stdout + ran.stderr


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="there is no sha256sum here")
@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_checksums_name_every_file_of_an_export(tmp_path: Path, format: Any) -> None:
    filled(tmp_path / "data")
    folder = export_tables(tmp_path / "data", tmp_path / "out", format).folder
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    chance = random.Random(14)
    harmed = set()
    for path in folder.iterdir():
        if path.name != "SHA256SUMS" and path.stat().st_size:
            (bad,) = flipped(path.read_bytes(), chance, 1)
            path.write_bytes(bad)
            harmed.add(path.name)
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert {line.partition(":")[0] for line in ran.stdout.splitlines()} == harmed
    assert len(harmed) > 5


def test_the_manifest_of_a_backup(tmp_path: Path) -> None:
    """A bit of it changes what is wanted of a file, or the words about the backup, or nothing."""
    filled(tmp_path / "data")
    backup(tmp_path / "data", tmp_path / "kept")
    path = tmp_path / "kept" / MANIFEST
    good = path.read_bytes()
    files = json.loads(good)["files"]
    for bad in flipped(good, random.Random(15), 80):
        path.write_bytes(bad)
        try:
            problems = list(check_backup(tmp_path / "kept"))
        except ArchiveError as error:
            problems = [str(error)]
        if not problems:
            assert json.loads(bad)["files"] == files
