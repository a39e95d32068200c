"""Datasette's metadata of the archive: titles and descriptions of tables and columns."""

from __future__ import annotations

from typing import Any

from archive.schema import SCHEMA

SEARCHED = "articles_fts"
FACETS = {"crawls": ["site", "outcome"], "fetch_errors": ["kind"], "unreadable": ["reason"]}
SORTED = {"crawls": "started_at", "revisions": "seen_at", "unit_counts": "articles"}


def metadata_for(database: str, name: str, language: str) -> dict[str, Any]:
    """Metadata in Datasette's form for one table, descriptions in one language.

    Table and column names stay as they are: they are what SQL needs. The value is new at each
    call, since Datasette writes into what it gets.
    """
    place = 0 if language == "vi" else 1
    table = SCHEMA[name]
    told: dict[str, Any] = {
        "description": table.about[place],
        "columns": {column: pair[place] for column, pair in table.columns.items()},
    }
    if name in FACETS:
        told["facets"] = list(FACETS[name])
    if name in SORTED:
        told["sort_desc"] = SORTED[name]
    if name in ("articles", "latest_articles"):
        told |= {"fts_table": SEARCHED, "fts_pk": "id"}
    if name == "articles":
        told["label_column"] = "title"
    return {"databases": {database: {"tables": {name: told}}}}
