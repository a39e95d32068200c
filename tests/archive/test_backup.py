"""A backup taken while a crawl writes gives the archive back after the original is destroyed."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from archive.backup import backup, check_backup, restore
from archive.backup_manifest import MANIFEST, read_manifest
from archive.database import ArchiveError
from archive.verification.verify import verify
from archive.warc.writer import recover
from crawler.frontier import Store
from tests.archive.small_archive import SmallArchive, filled
from tests.waiting import wait_for


def rows(data: Path) -> dict[str, list[Any]]:
    db = sqlite3.connect(data / "archive.db")
    names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
    found = {
        name: sorted(db.execute(f"select * from {name}").fetchall(), key=repr) for name in names
    }
    db.close()
    return found


def destroy(data: Path) -> None:
    shutil.rmtree(data)


def test_what_was_destroyed_comes_back_as_it_was(tmp_path: Path) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    filled(data)
    (data / "frontier").mkdir()
    Store(data / "frontier" / "mau.db").close()
    before = rows(data)
    made = backup(data, kept)
    assert (made.captures, made.articles, made.problems) == (8, 2, [])
    assert list(check_backup(kept)) == []
    destroy(data)
    back = restore(kept, data)
    assert len(back.files) == 3
    assert rows(data) == before
    assert list(verify(data)) == []
    assert not list(tmp_path.glob("*.restoring"))


def test_a_backup_is_an_archive_itself(tmp_path: Path) -> None:
    filled(tmp_path / "data")
    backup(tmp_path / "data", tmp_path / "kept")
    assert list(verify(tmp_path / "kept")) == []


def test_while_a_crawl_is_writing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    filled(data)
    stop, failed, pages, turns = threading.Event(), [], [0], threading.Semaphore(0)

    def crawl() -> None:
        try:
            with SmallArchive(data, "khac") as small:
                while turns.acquire() and not stop.is_set():
                    number = pages[0] + 1
                    small.page(f"/tin-{number}.html", f"<p>{number}</p>", body=f"Tin {number}.")
                    pages[0] = number
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=crawl)
    thread.start()
    counts = []
    try:
        for number in range(4):
            held = pages[0]
            turns.release(200)  # More pages than it writes while one backup is made.
            wait_for(lambda held=held: failed or pages[0] > held, "a page")  # type: ignore[misc]
            made = backup(data, tmp_path / f"kept-{number}")
            assert made.problems == []
            counts.append(made.captures)
    finally:
        stop.set()
        turns.release()
        thread.join()
    assert not failed
    assert counts == sorted(counts) and counts[-1] > counts[0]
    destroy(data)
    for number, count in enumerate(counts):
        data = tmp_path / f"back-{number}"
        restore(tmp_path / f"kept-{number}", data)
        assert len(rows(data)["captures"]) == count
        assert not [found for found in verify(data) if "no such record" in found.problem]
        damage = {
            found.problem.split(":")[0] for found in verify(data) if found.severity == "damage"
        }
        # Records that came after the copy of the database have no row yet: they are taken in when
        # their file is, by the next crawl or a rebuild.
        assert damage <= {"no row in captures"}
        assert recover(data / "warc") == []


def test_again_into_the_same_folder_copies_only_what_is_new(tmp_path: Path) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    filled(data)
    first = backup(data, kept)
    with SmallArchive(data, "khac") as small:
        small.page("/moi.html", "<p>Mới</p>", body="Mới.")
    second = backup(data, kept)
    assert second.reused == 1
    assert len(second.files) == len(first.files) + 1
    destroy(data)
    restore(kept, data)
    assert list(verify(data)) == []
    assert len(rows(data)["captures"]) == 9


@pytest.mark.parametrize("harm", ["flip", "cut", "remove", "grow"])
def test_a_damaged_backup_is_refused_and_named(tmp_path: Path, harm: str) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    filled(data)
    backup(data, kept)
    for path in [path for path in kept.rglob("*") if path.is_file() and path.name != MANIFEST]:
        good = path.read_bytes()
        if harm == "flip":
            path.write_bytes(good[:40] + bytes([good[40] ^ 8]) + good[41:])
        elif harm == "remove":
            path.unlink()
        else:
            path.write_bytes(good[:-1] if harm == "cut" else good + b"x")
        (problem,) = check_backup(kept)
        assert problem.startswith(path.relative_to(kept).as_posix())
        with pytest.raises(ArchiveError):
            restore(kept, tmp_path / "back")
        assert not (tmp_path / "back").exists()
        path.write_bytes(good)
    assert list(check_backup(kept)) == []


def test_damage_of_the_original_is_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    filled(data)
    with SmallArchive(data, "khac") as small:
        small.page("/moi.html", "<p>Mới</p>", body="Mới.")
    lost = next((data / "warc").glob("mau-*"))
    lost.unlink()
    made = backup(data, tmp_path / "kept")
    assert made.problems == [f"warc/{lost.name}: records that the database names are not there"]
    assert [file.path for file in made.files if file.path.startswith("warc/khac")]


def test_refusals(tmp_path: Path) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    with pytest.raises(ArchiveError, match="no archive"):
        backup(data, kept)
    filled(data)
    for target in (data, data / "warc" / "kept", tmp_path):
        with pytest.raises(ArchiveError, match="folder of its own"):
            backup(data, target)
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("x")
    with pytest.raises(ArchiveError, match="something else"):
        backup(data, other)
    with pytest.raises(ArchiveError, match="no backup"):
        restore(other, tmp_path / "back")
    backup(data, kept)
    with pytest.raises(ArchiveError, match="not empty"):
        restore(kept, data)
    manifest = json.loads((kept / MANIFEST).read_text())
    for change, said in (
        ({"version": 9}, "newer"),
        ({"format": "x"}, "does not describe"),
        ({"files": [{"path": "../x", "bytes": 1, "sha256": ""}]}, "outside"),
        ({"files": 3}, "cannot be read"),
    ):
        (kept / MANIFEST).write_text(json.dumps({**manifest, **change}))
        with pytest.raises(ArchiveError, match=said):
            restore(kept, tmp_path / "back")


def test_a_backup_broken_off_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    filled(data)
    backup(data, kept)
    with SmallArchive(data, "khac") as small:
        small.page("/moi.html", "<p>Mới</p>", body="Mới.")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("archive.backup._copy", full)
        with pytest.raises(ArchiveError, match="No space left"):
            backup(data, kept)
    assert list(check_backup(kept)) == []
    assert read_manifest(kept).captures == 8
