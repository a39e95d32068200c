"""A crawl that is killed while a process of its own still lives: nobody waits for that one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler import crawling
from crawler.crawling import run_crawls
from crawler.plan import Plan
from tests.crawl.processes import is_alive

ROOT = Path(__file__).resolve().parents[2]

WORKING = """
import os, time
from crawler.extractor import worker_pool
if __name__ == "__main__":
    print(worker_pool(1).submit(os.getpid).result(), flush=True)
    time.sleep(120)
"""

DYING = """
import os, signal, subprocess, sys
sys.stdin.readline()
sleep = [sys.executable, "-c", "import time; time.sleep(120)"]
left = subprocess.Popen(sleep, stdin=subprocess.DEVNULL)
print(left.pid, file=sys.stderr, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
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
    deadline = time.monotonic() + 20
    while is_alive(worker):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.timeout(60)
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
    while is_alive(left):
        time.sleep(0.05)
