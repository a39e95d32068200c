"""When articles are looked at again: the common steps hold on every site, often edited or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive.revisits import STEPS, next_look

FIRST = datetime(2026, 1, 1, 8)


def looks(pace: float, days: float, late: timedelta = timedelta(0)) -> list[datetime]:
    """Every look at an article in so many days, each so late."""
    made = [FIRST]
    while made[-1] < FIRST + timedelta(days=days):
        made.append(next_look(FIRST, made[-1], pace=pace) + late)
    return made


@given(st.floats(0, 500))
def test_looks_added_to_a_site_that_edits_often_delay_none(day: float) -> None:
    edit = FIRST + timedelta(days=day)
    common, often = (min(look for look in looks(pace, 1000) if look > edit) for pace in (1.0, 0.5))
    assert often <= common


def test_looks_that_come_late_catch_up() -> None:
    made = looks(0.5, 60, late=timedelta(hours=7))
    assert all(
        any(FIRST + step <= look <= FIRST + step + timedelta(hours=14) for look in made)
        for step in STEPS[:3]
    )
