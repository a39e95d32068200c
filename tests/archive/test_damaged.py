"""A damaged database or WARC file: a backup is not spoilt by it, and a rebuild gets over it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.backup import backup, check_backup
from archive.broken_database import damage_in, is_damage
from archive.database import ArchiveError, open_archive
from crawler.intake.ingest import open_recovered
from crawler.intake.rebuild import Rebuilt, Wishes, rebuild
from tests.operation.test_odd_records import record

PAGES = 12


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Twelve articles in two files, and one line in the log of crawls."""
    data = tmp_path / "data"
    (data / "warc").mkdir(parents=True)
    for name, numbers in (("a", range(1, 7)), ("b", range(7, PAGES + 1))):
        content = b"".join(record(number) for number in numbers)
        (data / "warc" / f"{name}.warc.gz").write_bytes(content)
    open_recovered(data, print).close()
    with closing(sqlite3.connect(data / "archive.db")) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    return data


def spoil(path: Path, share: float, size: int = 8192) -> None:
    """Overwrite a part of a file; ``share`` of its length is where."""
    content = bytearray(path.read_bytes())
    at = int(len(content) * share) // 4096 * 4096
    content[at : at + size] = bytes(number * 7 % 256 for number in range(size))
    path.write_bytes(content)


def articles(data: Path) -> int:
    with closing(sqlite3.connect(data / "archive.db")) as db:
        found: int = db.execute("select count(*) from articles").fetchone()[0]
        return found


def rebuilt(data: Path, **wishes: object) -> Rebuilt:
    return rebuild(data, Wishes(jobs=1, **wishes))  # type: ignore[arg-type]


def test_a_backup_is_not_overwritten_by_a_damaged_database(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    backup(data, kept)
    before = (kept / "archive.db").read_bytes()
    spoil(data / "archive.db", 0.5)
    with pytest.raises(ArchiveError, match="congdoan rebuild"):
        backup(data, kept)
    assert (kept / "archive.db").read_bytes() == before
    assert list(check_backup(kept)) == []
    assert not list(kept.rglob("*.part"))


def test_the_check_of_a_backup_looks_into_its_database(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    backup(data, kept)
    assert damage_in(kept / "archive.db") == ""
    spoil(kept / "archive.db", 0.5)
    assert damage_in(kept / "archive.db") != ""


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.8])
def test_a_damaged_database_is_set_aside_and_made_anew(data: Path, share: float) -> None:
    spoil(data / "archive.db", share, 40_960)
    spoilt = (data / "archive.db").read_bytes()
    made = rebuilt(data)
    assert made.replaced
    assert articles(data) == PAGES
    assert damage_in(data / "archive.db") == ""
    aside = data / "archive.damaged.db"
    assert aside.read_bytes() == spoilt
    assert any(str(aside) in note for note in made.notes)


def test_a_part_cannot_be_rebuilt_of_a_damaged_database(data: Path) -> None:
    spoil(data / "archive.db", 0.0)
    with pytest.raises(ArchiveError, match="rebuild everything"):
        rebuilt(data, since="2024-01-01")


def test_what_is_whole_of_damaged_files_is_read(data: Path) -> None:
    """One byte in the middle of a record, and an end that is missing."""
    path = data / "warc" / "a.warc.gz"
    content = bytearray(path.read_bytes())
    content[len(record(1)) + len(record(2)) // 2] ^= 0xFF
    path.write_bytes(content[:-30])
    with pytest.raises(ArchiveError, match="--leave-damaged"):
        rebuilt(data)
    assert articles(data) == PAGES
    made = rebuilt(data, leave_damaged=True, max_lost=100.0)
    assert made.replaced
    assert len(made.left_out) == 1
    assert made.left_out[0].count("a.warc.gz, byte") == 2
    assert articles(data) == PAGES - 2


def test_what_a_damaged_file_costs_is_told_before_it_is_done(data: Path) -> None:
    path = data / "warc" / "a.warc.gz"
    path.write_bytes(path.read_bytes()[:-30])
    made = rebuilt(data, leave_damaged=True)
    assert not made.replaced
    assert made.too_much_lost
    assert articles(data) == PAGES


def test_other_trouble_is_no_damage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        with pytest.raises(sqlite3.OperationalError) as missing:
            db.execute("select * from nothing")
        assert not is_damage(missing.value)
        db.execute("create table t (x)")
        db.execute("insert into t values (cast(x'ff' as text))")
        with pytest.raises(sqlite3.OperationalError) as odd:
            db.execute("select x from t").fetchall()
        assert is_damage(odd.value)
    assert not is_damage(ValueError("malformed"))
    (tmp_path / "b.db").write_bytes(b"no database at all" * 400)
    assert "not a database" in damage_in(tmp_path / "b.db")
    open_archive(tmp_path / "c.db").close()
    assert damage_in(tmp_path / "c.db") == ""
