"""Questions with an answer in SQL."""

from __future__ import annotations

from typing import Any


def queries_for(datasette: Any, database: str) -> dict[str, Any]:
    return {}
