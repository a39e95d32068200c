"""What the archive made of the scripted year: found in time, seen in time, told exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlite_utils import Database

from archive.health.judgement import WORDS, longest_quiet
from archive.revisits import STEPS, YEARLY
from benchmarks.year.pages import edit_mark
from benchmarks.year.script import DAY, START, Fault, SiteScript, Story, YearScript
from benchmarks.year.web import YearWeb
from crawler.extraction.urls import article_key
from crawler.operation.schedule import (
    DAILY_RETRIES,
    RETRY_AFTER,
    RETRY_DAILY,
    RETRY_WEEKLY,
)

SLACK = timedelta(hours=3)
"""Jitter of the schedule (50 minutes), places that are taken, and the crawl itself."""
HEARD_WITHIN = timedelta(hours=6)
"""How often this simulation looks at the health of all sites."""
LOOK_BACK = timedelta(hours=24)
LISTED_WORST = 12
"""Cases that a report names."""


@dataclass(slots=True)
class Tally:
    """How many of something, how many of them in time, and the worst cases."""

    due: int = 0
    in_time: int = 0
    late: list[str] = field(default_factory=list)
    not_judged: int = 0
    """Not to be had within the year, or gone before anyone could have come."""

    def count(self, what: str, seen: datetime | None, deadline: datetime) -> None:
        self.due += 1
        if seen is not None and seen <= deadline:
            self.in_time += 1
        else:
            self.late.append(f"{what}: by {deadline:%m-%d %H:%M}, {_told(seen)}")

    def as_dict(self) -> dict[str, Any]:
        return {
            "due": self.due,
            "in_time": self.in_time,
            "late": len(self.late),
            "not_judged": self.not_judged,
            "worst": self.late[:LISTED_WORST],
        }


@dataclass(frozen=True, slots=True)
class Heard:
    """A state of a site, from when until when it was told."""

    site: str
    word: str
    start: datetime
    end: datetime
    reason: str


def deadline(site: SiteScript, moment: datetime) -> datetime:
    """By when a crawl of the site must have come by after a moment; outages put it off."""
    latest = moment + site.interval(moment) + SLACK
    for fault in sorted(site.faults, key=lambda fault: fault.start):
        retried = _ended(fault) + _retried_within(fault)
        if fault.outage and fault.start < latest and retried > moment - SLACK:
            latest = max(latest, retried + SLACK)
    return latest


def _ended(fault: Fault) -> datetime:
    """When crawls may know that a fault is over: a robots.txt is read once a day."""
    return fault.end + DAY if fault.kind == "robots" else fault.end


def _retried_within(fault: Fault) -> timedelta:
    """How long after a fault's end the site is tried again; see ``crawler.operation.schedule``."""
    lasted = fault.end - fault.start
    if lasted < sum(RETRY_AFTER, timedelta()):
        return max(RETRY_AFTER)
    return RETRY_DAILY if lasted < DAILY_RETRIES * RETRY_DAILY else RETRY_WEEKLY


def judge(script: YearScript, web: YearWeb, db: Database) -> dict[str, Any]:
    """Articles, edits and takedowns: how many were due to be seen, and how many were in time."""
    articles, edits, takedowns = Tally(), Tally(), Tally()
    false_edits = 0
    for site in script.sites:
        held = _held(db, site.name)
        pages = web.pages[site.host]
        changed = any(fault.kind in ("redesign", "bodiless") for fault in site.faults)
        for story in site.stories:
            row = held.get(article_key(pages.url(pages.told(story))))
            name = f"{site.name}/{story.number}"
            _judge_found(articles, site, story, row, name, script.end)
            if row is None:
                continue
            first = datetime.fromisoformat(row["first_seen_at"])
            seen = _judge_edits(edits, db, site, story, row, first, name, script.end)
            _judge_takedown(takedowns, site, story, row, first, name, script.end)
            if not changed:
                false_edits += max(0, row["revisions"] - 1 - seen)
    return {
        "articles": articles.as_dict(),
        "edits": edits.as_dict(),
        "takedowns": takedowns.as_dict(),
        "revisions_without_an_edit": false_edits,
    }


def _held(db: Database, site: str) -> dict[str, dict[str, Any]]:
    rows = db.query(
        "select address, articles.* from article_addresses join articles on id = article_id"
        " where site = ?",
        [site],
    )
    return {row["address"]: row for row in rows}


def _judge_found(
    tally: Tally,
    site: SiteScript,
    story: Story,
    row: dict[str, Any] | None,
    name: str,
    end: datetime,
) -> None:
    by = deadline(site, max(story.published, START))
    if row is None and (by > end or (story.gone is not None and story.gone <= by)):
        tally.not_judged += 1
        return
    seen = datetime.fromisoformat(row["first_seen_at"]) if row else None
    tally.count(name, seen, by)


def _next_look(first: datetime, moment: datetime) -> datetime:
    """The first look at an article after a moment, by the steps of ``archive.revisits``."""
    for step in STEPS:
        if first + step > moment:
            return first + step
    look = first + STEPS[-1]
    while look <= moment:
        look += YEARLY
    return look


