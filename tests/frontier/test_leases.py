"""Who has a request in hand, and what becomes of it when that process is silent or dead."""

from __future__ import annotations

import os

from crawler.frontier import liveness
from crawler.frontier.looking import look
from crawler.frontier.store import Counts
from tests.frontier.stores import (
    LEASE,
    NEXT_TRIES,
    Clock,
    Opener,
    dead_pid,
    drained,
    popped,
    pretend_other_process,
    push,
)


def test_a_kill_takes_back_both_the_child_and_the_acknowledgement(opened: Opener) -> None:
    store = opened()
    push(store, "listing")
    lease = popped(store)
    store.push(b"child", 0, "{}")
    store.done(lease.seq)
    pretend_other_process(store, pid=dead_pid())
    store = opened()
    assert drained(store) == ["listing"]


def test_leases_of_a_process_that_died_are_taken_up_at_once(opened: Opener) -> None:
    store = opened()
    push(store, "a", "b")
    popped(store)
    pretend_other_process(store, pid=dead_pid())
    after = opened()
    assert after.run == store.run
    assert drained(after) == ["a", "b"]


def test_leases_of_a_silent_process_are_taken_up_after_their_time(
    opened: Opener, clock: Clock
) -> None:
    silent = opened()
    push(silent, "a")
    popped(silent)
    other = opened()
    clock.now += LEASE - 1
    other.beat()
    other.commit()
    assert other.pop() is None and other.pending()
    clock.now += 2
    other.beat()
    other.commit()
    assert drained(other) == ["a"]


def test_a_heartbeat_keeps_leases(opened: Opener, clock: Clock) -> None:
    store, other = opened(), opened()
    push(store, "a")
    popped(store)
    for _ in range(5):
        clock.now += LEASE / 2
        for each in (store, other):
            each.beat()
            each.commit()
    assert other.pop() is None
    other.commit()
    assert other.pending()


def test_one_taken_for_dead_may_end_only_what_nobody_has_taken(
    opened: Opener, clock: Clock
) -> None:
    slow = opened()
    push(slow, "a", "b")
    first, second = popped(slow), popped(slow)
    other = opened()
    clock.now += LEASE + 1
    other.beat()
    other.commit()
    assert popped(other).key == b"a"
    slow.done(first.seq)
    slow.done(second.seq)
    slow.beat()
    slow.commit()
    assert other.counts() == Counts(leased=1, done=1)
    other.done(first.seq)
    other.commit()
    assert other.counts() == Counts(done=2)


def test_a_request_that_kills_its_processes_is_put_aside(opened: Opener, clock: Clock) -> None:
    for _ in range(3):
        store = opened(max_deaths=3)
        if store.counts().queued == 0:
            push(store, "hostile")
        popped(store)
        pretend_other_process(store, pid=dead_pid())
    store = opened(max_deaths=3)
    assert store.counts() == Counts(failed=1)
    [(url, reason, next_try)] = look(store.path).failed
    assert url == "hostile"
    assert reason == "its process died 3 times while it was in flight"
    assert next_try == clock.now + NEXT_TRIES[0]


def test_leases_are_given_back_when_a_process_leaves(opened: Opener) -> None:
    store, other = opened(), opened()
    push(store, "a")
    popped(store)
    store.end("shutdown")
    store.close()
    assert drained(other) == ["a"]


def test_whether_a_process_lives_is_told_by_the_kernel() -> None:
    here, pid = liveness.place(), os.getpid()
    born = liveness.birth(pid)
    assert not liveness.is_dead(here, pid, born)
    assert liveness.is_dead(here, pid, born + "1")  # Another process under the same id.
    assert not liveness.is_dead("another machine", pid, born + "1")
    dead = dead_pid()
    assert liveness.is_dead(here, dead, "12345")
