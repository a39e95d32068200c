"""When a site is crawled: declared times, Vietnam's time zone, a jitter of its own. Pure.

A site's times are hours ("05:30 17:30") or a crontab line ("30 5 * * 1-5"); APScheduler's
CronTrigger does the reckoning. The jitter is a function of site and time, not of chance: a
restart finds the same plan, and forty sites do not begin in the same minute.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

from archive.records import VIETNAM

_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def parse_times(value: str | Sequence[str]) -> str:
    """Times as the schedule keeps them: one string, normal form. "" means never.

    Raises ValueError for what is neither hours nor a crontab line.

    >>> parse_times(["17:30", "5:30"]), parse_times("0 6 * * 1-5"), parse_times([])
    ('05:30 17:30', '0 6 * * 1-5', '')
    """
    if isinstance(value, str):
        words = value.split()
        if len(words) == 5 and not all(_HOUR.fullmatch(word) for word in words):
            _triggers(" ".join(words))
            return " ".join(words)
    else:
        words = [word.strip() for word in value]
    found = [_HOUR.fullmatch(word) for word in words]
    if not all(found):
        raise ValueError(f'times are hours ("05:30") or a crontab line, not {value!r}')
    hours = {f"{int(match[1]):02}:{match[2]}" for match in found if match}
    return " ".join(sorted(hours))


def next_time(times: str, site: str, after: datetime, jitter: timedelta) -> datetime:
    """The first moment after ``after`` at which the site is crawled, jitter included.

    ``times`` is in the form of ``parse_times`` and not "". The jitter is added, never taken off.
    Raises ValueError for a crontab line that never comes true.

    >>> after = datetime(2026, 11, 21, 5, 30, tzinfo=VIETNAM)
    >>> str(next_time("05:30 17:30", "lang_son", after, timedelta(0)))
    '2026-11-21 17:30:00+07:00'
    """
    best: datetime | None = None
    for trigger in _triggers(times):
        # One whose hour has come may still be ahead by its jitter.
        base = trigger.get_next_fire_time(None, after.astimezone(VIETNAM) - jitter)
        while base is not None:
            moment = base + _jitter(site, base, jitter)
            if moment > after:
                best = moment if best is None else min(best, moment)
                break
            base = trigger.get_next_fire_time(base, base + timedelta(seconds=1))
    if best is None:
        raise ValueError(f"the times {times!r} never come")
    return best


def _jitter(site: str, base: datetime, jitter: timedelta) -> timedelta:
    digest = hashlib.sha256(f"{site} {base.isoformat()}".encode()).digest()
    return timedelta(
        seconds=int(int.from_bytes(digest[:8], "big") / 2**64 * jitter.total_seconds())
    )


@lru_cache(maxsize=256)
def _triggers(times: str) -> tuple[CronTrigger, ...]:
    if times.count(" ") == 4 and not _HOUR.match(times):
        try:
            return (CronTrigger.from_crontab(times, timezone=VIETNAM),)
        except (ValueError, KeyError) as error:
            raise ValueError(f"{times!r} is no crontab line: {error}") from error
    return tuple(
        CronTrigger(hour=int(hour), minute=int(minute), timezone=VIETNAM)
        for hour, _, minute in (word.partition(":") for word in times.split())
    )
