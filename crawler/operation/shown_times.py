"""When each site is crawled: ``schedule --show``, ``sites`` and ``status`` say the same to people.

Nothing is written, so that whoever looks changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.operation import Planned
from archive.records import VIETNAM
from crawler.catalogue import declared_sites
from crawler.operation.configuration import ScheduleConfig
from crawler.operation.rhythm import AUTO
from crawler.operation.schedule import NoCrawls, Schedule

NEVER = "never"


@dataclass(frozen=True, slots=True)
class ShownTimes:
    """The times of a site."""

    times: str
    """Hours or a crontab line, with " (auto)" behind those that follow what the site publishes, or
    ``NEVER``."""
    planned: Planned | None
    """Its plan; None where it is not on the schedule."""

    @property
    def next(self) -> str | None:
        """When its time comes next, Vietnam's time to the minute; None for never."""
        return moment(self.planned.next_at) if self.planned else None


def shown_times(
    db: Database | None, config: ScheduleConfig, now: datetime
) -> dict[str, ShownTimes]:
    """The times of every declared site, as the schedule would plan them now.

    ``db``: None where there is no archive yet.
    """
    levels = {name: spider.level for name, spider in declared_sites().items()}
    planned = Schedule(config, levels, NoCrawls()).preview(db, now)
    return {
        name: ShownTimes(_text(config, name, level, planned.get(name)), planned.get(name))
        for name, level in levels.items()
    }


def moment(when: datetime) -> str:
    """A moment for people: Vietnam's time, to the minute."""
    return f"{when.astimezone(VIETNAM):%Y-%m-%d %H:%M}"


def _text(config: ScheduleConfig, site: str, level: str, planned: Planned | None) -> str:
    times = config.times_of(site, level) or NEVER
    return f"{planned.times} ({AUTO})" if times == AUTO and planned is not None else times
