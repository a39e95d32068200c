"""Processes that share a frontier keep one distance to a host."""

from __future__ import annotations

import pytest

from tests.frontier.stores import (
    Clock,
    Opener,
)


def test_between_two_processes_a_host_rests_for_its_delay(opened: Opener, clock: Clock) -> None:
    first, second = opened(), opened()
    assert first.reserve("báo.example", 2.0) == 0
    assert second.reserve("báo.example", 2.0) == pytest.approx(2.0)
    assert first.reserve("báo.example", 2.0) == pytest.approx(4.0)
    assert first.reserve("báo.example", 2.0) == pytest.approx(6.0)
    assert second.reserve("khác.example", 2.0) == 0
    clock.now += 7
    assert first.reserve("báo.example", 2.0) == 0


def test_alone_a_process_is_not_held_back_by_itself(opened: Opener, clock: Clock) -> None:
    store = opened()
    for _ in range(3):
        assert store.reserve("báo.example", 2.0) == 0
        clock.now += 1.1  # Its own downloader varies the delay.


def test_a_clock_set_back_stops_nobody_for_long(opened: Opener, clock: Clock) -> None:
    first, second = opened(), opened()
    first.reserve("báo.example", 2.0)
    clock.now -= 86400
    assert second.reserve("báo.example", 2.0) <= 1001 * 2.0
