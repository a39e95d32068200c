"""What extraction costs beside parsing, trafilatura and readability: CPU time, ratios of one run.

    python -m benchmarks.extraction_speed [--pages 12] [--rounds 7] [--write docs/performance.md]

Pages are generated (``benchmarks.generated_pages``), those of known families for layouts and
those of none for the general rules. Every way is measured page by page in turn, so that other
work on the machine falls on all alike; the fastest of the rounds counts for each page.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import lxml.html
from readability import Document as Readability
from trafilatura import bare_extraction

from archive.records import Article, Page
from benchmarks.generated_pages import KNOWN, generated_sites
from benchmarks.own_time import OwnTime
from benchmarks.told import Told, add_told, told_to
from crawler.extract import extract
from crawler.extraction import article, chosen, document, generic, html, selectors

CLOCK = datetime(2026, 7, 1, tzinfo=UTC)

STAGES: dict[str, tuple[tuple[object, str], ...]] = {
    "decoding": ((document, "decode_html"),),
    "parsing": ((lxml.html, "document_fromstring"),),
    "checks of the page": ((article, "refuse_status"), (article, "refuse_at_sight")),
    "index of classes and ids": ((selectors.Index, "__init__"),),
    "choice of the layout": ((article, "choose_layout"), (article, "refused_by")),
    "structured data": ((article, "read_structured"),),
    "trafilatura": ((generic, "content_lines"), (article, "content_lines")),
    "place of the text": (
        (generic, "find_container"), (generic, "_noise"), (generic, "_lead_element"),
    ),
    "blocks": ((chosen, "read_blocks"), (generic, "read_blocks")),
    "captions": ((chosen, "attach_captions"), (generic, "attach_captions")),
    "surroundings and pictures": ((chosen, "_opening"), (generic, "pictures_elsewhere")),
    "noise dropped": ((chosen, "dropped"),),
    "dates": (
        (chosen, "_dates"), (generic, "_dates"), (generic, "_dates_under"), (article, "choose"),
        (generic, "lines_near"), (chosen, "lines_near"),
    ),
    "lines cleaned": ((article, "clean_blocks"), (article, "split_text")),
    "bylines": ((chosen, "_byline_texts"), (generic, "_bylines"), (article, "_byline")),
    "address": ((article, "article_address"),),
    "language": ((article, "_language"),),
    "HTML": ((article, "body_html"),),
    "sanitising (nh3)": ((html, "sanitise"),),
}  # fmt: skip
"""Name of a stage -> the functions whose own time, without that of other stages, it is."""


def pages(makes: Sequence[str], count: int, *, short: bool = False) -> list[Page]:
    """``count`` article pages, of each make as many as of any other."""
    per_site = -(-count // len(makes))
    found = [
        Page(site.url(told), site.page(told).encode(), CLOCK, content_type="text/html")
        for site in generated_sites(makes, len(makes), 60, short=short)
        for told in site.articles[:per_site]
    ]
    return found[:count]


def clock(ways: dict[str, Callable[[Page], object]], pages: Sequence[Page], rounds: int) -> dict[
    str, float
]:  # fmt: skip
    """CPU milliseconds a page for every way: the mean over pages of each page's fastest round."""
    best: dict[str, dict[int, float]] = {name: {} for name in ways}
    gc.collect()
    for number in range(rounds):
        for index, page in enumerate(pages):
            for name, work in ways.items():
                if number >= 2 and name.startswith("trafilatura") and rounds > 3:
                    continue  # Tens of milliseconds: two rounds say enough.
                begun = time.thread_time()
                work(page)
                taken = time.thread_time() - begun
                best[name][index] = min(taken, best[name].get(index, taken))
    return {name: 1000 * statistics.fmean(found.values()) for name, found in best.items()}


def shares(pages: Sequence[Page], rounds: int) -> dict[str, float]:
    """CPU milliseconds a page of each stage, the largest first."""
    stages = OwnTime(STAGES)
    with stages.measured():
        for _ in range(rounds):
            for page in pages:
                stages.begin()
                extract(page)
                stages.end()
    count = len(pages) * rounds
    found = {name: 1000 * seconds / count for name, seconds in stages.seconds.items()}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def measure(count: int, rounds: int) -> Iterator[str]:
    """The lines that the benchmark tells."""
    ours: dict[str, Callable[[Page], object]] = {
        "parsing (lxml.html)": lambda page: lxml.html.document_fromstring(page.body),
        "extract": extract,
    }
    theirs: dict[str, Callable[[Page], object]] = {
        **ours,
        "trafilatura, defaults with metadata": lambda page: bare_extraction(
            page.body, url=page.url, with_metadata=True
        ),
        "trafilatura, fast": lambda page: bare_extraction(page.body, url=page.url, fast=True),
        "readability-lxml": lambda page: Readability(page.body.decode()).summary(),
    }
    known = pages(KNOWN, count)
    unknown = pages(["unknown"], count)
    brief = pages(["unknown"], count, short=True)
    for page in (*known, *unknown, *brief):  # Caches fill, and every page must be read.
        assert isinstance(extract(page), Article), page.url
    found = clock(ours, known, rounds)
    parsing, layout = found.values()
    yield "| extraction of pages of a known family | CPU ms a page | ratio |"
    yield "|---|---|---|"
    yield f"| parsing alone ({_kilobytes(known):.0f} KB) | {parsing:.2f} | 1 |"
    yield f"| **with a layout** (aim: at most 3) | {layout:.2f} | {layout / parsing:.2f}x parsing |"
    yield ""
    yield "| extraction of pages of no known family | long texts, ms | ratio | short, ms | ratio |"
    yield "|---|---|---|---|---|"
    long, short = clock(theirs, unknown, rounds), clock(theirs, brief, rounds)
    whole = "trafilatura, defaults with metadata"
    for name in theirs:
        label = "**the general rules** (aim: at most 0.7)" if name == "extract" else name
        yield (
            f"| {label} | {long[name]:.2f} | {long[name] / long[whole]:.2f} | {short[name]:.2f} |"
            f" {short[name] / short[whole]:.2f} |"
        )
    yield ""
    yield "| share of a stage | with a layout, ms | % | general rules, ms | % |"
    yield "|---|---|---|---|---|"
    by_layout, by_rules = shares(known, rounds), shares(unknown, max(2, rounds // 2))
    sums = sum(by_layout.values()), sum(by_rules.values())
    for name in dict.fromkeys([*by_layout, *by_rules]):
        one, other = by_layout.get(name, 0.0), by_rules.get(name, 0.0)
        yield (
            f"| {name} | {one:.2f} | {100 * one / sums[0]:.0f} | {other:.2f} |"
            f" {100 * other / sums[1]:.0f} |"
        )
    yield f"| sum (with the clocks' own cost) | {sums[0]:.2f} | | {sums[1]:.2f} | |"


def _kilobytes(pages: Sequence[Page]) -> float:
    return statistics.fmean(len(page.body) for page in pages) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=7)
    add_told(parser)
    given = parser.parse_args()
    told_to(given.write, Told("extraction", list(measure(given.pages, given.rounds))))


if __name__ == "__main__":
    main()
