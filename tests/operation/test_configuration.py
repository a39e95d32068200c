"""congdoan.toml: every default, every refusal with the name of what is wrong."""

from __future__ import annotations

import traceback
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.database import ArchiveError
from archive.health.judgement import WORDS
from crawler.cli import congdoan
from crawler.operation.configuration import Config, read_config
from crawler.operation.rhythm import AUTO

FULL = """
contact = "archive@example.org"

[schedule]
times = ["17:30", "5:30"]
jitter_minutes = 20
sites_at_a_time = 2
quiet_hours = "22:00-04:30"

[schedule.levels]
national = "auto"
newspaper = "0 */3 * * *"

[schedule.sites]
quan_1 = []
lang_son = ["06:00"]

[alerts]
send_to = ["json://127.0.0.1:9/hook"]
words = ["gone"]
"""


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    config = read_config(tmp_path)
    assert config == Config()
    assert config.schedule.times_of("lang_son", "province") == AUTO
    assert set(config.alerts.words) == {name for name, word in WORDS.items() if word.alarming}


def test_a_whole_file(tmp_path: Path) -> None:
    (tmp_path / "congdoan.toml").write_text(FULL, encoding="utf-8")
    config = read_config(tmp_path)
    assert config.contact == "archive@example.org"
    schedule = config.schedule
    assert schedule.times_of("hai_phong", "province") == "05:30 17:30"
    assert schedule.times_of("quan_1", "district") == ""
    assert schedule.times_of("lang_son", "province") == "06:00"
    assert schedule.times_of("lao_dong_thu_do", "newspaper") == "0 */3 * * *"
    assert schedule.times_of("cong_doan", "national") == AUTO
    assert (schedule.jitter, schedule.sites_at_a_time) == (timedelta(minutes=20), 2)
    assert config.alerts.words == ("gone",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("contact = 5", "contact must be a text"),
        ("kontakt = 'x'", "kontakt"),
        ("[schedule]\njiter_minutes = 5", "jiter_minutes"),
        ("[schedule]\njitter_minutes = -1", "jitter_minutes must be a number"),
        ("[schedule]\nsites_at_a_time = true", "sites_at_a_time must be a number"),
        ("[schedule]\ntimes = ['5 giờ']", "times"),
        ("[schedule]\ntimes = 5", "times must be a list"),
        ("[schedule]\nquiet_hours = 'night'", "quiet hours"),
        ("[schedule]\nquiet_hours = 5", "quiet_hours must be a text"),
        ("[schedule.levels]\nvillage = ['05:00']", "village"),
        ("[schedule.sites]\nlang_son = ['99:00']", "lang_son"),
        ("[alerts]\nwords = ['sick']", "sick"),
        ("[alerts]\nsend_to = 'mailto://a'", "send_to must be a list"),
        ("schedule = 1", "schedule must be a table"),
        ("[schedule", "cannot be read"),
        ("\x00", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "congdoan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ArchiveError, match=named):
        read_config(tmp_path)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be read"):
        read_config(tmp_path, tmp_path / "other.toml")


SECRET = "mailtos://ban:geheim@mail.example.org"


@pytest.mark.parametrize(
    "text",
    [
        f'[alerts]\nsend_to = "{SECRET}"',
        f'[alerts]\nsend_to = [["{SECRET}"]]',
        f'[alerts]\nsend_to = {{ to = "{SECRET}" }}',
        f'[alerts]\n"{SECRET}" = true',
        f'[alerts]\nwords = ["{SECRET}"]',
        f'[alerts]\nwords = "{SECRET}"',
        f'alerts = "{SECRET}"',
        f'alerts = ["{SECRET}"]',
        f'"{SECRET}" = 1',
        f'contact = ["{SECRET}"]',
        f'[schedule]\ntimes = ["{SECRET}"]',
        f'[schedule]\ntimes = "{SECRET} b c d e"',
        f'[schedule]\njitter_minutes = "{SECRET}"',
        f'[schedule.levels]\n"{SECRET}" = []',
        f'[schedule.sites]\nsend_to = ["{SECRET}"]',
        f'[schedule.sites]\nlang_son = "{SECRET}"',
        f'[schedule.sites]\n"{SECRET}" = []',
        f'[alerts]\nsend_to = ["{SECRET}"',
        f'[alerts]\n"{SECRET}" = 1\n"{SECRET}" = 2',
        f'[alerts]\na = {{ "{SECRET}" = 1, "{SECRET}" = 2 }}',
        f'["{SECRET}"]\n["{SECRET}"]',
    ],
)
def test_no_refusal_repeats_a_password(tmp_path: Path, text: str) -> None:
    (tmp_path / "congdoan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ArchiveError) as refused:
        read_config(tmp_path, sites=("lang_son",))
    said = "".join(traceback.format_exception(refused.value))
    assert "geheim" not in said
    assert "congdoan.toml" in str(refused.value)


def test_a_site_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    (tmp_path / "congdoan.toml").write_text("[schedule.sites]\nlang_sonn = []", encoding="utf-8")
    with pytest.raises(ArchiveError, match="no site is called 'lang_sonn'"):
        read_config(tmp_path, sites=("lang_son",))
    (tmp_path / "congdoan.toml").write_text("[schedule.sites]\nlang_son = []", encoding="utf-8")
    assert read_config(tmp_path, sites=("lang_son",)).schedule.times_of("lang_son", "") == ""


def test_the_schedule_refuses_a_site_that_is_not_declared(tmp_path: Path) -> None:
    (tmp_path / "congdoan.toml").write_text("[schedule.sites]\nlang_sonn = []", encoding="utf-8")
    done = CliRunner().invoke(congdoan, ["schedule", "--show", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "lang_sonn" in done.output