def _judge_edits(
    tally: Tally,
    db: Database,
    site: SiteScript,
    story: Story,
    row: dict[str, Any],
    first: datetime,
    name: str,
    end: datetime,
) -> int:
    """Count the edits after the first sight; how many of them are in the revisions."""
    seen_editions = 0
    revisions = db.execute(
        "select seen_at, lead || ' ' || body from revisions where article_id = ? order by number",
        [row["id"]],
    ).fetchall()
    for edition, edit in enumerate(story.edits, 1):
        if edit <= first:
            continue
        mark = edit_mark(edition)
        seen = next((datetime.fromisoformat(at) for at, text in revisions if mark in text), None)
        seen_editions += seen is not None
        by = deadline(site, _next_look(first, edit))
        later = [other for other in (*story.edits, story.gone) if other and edit < other]
        if seen is None and (by > end or any(moment <= by for moment in later)):
            tally.not_judged += 1
        else:
            tally.count(f"{name} edit {edition}", seen, by)
    return seen_editions


def _judge_takedown(
    tally: Tally,
    site: SiteScript,
    story: Story,
    row: dict[str, Any],
    first: datetime,
    name: str,
    end: datetime,
) -> None:
    if story.gone is None or story.gone <= first:
        return
    seen = datetime.fromisoformat(row["gone_at"]) if row["gone_at"] else None
    by = deadline(site, _next_look(first, story.gone))
    if seen is None and by > end:
        tally.not_judged += 1
    else:
        tally.count(f"{name} gone ({story.gone_how})", seen, by)


def judge_manners(web: YearWeb) -> dict[str, Any]:
    """Whether any host was asked faster than its rate, within a pause that it asked for, or for its
    robots.txt more than once a day."""
    logs = web.logs.values()
    daily = [
        earlier
        for log in logs
        for earlier, later in pairwise(log.robots_read)
        if later - earlier < DAY.total_seconds() - 1
    ]
    return {
        "shortest_gap_seconds": round(min(log.shortest for log in logs), 2),
        "too_fast": sum(log.too_fast for log in logs),
        "within_a_pause": sum(log.too_soon for log in logs),
        "in_quiet_hours": web.in_quiet_hours,
        "against_robots_txt": sum(log.after_robots for log in logs),
        "robots_read_twice_in_a_day": len(daily),
    }


def judge_alarms(script: YearScript, heard: Sequence[Heard], web: YearWeb) -> dict[str, Any]:
    """Planted faults that were not told, or late, and alarms for which nothing was planted."""
    planted, missed, false = 0, [], []
    delays: list[float] = []
    for site in script.sites:
        told = [h for h in heard if h.site == site.name and WORDS[h.word].alarming]
        for fault in site.faults:
            for word in fault.alarms:
                latest = _heard_by(site, fault, word)
                if latest > script.end:
                    continue
                planted += 1
                hits = [h.start for h in told if h.word == word and h.start >= fault.start]
                if hits and hits[0] <= latest:
                    delays.append((hits[0] - fault.start) / DAY)
                else:
                    when = f"heard {hits[0]:%m-%d %H:%M}" if hits else "never heard"
                    missed.append(
                        f"{site.name} {fault.kind} from {fault.start:%m-%d %H:%M}: {word} by"
                        f" {latest:%m-%d %H:%M}, {when}"
                    )
        false += [_false(alarm) for alarm in told if not _is_due(site, alarm)]
    return {
        "planted": planted,
        "missed": len(missed),
        "false": len(false),
        "alarms": sum(WORDS[h.word].alarming for h in heard),
        "words": dict(Counter(h.word for h in heard if WORDS[h.word].alarming)),
        "median_days_until_told": round(sorted(delays)[len(delays) // 2], 1) if delays else None,
        "missed_ones": missed[:LISTED_WORST],
        "false_ones": false[:LISTED_WORST],
    }


def _heard_by(site: SiteScript, fault: Fault, word: str) -> datetime:
    """By when a fault must have been told as ``word``."""
    if word == "gone":
        return (
            fault.start + timedelta(days=14) + 2 * site.interval(fault.start) + SLACK + HEARD_WITHIN
        )
    if word == "changed":
        # Three pages make a change, against ten of the last sixty days: see archive.health.drift.
        news = [story.published for story in site.stories if story.published > fault.start]
        usual = [s for s in site.stories if fault.start - 60 * DAY < s.published < fault.start]
        if len(news) < 3 or len(usual) < 12:
            return START + 9999 * DAY
        return news[2] + site.interval(news[2]) + SLACK + HEARD_WITHIN
    if word == "frozen":
        days = sorted({story.published.date() for story in site.stories})
        longest = max((later - earlier for earlier, later in pairwise(days)), default=DAY)
        silence = longest_quiet(len(days), days[-1] - days[0], longest)
        last = max(story.published for story in site.stories if story.published < fault.start)
        until = last + silence + 2 * DAY
        return until + site.interval(until) + HEARD_WITHIN
    late = DAY if fault.kind == "robots" else timedelta(0)
    return fault.start + late + LOOK_BACK + 2 * site.interval(fault.start) + SLACK + HEARD_WITHIN


def _is_due(site: SiteScript, alarm: Heard) -> bool:
    """Whether a fault that lasts, or has just ended, explains an alarm."""
    return any(
        alarm.word in fault.alarms + fault.allowed
        and fault.start <= alarm.start <= fault.end + _over(site, fault) + HEARD_WITHIN
        for fault in site.faults
    )


def _over(site: SiteScript, fault: Fault) -> timedelta:
    """How long after a fault's end its alarm may still come."""
    return max(site.interval(fault.end), _retried_within(fault)) + SLACK


def _false(alarm: Heard) -> str:
    return f"{alarm.site} {alarm.word} {alarm.start:%m-%d %H:%M}: {alarm.reason[:160]}"


def _told(moment: datetime | None) -> str:
    return f"seen {moment:%m-%d %H:%M}" if moment else "never seen"
