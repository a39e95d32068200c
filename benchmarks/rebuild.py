"""How near rebuilding the database comes to the limit that extraction alone sets on all cores.

    python -m benchmarks.rebuild [--captures 1000,4000] [--write docs/performance.md]

WARC files of generated pages are written, as a crawl writes them. The limit: such pages, each
once, extracted by as many processes as there are cores and nothing else. Then
``crawler.intake.rebuild`` derives the database from the files: from nothing; then with that
database in its place, where everything comes out as it stands; and with one in which every tenth
article is another, by its title or by its text, as after a layout was mended.

What no rebuild can do without, beside extraction, is measured in the same run: reading the files
and unpacking their pages (FastWARC and zlib), and putting the very rows that came out into the
same tables, in one statement a table, with their indices and both search indexes. The second
share is that of extraction with these two.

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
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import forkserver
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, NamedTuple

from fastwarc.warc import ArchiveIterator, WarcRecordType

from archive.rebuilding.bulk_load import SEARCH_INDEXES
from archive.records import Article, Page
from archive.search.build import build_search_index
from archive.warc.writer import Exchange, WarcWriter
from benchmarks.generated_pages import KNOWN, GeneratedArticle, GeneratedSite, generated_sites
from benchmarks.own_time import peak_megabytes
from benchmarks.told import Told, told_parser, told_to

CLOCK = datetime(2026, 7, 1, 8, tzinfo=UTC)
_ready: Barrier
DATABASES = ("none", "there", "there, a tenth otherwise")
"""What a rebuild finds: none, one that is right, one of which every tenth article is not."""
BATCH = 50
"""Pages made at a time, which is not measured, before they are extracted."""


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
    """CPU seconds that extracting ``count`` pages took, from the page ``first`` on."""
    from crawler.extract import extract
    from crawler.garbage import collect_seldom

    makes, count, first = plan
    each = [
        (site, article)
        for site in generated_sites(makes, 4, (first + count) // 4 + 1)
        for article in site.articles[first // 4 :]
    ]
    for site, article in each[:20]:
        extract(_page(site, article))
    collect_seldom()
    _ready.wait()
    spent = 0.0
    for at in range(0, count, BATCH):
        pages = [_page(site, article) for site, article in each[at : min(at + BATCH, count)]]
        begun = time.process_time()
        for page in pages:
            extract(page)
        spent += time.process_time() - begun
    return spent


def _page(site: GeneratedSite, article: GeneratedArticle) -> Page:
    body = site.page(article).encode()
    return Page(site.url(article), body, CLOCK, content_type="text/html")


def _initialise(ready: Barrier) -> None:
    global _ready
    _ready = ready


def limit(makes: Sequence[str], captures: int, jobs: int) -> float:
    """CPU seconds that extraction alone takes for a page, ``jobs`` processes at it."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(jobs)
    share = captures // jobs
    with context.Pool(jobs, initializer=_initialise, initargs=(ready,)) as pool:
        plans = [(makes, share, share * number) for number in range(jobs)]
        seconds = pool.map(_extract_share, plans, chunksize=1)
    return sum(seconds) / (share * jobs)


def rebuild_once(data: Path, jobs: int, *, otherwise: bool = False) -> dict[str, float]:
    """Rebuild in a process of its own: seconds without its start, CPU and peak memory.

    ``otherwise``: of every tenth article the title or the text comes out as another one.
    """
    one = json.dumps([str(data), jobs, otherwise])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.rebuild", "--one", one],
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _one(data: str, jobs: int, otherwise: bool) -> None:
    from crawler.intake import parts
    from crawler.intake.rebuild import rebuild

    if otherwise:
        parts.extract = _otherwise  # type: ignore[attr-defined]
    begun, cpu = time.perf_counter(), _cpu()
    made = rebuild(Path(data), jobs=jobs)
    told = {
        "seconds": time.perf_counter() - begun,
        "captures": made.captures,
        "articles": made.articles,
        "own_cpu": _cpu() - cpu,
        "megabytes": peak_megabytes(),
    }
    # The readers' time counts once the process that forked them has ended.
    server: Any = forkserver._forkserver
    server._stop()
    told["all_cpu"] = told["own_cpu"] + _cpu(resource.RUSAGE_CHILDREN)
    told["reader_megabytes"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps(told))


def _otherwise(page: Page) -> Any:
    from crawler.extract import extract

    found = extract(page)
    number = zlib.crc32(page.url.encode()) % 20
    if not isinstance(found, Article) or number > 1:
        return found
    if number:
        return replace(found, title=f"{found.title} (cũ)")
    return replace(found, body=f"{found.body}\nĐọc thêm các tin khác trong mục này.")


