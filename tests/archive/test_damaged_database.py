"""Every command and every page says in a sentence that the database is damaged, and what to do."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.publish.serve import make_face
from crawler.cli import congdoan
from tests.archive.small_archive import filled

TABLES = ("sites", "crawls", "captures", "articles", "schedule", "health_states", "warc_files")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("whole") / "data"
    filled(data)
    return data


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    """An archive whose database opens, and whose tables cannot be read."""
    data = Path(shutil.copytree(whole, tmp_path / "data"))
    path = data / "archive.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma wal_checkpoint(truncate)")
        size = db.execute("pragma page_size").fetchone()[0]
        marks = ", ".join("?" * len(TABLES))
        sql = f"select rootpage from sqlite_master where tbl_name in ({marks}) and rootpage"
        roots = [root for (root,) in db.execute(sql, TABLES)]
    with path.open("r+b") as file:
        for root in roots:
            file.seek((root - 1) * size)
            file.write(b"\xa5" * size)
    return data


@pytest.mark.parametrize(
    "command",
    [
        "sites",
        "status",
        "stories",
        "schedule --show",
        "show 1",
        "crawl lang_son --sample",
        "import",
    ],
)
def test_a_command_says_it_in_a_sentence(command: str, data: Path, whole: Path) -> None:
    arguments = [*command.split(), *([str(whole)] if command == "import" else [])]
    result = CliRunner().invoke(congdoan, [*arguments, "--data", str(data)])
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    [said] = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    for word in ("malformed", "verify", "rebuild", "restore"):
        assert word in said


@pytest.mark.parametrize(
    "path", ["/", "/health", "/feed.atom", "/search?q=com", "/archive/articles"]
)
def test_a_page_says_it_in_a_sentence(
    path: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    face = make_face(data / "archive.db", replay_origin="")
    answer = asyncio.run(face.client.get(path, headers={"accept-language": "en"}))
    for database in face.databases.values():
        database.close()
    assert answer.status_code == 500
    assert "congdoan rebuild" in answer.text
    assert "Traceback" not in capsys.readouterr().err
