"""Every table and column is described, and the description that is published is this one."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from archive.publish.plugin import prepare_connection
from archive.publish.tutorial import as_markdown
from archive.tables.schema import SCHEMA, markdown
from archive.tables.views import VIEWS

DOCS = Path(__file__).parent.parent.parent / "docs"
SHADOWS = re.compile(
    r"(articles_fts|articles_exact|attachments_fts)_(data|idx|content|docsize|config)\Z"
)


@pytest.fixture(scope="module")
def conn(sample: tuple[Path, dict[str, int]]) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{sample[0]}?mode=ro", uri=True)
    prepare_connection(connection)
    return connection


def test_what_is_described_is_what_is_there(conn: sqlite3.Connection) -> None:
    """A new column is described in archive/tables/schema.toml, then docs/schema.md is made anew."""
    there = {
        name: [column[1] for column in conn.execute(f"pragma table_info({name})")]
        for (name,) in conn.execute(
            "select name from sqlite_master where type in ('table', 'view')"
        )
        if not name.startswith(("sqlite_", "_")) and not SHADOWS.match(name)
    }
    assert {name: list(table.columns) for name, table in SCHEMA.items()} == there


def test_descriptions_are_in_two_languages() -> None:
    for name, table in SCHEMA.items():
        for vi, en in (table.about, *table.columns.values()):
            assert vi.strip() and en.strip(), name


def test_the_document_is_up_to_date() -> None:
    """Write it with ``python -m archive.tables.schema > docs/schema.md``."""
    assert (DOCS / "schema.md").read_text(encoding="utf-8") == markdown()


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_reads_no_text_at_large(conn: sqlite3.Connection, view: str) -> None:
    conn.execute(f"select * from {view}").fetchall()
    plan = [row[3] for row in conn.execute(f"explain query plan select * from {view}")]
    assert not [step for step in plan if re.match(r"SCAN (articles|captures|a|r)$", step)]


def test_the_tutorial_is_that_of_the_page() -> None:
    assert (DOCS / "tutorial.md").read_text(encoding="utf-8") == as_markdown()


@pytest.mark.parametrize("document", ["tutorial.md"])
def test_the_tutorials_queries_run(conn: sqlite3.Connection, document: str) -> None:
    text = (DOCS / document).read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    assert len(queries) >= 10
    for query in queries:
        values = {name: "" for name in re.findall(r":(\w+)", re.sub(r"'[^']*'", "", query))}
        rows = conn.execute(query, values).fetchall()
        assert rows or values, query
