"""Where a run ends, where it goes on, and what the next one inherits."""

from __future__ import annotations

import pytest

from crawler.frontier.store import Counts
from tests.frontier.stores import (
    LEASE,
    RESUME,
    Clock,
    Opener,
    dead_pid,
    drained,
    popped,
    pretend_other_process,
    push,
)


def test_a_run_that_ended_leaves_nothing_and_the_next_starts_clean(opened: Opener) -> None:
    store = opened()
    push(store, "a")
    store.done(popped(store).seq)
    assert store.end("finished") == Counts(done=1)
    store.close()
    after = opened()
    assert after.run == store.run + 1
    assert after.counts() == Counts()
    assert push(after, "a") == [True]


def test_an_interrupted_run_is_continued_as_the_same_run(opened: Opener, clock: Clock) -> None:
    store = opened()
    push(store, "listing", "a")
    store.done(popped(store).seq)
    assert store.end("shutdown").queued == 1
    store.close()
    clock.now += RESUME - 1
    after = opened()
    assert after.run == store.run
    assert push(after, "listing") == [False]
    assert drained(after) == ["a"]


def test_later_a_new_run_inherits_the_queue_and_sees_listings_again(
    opened: Opener, clock: Clock
) -> None:
    store = opened()
    push(store, "listing", "a")
    store.done(popped(store).seq)
    store.end("shutdown")
    store.close()
    clock.now += RESUME + 1
    after = opened()
    assert after.run == store.run + 1
    assert push(after, "listing", "a") == [True, False]
    assert drained(after) == ["a", "listing"]


@pytest.mark.parametrize(("silence", "same"), [(LEASE - 1, True), (LEASE + 1, False)])
def test_a_run_killed_at_its_very_end_does_not_keep_the_next_from_beginning(
    opened: Opener, clock: Clock, silence: float, same: bool
) -> None:
    store = opened()
    push(store, "listing")
    store.done(popped(store).seq)
    store.commit()
    pretend_other_process(store, pid=dead_pid())
    clock.now += silence
    after = opened()
    assert (after.run == store.run) is same
    assert push(after, "listing") == [not same]


def test_the_last_process_ends_the_run(opened: Opener) -> None:
    first, second = opened(), opened()
    push(first, "a")
    first.done(popped(first).seq)
    first.end("finished")
    third = opened()
    assert third.run == second.run == first.run
    second.end("finished")
    third.end("finished")
    assert opened().run == first.run + 1
