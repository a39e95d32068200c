"""Failures are kept with their reason, tried again when due, and forgotten in the end."""

from __future__ import annotations

from crawler.frontier.looking import look
from crawler.frontier.store import Counts
from tests.frontier.stores import (
    NEXT_TRIES,
    Clock,
    Opener,
    popped,
    push,
)


def test_failures_are_kept_and_tried_again_when_due(opened: Opener, clock: Clock) -> None:
    store = opened()
    push(store, "slow", "forbidden")
    slow, forbidden = popped(store), popped(store)
    store.fail(slow.seq, slow.tries, "timeout", final=False)
    store.fail(forbidden.seq, forbidden.tries, "robots.txt", final=True)
    assert store.end("finished") == Counts(failed=2)
    store.close()

    clock.now += NEXT_TRIES[0] - 1
    store = opened()
    assert store.pop() is None
    store.end("finished")
    store.close()

    clock.now += 2
    store = opened()
    again = popped(store)
    assert (again.key, again.tries) == (b"slow", 1)
    store.fail(again.seq, again.tries, "timeout", final=False)
    store.commit()
    clock.now += NEXT_TRIES[1] + 1
    store.beat()
    again = popped(store)
    assert (again.key, again.tries) == (b"slow", 2)
    store.fail(again.seq, again.tries, "timeout", final=False)
    store.commit()
    assert [row for row in look(store.path).failed if row[0] == "slow"] == [
        ("slow", "timeout", None)
    ]


def test_a_passing_failure_is_tried_at_once_where_a_person_waits(opened: Opener) -> None:
    store = opened()
    push(store, "a", "gone")
    store.fail(popped(store).seq, 0, "no network", final=False)
    store.fail(popped(store).seq, 0, "HTTP 404", final=True)
    store.end("finished")
    for _ in range(2 * len(NEXT_TRIES)):  # However often, it is not given up.
        store.begin(at_once=True)
        lease = popped(store)
        assert (lease.key, lease.tries, store.pop()) == (b"a", 0, None)
        store.fail(lease.seq, lease.tries, "no network", final=False)
        store.end("finished")
    assert store.begin().waiting == 0


def test_a_failed_request_that_is_linked_again_in_a_new_run_is_made_again(opened: Opener) -> None:
    store = opened()
    push(store, "a")
    lease = popped(store)
    store.fail(lease.seq, 0, "HTTP 404", final=True)
    store.commit()
    assert push(store, "a") == [False]
    store.end("finished")
    store.close()
    store = opened()
    assert push(store, "a") == [True]
    assert store.counts() == Counts(queued=1)


def test_final_failures_of_old_runs_are_forgotten(opened: Opener) -> None:
    seen = []
    for _ in range(4):
        store = opened()
        seen.append(store.counts().failed)
        if not seen[1:]:
            push(store, "a")
            lease = popped(store)
            store.fail(lease.seq, 0, "HTTP 404", final=True)
        store.end("finished")
        store.close()
    assert seen == [0, 1, 0, 0]
