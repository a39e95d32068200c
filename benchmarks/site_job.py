"""One generated site crawled by the whole line in this process: ``python -m benchmarks.site_job``.

Reads a plan as JSON from the command line or standard input, prints one JSON line: pages,
articles, seconds and CPU seconds with and without the process's start, and peak memory. A benchmark
starts one for each site, as ``congdoan crawl`` does: forked from a process that has loaded
everything, where there are several.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.own_time import Functions, OwnTime, peak_megabytes

if TYPE_CHECKING:
    from crawler.seed import Seed
    from crawler.whole_page import Wanted, WholePage


@dataclass(frozen=True, slots=True)
class Job:
    """What to crawl: ``family`` is the name of a family's module or ``unknown``."""

    name: str
    family: str
    host: str
    home: str
    data: str
    proxy: str
    profile: str = ""
    """File for a profile of the crawl, "" for none."""
    max_pages: int = 0
    stages: bool = False
    """Whether to divide the CPU time among the stages of the line."""


def prepare() -> None:
    """Load what every crawl needs, before processes are forked."""
    from crawler import one_site

    one_site.prepare()


def main() -> int:
    """Crawl by the plan that is given, and tell."""
    from crawler.extract import read_whole
    from crawler.seed import Seed

    if __name__ == "__main__":
        prepare()  # As the process does from which crawls are forked.
    job = Job(**json.loads(sys.argv[1] if __name__ == "__main__" else sys.stdin.readline()))
    declare(job)
    seed = Seed.planted(read_whole)
    print(json.dumps(crawl(job, seed)), flush=True)
    return 0


def declare(job: Job) -> None:
    """Make the generated site the only declared one: for this process, and those it forks."""
    from crawler import catalogue, one_site
    from crawler.families import FAMILIES
    from crawler.families.unknown import UnknownSpider

    makes: dict[str, Any] = {f.__module__.rpartition(".")[2]: f for f in FAMILIES}
    family = (makes | {"unknown": UnknownSpider})[job.family]
    declared = {
        "name": job.name,
        "hosts": (job.host,),
        "start_urls": [job.home],
        "keeps": "none",
        "title": job.host,
        "level": "national",
    }
    if job.family == "unknown":
        # As a site of unknown software is declared: its addresses, and nothing of its pages.
        declared |= {
            "article_url": r"/tin-tuc/chi-tiet/[^?#]+-\d+$",
            "listing_url": r"/tin-tuc(?:\?trang=\d+)?$",
        }
    spider: Any = type("GeneratedSpider", (family,), declared)
    sites = {job.name: spider}
    for module in (catalogue, one_site):
        module.declared_sites = lambda: sites  # type: ignore[attr-defined]
    # Whatever was read before, such as the page that warms up, has asked the files' own sites.
    catalogue._by_host.cache_clear()


def crawl(job: Job, seed: Seed[Wanted, WholePage] | None = None) -> dict[str, Any]:
    """Crawl the declared site; a reactor runs only once, so this process ends with it."""
    from crawler import one_site
    from crawler.plan import Plan

    plan = Plan(site=job.name, data=job.data, sample_proxy=job.proxy, max_pages=job.max_pages)
    workers = [0.0]
    if seed is not None:
        close = seed.close

        def look_then_close() -> None:
            workers.append(peak_megabytes(seed.worker_pid) if seed.worker_pid else 0.0)
            close()

        seed.close = look_then_close  # type: ignore[method-assign]
    started, cpu = time.perf_counter(), _cpu()
    stages = OwnTime(line_stages() if job.stages else {})
    if job.stages:
        with stages.measured():
            stages.begin()
            result = one_site.crawl(plan)
            stages.end()
    elif job.profile:
        import cProfile

        with cProfile.Profile(time.process_time) as profile:
            result = one_site.crawl(plan)
        profile.dump_stats(job.profile)
    else:
        result = one_site.crawl(plan, seed=seed)
    for worker in multiprocessing.active_children():
        workers.append(peak_megabytes(worker.pid or 0))
        worker.join()  # Its CPU time counts once it has been waited for.
    ended = time.perf_counter()
    return {
        "site": job.name,
        "outcome": result["outcome"],
        "detail": result["detail"],
        "counters": result["counters"],
        "crawl_seconds": ended - started,
        "cpu": _cpu(),
        "crawl_cpu": _cpu() - cpu,
        "stages": stages.seconds,
        "megabytes": peak_megabytes(),
        "worker_megabytes": max(workers),
    }


def line_stages() -> Functions:
    """The stages of the whole line, by the functions that begin them."""
    from archive import articles
    from archive.warc.file import WarcFile
    from crawler import extract, extractor, one_site, site_reader, site_spider, whole_page
    from crawler.frontier import scheduler
    from crawler.frontier.store import Store
    from crawler.politeness import pacing
    from crawler.recording import wire
    from crawler.recording.connection import Connection
    from crawler.recording.handler import Recorder
    from crawler.saving import Saver
    from crawler.sources import Sources

    return {
        "WARC": ((Recorder, "record"),),
        "sync of the WARC": ((WarcFile, "settle"),),
        "HTTP": (
            (wire, "request_bytes"),
            (wire, "_response"),
            (Connection, "dataReceived"),
            (Connection, "connectionLost"),
        ),
        "decompression": ((wire, "_unpacked"),),
        "parsing": ((site_reader, "parse_page"), (extractor, "parse_page")),
        "links": ((whole_page, "find_links"), (site_spider, "next_page")),
        "extraction": ((extract, "extract_article"), (extractor, "extract_at_once")),
        "SQLite": (
            (Saver, "_write"),
            (one_site, "open_archive"),
            (one_site, "register_written"),
            (one_site, "take_in_files"),
        ),
        "full text": ((articles, "_index"),),
        "frontier": (
            (scheduler.SqliteScheduler, "enqueue_request"),
            (scheduler.SqliteScheduler, "next_request"),
            (Store, "commit"),
        ),
        "pace of the host": ((pacing.SharedPace, "reserve"),),
        "known addresses": ((Sources, "standing"),),
    }


def _cpu() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
