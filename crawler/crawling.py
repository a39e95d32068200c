"""Crawls of many sites, each in a process of its own: a crash of one site harms no other."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import Any

from crawler.nursery import Forked, Nursery
from crawler.plan import Plan

CRAWL = "crawler.one_site"
"""The module that a crawl's process runs."""
NURSERY_FROM = 3
"""Crawls from which on their processes are forked from one that has loaded all they need."""
LAST_WORDS_SECONDS = 2.0
"""How long a process that has ended is listened to, should another one still hold its pipes."""
STOP_LOOK_SECONDS = 0.5
"""How often a caller's wish to stop is looked for."""


@dataclass(slots=True)
class SiteRun:
    """One site's crawl as the starter sees it."""

    site: str
    outcome: str = "waiting"
    """waiting, running, then: finished, incomplete, limited, interrupted, failed or crashed."""
    complete: bool = False
    detail: str = ""
    crawl: str = ""
    counters: dict[str, int] = field(default_factory=dict)

    @property
    def ended_well(self) -> bool:
        return self.outcome in ("finished", "limited")


def run_crawls(
    plans: Sequence[Plan],
    jobs: int,
    watch: Callable[[Sequence[SiteRun]], None],
    stop: threading.Event | None = None,
) -> list[SiteRun]:
    """Run the plans, at most ``jobs`` at a time, and return how each ended.

    ``watch`` is called with all runs after every change, in this thread. SIGINT or SIGTERM asks
    the crawls to end in good order; a second one ends them at once. So does ``stop`` when it is
    set, for a caller in another thread.
    """
    runs = [SiteRun(plan.site) for plan in plans]
    waiting = deque(zip(plans, runs, strict=True))
    events: queue.Queue[tuple[_Child, str]] = queue.Queue()
    children: list[_Child] = []
    asked = False
    nursery = Nursery(CRAWL) if len(plans) >= NURSERY_FROM else None
    with nursery or nullcontext(), _stop_signals(children, waiting) as ask_to_end:
        while waiting or children:
            while waiting and len(children) < max(1, jobs):
                plan, run = waiting.popleft()
                children.append(_Child(plan, run, events, nursery))
            watch(runs)
            if stop is not None and stop.is_set() and not asked:
                asked = True
                ask_to_end()
                continue
            try:
                child, line = events.get(timeout=None if stop is None else STOP_LOOK_SECONDS)
            except queue.Empty:
                continue
            if line:
                child.hear(line)
            else:
                children.remove(child)
                child.ended()
        watch(runs)
    return runs


class _Child:
    """A crawl's process, and the thread that listens to it."""

    def __init__(
        self,
        plan: Plan,
        run: SiteRun,
        events: queue.Queue[tuple[_Child, str]],
        nursery: Nursery | None,
    ) -> None:
        self.run = run
        run.outcome = "running"
        self._told_end = False
        self.process = _process(nursery)
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asdict(plan)) + "\n")
        self.process.stdin.flush()
        self._complaints: deque[str] = deque(maxlen=30)
        self._listeners = [
            threading.Thread(target=self._listen, args=(events,), daemon=True),
            threading.Thread(target=self._collect_complaints, daemon=True),
        ]
        for listener in self._listeners:
            listener.start()
        threading.Thread(target=self._await_end, args=(events,), daemon=True).start()

    def _await_end(self, events: queue.Queue[tuple[_Child, str]]) -> None:
        """The crawl ends with its process, not with its pipes: a child of it may hold them."""
        self.process.wait()
        for listener in self._listeners:
            listener.join(LAST_WORDS_SECONDS)
        events.put((self, ""))

    def _listen(self, events: queue.Queue[tuple[_Child, str]]) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                if line.strip():
                    events.put((self, line))

    def _collect_complaints(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            self._complaints.extend(lines)

    def hear(self, line: str) -> None:
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError:
            return
        self.run.counters = said.get("counters") or self.run.counters
        if said.get("kind") == "end":
            self._told_end = True
            self.run.outcome = said["outcome"]
            self.run.complete = said["complete"]
            self.run.detail = said["detail"]
            self.run.crawl = said.get("crawl", "")

    def ended(self) -> None:
        """Reap the process; one that never told its end has crashed, and its last words say how."""
        code = self.process.wait()
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        if not self._told_end:
            if code == -signal.SIGINT:  # Before it could listen.
                self.run.outcome, self.run.detail = "interrupted", "stopped before it began"
                return
            self.run.outcome = "crashed"
            words = [line.strip() for line in self._complaints if line.strip()]
            last = words[-1] if words else ""
            self.run.detail = f"the process ended with code {code}; {last}".rstrip("; ")


def _process(nursery: Nursery | None) -> subprocess.Popen[str] | Forked:
    """A process for a crawl, with a session of its own: Ctrl-C reaches the starter alone, which
    passes it on."""
    if nursery is not None:
        try:
            return nursery.start()
        except OSError:
            pass  # One that starts by itself costs more and does the same.
    return subprocess.Popen(
        [sys.executable, "-m", CRAWL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


@contextmanager
def _stop_signals(
    children: list[_Child], waiting: deque[tuple[Plan, SiteRun]]
) -> Iterator[Callable[[], None]]:
    """While crawls run, SIGINT and SIGTERM are theirs: the first asks, the second kills.

    Gives what a signal calls, for other ways to ask.
    """
    asked = False

    def stop(number: int = 0, frame: FrameType | None = None) -> None:
        nonlocal asked
        while waiting:
            _, run = waiting.popleft()
            run.outcome = "interrupted"
            run.detail = "not begun"
        for child in children:
            if asked:
                child.process.kill()
            else:
                child.process.send_signal(signal.SIGINT)
        asked = True

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
