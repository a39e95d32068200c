"""Every golden pair below tests/sites and tests/families: adding a test adds files, not code."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from archive.records import REASONS, Article, Unreadable
from crawler.evaluation.evaluate import ours
from crawler.evaluation.gold import Case, read_pair
from crawler.evaluation.scoring import score
from crawler.extract import extract

TESTS = Path(__file__).parent.parent
PAIRS = sorted((TESTS / "sites").glob("*/*.html")) + sorted((TESTS / "families").glob("*/*.html"))


def shown(article: Article, wanted: dict[str, Any]) -> dict[str, Any]:
    """Of an article, what a golden answer names, in the answer's form."""
    have = asdict(article)
    have["body"] = article.body.split("\n") if article.body else []
    have["published"] = article.published.iso() if article.published else None
    have["precision"] = article.published.precision if article.published else None
    have["evidence"] = article.published.evidence if article.published else None
    have["tags"] = list(article.tags)
    have["byline"] = {**have["byline"], "persons": list(article.byline.persons)}
    result: dict[str, Any] = {}
    for name, value in wanted.items():
        mine = have[name]
        if isinstance(value, dict):
            mine = {part: mine[part] for part in value}
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            mine = [
                {part: item[part] for part in (value[i] if i < len(value) else item)}
                for i, item in enumerate(mine)
            ]
        elif isinstance(value, list):
            mine = list(mine)
        result[name] = mine
    return result


@pytest.mark.parametrize("source", PAIRS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_golden(source: Path) -> None:
    case: Case = read_pair(source)
    outcome = extract(case.page)
    if case.article is None:
        assert case.reason in REASONS
        assert isinstance(outcome, Unreadable), outcome
        assert outcome.reason == case.reason, outcome
        return
    assert isinstance(outcome, Article), outcome
    assert shown(outcome, case.article.exact) == case.article.exact


def test_general_rules_alone_read_every_golden_page() -> None:
    """What a site of unknown make is worth: no layout at all, and nothing is missed or invented."""
    read = ours(layouts=False)
    faults: list[str] = []
    for case in map(read_pair, PAIRS):
        reading = read(case.page)
        if case.article is None or not reading.found:
            faults += [case.name] if reading.found or case.article is not None else []
            continue
        page = score(case, reading)
        right = page.title and page.date and page.byline and not page.aliens and page.f1 > 0.99
        faults += [] if right and page.images[0] == page.images[1] else [case.name]
    assert faults == []