def reading(folder: Path) -> float:
    """CPU seconds for reading the files and unpacking their pages, by the fastest means."""
    begun = time.process_time()
    for path in sorted(folder.rglob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                body = record.reader.read()  # What follows the head of HTTP.
                if record.record_type == WarcRecordType.response:
                    zlib.decompress(body, 31)
    return time.process_time() - begun


def inserting(archive: Path, folder: Path) -> float:
    """CPU seconds for putting the rows of an archive into a new one, a table at a time."""
    begun = time.process_time()
    db = sqlite3.connect(folder / "again.db", isolation_level=None)
    db.execute("pragma synchronous = off")
    db.execute("attach ? as made", (str(archive),))
    definitions = db.execute(
        "select type, name, sql from made.sqlite_master where sql is not null"
        " and name not like 'sqlite_%' and tbl_name not glob '*_fts*'"
        " and tbl_name not glob '*_exact*'"
    ).fetchall()
    db.execute("begin")
    for kind in ("table", "index"):
        for _, name, sql in (each for each in definitions if each[0] == kind):
            db.execute(sql)
            if kind == "table":
                db.execute(f"insert into {name} select * from made.{name}")
    db.execute("commit")
    for name in SEARCH_INDEXES:
        [(sql,)] = db.execute("select sql from made.sqlite_master where name = ?", (name,))
        build_search_index(archive, folder / f"{name}.db", name, sql)
    db.close()
    return time.process_time() - begun


def _cpu(who: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measure(
    sizes: Sequence[int], by_rules: Sequence[int], repeats: int, kept: Path | None
) -> Iterator[str]:
    """The lines that the benchmark tells. ``kept``: a folder where the captures written stay."""
    jobs = os.cpu_count() or 1
    yield (
        "| pages | database | captures | extraction alone, CPU ms | reading and unpacking |"
        " inserting | rebuild | of this the writer's | share of extraction alone |"
        " with reading and inserting | captures/s | writer, MB | reader, MB |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    kinds = [("known families", KNOWN, size) for size in sizes]
    kinds += [("unknown make", ("unknown",), size) for size in by_rules]
    for name, makes, captures in kinds:
        with tempfile.TemporaryDirectory() as folder:
            data = (kept or Path(folder)) / f"{makes[-1]}-{captures}"
            if not (data / "warc").exists():
                write_captures(data / "warc", makes, captures)
            found = [_once(data, makes, captures, jobs) for _ in range(repeats)]
        for at, database in enumerate(DATABASES):
            runs = sorted((each[at] for each in found), key=lambda each: each.share)
            yield f"| {name} | {database} | {runs[len(runs) // 2].line()} |"
    load = os.getloadavg()[1]
    yield ""
    yield f"Load of the machine meanwhile: {load:.0f} processes wanted its {jobs} cores."


class _Once(NamedTuple):
    alone: float
    """CPU seconds of extraction for a page."""
    reading: float
    """Of reading and unpacking a capture."""
    inserting: float
    told: dict[str, float]
    jobs: int

    @property
    def share(self) -> float:
        """Of the limit that extraction alone sets."""
        return self._of(self.alone)

    def _of(self, least: float) -> float:
        told = self.told
        spent = max(told["all_cpu"] / self.jobs, told["own_cpu"])
        return least * told["captures"] / self.jobs / spent

    def line(self) -> str:
        told, count = self.told, self.told["captures"]
        milliseconds = (
            self.alone, self.reading, self.inserting, told["all_cpu"] / count,
            told["own_cpu"] / count,
        )  # fmt: skip
        shares = (self.share, self._of(self.alone + self.reading + self.inserting))
        return " | ".join(
            (
                f"{count:.0f}",
                *(f"{1000 * seconds:.2f}" for seconds in milliseconds),
                *(f"{100 * share:.0f} %" for share in shares),
                f"{count / told['seconds']:.0f}",
                f"{told['megabytes']:.0f}",
                f"{told['reader_megabytes']:.0f}",
            )
        )


def _once(data: Path, makes: Sequence[str], captures: int, jobs: int) -> list[_Once]:
    """A rebuild with each of ``DATABASES`` in its place."""
    alone = limit(makes, min(captures, 2000), jobs)
    _remove_database(data)
    told = [rebuild_once(data, jobs)]
    with tempfile.TemporaryDirectory() as folder:
        rows = inserting(data / "archive.db", Path(folder)) / captures
    told.append(rebuild_once(data, jobs))
    _remove_database(data)
    rebuild_once(data, jobs, otherwise=True)
    told.append(rebuild_once(data, jobs))
    assert all(each["articles"] == each["captures"] == captures for each in told), told
    unpacked = reading(data / "warc") / captures
    return [_Once(alone, unpacked, rows, each, jobs) for each in told]


def _remove_database(data: Path) -> None:
    for path in data.glob("archive.db*"):
        path.unlink()


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--captures", default="1000,10000", help="sizes, with commas between")
    parser.add_argument("--rules", default="1000,10000", help="sizes, of pages of no known family")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--kept", type=Path, help="folder for the captures, which are used again")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        _one(*json.loads(given.one))
        return
    sizes, by_rules = (
        [int(size) for size in wanted.split(",") if size]
        for wanted in (given.captures, given.rules)
    )
    lines = measure(sizes, by_rules, given.repeats, given.kept)
    told_to(given.write, Told("rebuild", list(lines)))


if __name__ == "__main__":
    main()
