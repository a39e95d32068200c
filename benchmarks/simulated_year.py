"""A year of forty sites in one run, time compressed: ``python -m benchmarks.simulated_year``.

A seeded script (``benchmarks.year.script``) publishes, edits, takes down, breaks, redesigns, moves
and ends sites. The schedule, the crawls, the pace, the WARC files, the database, the health and
its alerts are the product's own; the network is a scripted transport and the clock jumps over all
waiting. Told is whether every article was collected within its site's schedule, every edit and
takedown seen within its revisit interval, no host asked over its rate, the requests per article,
and the alarms that were missed or false.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from twisted.internet import asyncioreactor

from archive.database import open_archive, save_site
from archive.health.judgement import Health
from archive.operation import planned_sites
from archive.records import VIETNAM
from benchmarks.told import Told, told_parser, told_to
from benchmarks.year.clock import JumpingClock, JumpingLoop
from benchmarks.year.judge import HEARD_WITHIN, Heard, judge, judge_alarms, judge_manners
from benchmarks.year.pages import FEED_PATHS
from benchmarks.year.script import START, YearScript, year_script

# The reactor must be on the jumping loop before Scrapy installs another.
CLOCK = JumpingClock(START)
LOOP = JumpingLoop(CLOCK)
asyncio.set_event_loop(LOOP)
asyncioreactor.install(LOOP)  # type: ignore[no-untyped-call]

from twisted.internet import reactor  # noqa: E402

from benchmarks.year.line import CrawlTasks  # noqa: E402
from benchmarks.year.web import YearWeb  # noqa: E402
from crawler import catalogue, one_site  # noqa: E402
from crawler.catalogue import site_record  # noqa: E402
from crawler.families import FAMILIES  # noqa: E402
from crawler.operation import drifting  # noqa: E402
from crawler.operation.alerts import tell  # noqa: E402
from crawler.operation.configuration import AlertConfig, ScheduleConfig  # noqa: E402
from crawler.operation.drifting import examined_health  # noqa: E402
from crawler.operation.schedule import Schedule  # noqa: E402
from crawler.operation.timetable import longest_gap  # noqa: E402

FAMILY_OF = {
    "nukeviet": "NukeVietSpider",
    "joomla_k2": "JoomlaK2Spider",
    "wordpress": "WordPressSpider",
    "mastercms": "MasterCmsSpider",
}


def declare(script: YearScript, web: YearWeb) -> dict[str, Any]:
    """The sites of the script, declared as their files would be; in place of the real ones."""
    families = {family.__name__: family for family in FAMILIES}
    found: dict[str, Any] = {}
    for site in script.sites:
        base = f"http://{site.host}"
        says: dict[str, Any] = {
            "name": site.name,
            "title": site.host,
            "hosts": (site.host,),
            "level": site.level,
            "start_urls": [base + web.pages[site.host].listing_path],
            "keeps": "none",
        }
        if site.make in ("nukeviet", "wordpress"):
            says["feeds"] = (base + FEED_PATHS[site.make],)
        found[site.name] = type(site.name, (families[FAMILY_OF[site.make]],), says)
    for module in (catalogue, one_site, drifting):
        module.declared_sites = lambda: found  # type: ignore[attr-defined]
    catalogue._by_host.cache_clear()
    return found


class Year:
    """One run of a script."""

    def __init__(self, script: YearScript, data: Path, quiet_hours: str = "") -> None:
        self.script = script
        self.by_name = {site.name: site for site in script.sites}
        self.data = data
        self.web = YearWeb(script, quiet_hours)
        self.sites = declare(script, self.web)
        self.db: Database = open_archive(data / "archive.db")
        for spider in self.sites.values():
            save_site(self.db, site_record(spider))
        self.crawls = CrawlTasks(self.db, data, self.web, quiet_hours)
        times = {site.name: site.times for site in script.sites if site.quiet}
        config = ScheduleConfig(sites=times, quiet_hours=quiet_hours)
        levels = {site.name: site.level for site in script.sites}
        self.schedule = Schedule(config, levels, self.crawls)
        self.heard: list[Heard] = []
        self.before: dict[str, Counter[str]] = {}
        """What each site was asked until its first whole crawl had ended."""
        self.outcomes: Counter[str] = Counter()
        self.health_seconds = 0.0
        self._months = 0
        self.failed: BaseException | None = None

    async def run(self) -> None:
        """Keep the schedule until the year is over."""
        looked = START - HEARD_WITHIN
        while (now := datetime.now(UTC)) < self.script.end:
            ticked = self.schedule.tick(self.db, now)
            for run in ticked.ended:
                self.outcomes[run.outcome] += 1
                if run.complete and run.site not in self.before:
                    host = self.sites[run.site].hosts[0]
                    self.before[run.site] = Counter(self.web.logs[host].requests)
            if now - looked >= HEARD_WITHIN:
                looked = now
                self._listen(now)
                self._tell_progress(now)
            self._note_times(now)
            await self._wait(now)
        while self.crawls.running():
            await asyncio.sleep(60)

    def _note_times(self, now: datetime) -> None:
        """How often the schedule says that each site is crawled, where that has changed."""
        for name, planned in planned_sites(self.db).items():
            site, interval = self.by_name[name], longest_gap(planned.times)
            if not site.planned or site.planned[-1][1] != interval:
                site.planned.append((now.astimezone(VIETNAM), interval))

    def _tell_progress(self, now: datetime) -> None:
        """A line for every month that has passed, since a year takes its time."""
        months, day = divmod((now - START).days, 30)
        if day == 0 and months > self._months:
            self._months = months
            print(
                f"day {months * 30}: {self.crawls.begun} crawls, {time.process_time():.0f} s",
                file=sys.stderr,
                flush=True,
            )

    async def _wait(self, now: datetime) -> None:
        plan = planned_sites(self.db).values()
        next_at = min((planned.next_at for planned in plan), default=now)
        # What is due and has not begun waits for a place, or for the end of quiet hours.
        most = 300.0 if self.schedule.is_quiet(now) else HEARD_WITHIN.total_seconds()
        seconds = min(max(2.0, (next_at - now).total_seconds()), most)
        self.crawls.changed.clear()
        try:
            await asyncio.wait_for(self.crawls.changed.wait(), seconds)
        except TimeoutError:
            return

    def _listen(self, now: datetime) -> None:
        """Look at the health of all sites, tell, and note what was told."""
        began = time.process_time()
        states = examined_health(self.db, self.data, now)
        tell(self.db, states, AlertConfig(), now)
        for state in states:
            self._note(state, now.astimezone(VIETNAM))
        self.health_seconds += time.process_time() - began

    def _note(self, state: Health, now: datetime) -> None:
        last = next((h for h in reversed(self.heard) if h.site == state.site), None)
        if last is not None and last.word == state.word:
            return
        self.heard.append(Heard(state.site, state.word, now, now, state.reason))

    def figures(self) -> dict[str, Any]:
        """Everything that the year showed."""
        asked: Counter[str] = Counter()
        by_level: dict[str, Counter[str]] = {}
        for site in self.script.sites:
            after = self.web.logs[site.host].requests - self.before.get(site.name, Counter())
            asked += after
            kind = "quiet" if site.quiet else site.level
            by_level.setdefault(kind, Counter()).update(after)
        collected = self._collected()
        told = {
            "seed": self.script.seed,
            "sites": len(self.script.sites),
            "days": self.script.days,
            "crawls": dict(self.outcomes),
            "requests": dict(sum((log.requests for log in self.web.logs.values()), Counter())),
            "after_the_first_crawls": dict(asked),
            "collected_after": sum(collected.values()),
            "requests_per_article": _per(asked, sum(collected.values())),
            "requests_per_article_by_level": {
                level: _per(counts, collected[level]) for level, counts in by_level.items()
            },
            "looks_at_known_articles": asked["revisit"],
            "requests_per_page": _per_page(asked, sum(collected.values())),
        }
        told |= judge(self.script, self.web, self.db)
        told["manners"] = judge_manners(self.web)
        told["alarms"] = judge_alarms(self.script, self.heard, self.web)
        return told

    def _collected(self) -> Counter[str]:
        """Articles that were first seen after the first whole crawl of their site, by level."""
        found: Counter[str] = Counter()
        for site in self.script.sites:
            kind = "quiet" if site.quiet else site.level
            found[kind] += self.db.execute(
                "select count(*) from articles where site = ? and first_seen_at >"
                " (select min(finished_at) from crawls where site = ? and complete)",
                [site.name, site.name],
            ).fetchone()[0]
        return found


def _per(asked: Counter[str], articles: int) -> float | None:
    """Requests that find and fetch news, robots.txt included, for each article."""
    news = asked.total() - asked["revisit"]
    return round(news / articles, 2) if articles else None


def _per_page(asked: Counter[str], articles: int) -> float | None:
    """All requests for each page of an article, be it new or looked at again."""
    pages = articles + asked["revisit"]
    return round(asked.total() / pages, 2) if pages else None


def simulate(script: YearScript, data: Path, quiet_hours: str = "") -> dict[str, Any]:
    """Run a script; its figures, with what the run cost."""
    year = Year(script, data, quiet_hours)
    engine: Any = reactor

    async def whole() -> None:
        try:
            await year.run()
        except BaseException as error:
            year.failed = error
        finally:
            LOOP.call_soon(engine.stop)

    began = time.process_time()
    engine.callWhenRunning(lambda: LOOP.create_task(whole()))
    engine.run()
    if year.failed is not None:
        raise year.failed
    seconds = time.process_time() - began
    figures = year.figures()
    figures["cost"] = {
        "cpu_seconds": round(seconds),
        "of_which_health": round(year.health_seconds),
        "ms_per_crawl": round(1000 * seconds / max(1, year.crawls.begun), 1),
        "ms_per_request": round(1000 * seconds / max(1, sum(figures["requests"].values())), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "database_mb": round((data / "archive.db").stat().st_size / 1e6),
    }
    year.db.close()
    return figures


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--hosts", type=int, default=40)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rate", type=float, default=1.0, help="times what sites publish")
    parser.add_argument("--alike", action="store_true", help="crawl every site once a day")
    parser.add_argument("--quiet", default="", metavar="HOURS", help="such as 22:00-04:30")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="keep the archive here")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--figures", type=Path, metavar="FILE", help="report the figures of an earlier run"
    )
    given = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL, stream=sys.stderr)
    if given.figures:
        figures = json.loads(given.figures.read_text("utf-8"))
    else:
        script = year_script(given.seed, given.hosts, given.days, given.rate, alike=given.alike)
        with tempfile.TemporaryDirectory() as folder:
            data = given.data or Path(folder)
            data.mkdir(parents=True, exist_ok=True)
            figures = simulate(script, data, given.quiet)
    CLOCK.stop()
    if given.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    told_to(given.write, Told("simulated year", lines_of(figures)))


def lines_of(figures: dict[str, Any]) -> Sequence[str]:
    """The report, in Markdown."""
    alarms, manners, cost = figures["alarms"], figures["manners"], figures["cost"]
    asked = Counter(figures["after_the_first_crawls"])
    levels = figures["requests_per_article_by_level"].items()
    lines = [
        f"{figures['sites']} sites, {figures['days']} days, seed {figures['seed']}:"
        f" {sum(figures['crawls'].values()):,} crawls, {sum(figures['requests'].values()):,}"
        f" requests, {figures['articles']['due']:,} articles to be collected.",
        "",
        "| | due | in time | not | not to be judged |",
        "|---|---|---|---|---|",
    ]
    for what, name in (
        ("articles", "articles, within their site's schedule"),
        ("edits", "edits, within the revisit interval"),
        ("takedowns", "takedowns, within the revisit interval"),
    ):
        row = figures[what]
        lines.append(
            f"| {name} | {row['due']:,} | {row['in_time']:,} | {row['late']:,}"
            f" | {row['not_judged']:,} |"
        )
    return [
        *lines,
        "",
        f"- Revisions without an edit: {figures['revisions_without_an_edit']}.",
        f"- Alarms: {alarms['planted']} due for planted faults, {alarms['missed']} missed,"
        f" {alarms['false']} false; told after {alarms['median_days_until_told']} days (median)."
        f" By word: {', '.join(f'{word} {n}' for word, n in alarms['words'].items())}.",
        f"- Manners: the shortest time between two requests to a host was"
        f" {manners['shortest_gap_seconds']} s; {manners['too_fast']} requests were too fast,"
        f" {manners['within_a_pause']} within a pause that a host had asked for,"
        f" {manners['against_robots_txt']} against robots.txt;"
        f" {manners['robots_read_twice_in_a_day']} readings of robots.txt within a day of another.",
        f"- Requests after each site's first crawl: {asked.total():,}, of which"
        f" {asked['article']:,} for articles not known, {asked['feed']:,} for feeds,"
        f" {asked['listing']:,} for listings, {asked['robots']:,} for robots.txt and"
        f" {asked['revisit']:,} looks at known articles.",
        f"- Requests to find and fetch an article that is new: {figures['requests_per_article']}"
        f" ({', '.join(f'{level} {value}' for level, value in levels)}), failures and robots.txt"
        f" included. With the looks at known articles:"
        f" {asked.total() / max(1, figures['collected_after']):.2f} for each new article,"
        f" {figures['requests_per_page']} for each page of an article, new or looked at again.",
        f"- Cost: {cost['cpu_seconds']:,} s of CPU ({cost['ms_per_crawl']} ms for a crawl,"
        f" {cost['ms_per_request']} ms for a request, the origin's pages included;"
        f" {cost['of_which_health']} s for {figures['days'] * 4:,} looks at the health of all"
        f" sites), {cost['peak_mb']} MB of memory, a database of {cost['database_mb']} MB.",
    ]


if __name__ == "__main__":
    main()
