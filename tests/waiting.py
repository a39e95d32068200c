"""Waiting for what other processes do: for the event itself, and for long before giving up.

A machine that runs several tests at once may take a minute for what takes a second alone. So
nothing here is a measure of speed: it ends a test that would wait for ever, and says for what.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 240.0
"""Seconds after which nobody waits any longer; less than a whole test may take (pyproject.toml)."""


def wait_for(
    condition: Callable[[], object], what: str = "what was waited for", seconds: float = PATIENCE
) -> None:
    """Until the condition holds. Raises AssertionError when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.02)
