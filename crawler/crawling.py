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
from typing import Any, Protocol

from crawler.nursery import Forked, Nursery
from crawler.plan import Plan
from crawler.stopping import on_stop

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


class Turns(Protocol):
    """Who decides when a site's crawl may begin, and whether another one follows it."""

    def ready(self, plan: Plan) -> bool:
        """Whether the crawl may begin now; asked again and again until it may."""

    def again(self, plan: Plan, run: SiteRun) -> Plan | None:
        """The plan of the crawl that follows the one that has ended; None for none."""


def run_crawls(
    plans: Sequence[Plan],
    jobs: int,
    watch: Callable[[Sequence[SiteRun]], None],
    stop: threading.Event | None = None,
    turns: Turns | None = None,
) -> list[SiteRun]:
    """Run the plans, at most ``jobs`` at a time, and return how each ended.

    ``watch`` is called with all runs after every change, in this thread. SIGINT or SIGTERM asks
    the crawls to end in good order; a second one ends them at once. So does ``stop`` when it is
    set, for a caller in another thread. With ``turns`` a site may be crawled several times in
    succession; its counters then count all of them.
    """
    runs = [SiteRun(plan.site) for plan in plans]
    waiting = deque(zip(plans, runs, strict=True))
    events: queue.Queue[tuple[_Child, str]] = queue.Queue()
    children: list[_Child] = []
    asked = False
    nursery = Nursery(CRAWL) if len(plans) >= NURSERY_FROM else None
    with nursery or nullcontext(), _stop_signals(children, waiting) as ending:
        while waiting or children:
            for _ in range(len(waiting)):
                if not waiting:
                    break  # A signal has come meanwhile.
                plan, run = waiting.popleft()
                if ending.asked:
                    ending.leave(run)
                elif len(children) < max(1, jobs) and (turns is None or turns.ready(plan)):
                    children.append(_Child(plan, run, events, nursery))
                else:
                    waiting.append((plan, run))
            watch(runs)
            if stop is not None and stop.is_set() and not asked:
                asked = True
                ending.ask()
                continue
            looks = stop is not None or (turns is not None and waiting)
            try:
                child, line = events.get(timeout=STOP_LOOK_SECONDS if looks else None)
            except queue.Empty:
                continue
            if line:
                child.hear(line)
                continue
            children.remove(child)
            child.ended()
            following = None if turns is None else turns.again(child.plan, child.run)
            if following is not None and not ending.asked:
                child.run.outcome = "waiting"
                waiting.append((following, child.run))
            elif following is not None:
                ending.leave(child.run)
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
        self.plan = plan
        self.run = run
        self._earlier = dict(run.counters)
        run.outcome, run.detail = "running", ""
        self._told_end = False
        self.killed = False
        """By us, when we were asked to end for the second time."""
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
        if counted := said.get("counters"):
            before = self._earlier
            self.run.counters = {name: before.get(name, 0) + n for name, n in counted.items()}
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
            if self.killed:
                self.run.outcome = "interrupted"
                self.run.detail = "killed by the second Ctrl-C; the next crawl goes on"
                return
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


class _Ending:
    """The wish to end: the first asks the crawls, the second kills them."""

    def __init__(self, children: list[_Child], waiting: deque[tuple[Plan, SiteRun]]) -> None:
        self._children = children
        self._waiting = waiting
        self.asked = False

    def ask(self, number: int = 0) -> None:
        again, self.asked = self.asked, True
        while self._waiting:
            self.leave(self._waiting.popleft()[1])
        for child in self._children:
            if again:
                child.killed = True
                child.process.kill()
            else:
                child.process.send_signal(signal.SIGINT)

    def leave(self, run: SiteRun) -> None:
        """Not to be begun any more."""
        run.outcome = "interrupted"
        run.detail = "stopped between two slices" if run.counters else "not begun"


@contextmanager
def _stop_signals(
    children: list[_Child], waiting: deque[tuple[Plan, SiteRun]]
) -> Iterator[_Ending]:
    """While crawls run, SIGINT and SIGTERM are theirs; gives what they do, for others to ask."""
    ending = _Ending(children, waiting)
    mine = threading.current_thread() is threading.main_thread()
    with on_stop(ending.ask) if mine else nullcontext():
        yield ending
