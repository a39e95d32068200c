"""Datasette's metadata of the archive: titles and descriptions of tables and columns."""

from __future__ import annotations

from typing import Any


def metadata_for(datasette: Any) -> dict[str, Any]:
    return {}
