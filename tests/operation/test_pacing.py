"""Pace, back-off, giving up and quiet hours, by the numbers and without waiting."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from datetime import time as time_of_day
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.pacing import (
    FIRST_PAUSE_SECONDS,
    GIVE_UP_AFTER,
    LONGEST_PAUSE_SECONDS,
    MAX_PAUSE_SECONDS,
    HostRecord,
    SharedPace,
    answered,
    failed,
    parse_quiet_hours,
    safe_name,
    seconds_of_retry_after,
)
from tests.waiting import PATIENCE


class Clock:
    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["memory", "file"])
def pace(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[SharedPace, Clock]:
    clock = Clock()
    return SharedPace(tmp_path if request.param == "file" else None, clock), clock


def test_a_host_is_asked_no_faster_than_its_delay(pace: tuple[SharedPace, Clock]) -> None:
    shared, clock = pace
    assert shared.reserve("a.vn", 2.0) == 0.0
    assert shared.reserve("a.vn", 2.0) == 2.0
    assert shared.reserve("b.vn", 2.0) == 0.0
    clock.now += 1.5
    assert shared.reserve("a.vn", 2.0) == 0.5
    clock.now += 0.5
    assert shared.reserve("a.vn", 2.0) == 0.0
    assert shared.reserve("a.vn", 2.0) == 2.0


def test_a_pause_holds_for_all_and_is_never_shortened(pace: tuple[SharedPace, Clock]) -> None:
    shared, _ = pace
    shared.pause("a.vn", 60)
    shared.pause("a.vn", 5)
    assert shared.reserve("a.vn", 0.0) == 60.0


def test_two_paces_of_one_folder_are_one(tmp_path: Path) -> None:
    clock = Clock()
    first, second = SharedPace(tmp_path, clock), SharedPace(tmp_path, clock)
    assert first.reserve("a.vn", 3.0) == 0.0
    assert second.reserve("a.vn", 3.0) == 3.0
    second.pause("a.vn", 90)
    assert first.reserve("a.vn", 3.0) == 90.0


def test_four_processes_share_the_pace_of_a_host(tmp_path: Path) -> None:
    """Each takes what moments it can get in the same second; together they get what one may.

    The moments are those that the pace itself has read: what a process does next, it may do late.
    """
    script = (
        "import sys, time, json; from pathlib import Path\n"
        "from crawler.politeness.pacing import SharedPace\n"
        "read, taken = [], []\n"
        "def clock():\n"
        "    read.append(time.time())\n"
        "    return read[-1]\n"
        "pace = SharedPace(Path(sys.argv[1]), clock)\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "while len(taken) < 3:\n"
        "    wait = pace.reserve('a.vn', 0.1)\n"
        "    taken.append(read[-1]) if wait == 0 else time.sleep(wait)\n"
        "print(json.dumps(taken))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    taken: list[float] = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate(timeout=PATIENCE)
        taken += json.loads(out)
    taken.sort()
    assert len(taken) == 12
    assert all(later - earlier > 0.0999 for earlier, later in pairwise(taken))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"next": "x"}', '{"next": 9e99}', "\x00"])
def test_a_damaged_file_stops_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.vn.json").write_text(content, encoding="utf-8")
    assert SharedPace(tmp_path, Clock()).reserve("a.vn", 2.0) == 0.0


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        ("3600", 3600.0),
        (" 7 ", 7.0),
        ("Sat, 21 Nov 2026 10:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 09:00:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("1e9", None),
        ("12345678901234567890", None),
        ("mai", None),
    ],
)
def test_retry_after(said: str, seconds: float | None) -> None:
    assert seconds_of_retry_after(said, datetime(2026, 11, 21, 10, tzinfo=UTC)) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_is_a_number_or_none(said: str) -> None:
    seconds = seconds_of_retry_after(said, datetime(2026, 11, 21, tzinfo=UTC))
    assert seconds is None or seconds >= 0


def test_too_many_requests_without_a_time_are_left_alone_ever_longer() -> None:
    record = HostRecord()
    pauses = [answered(record, 429, None) for _ in range(5)]
    assert pauses == [FIRST_PAUSE_SECONDS * 2**n for n in range(5)]
    assert not record.given_up
    assert answered(record, 200, None) == 0
    assert answered(record, 503, None) == FIRST_PAUSE_SECONDS


def test_the_hosts_own_word_counts() -> None:
    record = HostRecord()
    assert answered(record, 429, 5.0) == 5.0
    assert answered(record, 503, MAX_PAUSE_SECONDS) == MAX_PAUSE_SECONDS
    assert not record.given_up
    assert answered(record, 503, 10 * LONGEST_PAUSE_SECONDS) == LONGEST_PAUSE_SECONDS
    assert "503" in record.given_up


def test_a_page_that_fails_is_not_a_host_that_fails() -> None:
    record = HostRecord()
    for _ in range(100):
        assert answered(record, 500, None) == 0
        assert failed(record, "cut") == 0
        assert answered(record, 404, None) == 0
    assert not record.given_up


@pytest.mark.parametrize("way", ["timeout", "HTTP 500", "HTTP 403"])
def test_a_host_that_keeps_failing_is_given_up(way: str) -> None:
    record = HostRecord()
    pauses = []
    for _ in range(GIVE_UP_AFTER):
        assert not record.given_up
        if way == "timeout":
            pauses.append(failed(record, way))
        else:
            pauses.append(answered(record, int(way[-3:]), None))
    assert way in record.given_up
    assert pauses == sorted(pauses)
    assert pauses[-1] > 0


def test_quiet_hours() -> None:
    hours = parse_quiet_hours(" 22:00 - 5:30 ")
    assert hours is not None
    assert time_of_day(23, 59) in hours
    assert time_of_day(5, 29) in hours
    assert time_of_day(5, 30) not in hours
    assert time_of_day(21, 59) not in hours
    assert parse_quiet_hours("") is None
    for wrong in ("22-5", "25:00-05:00", "22:00", "10:00-10:00", "x", "22:60-05:00"):
        with pytest.raises(ValueError, match="quiet hours"):
            parse_quiet_hours(wrong)


@given(st.text(max_size=300) | st.text(alphabet="./\\a", max_size=6))
def test_a_host_name_stays_in_its_folder(host: str) -> None:
    name = safe_name(host)
    assert name not in ("", ".", "..")
    assert "/" not in name
    assert "\\" not in name
    assert "\0" not in name
