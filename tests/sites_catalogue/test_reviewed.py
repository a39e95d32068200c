"""What a program read from a page is no truth until a person has compared it with the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "sites"
ANSWERS = sorted(FOLDER.glob("*/*.json"))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_person_has_read_it(answer: Path) -> None:
    told = json.loads(answer.read_text(encoding="utf-8"))
    assert told.get("reviewed", True), (
        f'compare {answer.name} with its page and set "reviewed" to true'
    )
