"""What extraction costs beside parsing, trafilatura and readability: CPU time, ratios of one run.

    python -m benchmarks.extraction_speed [--pages 12] [--rounds 7] [--write docs/performance.md]

Pages are generated (``benchmarks.generated_pages``), those of known families for layouts and
those of none for the general rules. Every way is measured page by page in turn, so that other
work on the machine falls on all alike. Every round reads other articles of the same sites, so
that nothing remembered of an article helps, as in a crawl only what its site repeats does; of
the rounds the fastest counts for each site and way.
"""

from __future__ import annotations

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
from benchmarks.told import Told, told_parser, told_to
from crawler.extract import extract
from crawler.extraction import (
    around_text,
    article,
    chosen,
    document,
    generic,
    html,
    selectors,
)

CLOCK = datetime(2026, 7, 1, tzinfo=UTC)
ARTICLES = 60
"""Of a site, so that its columns of other articles are full."""

STAGES: dict[str, tuple[tuple[object, str], ...]] = {
    "decoding": ((document, "decode_html"),),
    "parsing": ((lxml.html, "document_fromstring"),),
    "checks of the page": ((article, "refuse_status"), (article, "refuse_at_sight")),
    "index of classes and ids": ((selectors.Index, "__init__"),),
    "choice of the layout": ((article, "choose_layout"), (article, "refused_by")),
    "structured data": ((article, "read_structured"),),
    "trafilatura": ((generic, "content_lines"), (article, "content_lines")),
    "place of the text": (
        (generic, "find_container"), (around_text, "named_noise"),
        (around_text, "lead_element"),
    ),
    "blocks": ((chosen, "read_blocks"), (around_text, "read_blocks")),
    "captions": ((chosen, "attach_captions"), (around_text, "attach_captions")),
    "surroundings and pictures": ((chosen, "_opening"), (around_text, "pictures_elsewhere")),
    "noise dropped": ((chosen, "dropped"),),
    "dates": (
        (chosen, "_dates"), (generic, "_dates"), (generic, "_dates_under"), (article, "choose"),
        (generic, "lines_near"), (chosen, "lines_near"),
    ),
    "lines cleaned": ((article, "clean_blocks"), (article, "split_text")),
    "bylines": ((chosen, "_byline_texts"), (generic, "named_bylines"), (article, "byline_of")),
    "address": ((article, "article_address"),),
    "language": ((article, "_language"),),
    "HTML": ((article, "body_html"),),
    "sanitising (nh3)": ((html, "sanitise"),),
}  # fmt: skip
"""Name of a stage -> the functions whose own time, without that of other stages, it is."""


Rounds = list[list[tuple[str, Page]]]
"""For every round the same sites in the same order, each as (make, page of an article that no
other round has)."""


def rounds_of(makes: Sequence[str], count: int, rounds: int, *, short: bool = False) -> Rounds:
    """Pages of ``count`` sites, of each make as many as of any other."""
    found: Rounds = [[] for _ in range(rounds)]
    for number, site in enumerate(generated_sites(makes, count, ARTICLES, short=short)):
        for told, reading in zip(site.articles, found, strict=False):
            body = site.page(told).encode()
            page = Page(site.url(told), body, CLOCK, content_type="text/html")
            reading.append((makes[number % len(makes)], page))
    return found


def clock(ways: dict[str, Callable[[Page], object]], readings: Rounds) -> dict[
    str, dict[str, float]
]:  # fmt: skip
    """CPU milliseconds a page for every way and make: of each site's rounds the fastest."""
    best: dict[str, dict[int, float]] = {name: {} for name in ways}
    gc.collect()
    for number, reading in enumerate(readings):
        for index, (_, page) in enumerate(reading):
            for name, work in ways.items():
                if number >= 2 and name.startswith("trafilatura") and len(readings) > 3:
                    continue  # Tens of milliseconds: two rounds say enough.
                begun = time.thread_time()
                work(page)
                taken = time.thread_time() - begun
                best[name][index] = min(taken, best[name].get(index, taken))
    makes = [make for make, _ in readings[0]]
    return {
        name: {
            make: 1000 * statistics.fmean(found[i] for i, own in enumerate(makes) if own == make)
            for make in dict.fromkeys(makes)
        }
        for name, found in best.items()
    }


def shares(readings: Rounds) -> dict[str, float]:
    """CPU milliseconds a page of each stage, the largest first."""
    stages = OwnTime(STAGES)
    count = 0
    with stages.measured():
        for reading in readings:
            for _, page in reading:
                stages.begin()
                extract(page)
                stages.end()
                count += 1
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
    # One round more than is measured: patterns are compiled, and every kind of page must be read.
    first_known, *known = rounds_of(KNOWN, count, rounds + 1)
    first_unknown, *unknown = rounds_of(["unknown"], count, rounds + 1)
    first_brief, *brief = rounds_of(["unknown"], count, rounds + 1, short=True)
    for make, page in (*first_known, *first_unknown, *first_brief):
        article = extract(page)
        assert isinstance(article, Article), page.url
        assert (article.layout == "generic") == (make == "unknown"), page.url
    parsing, layout = clock(ours, known).values()
    yield "| pages of a known family | KB | parsing alone, CPU ms | with its layout, ms | ratio |"
    yield "|---|---|---|---|---|"
    for make in KNOWN:
        own = [[pair for pair in reading if pair[0] == make] for reading in known]
        yield (
            f"| {make} | {_kilobytes(own):.0f} | {parsing[make]:.2f} | {layout[make]:.2f} |"
            f" {layout[make] / parsing[make]:.2f} |"
        )
    alone, whole = statistics.fmean(parsing.values()), statistics.fmean(layout.values())
    yield (
        f"| **all** (aim: at most 3) | {_kilobytes(known):.0f} | {alone:.2f} | {whole:.2f} |"
        f" **{whole / alone:.2f}** |"
    )
    yield ""
    yield "| extraction of pages of no known family | long texts, ms | ratio | short, ms | ratio |"
    yield "|---|---|---|---|---|"
    long, short = (
        {name: found["unknown"] for name, found in clock(theirs, readings).items()}
        for readings in (unknown, brief)
    )
    default = "trafilatura, defaults with metadata"
    for name in theirs:
        label = "**the general rules** (aim: at most 0.7)" if name == "extract" else name
        yield (
            f"| {label} | {long[name]:.2f} | {long[name] / long[default]:.2f} |"
            f" {short[name]:.2f} | {short[name] / short[default]:.2f} |"
        )
    yield ""
    yield "| share of a stage | with a layout, ms | % | general rules, ms | % |"
    yield "|---|---|---|---|---|"
    by_layout, by_rules = shares(known), shares(unknown[: max(2, rounds // 2)])
    sums = sum(by_layout.values()), sum(by_rules.values())
    for name in dict.fromkeys([*by_layout, *by_rules]):
        one, other = by_layout.get(name, 0.0), by_rules.get(name, 0.0)
        yield (
            f"| {name} | {one:.2f} | {100 * one / sums[0]:.0f} | {other:.2f} |"
            f" {100 * other / sums[1]:.0f} |"
        )
    yield f"| sum (with the clocks' own cost) | {sums[0]:.2f} | | {sums[1]:.2f} | |"


def _kilobytes(readings: Rounds) -> float:
    return statistics.fmean(len(page.body) for reading in readings for _, page in reading) / 1000


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    told_to(given.write, Told("extraction", list(measure(given.pages, given.rounds))))


if __name__ == "__main__":
    main()
