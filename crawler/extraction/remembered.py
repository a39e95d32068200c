"""What was found of a short text, kept for the next time it is asked: a site writes the same
addresses, class names and lines on all its pages, and long ones only a hostile page repeats."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_M = TypeVar("_M")
_T = TypeVar("_T")


def remembered(
    count: int, longest: int = 200
) -> Callable[[Callable[[str], _T]], Callable[[str], _T]]:
    """For a pure function of a text: its last ``count`` answers on texts of up to ``longest``
    characters are remembered.

    >>> shout = remembered(count=10)(str.upper)
    >>> shout("a"), shout("a" * 300) == "A" * 300
    ('A', True)
    """

    def remembering(function: Callable[[str], _T]) -> Callable[[str], _T]:
        known = lru_cache(maxsize=count)(function)

        @wraps(function)
        def asked(text: str) -> _T:
            return known(text) if len(text) <= longest else function(text)

        return asked

    return remembering


def remembered_with(
    count: int, longest: int = 200
) -> Callable[[Callable[[str, _M], _T]], Callable[[str, _M], _T]]:
    """As ``remembered`` for a pure function of a text and of one thing more, which hashes."""

    def remembering(function: Callable[[str, _M], _T]) -> Callable[[str, _M], _T]:
        known = lru_cache(maxsize=count)(function)

        @wraps(function)
        def asked(text: str, more: _M) -> _T:
            return known(text, more) if len(text) <= longest else function(text, more)

        return asked

    return remembering
