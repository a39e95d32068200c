"""What a program read from a page is no truth until a person has compared it with the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.catalogue import declared_sites
from crawler.families.unknown import UnknownSpider
from crawler.new_site.open_ends import open_ends

FOLDER = Path(__file__).parents[1] / "sites"
ANSWERS = sorted(FOLDER.glob("*/*.json"))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_person_has_read_it(answer: Path) -> None:
    told = json.loads(answer.read_text(encoding="utf-8"))
    left = open_ends(declared_sites()[answer.parent.name])
    assert told.get("reviewed", True), (
        f'compare {answer.name} with its page and set "reviewed" to true'
        + "".join(f"; write into spiders/{answer.parent.name}.py {end}" for end in left)
    )


@pytest.mark.parametrize("name", sorted(declared_sites()))
def test_no_site_leaves_open_what_a_person_has_to_say(name: str) -> None:
    assert open_ends(declared_sites()[name]) == [], f"spiders/{name}.py"


def test_what_is_left_open_is_named_with_what_it_may_be() -> None:
    class Surveyed(UnknownSpider):
        title = "Công đoàn Hợp Bàn"
        hosts = ("hopban.example",)
        level = ""
        start_urls = ["https://hopban.example/tin"]

    assert open_ends(Surveyed) == [
        "level: one of district, province, industry, national, newspaper",
        "province: one of the 63 before July 2025",
    ]
    Surveyed.level = "industry"
    assert open_ends(Surveyed) == []
