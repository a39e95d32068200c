"""What each layer of extraction adds, and what extraction costs beside parsing and trafilatura.

    python -m benchmarks.extraction FOLDER_WITH_GOLD...

The first table scores ways to read the same article pages, from trafilatura alone to the way in
use, each layer taken away once. The second gives CPU time a page as ratios in one run. Figures
and what follows from them are in docs/extraction.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import lxml.html
from trafilatura import bare_extraction

from archive.records import Page
from crawler.evaluate import ALL, Extractor, evaluate_cases, ours, plain_trafilatura, readability
from crawler.extract import extract, extract_document, layouts_for
from crawler.extraction import body, content, generic
from crawler.extraction.blocks import Block
from crawler.extraction.chosen import choose_layout
from crawler.extraction.document import Document, parse_page
from crawler.extraction.judge import content_lines
from crawler.gold import Case, read_cases
from crawler.scoring import Reading


def container_by_trafilatura(page: Page) -> Reading:
    """trafilatura as the only source of text, on the container that a layout names."""
    document = parse_page(page)
    if not isinstance(document, Document):
        return Reading(found=False)
    chosen = choose_layout(document, layouts_for(page.url))
    if chosen is None:
        return Reading(found=False)
    return Reading(text="\n".join(content_lines(chosen[1], precision=True)), url=page.url)


def fast_trafilatura(page: Page) -> Reading:
    """trafilatura in its fast mode, without metadata, on the whole page."""
    document = parse_page(page)
    if not isinstance(document, Document):
        return Reading(found=False)
    return Reading(text="\n".join(content_lines(document.tree)), url=page.url)


@contextmanager
def without(*changes: tuple[object, str, object]) -> Iterator[None]:
    """Some functions of extraction replaced for a while."""
    with ExitStack() as stack:
        for module, name, value in changes:
            stack.enter_context(mock.patch.object(module, name, value))
        yield


def _as_they_are(blocks: list[Block], *_: object) -> list[Block]:
    return blocks


LAYERS: dict[str, tuple[tuple[object, str, object], ...]] = {
    "without the lexicon": (
        (body, "boilerplate_kind", lambda line: ""),
        (body, "cuts_here", lambda line: False),
        (content, "boilerplate_kind", lambda line: ""),
    ),
    "link lines always dropped (no judge)": (
        (body, "_without_chrome", lambda blocks, judge: _CHROME(blocks, None)),
    ),
    "link lines always kept": ((body, "_without_chrome", _as_they_are),),
    "repeats kept": ((body, "_without_repeats", _as_they_are),),
    "captions left in the text": (
        (generic, "attach_captions", _as_they_are),
        (__import__("crawler.extraction.chosen", fromlist=["x"]), "attach_captions", _as_they_are),
    ),
    "signature left in the text": (
        (body, "_take_signature", lambda blocks: (blocks, body.Byline(), ())),
    ),
    "nothing above the content (no lead search)": (
        (generic, "opens", lambda block: False),
        (generic, "_lead_element", lambda *_: None),
    ),
}
_CHROME = body._without_chrome


def ways(cases: Sequence[Case], layouts: bool) -> None:
    """Print scores of every way."""
    plain: dict[str, Extractor] = {
        "trafilatura, defaults": plain_trafilatura,
        "readability-lxml": readability,
        "trafilatura fast, whole page": fast_trafilatura,
    }
    if layouts:
        plain["trafilatura fast, layout's container"] = container_by_trafilatura
    print(f"{'way':<44}{'P':>8}{'R':>8}{'F1':>8}{'leaked':>8}{'missed':>8}")
    for name, extractor in plain.items():
        _row(name, cases, extractor)
    for name, changes in LAYERS.items():
        with without(*changes):
            _row(name, cases, ours(layouts))
    _row("as in use", cases, ours(layouts))


def _row(name: str, cases: Sequence[Case], extractor: Extractor) -> None:
    found = evaluate_cases(cases, extractor)[ALL]
    print(
        f"{name:<44}{found.precision:>8.4f}{found.recall:>8.4f}{found.f1:>8.4f}"
        f"{found.aliens:>8}{len(found.missed):>8}",
        flush=True,
    )


def speed(pages: Sequence[Page], rounds: int = 5) -> None:
    """Print CPU milliseconds a page and ratios."""
    kilobytes = sum(len(page.body) for page in pages) / len(pages) / 1000
    parsing = _clock(lambda page: lxml.html.document_fromstring(page.body), pages, rounds)
    layout = _clock(extract, pages, rounds)
    general = _clock(lambda page: extract_document(_parsed(page), ()), pages, rounds)
    default = _clock(
        lambda page: bare_extraction(page.body, url=page.url, with_metadata=True), pages, 2
    )
    print(f"{len(pages)} pages of {kilobytes:.0f} KB; CPU milliseconds a page")
    print(f"  parsing alone                      {parsing:7.2f}")
    print(f"  with a layout                      {layout:7.2f}   {layout / parsing:.2f}x parsing")
    print(f"  trafilatura, defaults and metadata {default:7.2f}")
    print(f"  without a layout                   {general:7.2f}   {general / default:.2f}x of it")


def _parsed(page: Page) -> Document:
    document = parse_page(page)
    assert isinstance(document, Document)
    return document


def _clock(work: Callable[[Page], object], pages: Sequence[Page], rounds: int) -> float:
    total = 0.0
    for page in pages:
        best = float("inf")
        for _ in range(rounds):
            begun = time.process_time()
            work(page)
            best = min(best, time.process_time() - begun)
        total += best
    return total / len(pages) * 1000


def main() -> None:
    """Measure on the folders named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--no-layouts", action="store_true", help="general rules alone")
    parser.add_argument("--speed", action="store_true", help="only the second table")
    options = parser.parse_args()
    cases = [case for case in read_cases(options.paths) if case.kind == "article"]
    if not options.speed:
        ways(cases, not options.no_layouts)
    by_family: dict[str, list[Page]] = {}
    for case in cases:
        by_family.setdefault(case.family, []).append(case.page)
    for family, pages in by_family.items():
        print(f"\n{family}")
        speed(pages[:30])


if __name__ == "__main__":
    main()
