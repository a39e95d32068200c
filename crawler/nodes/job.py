"""The runner that scrapyd starts on a node: ``python -m crawler.nodes.job crawl SITE -a ...``.

It takes the place of ``scrapyd.runner``, so that a site is crawled here exactly as by ``congdoan
crawl``: the same process of ``crawler.one_site``, recording, manners, frontier and limits, and
nothing that the caller of scrapyd says can turn any of it off. What the node itself decides
(data folder, contact) comes from its own start, in the environment.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from archive.database import ArchiveError
from crawler import settings as base_settings
from crawler.catalogue import declared_sites
from crawler.intake.ingest import open_recovered
from crawler.nodes.fence import Watch
from crawler.nodes.node_lease import NodeLeases
from crawler.nodes.node_settings import NodeSettings
from crawler.nodes.reports import job_name, write_report
from crawler.old_logs import remove_old_logs
from crawler.one_site import GRACE_SECONDS, crawl
from crawler.operation.configuration import read_config
from crawler.plan import Plan

USAGE = "usage: crawl SITE -a _job=SITE-TOKEN -a token=TOKEN [-a max_pages=N] [-a walk_all=1] ..."
_NUMBERS = ("token", "max_pages", "max_minutes", "recheck", "walk_all")


class JobRefused(Exception):
    """What scrapyd passed on is no job for this node; the text says why."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the dispatcher asks for."""

    site: str
    token: int
    max_pages: int = 0
    max_minutes: int = 0
    recheck: bool = False
    walk_all: bool = False

    @property
    def name(self) -> str:
        return job_name(self.site, self.token)


def read_job(arguments: list[str]) -> Job:
    """The job that scrapyd's arguments describe. Raises JobRefused."""
    if not arguments or arguments[0].startswith("-"):
        raise JobRefused(USAGE)
    site, said = arguments[0], {}
    for flag, pair in zip(arguments[1::2], arguments[2::2], strict=False):
        name, equals, value = pair.partition("=")
        if flag != "-a" or not equals:
            raise JobRefused(f"{flag} {name}: settings are the node's own affair")
        said[name] = value
    if len(arguments) % 2 == 0:
        raise JobRefused(USAGE)
    known = {"_job", *_NUMBERS}
    if unknown := sorted(set(said) - known):
        raise JobRefused(f"unknown arguments: {', '.join(unknown)}")
    if site not in declared_sites():
        raise JobRefused(f"no site {site} is declared here")
    numbers = {name: said.get(name, "0") for name in _NUMBERS}
    if not all(value.isascii() and value.isdecimal() for value in numbers.values()):
        raise JobRefused(f"no numbers: {numbers}")
    job = Job(
        site,
        int(numbers["token"]),
        max_pages=int(numbers["max_pages"]),
        max_minutes=int(numbers["max_minutes"]),
        recheck=numbers["recheck"] != "0",
        walk_all=numbers["walk_all"] != "0",
    )
    if said.get("_job") != job.name:
        raise JobRefused(f"the job is called {said.get('_job')!r} and not {job.name!r}")
    return job


def crawl_job(job: Job, node: NodeSettings) -> dict[str, Any]:
    """Crawl the job's site within its lease; the last report, which is written too."""
    leases = NodeLeases(node.leases)

    def report(said: dict[str, Any]) -> dict[str, Any]:
        write_report(node.reports, job.name, said)
        return said

    if leases.remaining(job.site, job.token) <= 0:
        return report(_ended("interrupted", "its lease was over before it began"))
    cut = _ended("interrupted", "its lease ended, and the crawl with it")
    watch = Watch(leases, job.site, job.token, lambda: write_report(node.reports, job.name, cut))
    watch.start()
    try:
        said = _crawl(job, node)
    except (ArchiveError, OSError, sqlite3.Error) as error:
        said = _ended("failed", str(error))
    watch.stop()
    if watch.asked and said["outcome"] == "interrupted":
        said["detail"] = cut["detail"]
    return report(said)


def _crawl(job: Job, node: NodeSettings) -> dict[str, Any]:
    data = Path(node.data)
    open_recovered(data, partial(print, flush=True)).close()
    config = read_config(data, None)
    remove_old_logs(data, config.logs, datetime.now(UTC))
    plan = Plan(
        site=job.site,
        data=node.data,
        contact=node.contact,
        sample_proxy=node.sample_proxy,
        max_pages=job.max_pages,
        max_minutes=job.max_minutes,
        recheck=job.recheck,
        walk_all=job.walk_all,
        quiet_hours=config.schedule.quiet_hours,
        warc_max_bytes=node.segment_bytes,
    )
    return crawl(plan, settings_of(job, node))


def settings_of(job: Job, node: NodeSettings) -> dict[str, object]:
    """What a crawl on a node sets beside what every crawl sets."""
    fenced = "crawler.nodes.fence.FencedDownloadHandler"
    settings: dict[str, object] = {
        "DOWNLOAD_HANDLERS": {**base_settings.DOWNLOAD_HANDLERS, "http": fenced, "https": fenced},
        "EXTENSIONS": {
            **base_settings.EXTENSIONS,
            "crawler.progress.Progress": None,
            "crawler.nodes.reports.ReportProgress": 500,
        },
        "NODE_LEASES": str(node.leases),
        "NODE_REPORTS": str(node.reports),
        "NODE_TOKEN": job.token,
        "NODE_JOB": job.name,
    }
    if node.sample_proxy:
        settings |= {
            "DOWNLOAD_DELAY": node.sample_delay,
            "RANDOMIZE_DOWNLOAD_DELAY": False,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if node.sample_delay else 4,
        }
    return settings


def _ended(outcome: str, detail: str) -> dict[str, Any]:
    return {
        "crawl": "",
        "outcome": outcome,
        "complete": False,
        "detail": detail,
        "counters": {},
    }


def _end_with_scrapyd() -> None:
    """End in good order when scrapyd is gone: its end of our standard input is then closed."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(70)


def main(arguments: list[str]) -> int:
    """``list`` prints the sites; ``crawl`` crawls one. The exit code is 0 for a job in order."""
    if arguments[:1] == ["list"]:
        print("\n".join(declared_sites()))
        return 0
    try:
        node = NodeSettings(**json.loads(os.environ["CONGDOAN_NODE"]))
        if arguments[:1] != ["crawl"]:
            raise JobRefused(USAGE)
        job = read_job(arguments[1:])
    except (KeyError, TypeError, ValueError, JobRefused) as error:
        print(f"This job is not begun: {error}", file=sys.stderr)
        return 2
    threading.Thread(target=_end_with_scrapyd, daemon=True).start()
    said = crawl_job(job, node)
    print(f"{job.name}: {said['outcome']} {said['detail']}".rstrip(), flush=True)
    return 1 if said["outcome"] == "failed" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
