"""``congdoan schedule`` as a process, over the sample web: once, stopped, killed, alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.records import VIETNAM
from crawler.extraction.urls import article_key
from crawler.sample_web import expected_articles
from tests.crawl.processes import stop
from tests.operation.endless import FILE
from tests.operation.test_after_crawls import is_gone
from tests.waiting import PATIENCE, wait_for

ONE_SITE = """
[schedule]
times = []
[schedule.levels]
newspaper = []
national = []
industry = []
[schedule.sites]
"""

COMMAND = [sys.executable, "-c", "from crawler.commands.schedule import schedule; schedule()"]
SLOWLY = """
import time, crawler.sample_web
class SlowWeb(crawler.sample_web.SampleWeb):
    def _answer(self, *request):
        time.sleep(0.15)
        return super()._answer(*request)
crawler.sample_web.SampleWeb = SlowWeb
"""


def write_config(data: Path, *sites: str, at: str = "") -> None:
    """The sites are crawled daily, if nothing is said half a day away from now."""
    data.mkdir(exist_ok=True)
    at = at or f"{(datetime.now(VIETNAM).hour + 12) % 24:02}:00"
    lines = "".join(f'{site} = ["{at}"]\n' for site in sites)
    (data / "congdoan.toml").write_text(ONE_SITE + lines, encoding="utf-8")


BEGUN: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """What a test that has failed leaves behind troubles no other."""
    yield
    for process in BEGUN:
        if process.poll() is None:
            process.kill()
            process.communicate()
    BEGUN.clear()


def begin(
    data: Path, *options: str, slowly: bool = False, first: str = ""
) -> subprocess.Popen[str]:
    python, flag, script = COMMAND
    process = subprocess.Popen(
        [
            python,
            flag,
            first + (SLOWLY if slowly else "") + script,
            "--sample",
            "--data",
            str(data),
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    BEGUN.append(process)
    return process


def runs(data: Path) -> list[tuple[str, str, str]]:
    if not (data / "archive.db").exists():
        return []
    db = Database(data / "archive.db")
    try:
        if "schedule_runs" not in db.table_names():
            return []
        sql = "select site, cause, outcome from schedule_runs order by id"
        return db.execute(sql).fetchall()
    finally:
        db.close()


def kill_at_work(process: subprocess.Popen[str], data: Path) -> None:
    """SIGKILL while a crawl runs: the scheduler is stopped first, so that what is seen stays so."""
    while True:
        wait_beside(process, lambda: runs(data)[-1][2] == "running", "a crawl")
        assert stop(process.pid)
        if runs(data)[-1][2] == "running":
            break
        process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)


def wait_beside(
    process: subprocess.Popen[str], condition: Callable[[], object], what: str = "", **more: float
) -> None:
    """Until the condition holds, as long as the process lives."""
    wait_for(lambda: condition() or process.poll() is not None, what, **more)
    assert process.poll() is None, process.communicate()


def captures(data: Path) -> int:
    db = Database(data / "archive.db")
    try:
        return int(db.execute("select count(*) from captures").fetchone()[0])
    finally:
        db.close()


def test_once_crawls_what_is_due_and_ends(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_config(data, "can_tho", "lang_son")
    process = begin(data, "--once")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    zoned = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00"
    assert re.search(rf"(?m)^{zoned} INFO can_tho: begun \(first, due {zoned}\)$", said), said
    [log] = (data / "logs").glob("can_tho-*.log")
    assert re.match(rf"{zoned} ", log.read_text(encoding="utf-8"))
    assert sorted(runs(data)) == [
        ("can_tho", "first", "finished"),
        ("lang_son", "first", "finished"),
    ]
    held = captures(data)
    process = begin(data, "--once")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert (len(runs(data)), captures(data)) == (2, held)


def test_stopped_and_killed_it_goes_on_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_config(data, "hai_phong")
    process = begin(data, slowly=True)
    wait_beside(process, lambda: runs(data) and captures(data) > 3, "the first captures")
    assert runs(data) == [("hai_phong", "first", "running")]
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert runs(data) == [("hai_phong", "first", "interrupted")]

    process = begin(data, slowly=True)
    wait_beside(process, lambda: len(runs(data)) == 2, "the second crawl")
    before = captures(data)
    wait_beside(process, lambda: captures(data) > before)
    kill_at_work(process, data)
    assert runs(data)[1] == ("hai_phong", "resumed", "running")

    process = begin(data, "--once")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert runs(data)[1:] == [
        ("hai_phong", "resumed", "lost"),
        ("hai_phong", "resumed", "finished"),
    ]
    db = Database(data / "archive.db")
    assert db.execute("select count(*) from captures where outcome is null").fetchone() == (0,)


def test_only_one_scheduler_runs_an_archive(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_config(data)
    process = begin(data)
    wait_beside(process, lambda: (data / "archive.db").exists())
    other = begin(data)
    _, complaint = other.communicate(timeout=PATIENCE)
    assert other.returncode == 1
    assert "Another scheduler" in complaint
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said


def test_a_live_schedule_says_who_is_asking(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--data", str(tmp_path), "--once"],
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if key != "CONGDOAN_CONTACT"},
        check=False,
    )
    assert done.returncode == 2
    assert "contact" in done.stderr
    assert not (tmp_path / "archive.db").exists()


def test_show_tells_what_is_next_and_changes_nothing(tmp_path: Path) -> None:
    write_config(tmp_path, "can_tho", at="05:00")
    done = subprocess.run(
        [*COMMAND, "--data", str(tmp_path), "--show", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"times": "05:00"' in done.stdout
    assert '"times": "never"' in done.stdout
    rows = {row["site"]: row for row in json.loads(done.stdout)}
    assert rows["can_tho"]["why"] == "first"
    assert rows["can_tho"]["due"] and rows["can_tho"]["next"]
    assert rows["hai_phong"]["next"] is None
    assert not (tmp_path / "archive.db").exists()


SLICES = ["times = []", "slice_pages = 25", "sites_at_a_time = 1"]


def test_a_walk_in_slices_makes_way_and_survives_a_kill(tmp_path: Path) -> None:
    """Two sites, one place: both first walks go on in turn, slice by slice, across a kill."""
    data = tmp_path / "data"
    write_config(data, "hai_phong", "lang_son")
    config = data / "congdoan.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("times = []", "\n".join(SLICES), 1), encoding="utf-8")
    process = begin(data)
    wait_beside(process, lambda: len(runs(data)) >= 4, "the fourth slice", seconds=400)
    wait_beside(process, lambda: captures(data) > 80)
    kill_at_work(process, data)
    begun = [site for site, _, _ in runs(data)][:4]
    assert begun in (["hai_phong", "lang_son"] * 2, ["lang_son", "hai_phong"] * 2)

    process = begin(data, "--once")
    _, said = process.communicate(timeout=500)
    assert process.returncode == 0, said
    ended = runs(data)
    assert {site: outcome for site, _, outcome in ended} == {
        "hai_phong": "finished",
        "lang_son": "finished",
    }
    outcomes = [outcome for _, _, outcome in ended]
    assert outcomes.count("limited") >= 2
    assert outcomes.count("lost") == 1
    db = Database(data / "archive.db")
    for site in ("hai_phong", "lang_son"):
        wanted = {article.url for article in expected_articles(site, 1)}
        held = {
            address
            for (address,) in db.execute(
                "select address from article_addresses join articles on id = article_id"
                " where site = ?",
                [site],
            )
        }
        assert {article_key(url) for url in wanted} <= held
    # Nothing was fetched twice but what a slice's beginning and the kill cost.
    twice = db.execute(
        "select count(*) from (select url from captures where status = 200 and outcome = 'article'"
        " group by url having count(*) > 1)"
    ).fetchone()[0]
    assert twice <= 4


def test_in_quiet_hours_nothing_is_begun(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_config(data, "can_tho")
    now = datetime.now(VIETNAM)
    # All hours but a minute that is half a day away.
    free = f"{(now.hour + 12) % 24:02}"
    config = data / "congdoan.toml"
    text = config.read_text(encoding="utf-8")
    quiet = f'times = []\nquiet_hours = "{free}:01-{free}:00"'
    config.write_text(text.replace("times = []", quiet, 1), encoding="utf-8")
    process = begin(data, "--once")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert runs(data) == []
    assert captures(data) == 0
    # It is due, and is crawled when the hours are over.
    config.write_text(text, encoding="utf-8")
    process = begin(data, "--once")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert runs(data) == [("can_tho", "first", "finished")]


FOR_EVER = """
import crawler.operation.after_crawls
crawler.operation.after_crawls.MODULE = "tests.operation.endless"
"""


def test_what_follows_from_a_crawl_holds_up_no_other_nor_the_end(tmp_path: Path) -> None:
    """As an attachment would that takes a reader all the time it may have."""
    data = tmp_path / "data"
    write_config(data, "can_tho", "lang_son")
    config = data / "congdoan.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("times = []", "times = []\nsites_at_a_time = 1", 1))
    process = begin(data, first=FOR_EVER)
    wait_for((data / FILE).exists, "what never ends")
    wait_for(lambda: [row[2] for row in runs(data)] == ["finished"] * 2, "both crawls")
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    for pid in (data / FILE).read_text(encoding="utf-8").split():
        wait_for(partial(is_gone, int(pid)), "the end of what never ends")


def test_a_second_signal_ends_at_once_and_leaves_nothing_behind(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_config(data, "can_tho")
    process = begin(data, slowly=True, first=FOR_EVER)
    wait_for(lambda: runs(data) and captures(data) > 3, "the first captures")
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, 128 + signal.SIGTERM)
    again = begin(data, "--once")
    _, said = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, said
    assert runs(data)[-1][2] == "finished"
