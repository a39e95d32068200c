"""The whole line, fetched, archived, extracted, stored and indexed, beside other programs.

    python -m benchmarks.end_to_end [--hosts 20] [--articles 100] [--peers ENVIRONMENT]
        [--peer-pages 200] [--write docs/performance.md]

An origin on loopback serves generated pages of ``hosts`` sites. We crawl every site in a process
of its own, from its listing, with all that a crawl does: robots.txt, frontier, WARC synced to the
disk, database. The others are given the addresses of the same articles and only fetch and extract;
but news-please is measured a second time as its own crawler, which finds and stores them too. CPU
time is that of the processes with all their children, the origin's left out.
``ENVIRONMENT`` is a virtual environment of its own that holds the peers::

    python -m venv peers && peers/bin/pip install news-please newspaper4k trafilatura

Without it, and without ``wget`` on the path, their lines say that they were not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.database import open_archive
from benchmarks.crawling_peer import SIZES, crawl
from benchmarks.generated_origin import Origin
from benchmarks.generated_pages import KNOWN, GeneratedArticle, GeneratedSite
from benchmarks.job_process import plan_of
from benchmarks.told import Told, told_parser, told_to
from benchmarks.unavoidable import unavoidable
from crawler.evaluation.scoring import compare
from crawler.nursery import Nursery


@dataclass(slots=True)
class Run:
    """What a program did with a number of pages. Seconds and CPU seconds are of all of them."""

    name: str
    pages: int
    seconds: float
    cpu: float
    f1: float | None = None
    start_cpu: float = 0.0
    """CPU seconds of ``cpu`` that went into starting processes."""
    jobs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def steady(self) -> float:
        """CPU milliseconds a page without the start of processes."""
        return 1000 * (self.cpu - self.start_cpu) / self.pages

    @property
    def whole(self) -> float:
        return 1000 * self.cpu / self.pages

    def __add__(self, other: Run) -> Run:
        """Both together; F1 by pages."""
        pages = self.pages + other.pages
        f1 = None
        if self.f1 is not None and other.f1 is not None:
            f1 = (self.f1 * self.pages + other.f1 * other.pages) / pages
        return Run(
            self.name,
            pages,
            self.seconds + other.seconds,
            self.cpu + other.cpu,
            f1,
            self.start_cpu + other.start_cpu,
            self.jobs + other.jobs,
        )


def ours(origin: Origin, name: str, sites: Sequence[GeneratedSite], jobs: int = 1) -> Run:
    """Crawl sites of the origin, ``jobs`` at a time."""
    with tempfile.TemporaryDirectory() as folder:
        plans = [
            plan_of(origin, site, folder, name=f"site_{number:02}")
            for number, site in enumerate(sites)
        ]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        with Nursery("benchmarks.site_job") as nursery, ThreadPoolExecutor(jobs) as pool:
            told = list(pool.map(lambda plan: _site_job(plan, nursery), plans))
        after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
        db = open_archive(Path(folder) / "archive.db")
        rows = db.execute("select url, lead, body from articles").fetchall()
        db.close()
    texts = {url: f"{lead}\n{body}" for url, lead, body in rows}
    cpu = _cpu(before, after)
    return Run(
        name,
        sum(job["counters"]["fetched"] for job in told),
        seconds,
        cpu,
        f1(origin, texts, _urls(sites)),
        cpu - sum(job["crawl_cpu"] for job in told),
        told,
    )


def _cpu(before: resource.struct_rusage, after: resource.struct_rusage) -> float:
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _urls(sites: Sequence[GeneratedSite]) -> list[str]:
    return [site.url(article) for site in sites for article in site.articles]


def _site_job(plan: dict[str, Any], nursery: Nursery) -> dict[str, Any]:
    process = nursery.start()
    with process.stdin, process.stdout, process.stderr:
        process.stdin.write(json.dumps(plan) + "\n")
        process.stdin.flush()
        lines = process.stdout.readlines()
        complaints = process.stderr.read()
        if process.wait():
            raise RuntimeError(f"{plan['name']} failed: {complaints[-2000:]}")
    told: dict[str, Any] = json.loads(lines[-1])
    if told["outcome"] != "finished":
        raise RuntimeError(f"{plan['name']} {told['outcome']}: {told['detail']}")
    return told


def f1(origin: Origin, texts: dict[str, str], urls: Sequence[str]) -> float:
    """F1 of shingles over the articles at ``urls``; one without a text counts as nothing found."""
    truth = {site.url(article): article for site in origin.sites for article in site.articles}
    scores = [compare(_gold(truth[url]), texts.get(url, "")) for url in urls]
    precision = sum(score[0] for score in scores) / len(scores)
    recall = sum(score[1] for score in scores) / len(scores)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _gold(article: GeneratedArticle) -> str:
    return "\n".join([article.lead, *article.paragraphs])


def _measured(
    name: str, pages: int, work: Callable[[], dict[str, str]]
) -> tuple[Run, dict[str, str]]:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    texts = work()
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    return Run(name, pages, seconds, _cpu(before, after)), texts


def script_peer(origin: Origin, python: Path, name: str, urls: Sequence[str]) -> Run:
    """A peer that fetches for itself, through ``peer_extractors``; its start measured apart."""

    def work(urls: Sequence[str]) -> dict[str, str]:
        done = subprocess.run(
            [python, Path(__file__).with_name("peer_extractors.py"), name],
            input="\n".join(urls),
            capture_output=True,
            text=True,
            env=_environment(origin),
            check=True,
        )
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return {line["url"]: line["text"] for line in told}

    # The first page of a process is dear; what two cost beyond one page is taken for its start.
    start, _ = _measured(name, 1, lambda: work(urls[:1]))
    run, texts = _measured(name, len(urls), lambda: work(urls))
    run.start_cpu = max(0.0, start.cpu - (run.cpu - start.cpu) / max(len(urls) - 1, 1))
    run.f1 = f1(origin, texts, urls)
    return run


def trafilatura_cli(origin: Origin, program: Path, urls: Sequence[str], folder: Path) -> Run:
    """``trafilatura`` on pages that wget has brought: by itself it refuses to ask loopback."""
    pages, out = folder / "pages", folder / "out"

    def work() -> dict[str, str]:
        _wget(origin, urls, folder, "-x", "-P", str(pages))
        options = ["--json", "--with-metadata", "--parallel", "1"]
        subprocess.run(
            [program, "--input-dir", pages, "-o", out, *options], capture_output=True, check=True
        )
        told = [json.loads(path.read_text("utf-8")) for path in out.rglob("*.json")]
        return {str(line.get("source") or ""): str(line.get("text") or "") for line in told}

    run, texts = _measured("wget, then trafilatura's command line", len(urls), work)
    run.f1 = f1(origin, texts, urls)
    return run


def wget_warc(origin: Origin, urls: Sequence[str], folder: Path) -> Run:
    """Fetching and archiving alone, by a program in C."""
    options = ["--warc-file", str(folder / "wget"), "-O", "/dev/null"]

    def work() -> dict[str, str]:
        _wget(origin, urls, folder, *options)
        return {}

    run, _ = _measured("wget --warc-file (fetches and archives only)", len(urls), work)
    return run


def crawling_peer(environment: Path, makes: Sequence[str], hosts: int) -> Run:
    """news-please's own crawler, on sites of its own: what it saved, and what a page more costs."""
    found: list[Run] = []
    for articles in SIZES:
        with Origin(makes, hosts, articles, front=True) as origin:
            began = time.perf_counter()
            done = crawl(environment, origin)
            seconds = time.perf_counter() - began
            score = f1(origin, done.texts, _urls(origin.sites))
            name = f"news-please, its own crawler ({len(done.texts)} of {done.articles} saved)"
            found.append(Run(name, done.pages, seconds, done.cpu, score))
    small, large = found
    page = (large.cpu - small.cpu) / (large.pages - small.pages)
    large.start_cpu = large.cpu - large.pages * page
    return large


