"""The moment at which these tests stand, and dates as they write them."""

from __future__ import annotations

from datetime import datetime

from archive.records import VIETNAM, Precision

NOW = datetime(2024, 11, 12, 9, 0, tzinfo=VIETNAM)


def as_written(text: str) -> tuple[datetime, Precision]:
    precision: Precision = "minute" if "T" in text else "day" if text.count("-") == 2 else "month"
    full = text + "-01" if precision == "month" else text
    return datetime.fromisoformat(full).replace(tzinfo=VIETNAM), precision
