"""The frontier's database: the order of requests, each once, and files that are none or broken."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.frontier.__main__ import main as frontier_main
from crawler.frontier.failures import FrontierError
from crawler.frontier.store import Counts, Store
from tests.frontier.stores import (
    Clock,
    Opener,
    drained,
    popped,
    push,
)


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
