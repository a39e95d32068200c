"""What can go wrong with a frontier, and whether trying again may help."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

MAX_REASON_CHARS = 500


class FrontierError(Exception):
    """The frontier's database cannot be used, or this Scrapy is not one that it knows."""


class Unstorable(ValueError):
    """A request holds what cannot be written down, or names what is not there to be called."""


def reason_of(error: BaseException | None, stage: str = "") -> str:
    """One line for people: ``TimeoutError: no answer``, with the stage before it."""
    words = f"{type(error).__name__}: {error}" if error is not None else "unknown"
    line = " ".join((f"{stage}: {words}" if stage else words).split())
    return line.rstrip(": ")[:MAX_REASON_CHARS]


def postponed_by(error: BaseException | None) -> float | None:
    """Seconds for which a request that was never sent is put off, None for any other failure.

    An exception says so with an attribute ``try_again_seconds``.
    """
    seconds = getattr(error, "try_again_seconds", None)
    return float(seconds) if isinstance(seconds, (int, float)) else None


def is_final(error: BaseException | None) -> bool:
    """Whether the failure is a decision, such as robots.txt, and not an accident."""
    return isinstance(error, IgnoreRequest)
