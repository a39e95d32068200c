"""What happens on forty invented union sites in a year: a seeded script, and nothing else.

Sites publish at their own rates, with weekends, congresses and Tết; they edit, take down, break,
redesign, move and end. A script is the truth that ``benchmarks.year.judge`` measures against.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from archive.records import VIETNAM
from benchmarks.generated_pages import KNOWN
from crawler.operation.rhythm import AUTO

START = datetime(2026, 1, 1, 0, 0, tzinfo=VIETNAM)
TET = (date(2026, 2, 14), date(2026, 2, 23))
"""From the kitchen gods' day to the seventh of the first month: offices are closed."""
BACKLOG = 24
"""Articles that stand on a site before the archive hears of it."""
DAY = timedelta(days=1)
CRAWL = timedelta(hours=3)
"""How long a daily crawl takes at most."""


@dataclass(slots=True)
class Story:
    """An article: when it appears, when it is edited, when and how it goes."""

    number: int
    published: datetime
    edits: tuple[datetime, ...] = ()
    gone: datetime | None = None
    gone_how: str = "404"

    def edition(self, now: datetime) -> int:
        """How often it has been edited."""
        return sum(edit <= now for edit in self.edits)

    def stands(self, now: datetime) -> bool:
        return self.published <= now and (self.gone is None or now < self.gone)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong on a site, and the alarms that people should hear of it."""

    kind: str
    start: datetime
    end: datetime
    alarms: tuple[str, ...] = ()
    """States that are to be told, in this order; none of a fault that passes or does no harm."""
    allowed: tuple[str, ...] = ()
    """States that are no false alarm while it lasts, beside ``alarms``."""
    outage: bool = True
    """Whether the site cannot be read while it lasts."""

    def holds(self, now: datetime) -> bool:
        return self.start <= now < self.end


@dataclass(slots=True)
class SiteScript:
    """One site's year."""

    name: str
    host: str
    make: str
    level: str
    times: str
    """When it is crawled, in the form of ``crawler.operation.timetable``, or AUTO."""
    weekly: float
    """Articles in an ordinary week."""
    validators: bool
    """Whether it answers conditional requests."""
    feed: bool
    stories: list[Story] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    planned: list[tuple[datetime, timedelta]] = field(default_factory=list)
    """From when on the schedule had it crawled at least how often: noted in the run."""

    @property
    def quiet(self) -> bool:
        """Whether its owner has it crawled weekly."""
        return self.times == WEEKLY

    def interval(self, moment: datetime) -> timedelta:
        """The longest time between two crawls by the schedule that held at a moment.

        Where a crawl under way has changed it, the longer one: it saw no more of that moment.
        """
        held = DAY
        for since, interval in self.planned:
            if since > moment + CRAWL:
                break
            held = interval if since <= moment else max(held, interval)
        return held

    def fault(self, now: datetime) -> Fault | None:
        return next((fault for fault in self.faults if fault.holds(now)), None)


@dataclass(slots=True)
class YearScript:
    seed: int
    days: int
    sites: list[SiteScript]

    @property
    def end(self) -> datetime:
        return START + self.days * DAY


WEEKLY = "0 5 * * 1"
"""As an owner who looks at ``congdoan status`` would set it for quiet sites. The others are crawled
as often as they publish, which is the default."""


def year_script(
    seed: int, hosts: int, days: int, rate: float = 1.0, *, alike: bool = False
) -> YearScript:
    """The script: ``hosts`` sites over ``days`` days; ``rate`` multiplies what they publish,
    but for the quiet ones.

    ``alike``: every site is one of a province, crawled once a day, for a run that has to be short.

    The kinds of faults are dealt out in turn, so that forty hosts meet every one.
    """
    lot = random.Random(seed)
    kinds = ("newspaper", "province", "national", "province", "industry", "province", "quiet")
    sites = []
    for number in range(hosts):
        kind = "province" if alike else kinds[number % len(kinds)]
        weekly = {
            "newspaper": rate * lot.uniform(90, 140),
            "national": rate * lot.uniform(40, 70),
            "industry": rate * lot.uniform(12, 25),
            "province": rate * lot.choice((lot.uniform(8, 15), lot.uniform(18, 35))),
            "quiet": lot.uniform(2, 5),
        }[kind]
        make = KNOWN[number % len(KNOWN)]
        sites.append(
            SiteScript(
                name=f"year_{number:02}",
                host=f"congdoan-{number:02}.example.vn",
                make=make,
                level="province" if kind == "quiet" else kind,
                times=WEEKLY if kind == "quiet" else AUTO,
                weekly=weekly,
                validators=lot.random() < 0.6,
                feed=make != "mastercms",
            )
        )
    for number, site in enumerate(sites):
        site.faults = sorted(_faults(lot, number, site, days), key=lambda fault: fault.start)
        site.stories = list(_stories(lot, site, days))
    return YearScript(seed, days, sites)


