"""The frontier's database by itself: states, runs, processes that die, hosts."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.frontier import liveness
from crawler.frontier.__main__ import main as frontier_main
from crawler.frontier.failures import FrontierError
from crawler.frontier.looking import look
from crawler.frontier.store import Counts, Leased, Store

LEASE, RESUME = 60.0, 3600.0
NEXT_TRIES = (100.0, 1000.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


Opener = Callable[..., Store]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Iterator[Opener]:
    """Opens the one frontier again and again, as processes would."""
    stores: list[Store] = []

    def open_store(*, newest_first: bool = False, max_deaths: int = 10) -> Store:
        store = Store(
            tmp_path / "sub" / "frontier.db",
            newest_first=newest_first,
            lease_seconds=LEASE,
            resume_seconds=RESUME,
            next_tries=NEXT_TRIES,
            max_deaths=max_deaths,
            clock=clock,
        )
        stores.append(store)
        store.begin()
        return store

    yield open_store
    for store in stores:
        store.close()


def push(store: Store, *names: str, priority: int = 0) -> list[bool]:
    added = [store.push(name.encode(), priority, json.dumps({"url": name})) for name in names]
    store.commit()
    return added


def popped(store: Store) -> Leased:
    lease = store.pop()
    store.commit()
    assert lease is not None
    return lease


def drained(store: Store) -> list[str]:
    found = []
    while (lease := store.pop()) is not None:
        found.append(lease.key.decode())
    store.commit()
    return found


def test_highest_priority_first_then_oldest(opened: Opener) -> None:
    store = opened()
    push(store, "a", "b", priority=1)
    push(store, "c", priority=5)
    push(store, "d", priority=-5)
    assert drained(store) == ["c", "a", "b", "d"]


def test_newest_first_among_equals_if_asked(opened: Opener) -> None:
    store = opened(newest_first=True)
    push(store, "a", "b", "c")
    push(store, "z", priority=1)
    assert drained(store) == ["z", "c", "b", "a"]


@given(st.lists(st.integers(-(2**31), 2**31), max_size=30))
@settings(max_examples=20, deadline=None)
def test_the_order_is_that_of_a_stable_sort(priorities: list[int]) -> None:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "frontier.db")
        try:
            store.begin()
            for number, priority in enumerate(priorities):
                store.push(str(number).encode(), priority, "{}")
            stable = sorted(range(len(priorities)), key=lambda n: -priorities[n])
            assert drained(store) == [str(number) for number in stable]
        finally:
            store.close()


def test_a_key_is_accepted_once_in_a_run(opened: Opener) -> None:
    store = opened()
    assert push(store, "a", "a") == [True, False]
    lease = popped(store)
    assert push(store, "a") == [False]
    store.done(lease.seq)
    assert push(store, "a") == [False]
    assert store.counts() == Counts(done=1)


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


def test_a_kill_takes_back_both_the_child_and_the_acknowledgement(opened: Opener) -> None:
    store = opened()
    push(store, "listing")
    lease = popped(store)
    store.push(b"child", 0, "{}")
    store.done(lease.seq)
    _pretend_other_process(store, pid=_dead_pid())
    store = opened()
    assert drained(store) == ["listing"]


def test_leases_of_a_process_that_died_are_taken_up_at_once(opened: Opener) -> None:
    store = opened()
    push(store, "a", "b")
    popped(store)
    _pretend_other_process(store, pid=_dead_pid())
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
        _pretend_other_process(store, pid=_dead_pid())
    store = opened(max_deaths=3)
    assert store.counts() == Counts(failed=1)
    [(url, reason, next_try)] = look(store.path).failed
    assert url == "hostile"
    assert reason == "its process died 3 times while it was in flight"
    assert next_try == clock.now + NEXT_TRIES[0]


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
    _pretend_other_process(store, pid=_dead_pid())
    clock.now += silence
    after = opened()
    assert (after.run == store.run) is same
    assert push(after, "listing") == [not same]


def test_leases_are_given_back_when_a_process_leaves(opened: Opener) -> None:
    store, other = opened(), opened()
    push(store, "a")
    popped(store)
    store.end("shutdown")
    store.close()
    assert drained(other) == ["a"]


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


def test_a_power_cut_takes_the_last_commits_and_only_from_the_end(
    opened: Opener, tmp_path: Path
) -> None:
    store = opened()
    push(store, "listing")
    lease = popped(store)
    for name in ("a", "b", "c"):
        push(store, name)
    store.done(lease.seq)
    store.commit()
    log = store.path.with_name("frontier.db-wal").read_bytes()
    found = set()
    for kept in [*range(0, len(log), 1024), len(log)]:
        folder = tmp_path / str(kept)
        folder.mkdir()
        (folder / "frontier.db").write_bytes(store.path.read_bytes())
        (folder / "frontier.db-wal").write_bytes(log[:kept])
        db = sqlite3.connect(folder / "frontier.db")
        try:
            rows = db.execute("SELECT key, state FROM requests ORDER BY seq").fetchall()
        except sqlite3.OperationalError:
            rows = []  # Cut before the tables were made.
        finally:
            db.close()
        found.add(tuple((key.decode(), state) for key, state in rows))
    children = [("a", "queued"), ("b", "queued"), ("c", "queued")]
    assert found == {
        (),
        (("listing", "queued"),),
        *((("listing", "leased"), *children[:number]) for number in range(4)),
        (("listing", "done"), *children),
    }


@pytest.mark.parametrize("content", [b"this is no database at all" * 50, b"SQLite format 3\0junk"])
def test_a_file_that_is_no_frontier_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "frontier.db"
    path.write_bytes(content)
    with pytest.raises(FrontierError, match=r"frontier\.db cannot be used"):
        Store(path)
    assert path.read_bytes() == content


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "frontier.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE articles (id)")
    db.commit()
    db.close()
    with pytest.raises(FrontierError, match="version 0"):
        Store(path)
    db = sqlite3.connect(path)
    assert [row[0] for row in db.execute("SELECT name FROM sqlite_master")] == ["articles"]
    db.close()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FrontierError, match="cannot be opened"):
        Store(tmp_path / "file" / "frontier.db")


def test_whether_a_process_lives_is_told_by_the_kernel() -> None:
    here, pid = liveness.place(), os.getpid()
    born = liveness.birth(pid)
    assert not liveness.is_dead(here, pid, born)
    assert liveness.is_dead(here, pid, born + "1")  # Another process under the same id.
    assert not liveness.is_dead("another machine", pid, born + "1")
    dead = _dead_pid()
    assert liveness.is_dead(here, dead, "12345")


def _dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _pretend_other_process(store: Store, pid: int) -> None:
    """Let the store's process be another one, which then is gone."""
    store.close()
    db = sqlite3.connect(store.path)
    db.execute("UPDATE workers SET pid = ?, birth = '1'", (pid,))
    db.commit()
    db.close()


def test_looking_changes_nothing(
    opened: Opener, clock: Clock, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    store = opened()
    push(store, "https://bao.example/a", "https://bao.example/b\x1b[31m")
    popped(store)
    lease = popped(store)
    store.fail(lease.seq, 0, "hết giờ", final=False)
    store.commit()
    monkeypatch.setattr(sys, "argv", ["frontier", str(store.path)])
    assert frontier_main() == 0
    said = capsys.readouterr().out
    assert "1 failed, 1 leased; 1 processes noted" in said
    assert '"hết giờ"; again from 2023-11-1' in said
    assert "\x1b" not in said
    assert store.counts() == Counts(leased=1, failed=1)
    monkeypatch.setattr(sys, "argv", ["frontier", str(store.path.with_name("none.db"))])
    assert frontier_main() == 1
    assert "There is no frontier at" in capsys.readouterr().err
