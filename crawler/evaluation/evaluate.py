"""Measure extraction against gold, beside plain trafilatura and readability-lxml.

``evaluate(paths)`` runs it; ``main(argv)`` prints the tables, the worst pages with a diff, and
checks or raises the floors.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import lxml.html

from archive.records import Page
from crawler.evaluation.gold import Case, read_cases
from crawler.evaluation.scoring import PageScore, Reading, Scores, score
from crawler.extract import extract_document, layouts_for
from crawler.extraction.document import Document, parse_page
from crawler.extraction.layout import Layout

Extractor = Callable[[Page], Reading]

ALL = "all"


def ours(layouts: bool = True) -> Extractor:
    """This project's extraction; with ``layouts=False`` by general rules alone."""

    def read(page: Page) -> Reading:
        document = parse_page(page)
        if not isinstance(document, Document):
            return Reading.of(document)
        chosen: tuple[Layout, ...] = layouts_for(page.url) if layouts else ()
        return Reading.of(extract_document(document, chosen))

    return read


def plain_trafilatura(page: Page) -> Reading:
    """trafilatura with its defaults, comments off, metadata on."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Extracted

    found = bare_extraction(page.body, url=page.url, include_comments=False, with_metadata=True)
    if not isinstance(found, Extracted) or not found.text:
        return Reading(found=False, reason="nothing")
    authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
    return Reading(
        text=found.text,
        title=found.title or "",
        published=f"{found.date}T00:00:00+07:00" if found.date else "",
        persons=tuple(authors),
        url=found.url or page.url,
        day_only=True,
    )


def readability(page: Page) -> Reading:
    """readability-lxml with its defaults: text and title."""
    from readability import Document as Readable

    try:
        text = page.body.decode("utf-8", "replace")
        found = Readable(text)
        summary = lxml.html.fromstring(found.summary())
    except Exception as error:
        return Reading(found=False, reason=str(error)[:100])
    return Reading(
        text="\n".join(str(piece) for piece in summary.itertext() if str(piece).strip()),
        title=found.short_title() or "",
        url=page.url,
    )


def evaluate(paths: Sequence[Path], extractor: Extractor | None = None) -> dict[str, Scores]:
    """Scores by family and, under ``ALL``, of everything, for pages with gold below ``paths``.

    Raises ``FileNotFoundError`` for a path without gold.
    """
    return evaluate_cases(list(read_cases(paths)), extractor or ours())


def evaluate_cases(cases: Sequence[Case], extractor: Extractor) -> dict[str, Scores]:
    """As ``evaluate``, for cases that are read already."""
    scores: dict[str, Scores] = {}
    for case in cases:
        result = extractor(case.page)
        for name in (case.family, ALL):
            _count(scores.setdefault(name, Scores(name)), case, result)
    scores[ALL] = scores.pop(ALL, Scores(ALL))
    return scores


def _count(scores: Scores, case: Case, reading: Reading) -> None:
    if case.article is None:
        scores.others += 1
        if reading.found:
            scores.false.append(PageScore(case, reading))
        return
    result = score(case, reading)
    (scores.pages if reading.found else scores.missed).append(result)


def table(scores: dict[str, Scores]) -> str:
    """Scores as lines of a plain table."""
    head = (
        f"{'family':<22}{'pages':>6}{'found':>6}{'missed':>7}{'false':>6}{'P':>8}{'R':>8}{'F1':>8}"
        f"{'leaked':>7}{'title':>7}{'date':>7}{'byline':>7}{'invent':>7}{'images':>7}{'extra':>6}{'url':>6}"
    )
    lines = [head, "-" * len(head)]
    for name, row in scores.items():
        lines.append(
            f"{name:<22}{row.articles + row.others:>6}{len(row.pages):>6}{len(row.missed):>7}"
            f"{len(row.false):>6}{row.precision:>8.4f}{row.recall:>8.4f}{row.f1:>8.4f}"
            f"{row.aliens:>7}{row.title:>7.1%}{row.date:>7.1%}{row.byline:>7.1%}{row.invented:>7}"
            f"{row.images:>7.1%}{row.extra_images:>6}{row.addresses:>6.0%}"
        )
    return "\n".join(lines)


def faults(scores: Scores, limit: int) -> Iterator[str]:
    """The worst pages, each with what is wrong and a diff of its text."""
    for page in scores.missed[:limit]:
        yield f"MISSED {page.case.name}\n    {page.reading.reason}"
    for page in scores.false[:limit]:
        yield f"FALSE  {page.case.name} ({page.case.kind})\n    {page.reading.title!r}"
    wrong = [page for page in scores.pages if _fault(page)]
    for page in sorted(wrong, key=lambda page: page.f1)[:limit]:
        gold = page.case.article
        assert gold is not None
        yield f"{page.f1:.4f} {page.case.name} ({page.case.kind})"
        if not page.title:
            yield f"    title: {page.reading.title!r} for {gold.title!r}"
        if not page.date:
            yield f"    date: {page.reading.published!r} for {gold.published!r}"
        if not page.byline:
            yield f"    persons: {page.reading.persons!r} for {gold.persons!r}"
        if not page.address:
            yield f"    url: {page.reading.url} for {gold.url}"
        if page.images[0] < page.images[1] or page.images[2]:
            wanted = [(image.url, image.caption) for image in gold.images or ()]
            yield f"    images: {list(page.reading.images)!r}\n        for {wanted!r}"
        for line in difflib.unified_diff(
            gold.text.splitlines(), page.reading.text.splitlines(), "gold", "ours", lineterm="", n=0
        ):
            if not line.startswith(("---", "+++", "@@")):
                yield f"    {line[:180]}"


def _fault(page: PageScore) -> bool:
    return (
        page.f1 < 0.99999
        or not (page.title and page.date and page.byline and page.address)
        or page.images[0] < page.images[1]
        or page.images[2] > 0
    )


def check_floors(scores: dict[str, Scores], file: Path, raise_them: bool = False) -> list[str]:
    """What fell below its floor. With ``raise_them`` the file keeps the higher of old and new.

    A family without floors passes, and gets some when they are raised.
    """
    floors: dict[str, dict[str, float]] = (
        json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    )
    fallen = []
    for name, row in scores.items():
        held = floors.setdefault(name, {}) if raise_them else floors.get(name, {})
        for measure, value in row.floors().items():
            if measure in held and value < held[measure]:
                fallen.append(f"{name}: {measure} {value} is below its floor {held[measure]}")
            elif raise_them:
                held[measure] = value
    if raise_them and not fallen:
        file.write_text(
            json.dumps(floors, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
            encoding="utf-8",
        )
    return fallen


def main(argv: Sequence[str] | None = None) -> int:
    """Print scores; exit 1 where something fell below its floor, 2 where there is no gold."""
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, help="folders with gold")
    parser.add_argument("--no-layouts", action="store_true", help="general rules alone")
    parser.add_argument("--no-baselines", action="store_true", help="this extraction alone")
    parser.add_argument("--worst", type=int, default=10, help="how many faulty pages to show")
    parser.add_argument("--floors", type=Path, help="file of floors to hold")
    parser.add_argument("--raise-floors", action="store_true", help="raise them to what is reached")
    options = parser.parse_args(argv)
    try:
        cases = list(read_cases(options.paths))
    except FileNotFoundError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(
        f"{len(cases)} pages, of which {sum(case.article is not None for case in cases)} articles"
    )
    mine = evaluate_cases(cases, ours(not options.no_layouts))
    print(f"\nthis extraction{' without layouts' if options.no_layouts else ''}\n{table(mine)}")
    if not options.no_baselines:
        articles = [case for case in cases if case.kind == "article"]
        for name, extractor in (("trafilatura", plain_trafilatura), ("readability", readability)):
            print(f"\n{name} (articles only)\n{table(evaluate_cases(articles, extractor))}")
    if options.worst:
        print()
        for line in faults(mine[ALL], options.worst):
            print(line)
    if options.floors:
        fallen = check_floors(mine, options.floors, options.raise_floors)
        print("\n".join(fallen))
        return 1 if fallen else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