def _stories(lot: random.Random, site: SiteScript, days: int) -> Iterator[Story]:
    """The backlog, then every day's articles, in the order in which they appear."""
    silence = next((fault for fault in site.faults if fault.kind == "silence"), None)
    before = 7 * BACKLOG / site.weekly
    moments = [START - timedelta(days=lot.uniform(0.1, before)) for _ in range(BACKLOG)]
    congresses = {lot.randrange(days) for _ in range(max(1, days // 90))}
    for day in range(days):
        many = site.weekly / 6.0
        today = (START + day * DAY).date()
        if TET[0] <= today < TET[1]:
            many *= 0.25 if site.level == "newspaper" else 0.0
        if today.weekday() == 5:
            many *= 0.6
        if today.weekday() == 6:
            many *= 0.4
        if any(0 <= day - first < 3 for first in congresses):
            many *= 3
        for _ in range(_poisson(lot, many)):
            moment = START + timedelta(days=day, hours=lot.uniform(7, 18.5))
            if silence is None or not silence.holds(moment):
                moments.append(moment)
    moments.sort()
    edits_often = lot.random() < 0.15
    for number, moment in enumerate(moments, 1):
        yield _story(lot, number, moment.replace(second=0, microsecond=0), edits_often)


def _story(lot: random.Random, number: int, published: datetime, edits_often: bool) -> Story:
    edits: list[datetime] = []
    if lot.random() < (0.25 if edits_often else 0.05):
        hours = lot.choice((1, 5, 20, 70, 300, 900)) * lot.random()
        edits.append(published + timedelta(hours=hours))
    gone = None
    if lot.random() < 0.03:
        gone = published + timedelta(days=lot.uniform(0.5, 60))
        edits = [edit for edit in edits if edit < gone]
    how = lot.choice(("404", "410", "home", "front"))
    return Story(number, published, tuple(edits), gone, how)


def _poisson(lot: random.Random, mean: float) -> int:
    """Knuth's way; the means are small."""
    limit, count, product = pow(2.718281828459045, -mean), 0, lot.random()
    while product > limit:
        count += 1
        product *= lot.random()
    return count


def _faults(lot: random.Random, number: int, site: SiteScript, days: int) -> Iterator[Fault]:
    """A lasting fault, in turn, and for every second site one that passes."""
    quiet = site.quiet
    if number % 2 == 0:
        kind = ("dns", "timeout", "busy", "refused", "tls", "forbidden")[number // 2 % 6]
        start = _moment(lot, days, 0.15, 0.35)
        yield Fault(kind, start, start + timedelta(hours=lot.uniform(3, 9)))
    lasting = _LASTING[number % len(_LASTING)]
    if quiet and lasting not in ("closed", "moved", "merged", "redesign"):
        return
    start = _moment(lot, days, 0.45, 0.6)
    yield from _lasting(lot, lasting, start, START + days * DAY)


_LASTING = (
    "dns", "redesign", "forbidden", "moved", "slow", "challenge", "closed", "certificate",
    "silence", "robots", "timeout", "bodiless", "merged", "crawl_delay", "busy", "none",
)  # fmt: skip


def _lasting(lot: random.Random, kind: str, start: datetime, end: datetime) -> Iterator[Fault]:
    some_days = start + timedelta(days=lot.uniform(3, 6))
    match kind:
        case "dns" | "timeout" | "busy":
            yield Fault(kind, start, some_days, ("failing",))
        case "certificate":
            yield Fault("tls", start, some_days, ("failing",))
        case "forbidden" | "challenge" | "robots":
            yield Fault(kind, start, some_days, ("blocked",), ("failing",))
        case "redesign" | "bodiless":
            # What has no body any more is no article that could be collected.
            yield Fault(kind, start, end, ("changed",), outage=kind == "bodiless")
        case "moved" | "merged":
            # That all known articles redirect at once is told before that the host has moved.
            yield Fault(kind, start, end, ("moved",), ("failing", "changed"))
        case "closed":
            yield Fault("dns", start, end, ("failing", "gone"))
        case "slow":
            yield Fault(kind, start, start + 7 * DAY, outage=False)
        case "crawl_delay":
            yield Fault(kind, start, end, outage=False)
        case "silence":
            yield Fault(kind, start, end, ("frozen",), outage=False)


def _moment(lot: random.Random, days: int, earliest: float, latest: float) -> datetime:
    moment = START + timedelta(days=days * lot.uniform(earliest, latest))
    return moment.replace(second=0, microsecond=0)


def paragraphs_of(sentences: Sequence[str], host: str, number: int) -> tuple[str, ...]:
    """The text of an article, the same at every call."""
    lot = random.Random(f"{host} {number}")
    return tuple(" ".join(lot.sample(sentences, lot.randint(2, 3))) for _ in range(3))
