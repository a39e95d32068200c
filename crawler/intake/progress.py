"""How far a long work is, as told to whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a work: ``done`` of ``total``, in ``unit`` ("bytes", "articles", ...)."""

    step: str
    done: int
    total: int
    unit: str = ""


Watch = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """Watches nothing."""
