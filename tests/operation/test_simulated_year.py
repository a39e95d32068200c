"""Some weeks of sixteen sites, time compressed: the smaller brother of the simulated year.

``python -m benchmarks.simulated_year`` runs the whole year of forty sites; its figures stand in
docs/operation.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(1800)  # Minutes of CPU, of which a busy machine gives little.


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What three weeks showed. A process of its own: its clock jumps."""
    command = [sys.executable, "-m", "benchmarks.simulated_year", "--alike", "--json"]
    command += ["--hosts", "16", "--days", "21", "--rate", "0.35", "--quiet", "05:20-06:00"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=1700,
        check=False,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TMPDIR": str(tmp_path_factory.mktemp("year"))},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(("what", "least"), [("articles", 500), ("edits", 3), ("takedowns", 1)])
def test_everything_is_seen_in_time(figures: Any, what: str, least: int) -> None:
    assert figures[what]["due"] >= least
    assert figures[what]["worst"] == []
    assert figures[what]["in_time"] == figures[what]["due"]


def test_a_changing_counter_is_no_edit(figures: Any) -> None:
    assert figures["looks_at_known_articles"] > 1000
    assert figures["revisions_without_an_edit"] == 0


def test_alarms_are_those_of_the_planted_faults(figures: Any) -> None:
    alarms = figures["alarms"]
    assert alarms["planted"] >= 8
    assert (alarms["missed_ones"], alarms["false_ones"]) == ([], [])
    assert {"failing", "blocked", "moved", "changed"} <= set(alarms["words"])


def test_no_host_is_asked_over_its_rate_or_against_its_wish(figures: Any) -> None:
    manners = figures["manners"]
    assert manners.pop("shortest_gap_seconds") >= 2.0
    assert set(manners.values()) == {0}


def test_a_page_costs_little_more_than_one_request(figures: Any) -> None:
    assert figures["requests_per_page"] <= 1.5
