"""Finding the processes of a crawl, and killing them at one moment."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path


def crawls_of(starter: int) -> list[int]:
    """The crawls that ``congdoan crawl`` runs, as process ids, one for each site.

    Its children, or those of the process that forks them for it. By their parent, not by the
    files they hold: a list of open files is never the same for two looks at it, and a process
    that vanishes from the search for a moment would go on living.
    """
    return sorted(_family(starter)[1])


def _family(starter: int) -> tuple[list[int], list[int]]:
    """Processes that fork for a starter, and its crawls."""
    children: dict[int, list[tuple[int, list[bytes]]]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with suppress(OSError):
                _, parent = _state_and_parent(int(path.name))
                words = (path / "cmdline").read_bytes().split(b"\0")
                children.setdefault(parent, []).append((int(path.name), words))
    forking, crawls = [], []
    for process, words in children.get(starter, []):
        if b"crawler.nursery" in words:
            forking.append(process)
            crawls += [crawl for crawl, _ in children.get(process, [])]
        elif b"crawler.one_site" in words:
            crawls.append(process)
    return forking, crawls


def is_alive(process: int) -> bool:
    """Does it still run? A process that only waits to be reaped does not."""
    with suppress(OSError):
        return _state_and_parent(process)[0] not in "ZX"
    return False


def stop(process: int) -> bool:
    """SIGSTOP, and wait until it has come; False where the process ended before."""
    with suppress(OSError):
        os.kill(process, signal.SIGSTOP)
        while (state := _state_and_parent(process)[0]) not in "TtZX":
            time.sleep(0.0005)
        return state in "Tt"
    return False


def kill_all(starter: int) -> None:
    """SIGKILL to a starter and its crawls, as at one moment: nobody sees another's death.

    The starter is stopped first, so that it can neither start a crawl nor tell one to end, and
    so is the process that forks them.
    """
    stop(starter)
    for process in _family(starter)[0]:
        stop(process)
    forking, crawls = _family(starter)
    for process in [*crawls, *forking, starter]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _state_and_parent(process: int) -> tuple[str, int]:
    """Raises OSError where there is no such process."""
    stat = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    # "pid (name) state parent ...", and the name may hold anything.
    state, parent = stat.rpartition(")")[2].split()[:2]
    return state, int(parent)
