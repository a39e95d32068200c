"""What a backup takes along, names as damaged, and does not let a stranger's manifest do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.backup import backup, check_backup, restore
from archive.backup_manifest import MANIFEST, is_known, read_manifest
from archive.database import ArchiveError
from crawler.commands.archive import backup as backup_command
from tests.archive.small_archive import filled

SUM = "0" * 64


def manifest(folder: Path, **change: Any) -> Path:
    """A backup's folder with a manifest of a stranger's."""
    folder.mkdir(exist_ok=True)
    said = {
        "format": "congdoan-backup",
        "version": 1,
        "taken_at": "2026-03-02T03:04:05+07:00",
        "captures": 0,
        "articles": 0,
        "files": [{"path": "archive.db", "bytes": 1, "sha256": SUM}],
    }
    (folder / MANIFEST).write_text(json.dumps(said | change), encoding="utf-8")
    return folder


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def test_settings_lists_and_surveys_come_back(tmp_path: Path) -> None:
    data, kept, back = tmp_path / "data", tmp_path / "kept", tmp_path / "back"
    filled(data)
    beside = {
        "congdoan.toml": 'contact = "a@b.example"',
        "metadata.yaml": "title: Kho",
        "imports/0123456789abcdef.cdx": "a list",
        "surveys/mau.example-20260302T030405Z/mau-1.warc.gz": "pages",
    }
    for name, text in beside.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text)
    (data / "congdoan.toml").chmod(0o600)
    (data / "surveys/mau.example-20260302T030405Z/held.lock").touch()
    os.symlink("/etc", data / "surveys" / "elsewhere")
    assert backup(data, kept).problems == []
    assert list(check_backup(kept)) == []
    assert restore(kept, back).settings == ["congdoan.toml", "metadata.yaml"]
    for name, text in beside.items():
        assert (back / name).read_text() == text
    for folder in (kept, back):
        assert (folder / "congdoan.toml").stat().st_mode & 0o777 == 0o600
        assert not list(folder.rglob("*.lock")) and not (folder / "surveys/elsewhere").exists()
    (data / "congdoan.toml").write_text("contact = 'c@d.example'")
    backup(data, kept)
    assert "c@d" in (kept / "congdoan.toml").read_text()


def test_a_file_damaged_at_its_source_is_named(tmp_path: Path) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    filled(data)
    (warc,) = (data / "warc").glob("*.warc.gz")
    flip(warc)
    done = CliRunner().invoke(backup_command, [str(kept), "--data", str(data)])
    assert done.exit_code == 3
    assert f"warc/{warc.name}: damaged" in done.stderr
    assert (kept / "warc" / warc.name).read_bytes() == warc.read_bytes()


def test_a_good_copy_of_a_file_damaged_since_is_kept(tmp_path: Path) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    filled(data)
    backup(data, kept)
    (warc,) = (data / "warc").glob("*.warc.gz")
    good = warc.read_bytes()
    flip(warc)
    backup(data, kept)
    assert (kept / "warc" / warc.name).read_bytes() == good


@pytest.mark.parametrize(
    "path",
    [
        5, None, [], "", ".", "..", "/etc/passwd", "warc", "warc/", "warc/../archive.db",
        "warc/a\x00b", "warc/./a", "warc//a", "warc\\a", "frontier/a", "frontier/../a.db",
        "spiders/a.py", "archive.db-wal", "locks/a", "archive.db/x", "metadata.yml", "warc/a\n",
        "warc/" + "a/" * 2000 + "a",
    ],
)  # fmt: skip
def test_a_manifest_names_no_other_files(tmp_path: Path, path: object) -> None:
    files = [{"path": path, "bytes": 1, "sha256": SUM}]
    folder = manifest(tmp_path / "kept", files=files)
    for ask in (lambda: restore(folder, tmp_path / "back"), lambda: list(check_backup(folder))):
        with pytest.raises(ArchiveError, match=r"manifest\.json"):
            ask()
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"files": "x"},
        {"files": [1]},
        {"files": [{"path": "archive.db"}]},
        {"files": [{"path": "archive.db", "bytes": -1, "sha256": SUM}]},
        {"files": [{"path": "archive.db", "bytes": "1", "sha256": SUM}]},
        {"files": [{"path": "archive.db", "bytes": 1, "sha256": 7}]},
        {"files": [{"path": "archive.db", "bytes": 1, "sha256": SUM, "more": 1}]},
        {"files": [{"path": "archive.db", "bytes": 1, "sha256": SUM, "was_open": "no"}]},
        {"files": [{"path": "archive.db", "bytes": 1, "sha256": SUM}] * 2},
        {"version": "1"},
        {"version": None},
        {"taken_at": "\x1b[31m"},
        {"taken_at": 1},
        {"captures": "many"},
        {"articles": True},
    ],
)
def test_manifests_that_make_no_sense_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(ArchiveError, match=r"manifest\.json cannot be read"):
        read_manifest(manifest(tmp_path / "kept", **change))


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "3", "", "\ufeff{}", '{"format": []}'])
def test_manifests_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(ArchiveError, match=r"manifest\.json"):
        read_manifest(tmp_path)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["path", "bytes", "sha256", "was_open"]), inner)
        ),
        max_leaves=8,
    )
)
def test_no_manifest_raises_anything_else(tmp_path_factory: Any, files: object) -> None:
    folder = manifest(tmp_path_factory.getbasetemp() / "hostile", files=files)
    try:
        found = read_manifest(folder)
    except ArchiveError:
        return
    assert all(is_known(kept.path) for kept in found.files)


def test_a_backup_without_a_database_is_none(tmp_path: Path) -> None:
    folder = manifest(tmp_path / "kept", files=[])
    with pytest.raises(ArchiveError, match=r"names no archive\.db"):
        restore(folder, tmp_path / "back")


@pytest.mark.parametrize("target", ["/etc/passwd", "/dev/zero", "../outside"])
def test_links_that_lead_out_are_not_followed(tmp_path: Path, target: str) -> None:
    folder = manifest(tmp_path / "kept")
    (tmp_path / "outside").write_text("not of the backup")
    os.symlink(target, folder / "archive.db")
    with pytest.raises(ArchiveError, match="leads elsewhere"):
        restore(folder, tmp_path / "back")
    (problem,) = check_backup(folder)
    assert "leads elsewhere" in problem
    assert not (tmp_path / "back").exists()


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    folder = manifest(tmp_path / "kept")
    os.mkfifo(folder / "archive.db")
    with pytest.raises(ArchiveError, match="leads elsewhere"):
        restore(folder, tmp_path / "back")
