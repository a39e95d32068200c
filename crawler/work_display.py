"""How the steps of a long work on the archive are shown: a bar on a terminal, else lines."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from crawler.display import PLAIN_INTERVAL_SECONDS

if TYPE_CHECKING:
    from crawler.intake.progress import Progress

DRAWN_SECONDS = 0.1
"""How often a bar is drawn anew at most."""


class WorkDisplay:
    """Shows the steps of a long work with the time left: a bar on a terminal, else lines."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True)
        self._quiet = quiet
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._step = ""
        self._begun = self._told = self._drawn = time.monotonic()
        self._first = 0

    def __enter__(self) -> WorkDisplay:
        if self._console.is_terminal and not self._quiet:
            self._bar = Bar(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.fields[told]}", markup=False),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
                auto_refresh=False,  # By a thread, and then no process could be forked soundly.
            )
            self._bar.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._bar is not None:
            self._bar.__exit__(*error)

    def show(self, progress: Progress) -> None:
        """Called after every piece of work."""
        now = time.monotonic()
        if progress.step != self._step:
            self._step, self._begun, self._first = progress.step, now, progress.done
        told = amount(progress)
        if self._bar is not None:
            if self._task is None or self._bar.tasks[-1].description != progress.step:
                self._task = self._bar.add_task(progress.step, told=told)
            self._bar.update(self._task, total=progress.total, completed=progress.done, told=told)
            if self._begun == now or now - self._drawn > DRAWN_SECONDS:
                self._drawn = now
                self._bar.refresh()
        elif not self._quiet and now - self._told > PLAIN_INTERVAL_SECONDS:
            self._told = now
            left = seconds_left(progress, self._first, now - self._begun)
            told += f", about {duration(left)} left" if left is not None else ""
            print(f"{progress.step}: {told}", file=sys.stderr, flush=True)


def amount(progress: Progress) -> str:
    """How much of a step is done, in words.

    >>> from crawler.intake.progress import Progress
    >>> amount(Progress("reading", 5_000_000, 20_000_000, "bytes"))
    '5 of 20 MB (25 %)'
    >>> amount(Progress("reading", 100_000, 200_000, "bytes"))
    '100 of 200 kB (50 %)'
    >>> amount(Progress("comparing", 3, 0, "articles"))
    '3 articles'
    """
    done, total, unit = progress.done, progress.total, progress.unit
    if not total:
        return f"{done} {unit}".strip()
    share = f"({100 * done // total} %)"
    if unit == "bytes":
        size, name = (1e6, "MB") if total >= 10_000_000 else (1e3, "kB")
        return f"{done / size:.0f} of {total / size:.0f} {name} {share}"
    return f"{done} of {total}{f' {unit}' if unit else ''} {share}"


def seconds_left(progress: Progress, first: int, seconds: float) -> float | None:
    """The time that the rest of a step takes at the pace since ``first``; None: not known yet.

    >>> from crawler.intake.progress import Progress
    >>> seconds_left(Progress("reading", 30, 100), 10, 5.0)
    17.5
    """
    made = progress.done - first
    if made <= 0 or seconds < 1 or progress.done >= progress.total:
        return None
    return (progress.total - progress.done) * seconds / made


def duration(seconds: float) -> str:
    """
    >>> duration(41), duration(100), duration(4000)
    ('40 s', '2 min', '1 h 7 min')
    """
    if seconds < 60:
        return f"{10 * round(seconds / 10) or 10} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
