"""How the line grows: with cores, with sites at a time, with the articles that are known.

    python -m benchmarks.scaling [--cores 1,2] [--sites 1,2,8,20,40] [--known 1000,30000]
        [--archives FOLDER] [--write FILE]

Cores: the same sites, four at a time, on so many cores. Sites at a time: the same sites, crawled so
many at once, one process each, into one archive. Known articles: an archive of that size
(``benchmarks.generated_archive``), of which is told how long a crawl of one more site takes to
begin, its memory, what storing an article costs, and how long a search takes. A million articles
take about an hour to generate and sixteen gigabytes; ``FOLDER`` may hold archives made before, as
``1000000.db``: they are written to.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from archive.articles import save_capture, settle
from archive.database import open_archive
from archive.publish.filters import Filters
from archive.publish.searching import search
from archive.records import Article, Byline, Capture
from archive.search.query import parse
from benchmarks.end_to_end import ours
from benchmarks.generated_archive import build
from benchmarks.generated_origin import Origin
from benchmarks.generated_pages import KNOWN, GeneratedSite
from benchmarks.job_process import plan_of, told_by
from benchmarks.told import Told, told_parser, told_to


def by_sites(at_once: Sequence[int], articles: int) -> Iterator[str]:
    """Pages a second by sites at a time."""
    yield "| sites at a time | pages | pages/s | CPU ms a page, with start | MB of one | F1 |"
    yield "|---|---|---|---|---|---|"
    with Origin(KNOWN, max(at_once), articles) as origin:
        for jobs in at_once:
            run = ours(origin, "", origin.sites, jobs=jobs)
            yield (
                f"| {jobs} | {run.pages} | {run.pages / run.seconds:.1f} | {run.whole:.1f} |"
                f" {max(job['megabytes'] for job in run.jobs):.0f} | {run.f1:.3f} |"
            )


def by_cores(cores: Sequence[int], articles: int) -> Iterator[str]:
    """Pages a second by cores. The origin runs on them too, and is not counted."""
    yield "| cores | pages | pages/s | pages a CPU second | ratio of pages/s |"
    yield "|---|---|---|---|---|"
    allowed = os.sched_getaffinity(0)
    first = 0.0
    with Origin(KNOWN, 8, articles) as origin:
        for number in cores:
            os.sched_setaffinity(0, sorted(allowed)[:number])
            try:
                run = ours(origin, "", origin.sites, jobs=4)
            finally:
                os.sched_setaffinity(0, allowed)
            rate = run.pages / run.seconds
            first = first or rate
            yield (
                f"| {number} | {run.pages} | {rate:.1f} | {run.pages / run.cpu:.0f} |"
                f" {rate / first:.2f} |"
            )


def by_known(sizes: Sequence[int], articles: int, archives: Path | None) -> Iterator[str]:
    """What the size of the archive changes."""
    yield (
        "| known articles | file, MB | start of a crawl, CPU ms | its peak, MB |"
        " CPU ms a page | insert alone, ms | search, rare phrase, ms | common phrase, ms |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for size in sizes:
        with (
            # The last of so many: an archive made before may hold the site of an earlier run.
            Origin(["nukeviet"], 1 + int(time.time()) % 50, articles, lazy=True) as origin,
            tempfile.TemporaryDirectory() as folder,
        ):
            data = Path(folder)
            made = archives / f"{size}.db" if archives is not None else None
            if made is not None and made.exists():
                (data / "archive.db").symlink_to(made.resolve())
            else:
                build(data / "archive.db", size)
            megabytes = (data / "archive.db").stat().st_size / 1e6
            few = _crawl(origin, folder, pages=1)
            many = _crawl(origin, folder, pages=0)
            inserts = _inserts(data / "archive.db")
            rare, common = _searches(data / "archive.db")
        yield (
            f"| {size} | {megabytes:.0f} | {1000 * few['crawl_cpu']:.0f} |"
            f" {many['megabytes']:.0f} |"
            f" {1000 * many['crawl_cpu'] / max(1, many['counters']['fetched']):.1f} |"
            f" {inserts:.2f} | {rare:.1f} | {common:.1f} |"
        )


def _crawl(origin: Origin, folder: str, pages: int) -> dict[str, Any]:
    name = f"one_more_{len(origin.sites)}"
    return told_by(plan_of(origin, origin.sites[-1], folder, name, max_pages=pages))


def _inserts(path: Path, count: int = 100) -> float:
    """CPU milliseconds of storing an article, a transaction each, as a crawl does."""
    site = GeneratedSite("nukeviet", "insert.example.vn", count)
    db = open_archive(path)
    begun = time.thread_time()
    for article in site.articles:
        url = site.url(article)
        address = url.removeprefix("http://")
        capture = Capture(
            id=str(uuid4()),
            url=url,
            site="site_00",
            crawl="bench",
            fetched_at=datetime.now(UTC),
            status=200,
            content_type="text/html",
            record_type="response",
            warc_file="insert.warc.gz",
            offset=0,
            length=1,
            payload_digest=f"sha1:{article.number}",
            payload_bytes=1,
        )
        save_capture(db, capture, address)
        body = "\n".join(article.paragraphs)
        found = Article(url, article.title, article.lead, body, "", None, Byline())
        settle(db, capture, address, found, extractor="bench", article_address=address)
    taken = time.thread_time() - begun
    db.close()
    return 1000 * taken / count


def _searches(path: Path) -> tuple[float, float]:
    """CPU milliseconds of the face's search, with its counts, for a phrase that few articles hold
    and for one that stands in nearly all."""
    db = open_archive(path)
    found = []
    for words in ("thương lượng tập thể", "công đoàn"):
        times = []
        for _ in range(5):
            begun = time.thread_time()
            search(db.conn, parse(words), Filters())
            times.append(1000 * (time.thread_time() - begun))
            db.conn.rollback()
        found.append(statistics.median(times))
    db.close()
    return found[0], found[1]


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--cores", default="1,2", help="with commas between")
    parser.add_argument("--sites", default="1,2,8,20,40", help="at a time, with commas between")
    parser.add_argument("--articles", type=int, default=40, help="of each site")
    parser.add_argument("--known", default="1000,30000", help="sizes, with commas between")
    parser.add_argument("--archives", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    lines: list[str] = []
    if given.cores:
        lines += [*by_cores([int(n) for n in given.cores.split(",")], given.articles), ""]
    if given.sites:
        lines += [*by_sites([int(n) for n in given.sites.split(",")], given.articles), ""]
    if given.known:
        lines += by_known([int(n) for n in given.known.split(",")], given.articles, given.archives)
    told_to(given.write, Told("scaling", lines))


if __name__ == "__main__":
    main()