def _wget(origin: Origin, urls: Sequence[str], folder: Path, *options: str) -> None:
    addresses = folder / "urls.txt"
    addresses.write_text("\n".join(urls) + "\n", encoding="utf-8")
    subprocess.run(
        ["wget", "-q", "-e", "robots=off", "-i", str(addresses), *options],
        env=_environment(origin),
        check=True,
    )


def _environment(origin: Origin) -> dict[str, str]:
    return {**os.environ, "http_proxy": origin.url, "https_proxy": origin.url, "no_proxy": ""}


ROUNDS = 4
"""Every program has its turn so often: other work on the machine then falls on all alike."""


def measure(options: argparse.Namespace) -> Iterator[str]:
    """The lines that the benchmark tells."""
    with Origin(KNOWN, options.hosts, options.articles) as origin:
        known, peers, missing, parts = _rounds(origin, options, "**this project, with layouts**")
        peers += _crawling_peers(options.peers, KNOWN, len(KNOWN))
        two = ours(origin, "this project, two sites at a time", origin.sites, jobs=2)
    with Origin(["unknown"], max(ROUNDS, options.hosts // 4), options.articles) as origin:
        unknown, unknown_peers, _, _ = _rounds(origin, options, "**this project, without layouts**")
        unknown_peers += _crawling_peers(options.peers, ["unknown"], 2)
    yield f"{known.pages} pages of {options.hosts} sites, one process a site, one after another."
    yield ""
    yield (
        "| program | pages | pages/s | CPU ms a page | with start | pages a CPU second | F1 |"
        "\n|---|---|---|---|---|---|---|"
    )
    for run in (known, two, *peers):
        yield _row(run)
    yield f"| *pages of unknown make:* {'| ' * 6}|"
    for run in (unknown, *unknown_peers):
        yield _row(run)
    yield ""
    yield from missing
    for run, them, aim in ((known, peers, 20), (unknown, unknown_peers, 4)):
        for other in them:
            if not other.name.startswith("news-please"):
                continue
            what = "its own crawler" if "crawler" in other.name else "called as a library"
            yield (
                f"- {run.name.strip('*')}: {other.steady / run.steady:.1f} times the pages of"
                f" news-please, {what}, a CPU second (aim: {aim}); with the start of a process for"
                f" every {run.pages // len(run.jobs)} pages {other.whole / run.whole:.1f} times"
            )
    yield "\n| unavoidable part (layouts) | CPU ms a page |\n|---|---|"
    for name, cost in parts.items():
        yield f"| {name} | {cost:.2f} |"
    total = sum(parts.values())
    yield f"| sum | {total:.2f} |"
    yield (
        f"| the whole line, {known.steady:.2f} ms | {known.steady / total:.2f} times the sum"
        " (aim: 1.25) |"
    )
    yield ""
    for run in (known, unknown):
        main = max(job["megabytes"] for job in run.jobs)
        worker = max(job["worker_megabytes"] for job in run.jobs)
        start = 1000 * run.start_cpu / len(run.jobs)
        yield (
            f"- {run.name.strip('*')}: at most {main:.0f} MB for a crawl's main process,"
            f" {worker:.0f} MB for its worker; starting one costs {start:.0f} ms of CPU"
        )


def _row(run: Run) -> str:
    score = "-" if run.f1 is None else f"{run.f1:.3f}"
    return (
        f"| {run.name} | {run.pages} | {run.pages / run.seconds:.1f} | {run.steady:.1f} |"
        f" {run.whole:.1f} | {1000 / run.steady:.0f} | {score} |"
    )


def _rounds(
    origin: Origin, options: argparse.Namespace, name: str
) -> tuple[Run, list[Run], list[str], dict[str, float]]:
    """Ours, the peers, what could not be measured, and the unavoidable parts, in turns."""
    totals: dict[str, Run] = {}
    parts: list[dict[str, float]] = []
    missing: list[str] = []
    for turn in range(ROUNDS):
        sites = origin.sites[turn::ROUNDS]
        urls = _urls(sites)
        step = max(1, len(urls) * ROUNDS // options.peer_pages)
        runs, missing = _peers(origin, options.peers, urls[::step], urls)
        for run in (ours(origin, name, sites), *runs):
            totals[run.name] = totals[run.name] + run if run.name in totals else run
        parts.append(unavoidable(sites, origin.url) if "unknown" not in urls[0] else {})
    median = {part: statistics.median(found[part] for found in parts) for part in parts[0]}
    return totals.pop(name), list(totals.values()), missing, median


def _crawling_peers(environment: Path | None, makes: Sequence[str], hosts: int) -> list[Run]:
    """The peers that crawl for themselves, as far as they are there."""
    if environment is None or not (environment / "bin" / "news-please").exists():
        return []
    return [crawling_peer(environment, makes, hosts)]


def _peers(
    origin: Origin, environment: Path | None, urls: Sequence[str], all_urls: Sequence[str]
) -> tuple[list[Run], list[str]]:
    """The peers that can be measured here, and a line for each that cannot."""
    runs: list[Run] = []
    missing: list[str] = []
    have_wget = shutil.which("wget") is not None
    for name in ("news-please", "newspaper4k"):
        if environment is not None and (environment / "bin" / "python").exists():
            runs.append(script_peer(origin, environment / "bin" / "python", name, urls))
        else:
            missing.append(f"- {name} was not measured: give its environment with --peers")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = environment / "bin" / "trafilatura" if environment is not None else None
        if have_wget and program is not None and program.exists():
            runs.append(trafilatura_cli(origin, program, urls, folder))
        else:
            missing.append("- trafilatura's command line was not measured: needs --peers and wget")
        if have_wget:
            runs.append(wget_warc(origin, all_urls, folder))
        else:
            missing.append("- wget was not measured: it is not on the path")
    return runs, missing


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--articles", type=int, default=100, help="of each site")
    parser.add_argument("--peers", type=Path, metavar="ENVIRONMENT")
    parser.add_argument("--peer-pages", type=int, default=200, help="that the slow ones are given")
    options = parser.parse_args()
    if options.hosts < ROUNDS:
        parser.error(f"--hosts: at least {ROUNDS}, since each of {ROUNDS} rounds takes other sites")
    for name in ("articles", "peer_pages"):
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')}: at least 1")
    told_to(options.write, Told("end to end", list(measure(options))))


if __name__ == "__main__":
    main()
