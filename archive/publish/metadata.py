"""Datasette's metadata of the archive: titles and descriptions of tables and columns."""

from __future__ import annotations

from typing import Any

from archive.tables.schema import SCHEMA

SEARCHED = "articles_fts"
FACETS = {"crawls": ["site", "outcome"], "fetch_errors": ["kind"], "unreadable": ["reason"]}
SORTED = {"crawls": "started_at", "revisions": "seen_at", "unit_counts": "articles"}


def metadata_for(database: str, language: str) -> dict[str, Any]:
    """Metadata in Datasette's form for the archive's tables, descriptions in one language.

    Table and column names stay as they are: they are what SQL needs. The value is new at each
    call, since Datasette writes into what it gets.
    """
    place = 0 if language == "vi" else 1
    tables: dict[str, dict[str, Any]] = {
        name: {
            "description": table.about[place],
            "columns": {column: pair[place] for column, pair in table.columns.items()},
        }
        for name, table in SCHEMA.items()
    }
    for name, columns in FACETS.items():
        tables[name]["facets"] = list(columns)
    for name, column in SORTED.items():
        tables[name]["sort_desc"] = column
    for name in ("articles", "latest_articles"):
        tables[name] |= {"fts_table": SEARCHED, "fts_pk": "id"}
    tables["articles"]["label_column"] = "title"
    return {"databases": {database: {"tables": tables}}}
