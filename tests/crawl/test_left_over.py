"""A crawl that is killed while a process of its own still lives: nobody waits for that one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from crawler import crawling
from crawler.crawling import SiteRun, run_crawls
from crawler.plan import Plan
from tests.crawl.processes import is_alive
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]

WORKING = """
import os, time
from crawler.extractor import worker_pool
if __name__ == "__main__":
    print(worker_pool(1).submit(os.getpid).result(), flush=True)
    time.sleep(3600)
"""

DYING = """
import os, signal, subprocess, sys
sys.stdin.readline()
sleep = [sys.executable, "-c", "import time; time.sleep(3600)"]
left = subprocess.Popen(sleep, stdin=subprocess.DEVNULL)
print(left.pid, file=sys.stderr, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


DEAF = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.stdin.readline()
print('{"kind": "progress", "counters": {"fetched": 1}}', flush=True)
time.sleep(3600)
"""


def test_a_worker_ends_with_the_crawl_that_started_it(tmp_path: Path) -> None:
    (tmp_path / "working.py").write_text(WORKING)
    crawl = subprocess.Popen(
        [sys.executable, tmp_path / "working.py"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    assert crawl.stdout is not None
    worker = int(crawl.stdout.readline())
    assert is_alive(worker)
    crawl.kill()
    # Its pipe closes only when the worker is gone too.
    assert crawl.stdout.read() == b""
    crawl.stdout.close()
    crawl.wait()
    wait_for(lambda: not is_alive(worker), "the worker's end")


def test_the_second_ctrl_c_says_that_it_was_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deaf_crawl.py").write_text(DEAF)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(crawling, "CRAWL", "deaf_crawl")

    def twice(runs: Sequence[SiteRun]) -> None:
        if runs[0].counters and runs[0].outcome == "running":
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    [run] = run_crawls([Plan("mau", str(tmp_path))], 1, twice)
    assert (run.outcome, run.detail) == (
        "interrupted",
        "killed by the second Ctrl-C; the next crawl goes on",
    )


def test_a_starter_does_not_wait_for_what_a_killed_crawl_has_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dying_crawl.py").write_text(DYING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(crawling, "CRAWL", "dying_crawl")
    [run] = run_crawls([Plan("mau", str(tmp_path))], 1, lambda runs: None)
    assert run.outcome == "crashed"
    assert f"code {-signal.SIGKILL}" in run.detail
    left = int(run.detail.rpartition("; ")[2])
    assert is_alive(left)
    os.kill(left, signal.SIGKILL)
    wait_for(lambda: not is_alive(left), "its end")
