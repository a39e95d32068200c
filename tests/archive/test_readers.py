"""Where the processes that read come from, and what becomes of their work when one dies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from crawler.intake import readers
from crawler.intake.parts import Extract
from crawler.intake.readers import Readers
from tests.waiting import PATIENCE


@pytest.mark.skipif(sys.platform != "linux", reason="forked on Linux alone")
def test_they_are_forked_while_that_is_sound_and_their_work_outlives_them() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.archive.dying_readers"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "forked": [True, True],
        "loaded": [True, True],
        "doubled": [0, 2, 4, 6, 8, 10],
        "started anew": [False, False],
        "beside a thread": [False, False],
    }


def test_processes_started_since_others_died_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[FirstOnesDie] = []

    class FirstOnesDie:
        def __init__(self, jobs: int, **how: object) -> None:
            started.append(self)

        def submit(self, function: Callable[[int], int], item: int) -> Future[int]:
            future: Future[int] = Future()
            if self is started[0]:
                future.set_exception(BrokenProcessPool())
            else:
                future.set_result(function(item))
            return future

        def shutdown(self, **how: object) -> None:
            pass

    def carefully(number: int, extract: Extract) -> int:
        return -number

    monkeypatch.setattr(readers, "ProcessPoolExecutor", FirstOnesDie)
    with_two = Readers(2)
    done = list(with_two.each(lambda number: 2 * number, range(1, 9), carefully))
    with_two.close()
    assert done == [(1, -1), (2, -2), (3, -3), (4, -4), (5, 10), (6, 12), (7, 14), (8, 16)]
    assert len(started) == 2
