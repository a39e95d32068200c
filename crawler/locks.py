"""Who may write at the same time: each site's crawl for itself, a rebuild alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from archive.database import ArchiveError
from crawler.catalogue import declared_sites

SCHEDULE = "schedule"
"""Name of the lock that a running scheduler holds."""
IMPORT = "import"
"""Name of the lock that an import holds, beside those of the sites' crawls."""


@contextmanager
def locked(data: Path, name: str, *, patience: float = 0.0, doing: str) -> Iterator[None]:
    """Hold the lock ``name`` of an archive, waiting ``patience`` seconds for it.

    Raises ArchiveError, which names what is under way, where another process keeps it.
    """
    folder = data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise ArchiveError(
            f"{doing} is under way in {data}. Try again when it has ended."
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_held(data: Path, name: str) -> bool:
    """Whether some process holds the lock ``name`` at this moment."""
    folder = data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Keep every crawl and import away: what they wrote to the old database would be lost.

    Raises ArchiveError where one is under way.
    """
    with ExitStack() as held:
        for site in declared_sites():
            held.enter_context(locked(data, site, doing=f"A crawl of {site}"))
        held.enter_context(locked(data, IMPORT, doing="An import or rebuild"))
        yield
