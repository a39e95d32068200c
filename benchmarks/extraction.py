"""What each layer of extraction adds: the same pages read with one layer taken away at a time.

    python -m benchmarks.extraction FOLDER_WITH_GOLD...

Scores ways to read article pages, from trafilatura alone to the way in use. What follows from
the figures is in docs/extraction.md; what extraction costs, in benchmarks.extraction_speed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from archive.records import Byline, Page
from crawler.evaluation.evaluate import (
    ALL,
    Extractor,
    evaluate_cases,
    ours,
    plain_trafilatura,
    readability,
)
from crawler.evaluation.gold import Case, read_cases
from crawler.evaluation.scoring import Reading
from crawler.extract import layouts_for
from crawler.extraction import around_text, body, boilerplate, chosen
from crawler.extraction.blocks import Block
from crawler.extraction.document import Document, parse_page
from crawler.extraction.judge import content_lines
from crawler.extraction.layout_choice import choose_layout


def container_by_trafilatura(page: Page) -> Reading:
    """trafilatura as the only source of text, on the container that a layout names."""
    document = parse_page(page)
    if not isinstance(document, Document):
        return Reading(found=False)
    found = choose_layout(document, layouts_for(page.url))
    if found is None:
        return Reading(found=False)
    return Reading(text="\n".join(content_lines(found[1])), url=page.url)


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


_CHROME: Callable[..., list[Block]] = body._without_chrome

LAYERS: dict[str, tuple[tuple[object, str, object], ...]] = {
    "without the lexicon": (
        (boilerplate, "_entry_of", lambda line: None),
        (boilerplate, "_find", lambda line: None),
    ),
    "link lines always dropped (no judge)": (
        (body, "_without_chrome", lambda blocks, judge: _CHROME(blocks, None)),
    ),
    "link lines always kept": ((body, "_without_chrome", _as_they_are),),
    "repeats kept": ((body, "_without_repeats", _as_they_are),),
    "captions left in the text": (
        (around_text, "attach_captions", _as_they_are),
        (chosen, "attach_captions", _as_they_are),
    ),
    "signature left in the text": (
        (body, "_take_signature", lambda blocks, *_: (blocks, Byline())),
    ),
    "nothing above the content (no lead search)": (
        (around_text, "opens", lambda block: False),
        (around_text, "lead_element", lambda *_: None),
    ),
}


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


def main() -> None:
    """Measure on the folders named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--no-layouts", action="store_true", help="general rules alone")
    options = parser.parse_args()
    cases = [case for case in read_cases(options.paths) if case.kind == "article"]
    ways(cases, not options.no_layouts)


if __name__ == "__main__":
    main()
