"""Work that tells its progress, broken off at a moment of one's choice."""

from __future__ import annotations

from crawler.intake.progress import Progress, Watch


def stop_at(moment: int) -> Watch:
    """A watch that ends the work at the given piece of it."""
    told = 0

    def watch(progress: Progress) -> None:
        nonlocal told
        told += 1
        if told == moment:
            raise KeyboardInterrupt

    return watch
