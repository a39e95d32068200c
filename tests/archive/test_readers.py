"""Where the processes that read come from, and what becomes of their work when one dies."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

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
