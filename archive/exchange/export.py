"""Everything that was selected, as files that a reader without this program can use.

An export is a folder: a file for each table, ``datapackage.json`` (a Frictionless data package:
what every column means and is, checksums), ``README.md`` with the same for people, ``SHA256SUMS``
and ``CITATION.cff``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.database import ArchiveError, timestamp
from archive.exchange.formats import Format, Kind, open_writer
from archive.exchange.selection import Selection, query_columns, read_query
from archive.read_only import reading
from archive.tables.schema import SCHEMA

TABLES: dict[str, str] = {
    "articles": "select * from articles where {articles} order by published_at, id",
    "images": "select * from images where article_id in ({ids}) order by article_id, position",
    "attachments": (
        "select * from attachments where article_id in ({ids}) order by article_id, position"
    ),
    "revisions": "select * from revisions where article_id in ({ids}) order by article_id, number",
    "captures": (
        "select * from captures where article_id in ({ids}) order by article_id, fetched_at, id"
    ),
    "article_copies": (
        "select * from article_copies where article_id in ({ids}) order by story_id, article_id"
    ),
    "sites": "select * from sites order by name",
}
"""What is exported, table by table: of articles the selected ones, of the rest what is theirs."""

_LISTS = {"tags", "hosts", "changed"}
_AT_A_TIME = 500
_FRICTIONLESS: dict[Kind, str] = {
    "integer": "integer",
    "number": "number",
    "text": "string",
    "time": "datetime",
    "list": "array",
    "bytes": "string",
}

Watch = Callable[[str, int], None]
"""Called with a table's name and the rows of it written so far."""


@dataclass(slots=True)
class ExportedFile:
    path: str
    rows: int
    bytes: int = 0
    sha256: str = ""
    columns: dict[str, Kind] = field(default_factory=dict)


@dataclass(slots=True)
class Exported:
    """What was written."""

    folder: Path
    selection: str
    taken_at: str
    files: list[ExportedFile] = field(default_factory=list)

    @property
    def articles(self) -> int:
        return sum(file.rows for file in self.files if file.path.startswith("articles."))


def export_tables(
    data: Path,
    target: Path,
    format: Format,
    selection: Selection | None = None,
    *,
    spreadsheet: bool = False,
    watch: Watch | None = None,
) -> Exported:
    """Write the selected articles and what belongs to them into the new folder ``target``.

    Raises ArchiveError where the selection means nothing, ``target`` is there and not empty, or
    the disk does not take it; ``target`` appears only when whole.
    """
    selection = selection or Selection()
    with reading(data) as db:
        db.execute("begin")
        selection.check(db)
        where, values = selection.articles()
        ids = f"select id from articles where {where}"
        queries = {
            table: (sql.format(articles=where, ids=ids), [] if table == "sites" else values)
            for table, sql in TABLES.items()
        }
        return _export(db, target, format, queries, selection.described(), spreadsheet, watch)


def export_query(
    data: Path,
    target: Path,
    format: Format,
    sql: str,
    *,
    spreadsheet: bool = False,
    watch: Watch | None = None,
) -> Exported:
    """Write the rows of any query into the new folder ``target``, as ``query.<format>``.

    The query can only read. Raises ArchiveError as ``export_tables``.
    """
    with reading(data) as db:
        db.execute("begin")
        query_columns(db, sql)
        queries: dict[str, tuple[str, list[Any]]] = {"query": (read_query(sql), [])}
        said = f"query: {' '.join(sql.split())}"
        return _export(db, target, format, queries, said, spreadsheet, watch)


def _export(
    db: sqlite3.Connection,
    target: Path,
    format: Format,
    queries: dict[str, tuple[str, list[Any]]],
    said: str,
    spreadsheet: bool,
    watch: Watch | None,
) -> Exported:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ArchiveError(f"{target} is there already and is not empty; nothing was written.")
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    made = Exported(target, said, timestamp(datetime.now(UTC)))
    try:
        part.mkdir(parents=True)
        for table, (sql, values) in queries.items():
            columns = _columns(db, table, sql, values)
            file = ExportedFile(f"{table}.{format}", 0, columns=columns)
            writer = open_writer(part / file.path, format, columns, spreadsheet=spreadsheet)
            try:
                for rows in _batches(db, sql, values):
                    writer.write(rows)
                    file.rows += len(rows)
                    if watch is not None:
                        watch(table, file.rows)
            finally:
                writer.close()
            _measure(part, file)
            made.files.append(file)
        _write_descriptions(part, made, format, spreadsheet)
        if target.exists():
            target.rmdir()
        os.rename(part, target)
    except sqlite3.Error as error:
        raise ArchiveError(f"The archive cannot be read: {error}") from error
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return made


def _batches(db: sqlite3.Connection, sql: str, values: list[Any]) -> Iterator[list[Any]]:
    cursor = db.execute(sql, values)
    while rows := cursor.fetchmany(_AT_A_TIME):
        yield rows


