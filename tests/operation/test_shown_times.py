"""When each site is crawled: said alike by ``schedule --show``, ``sites`` and ``status``."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive.database import save_site
from archive.operation import Planned, save_planned
from crawler.catalogue import declared_sites, site_record
from crawler.cli import congdoan
from crawler.operation.rhythm import STEPS, times_of_rate

CONFIG = """
[schedule.sites]
hai_phong = ["06:00"]
quan_1 = []
"""


def run(*words: str, data: Path) -> str:
    return CliRunner().invoke(congdoan, [*words, "--data", str(data)]).output


@pytest.fixture
def data(db: Database, tmp_path: Path) -> Path:
    """An archive of which one site has been found to publish little."""
    (tmp_path / "congdoan.toml").write_text(CONFIG, encoding="utf-8")
    save_site(db, site_record(declared_sites()["lang_son"]))
    save_planned(db, Planned("lang_son", times_of_rate(1.5), datetime.now(UTC) + timedelta(days=2)))
    return tmp_path


@pytest.mark.parametrize(
    ("command", "name"), [("sites", "name"), ("status", "site"), ("schedule --show", "site")]
)
def test_every_list_of_sites_says_when_they_are_crawled(
    data: Path, command: str, name: str
) -> None:
    rows = {row[name]: row for row in json.loads(run(*command.split(), "--json", data=data))}
    times = {site: rows[site]["times"] for site in ("lang_son", "hai_phong", "quan_1", "can_tho")}
    assert times == {
        "lang_son": "0 5 * * tue,fri (auto)",
        "hai_phong": "06:00",
        "quan_1": "never",
        "can_tho": "05:00 (auto)",
    }
    following = "next" if command.startswith("schedule") else "next_crawl"
    assert rows["quan_1"][following] is None
    assert rows["lang_son"][following] > rows["hai_phong"][following]


@pytest.mark.parametrize("command", ["sites", "status", "schedule --show"])
def test_people_are_told_too(data: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    said = run(*command.split(), data=data)
    [line] = [line for line in said.splitlines() if "lang_son " in line]
    assert "tue,fri" in line


def test_the_documentation_has_one_table_of_times_and_it_is_ours() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operation.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| (\d+ and more|fewer)[^|]* \| ([^|]*\d\d:\d\d[^|]*) \|$", text)
    assert len(rows) == len(STEPS)
    days = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "fri": "Friday"}
    for (least, times), (ours, at) in zip(rows, STEPS, strict=True):
        assert int(least.partition(" ")[0].replace("fewer", "0")) == ours
        if "*" not in at:
            assert times.split(", ") == at.split()
        else:
            assert re.findall("[A-Z][a-z]+", times) == [
                days[day] for day in at.split()[-1].split(",")
            ]
            assert times.endswith(" 05:00") and at.startswith("0 5 ")
