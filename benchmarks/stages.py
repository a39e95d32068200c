"""The share of each stage of the whole line, with their sum against the whole.

    python -m benchmarks.stages [--articles 400] [--write docs/performance.md]

One site is crawled twice: with the stages measured, and without, so that the clocks' own cost is
seen. "rest" is what no stage claims: Scrapy's engine, Twisted, the interpreter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from benchmarks.generated_origin import Origin
from benchmarks.job_process import plan_of, told_by
from benchmarks.told import Told, told_parser, told_to


def measure(make: str, articles: int) -> Iterator[str]:
    """The lines that the benchmark tells."""
    with Origin([make], 1, articles) as origin:
        plain = _crawl(origin, stages=False)
        told = _crawl(origin, stages=True)
    pages = told["counters"]["fetched"]
    stages = dict(sorted(told["stages"].items(), key=lambda pair: -pair[1]))
    total = sum(stages.values())
    yield f"{pages} pages of one site ({make})."
    yield ""
    yield "| stage | CPU ms a page | % |"
    yield "|---|---|---|"
    for name, seconds in stages.items():
        yield f"| {name} | {1000 * seconds / pages:.2f} | {100 * seconds / total:.0f} |"
    yield f"| sum | {1000 * total / pages:.2f} | 100 |"
    measured = 1000 * told["crawl_cpu"] / pages
    yield f"| the whole crawl, all threads and processes | {measured:.2f} | |"
    yield f"| the same without clocks | {1000 * plain['crawl_cpu'] / pages:.2f} | |"


def _crawl(origin: Origin, *, stages: bool) -> dict[str, Any]:
    [site] = origin.sites
    with tempfile.TemporaryDirectory() as folder:
        return told_by(plan_of(origin, site, folder, stages=stages))


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--make", default="nukeviet")
    parser.add_argument("--articles", type=int, default=400)
    given = parser.parse_args()
    told_to(given.write, Told("stages", list(measure(given.make, given.articles))))


if __name__ == "__main__":
    main()
