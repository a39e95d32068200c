"""Tết, the lunar new year: days on which offices are closed and a site's silence says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

_SINCE_2010 = (
    (2, 14), (2, 3), (1, 23), (2, 10), (1, 31), (2, 19), (2, 8), (1, 28), (2, 16), (2, 5),
    (1, 25), (2, 12), (2, 1), (1, 22), (2, 10), (1, 29), (2, 17), (2, 6), (1, 26), (2, 13),
    (2, 2), (1, 23), (2, 11), (1, 31), (2, 19), (2, 8), (1, 28), (2, 15), (2, 4), (1, 24), (2, 12),
)  # fmt: skip
FIRST_DAYS = tuple(date(2010 + n, month, day) for n, (month, day) in enumerate(_SINCE_2010))
"""The first day of the year by Vietnam's calendar, whose day begins at UTC+7."""
BEFORE, AFTER = timedelta(days=3), timedelta(days=6)
"""Closed from three days before to the seventh of the first month, as ordered in most years."""


def tet_days(start: date, end: date) -> int:
    """How many of the days from ``start`` to ``end``, both included, offices are closed for Tết.

    None are known before 2010 and after 2040.

    >>> tet_days(date(2026, 2, 1), date(2026, 2, 28))
    10
    >>> tet_days(date(2026, 2, 20), date(2026, 2, 20)), tet_days(date(2026, 5, 1), date(2026, 5, 9))
    (1, 0)
    """
    return sum(max(0, overlap.days + 1) for overlap in _overlaps(start, end))


def _overlaps(start: date, end: date) -> Iterator[timedelta]:
    for first in FIRST_DAYS:
        yield min(end, first + AFTER) - max(start, first - BEFORE)
