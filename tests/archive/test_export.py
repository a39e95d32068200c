"""An export is read by others' tools, whole and with its meaning."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import tracemalloc
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from archive.database import ArchiveError, open_archive
from archive.exchange.export import TABLES, Exported, export_query, export_tables
from archive.exchange.formats import FORMATS, Format, open_writer
from archive.exchange.selection import Selection
from archive.stories.copies import update_stories
from archive.tables.schema import SCHEMA
from tests.archive.small_archive import SmallArchive, filled


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "data"
    filled(folder)
    with SmallArchive(folder, "khac", "Lạng Sơn") as small:
        small.page("https://khac.example.vn/a", "<p>A</p>", title='=cmd|"x"', body="Dòng 1\nDòng 2",
                   tags=("Tết", 'nháy "kép"'), published=None)  # fmt: skip
        update_stories(small.db)
    return folder


def read(made: Exported, table: str, format: Format) -> list[dict[str, Any]]:
    path = made.folder / f"{table}.{format}"
    if format == "jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if format == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


@pytest.mark.parametrize("format", FORMATS)
def test_every_table_comes_out_whole(data: Path, tmp_path: Path, format: Format) -> None:
    made = export_tables(data, tmp_path / "out", format)
    db = open_archive(data / "archive.db")
    for table in TABLES:
        rows = read(made, table, format)
        stored = list(db.query(f"select * from {table}"))
        if table == "captures":
            stored = [row for row in stored if row["article_id"]]
        assert len(rows) == len(stored)
        if rows:
            assert list(rows[0]) == list(stored[0])
    articles = {row["url"]: row for row in read(made, "articles", format)}
    by_url = {row["url"]: row for row in db.query("select * from articles")}
    for url, row in articles.items():
        assert row["body"] == by_url[url]["body"]
        assert int(row["id"]) == by_url[url]["id"]
    other = articles["https://khac.example.vn/a"]
    if format == "csv":
        assert other["published_at"] == ""
        assert json.loads(other["tags"]) == ["Tết", 'nháy "kép"']
    else:
        assert other["published_at"] is None
        assert other["tags"] == ["Tết", 'nháy "kép"']
    if format == "parquet":
        first = next(row for row in articles.values() if row["published_at"])
        assert first["published_at"].isoformat() == "2024-05-01T00:00:00+07:00"
    db.close()


def test_it_explains_and_checks_itself(data: Path, tmp_path: Path) -> None:
    made = export_tables(data, tmp_path / "out", "csv", Selection(sites=("khac",)))
    lines = (made.folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    present = {path.name for path in made.folder.iterdir()}
    assert set(sums) == present - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == digest
    package = json.loads((made.folder / "datapackage.json").read_text())
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            assert field["description"] and field["description_vi"], (resource["name"], field)
    assert set(TABLES) <= set(SCHEMA)
    citation = import_module("yaml").safe_load((made.folder / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "dataset"
    assert "sites: khac" in citation["abstract"]
    readme = (made.folder / "README.md").read_text()
    assert "articles.csv: 1 rows" in readme
    validate = subprocess.run(
        [Path(sys.executable).with_name("frictionless"), "validate", "datapackage.json"],
        cwd=made.folder, capture_output=True, text=True,
    )  # fmt: skip
    assert validate.returncode == 0, validate.stdout


@pytest.mark.parametrize(
    ("selection", "articles"),
    [
        (Selection(), 3),
        (Selection(sites=("mau",)), 2),
        (Selection(sites=("mau", "khac")), 3),
        (Selection(provinces=("Hải Dương",)), 2),
        (Selection(provinces=("Hải Phòng",)), 2),
        (Selection(provinces=("Lạng Sơn",)), 1),
        (Selection(since="2024-05-01"), 2),
        (Selection(since="2024-05-02"), 0),
        (Selection(until="2024-05-01"), 2),
        (Selection(until="2024-04-30"), 0),
        (Selection(query="select id from articles where title like '%Đại hội%';"), 1),
        (Selection(sites=("khac",), since="2024-01-01"), 0),
    ],
)
def test_selections(data: Path, tmp_path: Path, selection: Selection, articles: int) -> None:
    made = export_tables(data, tmp_path / "out", "jsonl", selection)
    assert made.articles == articles
    known = {row["id"] for row in read(made, "articles", "jsonl")}
    for table in ("revisions", "captures"):
        assert {row["article_id"] for row in read(made, table, "jsonl")} == known


@pytest.mark.parametrize("format", FORMATS)
def test_any_query(data: Path, tmp_path: Path, format: Format) -> None:
    sql = "select site, count(*) as n, avg(words) as mean, null as empty from articles group by 1;"
    rows = read(export_query(data, tmp_path / "out", format, sql), "query", format)
    assert [row["site"] for row in rows] == ["khac", "mau"]
    assert [int(row["n"]) for row in rows] == [1, 2]
    none = read(
        export_query(data, tmp_path / "no", format, "select 1 as a where 0"), "query", format
    )
    assert none == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from articles", "begins with SELECT"),
        ("select * from khong_co", "cannot be run"),
        ("select 1; delete from articles", "cannot be run"),
        ("with x as (select 1) delete from articles", "cannot be run"),
        ("", "begins with SELECT"),
    ],
)
def test_a_query_that_is_none_is_refused(data: Path, tmp_path: Path, sql: str, said: str) -> None:
    with pytest.raises(ArchiveError, match=said):
        export_query(data, tmp_path / "out", "csv", sql)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(sites=("x",)), "No such site"),
        (Selection(provinces=("Ha Noi",)), "No such province"),
        (Selection(query="select id, url from articles"), "one column"),
    ],
)
def test_a_selection_that_means_nothing(
    data: Path, tmp_path: Path, selection: Selection, said: str
) -> None:
    with pytest.raises(ArchiveError, match=said):
        export_tables(data, tmp_path / "out", "csv", selection)


def test_spreadsheets_open_it_right_and_run_nothing(data: Path, tmp_path: Path) -> None:
    made = export_tables(data, tmp_path / "out", "csv", spreadsheet=True)
    raw = (made.folder / "articles.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig").splitlines()
    titles = [row["title"] for row in csv.DictReader(text)]
    assert '\'=cmd|"x"' in titles


def test_what_is_there_is_not_overwritten(data: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter").write_text("x")
    with pytest.raises(ArchiveError, match="not empty"):
        export_tables(data, tmp_path / "out", "csv")


@pytest.mark.parametrize("format", FORMATS)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, format: Format) -> None:
    text = "công đoàn " * 100

    def peak(count: int) -> int:
        writer = open_writer(tmp_path / f"{count}.x", format, {"n": "integer", "text": "text"})
        tracemalloc.start()
        for at in range(0, count, 500):
            writer.write([(number, text + str(number)) for number in range(at, at + 500)])
        writer.close()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(500)
    assert peak(12_000) < 1.6 * peak(2_000)
