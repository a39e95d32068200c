"""What every table, view and column of the archive means, in Vietnamese and English.

The words are data, in ``schema.toml``. Datasette shows them beside the tables; ``docs/schema.md``
is written from them. A test holds that nothing in the database is without a meaning here, and
nothing here without a place there.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Pair = tuple[str, str]
"""The same in Vietnamese and in English."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. ``kind`` is "table", "view", "count" (kept by triggers) or "index"."""

    about: Pair
    columns: dict[str, Pair]
    kind: str = "table"


def read_schema(text: str) -> dict[str, Table]:
    """Tables and views by name, in the order of a text as ``schema.toml`` has it.

    Raises ValueError where the text is no TOML or a meaning does not come in both languages,
    KeyError where a column names a shared meaning that there is not.
    """
    told = tomllib.loads(text)
    shared = {name: _pair(said) for name, said in told.pop("shared", {}).items()}

    def meaning(said: Any) -> Pair:
        return shared[said] if isinstance(said, str) else _pair(said)

    return {
        name: Table(
            _pair(table["about"]),
            {column: meaning(said) for column, said in table["columns"].items()},
            table.get("kind", "table"),
        )
        for name, table in told.items()
    }


def _pair(said: Any) -> Pair:
    vietnamese, english = said
    return vietnamese, english


SCHEMA = read_schema(Path(__file__).with_name("schema.toml").read_text(encoding="utf-8"))


def markdown() -> str:
    """``docs/schema.md``: every table with its columns, both languages side by side."""
    lines = [
        "# Schema / Lược đồ",
        "",
        "Written from `archive/tables/schema.toml` by `python -m archive.tables.schema`; a test",
        "keeps both equal to each other and to the database. Times are Vietnam's, ISO 8601 with",
        "`+07:00`; text is NFC.",
    ]
    names = {
        "table": "Tables / Bảng",
        "view": "Views / Khung nhìn",
        "count": "Kept counts / Số đếm sẵn",
        "index": "Full-text indexes / Chỉ mục tìm kiếm",
    }
    for kind, heading in names.items():
        lines += ["", f"## {heading}"]
        for name, table in SCHEMA.items():
            if table.kind != kind:
                continue
            lines += ["", f"### `{name}`", "", f"{table.about[1]}  ", table.about[0], ""]
            lines += ["| column | English | Tiếng Việt |", "|---|---|---|"]
            lines += [f"| `{column}` | {en} | {vi} |" for column, (vi, en) in table.columns.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
