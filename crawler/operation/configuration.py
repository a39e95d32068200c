"""The file that says how an archive runs by itself: ``congdoan.toml`` in its data folder.

Everything has a default, so that the file may be missing. A word that is not known is refused:
a mistyped name must not be a silent default.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive.database import ArchiveError
from archive.health.judgement import WORDS
from crawler.operation.rhythm import AUTO
from crawler.operation.timetable import parse_times
from crawler.politeness.pacing import parse_quiet_hours

FILE_NAME = "congdoan.toml"
LEVELS = ("district", "province", "industry", "national", "newspaper")


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


def read_config(data: Path, path: Path | None = None) -> Config:
    """The configuration of an archive: ``path``, or ``congdoan.toml`` in its folder if there.

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
        raise ArchiveError(f"{file} cannot be read: {error}") from error
    try:
        return config_of(raw)
    except ValueError as error:
        raise ArchiveError(f"{file}: {error}") from error


def config_of(raw: Mapping[str, Any]) -> Config:
    """A configuration from parsed TOML. Raises ValueError that names what is wrong."""
    _known(raw, "the file", "contact", "schedule", "alerts")
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
            raise ValueError(f"words: no state is called {word!r}; known: {', '.join(WORDS)}")
    return Config(
        contact=contact,
        schedule=ScheduleConfig(
            times=_times(schedule.get("times", default.times), "times"),
            levels=dict(default.levels) | {name: _times(v, name) for name, v in levels.items()},
            sites={name: _times(v, name) for name, v in _table(schedule, "sites").items()},
            jitter=timedelta(
                minutes=_number(schedule, "jitter_minutes", default.jitter.seconds // 60, 0, 720)
            ),
            sites_at_a_time=_number(schedule, "sites_at_a_time", default.sites_at_a_time, 1, 64),
            slice_pages=_number(schedule, "slice_pages", default.slice_pages, 0, 1_000_000),
            slice_minutes=_number(schedule, "slice_minutes", default.slice_minutes, 0, 1440),
            quiet_hours=quiet,
        ),
        alerts=AlertConfig(tuple(_texts(alerts.get("send_to", []), "send_to")), words),
    )


def _known(table: Mapping[str, Any], where: str, *names: str) -> None:
    for name in table:
        if name not in names:
            raise ValueError(f"{where} has no entry {name!r}; known: {', '.join(names)}")


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name, {})
    _is(value, dict, name)
    table: Mapping[str, Any] = value
    return table


def _times(value: Any, name: str) -> str:
    if value == AUTO:
        return AUTO
    try:
        return parse_times(value if isinstance(value, str) else _texts(value, name))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _texts(value: Any, name: str) -> list[str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise ValueError(f"{name} must be a list of texts, not {value!r}")


def _number(table: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = table.get(name, default)
    if type(value) is int and least <= value <= most:
        return value
    raise ValueError(f"{name} must be a number from {least} to {most}, not {value!r}")


def _is(value: Any, kind: type, name: str) -> None:
    if not isinstance(value, kind):
        names: dict[type, str] = {str: "a text", dict: "a table"}
        raise ValueError(f"{name} must be {names[kind]}, not {value!r}")