def _columns(db: sqlite3.Connection, table: str, sql: str, values: list[Any]) -> dict[str, Kind]:
    """What each column holds: by the schema for a table, by all its values for a query."""
    names = [
        column[0] for column in db.execute(f"select * from ({sql}) limit 0", values).description
    ]
    if table != "query":
        declared = {row[1]: row[2].lower() for row in db.execute(f"pragma table_info({table})")}
        return {name: _declared(name, declared[name]) for name in names}
    quoted = [name.replace('"', '""') for name in names]
    asked = ", ".join(f'group_concat(distinct typeof("{name}"))' for name in quoted)
    found = db.execute(f"select {asked} from ({sql})", values).fetchone()
    return {name: _observed(kinds) for name, kinds in zip(names, found, strict=True)}


def _declared(name: str, declared: str) -> Kind:
    if name in _LISTS:
        return "list"
    if name.endswith("_at"):
        return "time"
    return "integer" if declared == "integer" else "number" if declared == "real" else "text"


def _observed(kinds: str | None) -> Kind:
    found = set((kinds or "null").split(",")) - {"null"}
    if not found:
        return "text"
    if found == {"integer"}:
        return "integer"
    if found <= {"integer", "real"}:
        return "number"
    return "bytes" if found == {"blob"} else "text"


def _measure(folder: Path, file: ExportedFile) -> None:
    path = folder / file.path
    with path.open("rb") as opened:
        file.sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    file.bytes = path.stat().st_size


def _write_descriptions(folder: Path, made: Exported, format: Format, spreadsheet: bool) -> None:
    package = {
        "profile": "tabular-data-package" if format == "csv" else "data-package",
        "name": "congdoan-archive-export",
        "title": "Công đoàn Archive",
        "created": made.taken_at,
        "description": f"Selected: {made.selection}",
        "resources": [_resource(file, format, spreadsheet) for file in made.files],
    }
    texts = {
        "datapackage.json": json.dumps(package, ensure_ascii=False, indent=2) + "\n",
        "README.md": _readme(made),
        "CITATION.cff": _citation(made),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    sums = {file.path: file.sha256 for file in made.files}
    for name in texts:
        sums[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    (folder / "SHA256SUMS").write_text(lines, encoding="utf-8")


def _resource(file: ExportedFile, format: Format, spreadsheet: bool) -> dict[str, Any]:
    table = file.path.partition(".")[0]
    about = SCHEMA[table].about if table in SCHEMA else ("", "")
    types = {"jsonl": "application/jsonl", "csv": "text/csv",
             "parquet": "application/vnd.apache.parquet"}  # fmt: skip
    said: dict[str, Any] = {
        "name": table,
        "path": file.path,
        "format": format,
        "mediatype": types[format],
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "description": about[1],
        "description_vi": about[0],
        "schema": {"fields": [_field(table, name, kind) for name, kind in file.columns.items()]},
    }
    if format == "csv":
        said["profile"] = "tabular-data-resource"
    if format != "parquet":
        said["encoding"] = "utf-8-sig" if spreadsheet and format == "csv" else "utf-8"
    return said


def _field(table: str, name: str, kind: Kind) -> dict[str, str]:
    vietnamese, english = _meaning(table, name)
    said = {"name": name, "type": _FRICTIONLESS[kind]}
    if kind == "time":
        said["format"] = "any"
    if english:
        said |= {"description": english, "description_vi": vietnamese}
    return said


def _meaning(table: str, column: str) -> tuple[str, str]:
    described = SCHEMA.get(table)
    return described.columns.get(column, ("", "")) if described else ("", "")


def _readme(made: Exported) -> str:
    lines = [
        "# Công đoàn Archive: export",
        "",
        f"Taken {made.taken_at}. Selected: {made.selection}.",
        "",
        "The texts and pictures belong to their publishers; each row names its source. Times are",
        "those of Vietnam (+07:00). `SHA256SUMS` is for `sha256sum -c`; `datapackage.json` says",
        "the same as this file for programs (https://specs.frictionlessdata.io).",
        "",
    ]
    for file in made.files:
        table = file.path.partition(".")[0]
        lines += [f"## {file.path}: {file.rows} rows", ""]
        if table in SCHEMA:
            lines += [*reversed(SCHEMA[table].about), ""]
        lines += ["| column | type | meaning | nghĩa |", "|---|---|---|---|"]
        for name, kind in file.columns.items():
            vietnamese, english = _meaning(table, name)
            lines.append(f"| `{name}` | {kind} | {english} | {vietnamese} |".replace("\n", " "))
        lines.append("")
    return "\n".join(lines)


def _citation(made: Exported) -> str:
    """A Citation File Format 1.2.0 file; quoted as JSON, which is YAML."""

    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    day = made.taken_at[:10]
    digest = hashlib.sha256("".join(file.sha256 for file in made.files).encode()).hexdigest()
    return "\n".join(
        [
            "cff-version: 1.2.0",
            "type: dataset",
            'message: "If you use these data, please cite them, and the publisher of each text."',
            'title: "Công đoàn Archive: Vietnamese trade union news"',
            "authors:",
            '  - name: "Công đoàn Archive"',
            f"version: {quoted(made.taken_at)}",
            f"date-released: {quoted(day)}",
            f"abstract: {quoted(f'{made.articles} articles. Selected: {made.selection}.')}",
            "identifiers:",
            "  - type: other",
            f"    value: {quoted('sha256:' + digest)}",
            '    description: "SHA-256 over the checksums of the data files, in their order"',
            "",
        ]
    )
