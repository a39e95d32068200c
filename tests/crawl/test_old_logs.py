"""Logs of crawls: kept by age and by size, and nothing else is touched."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database import ArchiveError
from crawler.old_logs import KeptLogs, remove_old_logs
from crawler.one_site import new_crawl_id
from crawler.operation.configuration import Config, read_config

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def log(data: Path, age: timedelta, size: int = 1000, name: str = "") -> str:
    folder = data / "logs"
    folder.mkdir(exist_ok=True)
    path = folder / (name or f"{new_crawl_id('lang_son', NOW - age)}.log")
    path.write_bytes(b"x" * size)
    stamp = (NOW - age).timestamp()
    os.utime(path, (stamp, stamp))
    return path.name


def left(data: Path) -> set[str]:
    return {path.name for path in (data / "logs").iterdir()}


def test_logs_go_by_age(tmp_path: Path) -> None:
    young, old = log(tmp_path, timedelta(days=89)), log(tmp_path, timedelta(days=91))
    assert old in left(tmp_path)
    assert remove_old_logs(tmp_path, KeptLogs(), NOW) == 1
    assert left(tmp_path) == {young}


def test_the_oldest_go_first_where_all_are_too_large(tmp_path: Path) -> None:
    names = [log(tmp_path, timedelta(days=day), 400_000) for day in range(3, 9)]
    assert remove_old_logs(tmp_path, KeptLogs(megabytes=1), NOW) == 4
    assert left(tmp_path) == set(names[:2])


def test_logs_that_may_be_written_to_stay_whatever_their_size(tmp_path: Path) -> None:
    names = {log(tmp_path, timedelta(hours=hours), 900_000) for hours in (0, 5, 40)}
    assert remove_old_logs(tmp_path, KeptLogs(days=1, megabytes=1), NOW) == 0
    assert left(tmp_path) == names


def test_without_a_limit_all_stay(tmp_path: Path) -> None:
    log(tmp_path, timedelta(days=9000), 2_000_000)
    assert remove_old_logs(tmp_path, KeptLogs(days=0, megabytes=0), NOW) == 0


@pytest.mark.parametrize("name", ["notes.log", "lang_son.log", "lang_son-x.log", "scrapyd.txt"])
def test_what_is_not_ours_stays(tmp_path: Path, name: str) -> None:
    log(tmp_path, timedelta(days=900), name=name)
    assert remove_old_logs(tmp_path, KeptLogs(), NOW) == 0
    assert left(tmp_path) == {name}


def test_a_log_that_leads_elsewhere_takes_nothing_with_it(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine", encoding="utf-8")
    name = log(tmp_path, timedelta(days=900))
    (tmp_path / "logs" / name).unlink()
    (tmp_path / "logs" / name).symlink_to(kept)
    stamp = (NOW - timedelta(days=900)).timestamp()
    os.utime(tmp_path / "logs" / name, (stamp, stamp), follow_symlinks=False)
    assert remove_old_logs(tmp_path, KeptLogs(), NOW) == 1
    assert kept.read_text(encoding="utf-8") == "mine"


def test_no_logs_yet(tmp_path: Path) -> None:
    assert remove_old_logs(tmp_path, KeptLogs(), NOW) == 0


def test_the_configuration_says_how_many(tmp_path: Path) -> None:
    file = tmp_path / "congdoan.toml"
    file.write_text("[logs]\nkeep_days = 7\nkeep_megabytes = 0", encoding="utf-8")
    assert read_config(tmp_path) == Config(logs=KeptLogs(7, 0))
    file.write_text("[logs]\nkeep_days = -1", encoding="utf-8")
    with pytest.raises(ArchiveError, match="keep_days must be a number"):
        read_config(tmp_path)
