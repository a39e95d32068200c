"""When a site is crawled: declared times, Vietnam's time zone, a jitter of its own. Pure.

A site's times are hours ("05:30 17:30") or a crontab line ("30 5 * * 1-5"); APScheduler's
CronTrigger does the reckoning, but for the numbers of weekdays: its 0 is Monday, crontab's Sunday.
The jitter is a function of site and time, not of chance: a restart finds the same plan, and forty
sites do not begin in the same minute.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

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
            *others, weekdays = times.split()
            line = " ".join([*others, _weekday_names(weekdays)])
            return (CronTrigger.from_crontab(line, timezone=VIETNAM),)
        except (ValueError, KeyError) as error:
            raise ValueError(f"{times!r} is no crontab line: {error}") from error
    return tuple(
        CronTrigger(hour=int(hour), minute=int(minute), timezone=VIETNAM)
        for hour, _, minute in (word.partition(":") for word in times.split())
    )


@lru_cache(maxsize=256)
def longest_gap(times: str) -> timedelta:
    """The longest time between two crawls by ``times``, jitter apart; of what comes but once in
    five weeks, five weeks.

    >>> longest_gap("05:00 17:00"), longest_gap("0 5 * * tue,fri")
    (datetime.timedelta(seconds=43200), datetime.timedelta(days=4))
    """
    moment = first = datetime(2026, 1, 1, tzinfo=VIETNAM)
    end = first + timedelta(weeks=5)
    moments: list[datetime] = []
    while (moment := next_time(times, "", moment, timedelta(0))) < end:
        moments.append(moment)
    return max((later - earlier for earlier, later in pairwise(moments)), default=end - first)


_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([0-7])(?:-([0-7]))?", re.ASCII)


def _weekday_names(field: str) -> str:
    """The last field of a crontab line with names in place of numbers.

    >>> _weekday_names("1-5"), _weekday_names("6-7,0"), _weekday_names("*/2")
    ('mon,tue,wed,thu,fri', 'sat,sun,sun', '*/2')
    """
    names: list[str] = []
    for part in field.split(","):
        span = _SPAN.fullmatch(part)
        if span is None:
            names.append(part)
            continue
        first, last = int(span[1]), int(span[2] or span[1])
        if first > last:
            raise ValueError(f"{part} goes backwards")
        names += _WEEKDAYS[first : last + 1]
    return ",".join(names)
