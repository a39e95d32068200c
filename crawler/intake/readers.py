"""Processes that read: started once, given work a little ahead, and never outliving who asked.

They are forked from this process, which has loaded everything, before it opens or locks anything:
loading it once more would take a second of CPU. Where this process runs threads of its own, or has
begun its work when new ones are needed, they come from a process that has loaded everything and
runs nothing (a fork server of ``multiprocessing``), which ends with the last of them and with this
process.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import TracebackType
from typing import TypeVar

from archive.database import ArchiveError
from archive.workers import born_deaf
from crawler.extractor import LoneWorker
from crawler.intake.parts import Extract

_LOADED = "crawler.intake.reading_process"
AHEAD = 2
"""Pieces of work for each process that may be under way or wait to be taken."""

_T = TypeVar("_T")
_A = TypeVar("_A")


class Readers:
    """``jobs`` processes for functions of a module; with 1, this process does the work.

    A context manager, to be entered before anything is opened that a fork should not share: locks
    and databases. Results come in the order of the work, whoever was quicker.
    """

    far = False
    """Whether those who read may be on other machines, where they see no database of this one."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        self._lone = LoneWorker()

    def __enter__(self) -> Readers:
        if self.jobs > 1 and _may_fork():
            importlib.import_module(_LOADED)
            self._pool = ProcessPoolExecutor(
                self.jobs, mp_context=get_context("fork"), initializer=_begin
            )
            with born_deaf():
                # With the first work all of them are forked, before the pool starts its threads.
                self._pool.submit(_nothing)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes. They would be started anew where more were asked of them."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
        self._lone.close()

    def each(
        self,
        function: Callable[[_A], _T],
        work: Iterable[_A],
        carefully: Callable[[_A, Extract], _T] | None = None,
    ) -> Iterator[tuple[_A, _T]]:
        """Every piece of work with its result. No more is begun than ``AHEAD`` allows.

        Where a process dies, all work under way is done again here by ``carefully``, which is
        given an extraction that survives a deadly page. Raises ArchiveError where there is no
        such way, or no process can be started.
        """
        if self.jobs == 1:
            for item in work:
                yield item, function(item)
            return
        waiting: deque[tuple[_A, ProcessPoolExecutor, Future[_T]]] = deque()
        try:
            for item in work:
                waiting.append((item, *self._submit(function, item)))
                if len(waiting) >= AHEAD * self.jobs:
                    yield self._taken(*waiting.popleft(), carefully)
            while waiting:
                yield self._taken(*waiting.popleft(), carefully)
        finally:
            for _, _, future in waiting:
                future.cancel()

    def _submit(
        self, function: Callable[[_A], _T], item: _A
    ) -> tuple[ProcessPoolExecutor, Future[_T]]:
        for _ in range(2):
            if self._pool is None:
                context = get_context("forkserver")
                context.set_forkserver_preload([_LOADED])
                self._pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_begin)
            try:
                with born_deaf():
                    return self._pool, self._pool.submit(function, item)
            except BrokenProcessPool:
                self._pool = None
        raise ArchiveError("Processes for reading cannot be started.")

    def _taken(
        self,
        item: _A,
        pool: ProcessPoolExecutor,
        future: Future[_T],
        carefully: Callable[[_A, Extract], _T] | None,
    ) -> tuple[_A, _T]:
        try:
            return item, future.result()
        except BrokenProcessPool:
            # Other processes may have been started since, for the work after this.
            if self._pool is pool:
                self._pool = None
        if carefully is None:
            raise ArchiveError("A process that worked on this ended without a word.")
        try:
            return item, carefully(item, self._lone.extract)
        except RuntimeError as error:
            raise ArchiveError(str(error)) from error


def _may_fork() -> bool:
    """Whether a fork is sound here: other threads would leave their locks held in it for ever.

    Those of numpy's libraries end by themselves before a fork.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def _nothing() -> None:
    pass


def _begin() -> None:
    # There it is loaded already; this process has no need of all that comes with it.
    from crawler.intake.reading_process import begin

    begin()
