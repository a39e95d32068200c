"""Reading on several machines: the pieces of a rebuild given to the workers of a dask scheduler.

A piece is a part of a WARC file (``crawler.intake.parts``), some megabytes. What a worker returns
depends on the bytes of the part and on the program alone, so a piece whose worker is lost is
simply read again by another, and the rows are the same. Workers read the WARC files themselves,
from a folder that all machines share at one path: a task is then some hundred bytes, and what was
read comes straight from its worker, so the scheduler never carries pages. A worker of another
edition of this program refuses the work.

What needs the database stays on this machine: it has one writer.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, TypeVar

from archive.database import ArchiveError
from crawler.intake.parts import Extract
from crawler.intake.readers import AHEAD, Readers

CONNECT_SECONDS = 15
WORKERLESS_SECONDS = 60.0
"""How long to wait for a worker, at the start and when all have gone."""
LOOK_SECONDS = 2.0

_T = TypeVar("_T")
_A = TypeVar("_A")


class DaskReaders(Readers):
    """As ``Readers``, with the reading of WARC files done by the workers of a dask scheduler.

    ``address`` as dask writes it (``tcp://host:8786``); ``jobs`` processes here do the rest.
    ``folder`` is where the workers must find the WARC files; it has to be absolute. Raises
    ArchiveError where dask is not installed, no scheduler answers, no worker is there, or one
    does not see the folder.
    """

    far = True

    def __init__(self, address: str, folder: Path, jobs: int) -> None:
        super().__init__(jobs)
        try:
            from distributed import Client
        except ImportError:
            raise ArchiveError(
                "Reading on dask workers needs dask. In the project's folder:"
                " .venv/bin/pip install -e '.[dask]'"
            ) from None
        self._address = address
        connect: Any = Client
        try:
            # Readings come straight from the workers: the scheduler only names who has them.
            self._client = connect(
                address, timeout=CONNECT_SECONDS, set_as_default=False, direct_to_workers=True
            )
        except (OSError, ValueError) as error:
            raise ArchiveError(f"No dask scheduler answers at {address}: {error}") from error
        try:
            self._check(folder)
        except BaseException:
            self._client.close()
            raise

    def _check(self, folder: Path) -> None:
        try:
            self._client.wait_for_workers(1, timeout=WORKERLESS_SECONDS)
            seen = self._client.run(os.path.isdir, str(folder))
        except (OSError, CancelledError) as error:
            raise ArchiveError(f"No dask worker is there at {self._address}: {error}") from error
        if blind := sorted(worker for worker, sees in seen.items() if sees is not True):
            raise ArchiveError(f"There is no folder {folder} on {', '.join(blind)}.")

    def close(self) -> None:
        """End what was begun on either side."""
        try:
            self._client.close()
        finally:
            super().close()

    def each(
        self,
        function: Callable[[_A], _T],
        work: Iterable[_A],
        carefully: Callable[[_A, Extract], _T] | None = None,
    ) -> Iterator[tuple[_A, _T]]:
        """As its base. What has a careful way is reading, and is given to the workers."""
        if carefully is None:
            yield from super().each(function, work)
            return
        waiting: deque[tuple[_A, Any]] = deque()
        try:
            for item in work:
                # Not "pure": dask would compare what the work contains, which costs more than it.
                waiting.append((item, self._client.submit(function, item, pure=False)))
                if len(waiting) >= AHEAD * self._threads():
                    yield self._result(*waiting.popleft(), carefully)
            while waiting:
                yield self._result(*waiting.popleft(), carefully)
        except (OSError, CancelledError) as error:
            raise ArchiveError(f"The dask scheduler at {self._address} was lost.") from error
        finally:
            for _, future in waiting:
                future.cancel()

    def _threads(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def _result(
        self, item: _A, future: Any, carefully: Callable[[_A, Extract], _T]
    ) -> tuple[_A, _T]:
        from distributed import KilledWorker

        alone_since = 0.0
        while True:
            try:
                return item, future.result(timeout=LOOK_SECONDS)
            except TimeoutError:
                if self._client.nthreads():
                    alone_since = 0.0
                    continue
                alone_since = alone_since or time.monotonic()
                if time.monotonic() - alone_since > WORKERLESS_SECONDS:
                    raise ArchiveError(f"All dask workers of {self._address} have gone.") from None
            except KilledWorker:
                break
        # Several workers have died on this piece: a page in it is deadly.
        try:
            return item, carefully(item, self._lone.extract)
        except RuntimeError as error:
            raise ArchiveError(str(error)) from error
