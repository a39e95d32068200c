"""What a command prints: progress while it works, a summary at the end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from crawler.crawling import SiteRun

COUNTED = ("fetched", "new", "changed", "unchanged", "gone", "unreadable", "errors")
FILE_INTERVAL_SECONDS = 3.0
PLAIN_INTERVAL_SECONDS = 10.0
"""How often progress is told where standard error is no terminal."""


def print_table(title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as a table; wide cells fold, nothing is cut.

    A cell is printed as it is: what a stranger called a file is no markup and no control sequence.
    """
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    _console(sys.stdout).print(table)


def told_now_and_then() -> Callable[[str, int], None]:
    """A function of a file and a count that says both on standard error, now and then."""
    last = time.monotonic()

    def tell(file: str, captures: int) -> None:
        nonlocal last
        if time.monotonic() - last > FILE_INTERVAL_SECONDS:
            last = time.monotonic()
            print(f"{file}: {captures} captures", file=sys.stderr, flush=True)

    return tell


class CrawlDisplay:
    """Shows the crawls under way: a live table on a terminal, now and then a line elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = _console(sys.stderr)
        self._live: Live | None = None
        self._quiet = quiet
        self._last_line = time.monotonic()

    def __enter__(self) -> CrawlDisplay:
        if self._console.is_terminal and not self._quiet:
            self._live = Live(console=self._console, refresh_per_second=4, transient=True)
            self._live.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._live is not None:
            self._live.__exit__(*error)

    def show(self, runs: Sequence[SiteRun]) -> None:
        """Called with all runs after every change."""
        if self._live is not None:
            self._live.update(_run_table(runs, "Crawling"))
        elif not self._quiet and time.monotonic() - self._last_line > PLAIN_INTERVAL_SECONDS:
            self._last_line = time.monotonic()
            told = [f"{run.site} {run.counters.get('fetched', 0)}" for run in runs if run.counters]
            self._console.print(f"fetched so far: {', '.join(told)}", highlight=False, markup=False)


def print_summary(runs: Sequence[SiteRun], *, as_json: bool) -> None:
    """Print how every crawl ended, by site."""
    if as_json:
        print(json.dumps([asdict(run) for run in runs], ensure_ascii=False))
        return
    console = _console(sys.stdout)
    console.print(_run_table(runs, "Crawled"))
    for run in runs:
        if run.detail:
            console.print(_cell(f"{run.site}: {run.detail}"), highlight=False)


def _run_table(runs: Sequence[SiteRun], title: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("site")
    table.add_column("state")
    for name in COUNTED:
        table.add_column(name, justify="right")
    for run in runs:
        table.add_row(
            _cell(run.site),
            _cell(run.outcome),
            *(str(run.counters.get(name, 0)) for name in COUNTED),
        )
    if len(runs) > 1:
        totals = [str(sum(run.counters.get(name, 0) for run in runs)) for name in COUNTED]
        table.add_section()
        table.add_row("all", "", *totals, style="bold")
    return table


def _cell(value: object) -> Text:
    text = "" if value is None else str(value)
    return Text("".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text))


def _console(stream: Any) -> Console:
    console = Console(file=stream)
    return console if console.is_terminal else Console(file=stream, width=160)
