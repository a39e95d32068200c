"""The file that says how an archive runs by itself: ``congdoan.toml`` in its data folder.

Everything has a default, so that the file may be missing. A word that is not known is refused:
a mistyped name must not be a silent default. What is refused is told by the name of its entry and
the kind of its value, never by the value: addresses for alerts hold passwords, and a complaint ends
in a journal that others read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive.database import ArchiveError
from archive.health.judgement import WORDS
from crawler.old_logs import KeptLogs
from crawler.operation.rhythm import AUTO
from crawler.operation.timetable import parse_times
from crawler.politeness.pacing import parse_quiet_hours

FILE_NAME = "congdoan.toml"
LEVELS = ("district", "province", "industry", "national", "newspaper")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""What may be repeated of a file that holds passwords: a name as entries and words have it."""
_KINDS: Mapping[type, str] = {
    str: "a text",
    dict: "a table",
    list: "a list",
    bool: "true or false",
    int: "a number",
    float: "a number with decimals",
}


@dataclass(frozen=True, slots=True)
class ScheduleConfig:
    times: str = AUTO
    """For a site that nothing below speaks of; in the form of ``timetable.parse_times``, or AUTO:
    by what the site publishes, see ``rhythm``."""
    levels: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    """By site; "" takes it off the schedule."""
    jitter: timedelta = timedelta(minutes=50)
    sites_at_a_time: int = 4
    slice_pages: int = 2000
    """Pages after which a crawl makes way for the others, and goes on when its turn comes; 0: none.
    A first walk takes many such slices."""
    slice_minutes: int = 90
    """The same by time."""
    quiet_hours: str = ""

    def times_of(self, site: str, level: str) -> str:
        """The times of a site, "" where it is not on the schedule, AUTO where they follow what it
        publishes."""
        return self.sites.get(site, self.levels.get(level, self.times))


@dataclass(frozen=True, slots=True)
class AlertConfig:
    send_to: tuple[str, ...] = ()
    """Addresses in Apprise's form: mailto://, mailtos://, json:// (a webhook), and a hundred
    more."""
    words: tuple[str, ...] = tuple(name for name, word in WORDS.items() if word.alarming)


@dataclass(frozen=True, slots=True)
class Config:
    contact: str = ""
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    alerts: AlertConfig = field(default_factory=AlertConfig)
    logs: KeptLogs = field(default_factory=KeptLogs)


def read_config(
    data: Path, path: Path | None = None, *, sites: Collection[str] | None = None
) -> Config:
    """The configuration of an archive: ``path``, or ``congdoan.toml`` in its folder if there.

    ``sites``: the names that ``[schedule.sites]`` may hold; None for any.

    Raises ArchiveError for a file that is missing (where it was named), unreadable or wrong; the
    text names the entry.
    """
    file = path or data / FILE_NAME
    if path is None and not file.exists():
        return Config()
    try:
        with file.open("rb") as stream:
            raw = tomllib.load(stream)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{file} cannot be read: {_unquoted(error)}") from None
    try:
        return config_of(raw, sites)
    except ValueError as error:
        raise ArchiveError(f"{file}: {error}") from error


def config_of(raw: Mapping[str, Any], sites: Collection[str] | None = None) -> Config:
    """A configuration from parsed TOML. Raises ValueError that names what is wrong."""
    _known(raw, "the file", "contact", "schedule", "alerts", "logs")
    schedule = _table(raw, "schedule")
    _known(
        schedule,
        "[schedule]",
        "times",
        "levels",
        "sites",
        "jitter_minutes",
        "sites_at_a_time",
        "slice_pages",
        "slice_minutes",
        "quiet_hours",
    )
    alerts = _table(raw, "alerts")
    _known(alerts, "[alerts]", "send_to", "words")
    logs = _table(raw, "logs")
    _known(logs, "[logs]", "keep_days", "keep_megabytes")
    levels = _table(schedule, "levels")
    _known(levels, "[schedule.levels]", *LEVELS)
    default = ScheduleConfig()
    quiet = schedule.get("quiet_hours", "")
    _is(quiet, str, "quiet_hours")
    parse_quiet_hours(quiet)
    contact = raw.get("contact", "")
    _is(contact, str, "contact")
    words = tuple(_texts(alerts.get("words", list(AlertConfig().words)), "words"))
    for word in words:
        if word not in WORDS:
            raise ValueError(f"words: no state is called {_shown(word)}; known: {', '.join(WORDS)}")
    own_times = _table(schedule, "sites")
    for name in own_times:
        if sites is not None and name not in sites:
            raise ValueError(f"[schedule.sites]: no site is called {_shown(name)}")
    return Config(
        contact=contact,
        schedule=ScheduleConfig(
            times=_times(schedule.get("times", default.times), "times"),
            levels=dict(default.levels) | {name: _times(v, name) for name, v in levels.items()},
            sites={name: _times(v, name) for name, v in own_times.items()},
            jitter=timedelta(
                minutes=_number(schedule, "jitter_minutes", default.jitter.seconds // 60, 0, 720)
            ),
            sites_at_a_time=_number(schedule, "sites_at_a_time", default.sites_at_a_time, 1, 64),
            slice_pages=_number(schedule, "slice_pages", default.slice_pages, 0, 1_000_000),
            slice_minutes=_number(schedule, "slice_minutes", default.slice_minutes, 0, 1440),
            quiet_hours=quiet,
        ),
        alerts=AlertConfig(tuple(_texts(alerts.get("send_to", []), "send_to")), words),
        logs=KeptLogs(
            _number(logs, "keep_days", KeptLogs().days, 0, 100_000),
            _number(logs, "keep_megabytes", KeptLogs().megabytes, 0, 1_000_000_000),
        ),
    )


def _known(table: Mapping[str, Any], where: str, *names: str) -> None:
    for name in table:
        if name not in names:
            raise ValueError(f"{where} has no entry {_shown(name)}; known: {', '.join(names)}")


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name, {})
    _is(value, dict, name)
    table: Mapping[str, Any] = value
    return table


def _times(value: Any, name: str) -> str:
    if value == AUTO:
        return AUTO
    declared = value if isinstance(value, str) else _texts(value, name)
    try:
        return parse_times(declared)
    except ValueError:
        # Not the reason as it is, which repeats the value: an address for alerts, below the wrong
        # heading, is taken for times.
        form = 'hours (["05:30"]), a crontab line ("30 5 * * mon-fri") or "auto"'
        raise ValueError(f"{name}: times are {form}") from None


def _texts(value: Any, name: str) -> list[str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise ValueError(f"{name} must be a list of texts, not {_kind(value)}")


def _number(table: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = table.get(name, default)
    if type(value) is int and least <= value <= most:
        return value
    said = str(value) if type(value) is int else _kind(value)
    raise ValueError(f"{name} must be a number from {least} to {most}, not {said}")


def _is(value: Any, kind: type, name: str) -> None:
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be {_KINDS[kind]}, not {_kind(value)}")


def _kind(value: Any) -> str:
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return "a list of other things"
    return _KINDS.get(type(value), "a date or time")


def _shown(name: str) -> str:
    return repr(name) if _NAME.fullmatch(name) else "what is written there"


def _unquoted(error: Exception) -> str:
    """A complaint of the parser without what it quotes from the file."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, UnicodeDecodeError):
        return "it is no UTF-8"
    place = re.search(r"\(at (?:line \d+, column \d+|end of document)\)", str(error))
    return f"it is no TOML {place[0]}" if place else "it is no TOML"
