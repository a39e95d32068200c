"""The CPU time of a thread divided among named stages, by wrapping the functions that begin them.

A stage's own time is what passes while none of its calls has entered another stage, so that the
stages and "rest" add up to the whole.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock


def peak_megabytes(process: int | str = "self") -> float:
    """Peak of a process's memory. Not ``ru_maxrss``, which counts what its parent held at the
    fork; 0 where the system does not tell, or the process has gone."""
    return _megabytes(process, "VmHWM:")


def resident_megabytes(process: int | str = "self") -> float:
    """What a process holds in memory now; 0 where the system does not tell."""
    return _megabytes(process, "VmRSS:")


def _megabytes(process: int | str, name: str) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


Functions = Mapping[str, Sequence[tuple[object, str]]]
"""Name of a stage -> (module or class, name of a function in it)."""


class OwnTime:
    """``seconds`` by stage, while ``measured`` lasts and between ``begin`` and ``end``."""

    def __init__(self, functions: Functions) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._functions = functions
        self._stage = "rest"
        self._since = 0.0

    def begin(self) -> None:
        """Count from now on."""
        self._stage, self._since = "rest", time.thread_time()

    def end(self) -> None:
        """Count until now."""
        self._turn("rest")

    @contextmanager
    def measured(self) -> Iterator[None]:
        """The functions are wrapped; those that an owner does not have are passed over."""
        with ExitStack() as stack:
            for name, functions in self._functions.items():
                for owner, attribute in functions:
                    if hasattr(owner, attribute):
                        timed = self._timed(name, getattr(owner, attribute))
                        stack.enter_context(mock.patch.object(owner, attribute, timed))
            yield

    def _turn(self, to: str) -> str:
        now = time.thread_time()
        before, self._stage = self._stage, to
        self.seconds[before] += now - self._since
        self._since = now
        return before

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            before = self._turn(name)
            try:
                found = function(*given, **named)
                # A generator works where it is read: read it here.
                return list(found) if isinstance(found, Iterator) else found
            finally:
                self._turn(before)

        return timed
