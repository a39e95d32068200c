"""One question in SQL fills no memory, and nothing of the archive is held back by that."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from archive.publish import result_size
from tests.publish.pages import get, tree

MILLION = 1_000_000
FORTY_ROWS = "with recursive n(i) as (select 1 union all select i+1 from n where i < 40)"


def asked(sql: str) -> str:
    return "sql=" + sql.replace("+", "%2B").replace(" ", "+")


@pytest.mark.parametrize("value", ["zeroblob(3000000)", "hex(zeroblob(1500000))"])
async def test_a_result_comes_as_far_as_it_fits(face: Any, value: str) -> None:
    query = asked(f"{FORTY_ROWS} select i, {value} v from n")
    answer = json.loads((await get(face, f"/archive.json?{query}")).text)
    assert answer["truncated"] is True
    assert [row[0] for row in answer["rows"]] == list(range(1, 4))
    text = (await get(face, f"/archive.csv?{query}")).text
    csv.field_size_limit(10 * MILLION)
    assert len(list(csv.reader(io.StringIO(text)))) == 1 + 3
    page = await get(face, f"/archive?{asked(f'{FORTY_ROWS} select i, {value} v from n')}&_lang=en")
    assert "more than" in tree(page.text).find_class("exports")[0].text_content().lower()


async def test_no_value_is_longer_than_its_bound(face: Any) -> None:
    for path in ("/archive.json?", "/archive.json?_size=max&"):
        answer = await get(face, path + asked("select zeroblob(4000001)"))
        assert answer.status_code == 400
        assert "too big" in answer.text
    assert (
        await get(face, "/archive.json?" + asked("select zeroblob(3999000)"))
    ).status_code == 200


async def test_many_small_rows_end_at_their_number(face: Any) -> None:
    many = FORTY_ROWS.replace("40", "5000")
    answer = json.loads((await get(face, f"/archive.json?{asked(many + ' select i from n')}")).text)
    assert (len(answer["rows"]), answer["truncated"]) == (1000, True)
    few = json.loads(
        (await get(face, f"/archive.json?{asked(FORTY_ROWS + ' select i from n')}")).text
    )
    assert (len(few["rows"]), few["truncated"]) == (40, False)


async def test_a_question_that_takes_too_long_is_told_as_before(face: Any) -> None:
    endless = "with recursive n(i) as (select 1 union all select i+1 from n) select max(i) from n"
    answer = await get(face, f"/archive.json?{asked(endless)}&_timelimit=20")
    assert answer.status_code == 400
    assert "SQL Interrupted" in answer.text


async def test_tables_and_downloads_are_whole_whatever_their_size(
    face: Any, monkeypatch: pytest.MonkeyPatch, sample: tuple[Path, dict[str, int]]
) -> None:
    monkeypatch.setattr(result_size, "BUDGET", 20_000)
    monkeypatch.setattr(result_size, "LONGEST_ASKED", 1_000)
    for path in ("/archive/articles.csv?_stream=on&_size=5", "/download/articles.csv"):
        rows = list(csv.DictReader(io.StringIO((await get(face, path)).text.lstrip("\ufeff"))))
        assert {int(row["id"]) for row in rows} == set(sample[1].values())
    narrowed = await get(face, "/archive/articles.json?_where=id>0&_col=url&_size=max")
    assert narrowed.status_code == 200
    refused = await get(face, "/archive/articles.json?_where=id>0&_size=max")
    assert refused.status_code == 400


async def test_a_narrowed_table_that_is_too_large_is_refused(
    face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_size, "BUDGET", 20_000)
    refused = await get(face, "/archive/articles.json?_where=id>0&_size=max")
    assert (refused.status_code, refused.json()["error"]) == (400, result_size.TOO_LARGE)
    page = await get(face, "/archive/articles?_where=id>0&_size=max")
    assert page.status_code == 400
    assert "quá lớn" in page.text
