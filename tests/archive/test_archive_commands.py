"""The commands that look after the archive, as a person or a script calls them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from crawler.commands.archive import COMMANDS
from tests.archive.small_archive import filled


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("commands") / "data"
    filled(data)
    return data


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "data"))


def run(*words: object) -> Result:
    group = click.Group(commands=COMMANDS)
    return CliRunner().invoke(group, [str(word) for word in words])


def test_verify(data: Path) -> None:
    ran = run("verify", "--data", data)
    assert ran.exit_code == 0
    assert "1 WARC files with 17 records" in ran.stdout
    assert "all whole" in ran.stdout
    told = json.loads(run("verify", "--data", data, "--json").stdout)
    assert (told["whole"], told["records"], told["findings"]) == (True, 17, [])
    path = next((data / "warc").iterdir())
    path.write_bytes(path.read_bytes()[:-9])
    ran = run("verify", "--data", data, "--json")
    assert ran.exit_code == 4
    told = json.loads(ran.stdout)
    found = told["findings"]
    assert {finding["severity"] for finding in found} == {"damage"}
    assert (told["whole"], told["damaged"]) == (False, len(found))
    assert any("sha256" in finding["problem"] for finding in found)


def test_backup_and_restore(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    ran = run("backup", kept, "--data", data)
    assert ran.exit_code == 0, ran.output
    assert "Backed up 2 articles and 8 captures" in ran.stdout
    assert json.loads(run("backup", kept, "--data", data, "--json").stdout)["reused"] == 1
    assert "whole" in run("restore", kept, "--check").stdout
    shutil.rmtree(data)
    ran = run("restore", kept, "--data", data)
    assert ran.exit_code == 0, ran.output
    assert run("verify", "--data", data).exit_code == 0
    ran = run("restore", kept, "--data", data)
    assert ran.exit_code == 1
    assert "not empty" in ran.stderr
    (kept / "archive.db").write_bytes(b"")
    assert run("restore", kept, "--check").exit_code == 4
    shutil.rmtree(data / "warc")
    ran = run("backup", tmp_path / "other", "--data", data)
    assert ran.exit_code == 3
    assert "Not whole in the backup" in ran.stderr


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_export_of_tables(data: Path, tmp_path: Path, form: str) -> None:
    ran = run(
        "export", tmp_path / "out", "--data", data, "--format", form, "--site", "mau", "--json"
    )
    assert ran.exit_code == 0, ran.output
    assert {file["path"]: file["rows"] for file in json.loads(ran.stdout)["files"]}[
        f"articles.{form}"
    ] == 2
    sql = "select count(*) as n from articles"
    assert (
        run("export", tmp_path / "n", "--data", data, "--format", form, "--sql", sql).exit_code == 0
    )
    assert (tmp_path / "n" / f"query.{form}").exists()


def test_export_of_pages_and_their_index(data: Path, tmp_path: Path) -> None:
    ran = run("export", tmp_path / "kho.wacz", "--data", data, "--format", "wacz")
    assert ran.exit_code == 0, ran.output
    assert "2 pages, 7 captures" in ran.stdout
    ran = run("cdxj", "--data", data)
    assert len(ran.stdout.splitlines()) == 7
    run("cdxj", "--data", data, "-o", tmp_path / "index.cdxj")
    assert (tmp_path / "index.cdxj").read_text() == ran.stdout


def test_stories_and_attachments(data: Path) -> None:
    ran = run("stories", "--data", data, "--json")
    assert json.loads(ran.stdout)["compared"] == 2
    assert run("attachments", "--data", data).stdout == "0 documents read.\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["export", "out", "--since", "tomorrow"], 1, "a day such as"),
        (["export", "out", "--site", "khong"], 1, "No such site"),
        (["export", "out", "--sql", "drop table articles"], 1, "begins with SELECT"),
        (["export", "out", "--sql", "select 1", "--site", "mau"], 2, "stands alone"),
        (["export", "out", "--format", "jsonl", "--spreadsheet"], 2, "goes with"),
        (["cdxj", "--province", "Ha Noi"], 1, "No such province"),
    ],
)
def test_wrong_calls(
    data: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(data.parent)
    ran = run(*words)
    assert ran.exit_code == code
    assert said in ran.output
    assert not (data.parent / "out").exists()


@pytest.mark.parametrize(
    "words", [["verify"], ["backup", "x"], ["export", "x"], ["cdxj"], ["stories"], ["attachments"]]
)
def test_without_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*words)
    assert ran.exit_code == 1
    assert "no archive" in ran.output
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "{out}", "--query", "select title from articles"), "ids of articles"),
        (("export", "{out}", "--site", "mao"), "Did you mean mau?"),
        (("cdxj", "-o", "{out}/deeper/x"), "There is no folder"),
        (("export", "/proc/x"), "/proc/x cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    data: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "out"
    ran = run(*(word.format(out=out) for word in words), "--data", data)
    assert ran.exit_code == 1
    assert said in ran.output and "__atomic" not in ran.output
    assert not out.exists()
