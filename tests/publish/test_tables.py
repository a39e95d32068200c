"""Tables and SQL of a reader's own: searched, counted, explained, and only read."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from archive.publish import plugin, row_counts
from archive.publish.serve import make_face
from tests.publish.conftest import close
from tests.publish.pages import get
from tests.publish.sample import sample_articles


@pytest.mark.parametrize("typed", ["đại hội", "dai hoi", "ĐẠI HỘI", "đa\u0323i ho\u0302\u0323i"])
async def test_the_table_search_of_datasette_folds_too(face: Any, typed: str) -> None:
    response = await face.client.get(
        "/archive/articles.json", params={"_search": typed, "_shape": "objects", "_col": "title"}
    )
    titles = [row["title"] for row in response.json()["rows"]]
    assert titles == ["Đại hội Công đoàn ngành Giáo dục tỉnh Nam Định"]


@pytest.mark.parametrize(("counted", "told"), [(5, "hơn 5 dòng"), (10**6, "dòng")])
async def test_rows_of_a_table_are_counted_up_to_a_bound(
    sample: tuple[Path, dict[str, int]], monkeypatch: pytest.MonkeyPatch, counted: int, told: str
) -> None:
    monkeypatch.setattr(row_counts, "COUNTED", counted)
    monkeypatch.setattr(plugin, "COUNTED", counted)
    face = make_face(sample[0])
    try:
        for path in (
            "/archive/articles",
            "/archive/latest_articles",
            "/archive/captures?status=200",
        ):
            page = (await face.client.get(path)).text
            assert told in page and ("hơn" in page) == (counted == 5)
        body = (await face.client.get("/archive/articles.json")).json()
        everything = len(sample_articles())
        assert body["filtered_table_rows_count"] == min(everything, counted + 1)
        # What a person asks for in SQL is counted to its end.
        sql = (await face.client.get("/archive.json?sql=select+count(*)+from+articles")).json()
        assert sql["rows"] == [[everything]]
    finally:
        close(face)


async def test_tables_explain_their_columns(face: Any) -> None:
    vietnamese = (await get(face, "/archive/crawls", **{"accept-language": "vi"})).text
    english = (await get(face, "/archive/crawls", **{"accept-language": "en"})).text
    assert "Số yêu cầu" in vietnamese and "Nhật ký các lần thu thập." in vietnamese
    assert "Failed requests" in english and "The log of crawls and imports." in english


@pytest.mark.parametrize(
    "sql",
    ["delete from articles", "insert into sites (name) values ('x')", "attach 'x' as y",
     "pragma journal_mode = delete"],
)  # fmt: skip
async def test_sql_only_reads(face: Any, sample: tuple[Path, dict[str, int]], sql: str) -> None:
    response = await face.client.get("/archive.json", params={"sql": sql})
    assert response.status_code == 400
    count = sqlite3.connect(sample[0]).execute("select count(*) from articles").fetchone()[0]
    assert count == 32


async def test_endless_sql_is_stopped(face: Any) -> None:
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    face._settings["sql_time_limit_ms"], before = 100, face._settings["sql_time_limit_ms"]
    face.sql_time_limit_ms, kept = 100, face.sql_time_limit_ms
    try:
        response = await face.client.get("/archive.json", params={"sql": sql})
    finally:
        face._settings["sql_time_limit_ms"], face.sql_time_limit_ms = before, kept
    assert response.status_code == 400
    assert "nterrupted" in response.text
    assert before <= 5000
