"""Processes that read: started once, given work a little ahead, and never outliving who asked.

They are forked from a process that has loaded everything and runs nothing (a fork server of
``multiprocessing``), which ends with the last of them and with this process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import TracebackType
from typing import TypeVar

from archive.database import ArchiveError
from archive.workers import born_deaf_to_ctrl_c
from crawler.extractor import LoneWorker
from crawler.intake.parts import Extract

_LOADED = "crawler.intake.reading_process"
AHEAD = 2
"""Pieces of work for each process that may be under way or wait to be taken."""

_T = TypeVar("_T")
_A = TypeVar("_A")


class Readers:
    """``jobs`` processes for functions of a module; with 1, this process does the work.

    A context manager. Results come in the order of the work, whoever was quicker.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        self._lone = LoneWorker()

    def __enter__(self) -> Readers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
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
        waiting: deque[tuple[_A, Future[_T]]] = deque()
        try:
            for item in work:
                waiting.append((item, self._submit(function, item)))
                if len(waiting) >= AHEAD * self.jobs:
                    yield self._taken(*waiting.popleft(), carefully)
            while waiting:
                yield self._taken(*waiting.popleft(), carefully)
        finally:
            for _, future in waiting:
                future.cancel()

    def _submit(self, function: Callable[[_A], _T], item: _A) -> Future[_T]:
        for _ in range(2):
            if self._pool is None:
                context = get_context("forkserver")
                context.set_forkserver_preload([_LOADED])
                self._pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_begin)
            try:
                with born_deaf_to_ctrl_c():
                    return self._pool.submit(function, item)
            except BrokenProcessPool:
                self._pool = None
        raise ArchiveError("Processes for reading cannot be started.")

    def _taken(
        self, item: _A, future: Future[_T], carefully: Callable[[_A, Extract], _T] | None
    ) -> tuple[_A, _T]:
        try:
            return item, future.result()
        except BrokenProcessPool:
            self._pool = None
        if carefully is None:
            raise ArchiveError("A process that worked on this ended without a word.")
        try:
            return item, carefully(item, self._lone.extract)
        except RuntimeError as error:
            raise ArchiveError(str(error)) from error


def _begin() -> None:
    # There it is loaded already; this process has no need of all that comes with it.
    from crawler.intake.reading_process import begin

    begin()
