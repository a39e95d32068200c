"""How fast a host may be asked: one pace per host for all processes, back-off, and giving up.

Many sites may share a host, and each site is crawled by a process of its own; so the moment at
which a host may be asked next is kept in a small file that all processes share, and survives
them. Nothing here knows Scrapy; clocks are passed in.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as time_of_day
from email.utils import parsedate_to_datetime
from pathlib import Path

from crawler.politeness.pace_file import PaceFile

MAX_PAUSE_SECONDS = 900.0
"""The longest wait inside a crawl; a host that asks for a longer one is left for another day."""
LONGEST_PAUSE_SECONDS = 86_400.0
"""The longest time for which a host's word is kept: a mistyped date must not mean for ever."""
FIRST_PAUSE_SECONDS = 30.0
"""Pause after a first 429 or 503 that names no time; doubled each time."""
GIVE_UP_AFTER = 10
"""Failures in a row after which a host is asked no more by this crawl."""
OVERLOADED = (429, 503)
REFUSALS = (401, 403, 451)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9.-]+|\.{2,}")


class HostGivenUp(Exception):
    """The host is asked no more by this crawl; the text says why.

    The request was not sent, so the frontier keeps it for later and counts no try (see
    ``crawler.frontier.failures.postponed_by``).
    """

    try_again_seconds = 900.0
    """The first retry of a failed crawl comes after as long."""


@dataclass(slots=True)
class HostRecord:
    """What a crawl has seen of a host."""

    crawl_delay: float = 0.0
    """Seconds that its robots.txt asks for."""
    unit: float = 1.0
    """What our own pauses are multiplied by (setting BACKOFF_UNIT); not those a host asks for."""
    failures: int = 0
    """Failures in a row."""
    last_failure: str = ""
    given_up: str = ""
    """Why it is asked no more, "" while it is."""


def answered(record: HostRecord, status: int, retry_after: float | None) -> float:
    """Note an answer; the seconds for which the host is then to be left alone.

    ``retry_after`` is the host's own word, see ``seconds_of_retry_after``. Sets ``given_up``
    where that word is longer than a crawl waits, or the host has failed too often in a row.
    """
    if status < 400 or status in (404, 410):
        record.failures = 0
        return 0.0
    if status not in OVERLOADED and status not in REFUSALS and status < 500:
        return 0.0
    pause = _failed(record, f"HTTP {status}")
    if status in OVERLOADED:
        pause = FIRST_PAUSE_SECONDS * record.unit * 2.0 ** min(record.failures - 1, 10)
        pause = min(pause, MAX_PAUSE_SECONDS)
        if retry_after is not None:
            pause = min(max(retry_after, 0.0), LONGEST_PAUSE_SECONDS)
        if pause > MAX_PAUSE_SECONDS:
            record.given_up = f"HTTP {status}, to be asked again in {pause:.0f} s"
    return pause


def failed(record: HostRecord, kind: str) -> float:
    """Note a request without an answer; the seconds for which the host is to be left alone."""
    return _failed(record, kind)


def _failed(record: HostRecord, what: str) -> float:
    record.failures += 1
    record.last_failure = what
    if record.failures >= GIVE_UP_AFTER:
        record.given_up = f"{record.failures} failures in a row, the last: {what}"
    # One failure is of the page; from the third on it is of the host.
    return record.unit * min(2.0 ** (record.failures - 1), 120.0) if record.failures >= 3 else 0.0


def seconds_of_retry_after(value: str, now: datetime) -> float | None:
    """Seconds from ``now`` that a Retry-After header asks for (RFC 9110, 10.2.3), None if none.

    >>> seconds_of_retry_after("120", datetime.now(UTC))
    120.0
    >>> seconds_of_retry_after("Fri, 31 Dec 1999 23:59:59 GMT", datetime(1999, 12, 31, 23, 58,
    ...     59, tzinfo=UTC))
    60.0
    >>> seconds_of_retry_after("soon", datetime.now(UTC)) is None
    True
    """
    value = value.strip()
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class SharedPace:
    """The moments at which hosts may be asked next, shared by all processes of an archive.

    ``folder`` keeps a file per host; None keeps them in memory, for this process alone. ``clock``
    gives seconds since 1970.
    """

    def __init__(self, folder: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._memory: dict[str, float] = {}
        self._files: dict[str, PaceFile] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def reserve(self, host: str, delay: float) -> float:
        """Take the next moment: 0.0 when the host may be asked now, else the seconds to wait.

        After a wait, ask again: another process may have been first, or the host may have
        asked for a pause.
        """
        return self._change(host, lambda now, then: now + delay if then <= now and delay else None)

    def pause(self, host: str, seconds: float) -> None:
        """Let nobody ask the host for so many seconds from now."""
        self._change(host, lambda now, then: max(then, now + seconds))

    def _change(self, host: str, rule: Callable[[float, float], float | None]) -> float:
        """Replace the host's moment by what the rule says; how far off the old one was."""
        if self._folder is None:
            return self._apply(host, self._memory.get(host, 0.0), rule)
        file = self._files.get(host)
        if file is None:
            path = self._folder / f"{safe_name(host)}.json"
            file = self._files[host] = PaceFile(path)
        wait = 0.0

        def replace(then: float) -> float | None:
            nonlocal wait
            wait = self._apply(host, then, rule)
            return None if self._memory[host] == then else self._memory[host]

        file.change(replace)
        return wait

    def _apply(self, host: str, then: float, rule: Callable[[float, float], float | None]) -> float:
        now = self._clock()
        if then > now + LONGEST_PAUSE_SECONDS + MAX_PAUSE_SECONDS:
            then = 0.0  # The clock was set back, or the file is not ours.
        decided = rule(now, then)
        self._memory[host] = then if decided is None else decided
        return max(0.0, then - now)


def safe_name(host: str) -> str:
    """A host's name as a file name.

    >>> safe_name("congdoan.vn"), safe_name("../x"), safe_name("::1")
    ('congdoan.vn', '_x', '_1')
    """
    name = _NOT_IN_NAMES.sub("_", host.lower())[:200].replace("__", "_")
    return name if name.strip(".") else "_"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours in which nothing is asked, in Vietnam's time; they may run over midnight."""

    start: time_of_day
    end: time_of_day

    def __contains__(self, moment: time_of_day) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def parse_quiet_hours(text: str) -> QuietHours | None:
    """``"22:00-05:00"`` as hours; None for "". Raises ValueError for anything else.

    >>> from datetime import time as t
    >>> hours = parse_quiet_hours("22:00-05:00")
    >>> [t(23) in hours, t(4, 59) in hours, t(5) in hours, t(12) in hours]
    [True, True, False, False]
    """
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*", text, re.ASCII)
    if found:
        hour, minute, end_hour, end_minute = map(int, found.groups())
        try:
            hours = QuietHours(time_of_day(hour, minute), time_of_day(end_hour, end_minute))
        except ValueError:
            hours = None
        if hours is not None and hours.start != hours.end:
            return hours
    raise ValueError(f'quiet hours are written "22:00-05:00", not {text!r}')
