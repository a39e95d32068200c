"""The guarantee: killed at any moment, a crawl loses nothing and doubles nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.frontier.killing import crawl_with_kills
from tests.frontier.small_site import SmallSite


@pytest.mark.slow
@pytest.mark.parametrize(
    ("listings", "kills", "processes", "seed"),
    [(16, 7, 1, 20261121), (40, 5, 3, 63)],
    ids=["one of one", "one of three"],
)
def test_killed_at_random_moments(
    tmp_path: Path, listings: int, kills: int, processes: int, seed: int
) -> None:
    with SmallSite(listings) as site:
        balance = crawl_with_kills(site, tmp_path, kills, processes, seed)

    assert balance.kills == kills
    assert balance.lost == set()
    assert balance.saved == balance.expected
    assert balance.doubled == 0
    assert 0 <= balance.surplus <= balance.in_flight
    assert balance.stats["finish_reason"] == "finished"
    assert _left(tmp_path / "frontier.db") == ({"failed"}, 0, 1)


def _left(frontier: Path) -> tuple[set[str], int, int]:
    """States of what lies in the frontier, processes noted in it, and runs that ended."""
    db = sqlite3.connect(frontier)
    try:
        states = {row[0] for row in db.execute("SELECT DISTINCT state FROM requests")}
        workers = db.execute("SELECT count(*) FROM workers").fetchone()[0]
        runs = db.execute("SELECT count(*) FROM runs WHERE reason = 'finished'").fetchone()[0]
        return states, int(workers), int(runs)
    finally:
        db.close()
