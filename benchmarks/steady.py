"""The memory of one long crawl: ``python -m benchmarks.steady [--pages 100000] [--write FILE]``.

One site, crawled by the whole line from its first listing to its last, in one process. The
resident memory of the crawl's process is noted as pages come: flat means that nothing of a page
stays. A hundred thousand pages take some twenty minutes of CPU and four gigabytes of disk.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.generated_makes import LISTED
from benchmarks.generated_origin import Origin
from benchmarks.job_process import command_of, plan_of
from benchmarks.own_time import peak_megabytes, resident_megabytes
from benchmarks.told import Told, told_parser, told_to

MARKS = (100, 300, 1_000, 3_000, 10_000, 20_000, 30_000, 50_000, 70_000, 100_000)
"""Numbers of pages at which memory is noted."""


def measure(pages: int, make: str, folder: Path) -> Iterator[str]:
    """The lines that the benchmark tells."""
    # Articles and the pages of their listing together make the pages.
    with Origin([make], 1, pages * LISTED // (LISTED + 1), short=True, lazy=True) as origin:
        [site] = origin.sites
        plan = plan_of(origin, site, folder, name="steady")
        yield "| pages | resident, MB | peak so far, MB |"
        yield "|---|---|---|"
        crawl = subprocess.Popen(command_of(plan), stdout=subprocess.PIPE, text=True)
        assert crawl.stdout is not None
        marks = list(MARKS)
        told: dict[str, Any] = {}
        for line in crawl.stdout:
            told = json.loads(line)
            fetched = told["counters"]["fetched"]
            if "kind" in told and marks and fetched >= marks[0]:
                marks = [mark for mark in marks if mark > fetched]
                row = f"| {fetched} | {resident_megabytes(crawl.pid):.0f} |"
                row += f" {peak_megabytes(crawl.pid):.0f} |"
                print(row, file=sys.stderr, flush=True)
                yield row
        if crawl.wait() or "crawl_cpu" not in told:
            raise RuntimeError(f"the crawl ended with code {crawl.returncode}")
    database = (folder / "archive.db").stat().st_size / 1e6
    warc = sum(file.stat().st_size for file in (folder / "warc").iterdir()) / 1e6
    fetched = told["counters"]["fetched"]
    yield f"| {fetched}, the end ({told['outcome']}) | - | {told['megabytes']:.0f} |"
    yield ""
    yield (
        f"{1000 * told['crawl_cpu'] / fetched:.1f} ms of CPU a page; {database:.0f} MB of database,"
        f" {warc:.0f} MB of WARC."
    )


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--make", default="nukeviet")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = list(measure(given.pages, given.make, Path(folder)))
    told_to(given.write, Told("memory", lines))


if __name__ == "__main__":
    main()
