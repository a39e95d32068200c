"""How near rebuilding the database comes to the limit that extraction alone sets on all cores.

    python -m benchmarks.rebuild [--captures 1000,4000] [--write docs/performance.md]

WARC files of generated pages are written, as a crawl writes them. The limit: the same pages,
read and parsed by nobody else, extracted by as many processes as there are cores, each with its
share in memory. Then ``crawler.intake.rebuild`` derives the database from the files.

Both are measured in processor time, which other work on the machine disturbs least. On n cores a
rebuild cannot take less than its processor time divided by n, nor less than that of its writer,
the one process whose work cannot be shared; the limit is extraction's divided by n. The share
of the limit is the quotient of the two. The rate by the clock stands beside it.

Peak memory is that of the process that writes the database, and that of the largest reader.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

from archive.records import Page
from archive.warc.writer import Exchange, WarcWriter
from benchmarks.generated_pages import KNOWN, GeneratedArticle, GeneratedSite, generated_sites
from benchmarks.own_time import peak_megabytes
from benchmarks.told import Told, told_parser, told_to

CLOCK = datetime(2026, 7, 1, 8, tzinfo=UTC)
_ready: Barrier
IN_MEMORY = 400
"""Pages that each process of the limit extracts again and again."""


def write_captures(folder: Path, makes: Sequence[str], captures: int) -> None:
    """WARC files with ``captures`` article pages of four sites, 500 pages a file."""
    for site in generated_sites(makes, 4, -(-captures // 4)):
        for start in range(0, len(site.articles), 500):
            crawl = f"{site.make}-{start}"
            with WarcWriter(folder, site.make, crawl, software="benchmark", fsync=False) as writer:
                for article in site.articles[start : start + 500]:
                    writer.write(_exchange(site, article))


def _exchange(site: GeneratedSite, article: GeneratedArticle) -> Exchange:
    page = gzip.compress(site.page(article).encode(), 6)
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Encoding: gzip\r\nContent-Length: {len(page)}\r\n\r\n"
    )
    asked = f"GET {article.path} HTTP/1.1\r\nHost: {site.host}\r\n\r\n"
    return Exchange(
        url=site.url(article),
        request_bytes=asked.encode(),
        response_bytes=head.encode() + page,
        payload=page,
        started_at=CLOCK + timedelta(seconds=article.number),
    )


def _extract_share(plan: tuple[Sequence[str], int, int]) -> float:
    """CPU seconds that extracting ``count`` pages took; pages of memory are extracted again."""
    from crawler.extract import extract

    makes, count, offset = plan
    sites = generated_sites(makes, 4, IN_MEMORY // 4 + 1)
    pages = [
        Page(site.url(a), site.page(a).encode(), CLOCK, content_type="text/html")
        for site in sites
        for a in site.articles[: IN_MEMORY // 4]
    ]
    for page in pages[:20]:
        extract(page)
    _ready.wait()
    begun = time.process_time()
    for number in range(count):
        extract(pages[(number + offset) % len(pages)])
    return time.process_time() - begun


def _initialise(ready: Barrier) -> None:
    global _ready
    _ready = ready


def limit(makes: Sequence[str], captures: int, jobs: int) -> float:
    """CPU seconds that extraction alone takes for a page, ``jobs`` processes at it."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(jobs)
    share = captures // jobs
    with context.Pool(jobs, initializer=_initialise, initargs=(ready,)) as pool:
        plans = [(makes, share, 37 * number) for number in range(jobs)]
        seconds = pool.map(_extract_share, plans, chunksize=1)
    return sum(seconds) / (share * jobs)


def rebuild_once(data: Path, jobs: int) -> dict[str, float]:
    """Rebuild in a process of its own: seconds without its start, CPU and peak memory."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.rebuild", "--one", json.dumps([str(data), jobs])],
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _one(data: str, jobs: int) -> None:
    from crawler.intake.rebuild import rebuild

    begun, cpu = time.perf_counter(), _cpu()
    made = rebuild(Path(data), jobs=jobs)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - begun,
                "captures": made.captures,
                "articles": made.articles,
                "own_cpu": _cpu() - cpu,
                "megabytes": peak_megabytes(),
                "all_cpu": _cpu() - cpu + _cpu(resource.RUSAGE_CHILDREN),
                "reader_megabytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            }
        )
    )


def _cpu(who: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measure(sizes: Sequence[int], repeats: int) -> Iterator[str]:
    """The lines that the benchmark tells."""
    jobs = os.cpu_count() or 1
    yield (
        "| pages | captures | extraction alone, CPU ms | rebuild, CPU ms | of this the writer's |"
        " share of the limit | captures/s | writer, MB | reader, MB |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, makes in (("known families", KNOWN), ("unknown make", ("unknown",))):
        for captures in sizes if name == "known families" else sizes[:1]:
            with tempfile.TemporaryDirectory() as folder:
                data = Path(folder)
                write_captures(data / "warc", makes, captures)
                found = [_once(data, makes, captures, jobs) for _ in range(repeats)]
            typical = sorted(found, key=lambda each: each.share)[len(found) // 2]
            yield f"| {name} | {typical.line()} |"
    load = os.getloadavg()[1]
    yield ""
    yield f"Load of the machine meanwhile: {load:.0f} processes wanted its {jobs} cores."


class _Once(NamedTuple):
    alone: float
    """CPU seconds of extraction for a page."""
    told: dict[str, float]
    jobs: int

    @property
    def share(self) -> float:
        told = self.told
        least = max(told["all_cpu"] / self.jobs, told["own_cpu"])
        return self.alone * told["captures"] / self.jobs / least

    def line(self) -> str:
        told, count = self.told, self.told["captures"]
        return (
            f"{count} | {1000 * self.alone:.2f} | {1000 * told['all_cpu'] / count:.2f} |"
            f" {1000 * told['own_cpu'] / count:.2f} | {100 * self.share:.0f} % |"
            f" {count / told['seconds']:.0f} | {told['megabytes']:.0f} |"
            f" {told['reader_megabytes']:.0f}"
        )


def _once(data: Path, makes: Sequence[str], captures: int, jobs: int) -> _Once:
    alone = limit(makes, min(captures, 2000), jobs)
    told = rebuild_once(data, jobs)
    assert told["articles"] == told["captures"], told
    return _Once(alone, told, jobs)


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--captures", default="1000,4000", help="sizes, with commas between")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        _one(*json.loads(given.one))
        return
    sizes = [int(size) for size in given.captures.split(",")]
    told_to(given.write, Told("rebuild", list(measure(sizes, given.repeats))))


if __name__ == "__main__":
    main()
