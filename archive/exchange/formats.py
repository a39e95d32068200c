"""Writing rows as JSON Lines, CSV or Parquet, as they come: memory stays flat."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

Format = Literal["jsonl", "csv", "parquet"]
FORMATS: tuple[Format, ...] = ("jsonl", "csv", "parquet")
Kind = Literal["integer", "number", "text", "time", "list", "bytes"]
ROWS_IN_GROUP = 1000
"""Rows of a Parquet row group: some megabytes of articles."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Writer(Protocol):
    """Takes rows in order of the columns that it was made with."""

    def write(self, rows: Iterable[Sequence[Any]]) -> None: ...

    def close(self) -> None: ...


def open_writer(
    path: Path, format: Format, columns: Mapping[str, Kind], *, spreadsheet: bool = False
) -> Writer:
    """A writer for a new file. Values are as SQLite gives them; ``list`` is JSON text.

    ``spreadsheet``: CSV that Excel opens right (a byte order mark) and safely: a cell that would
    be taken for a formula gets an apostrophe before it.
    """
    if format == "jsonl":
        return _JsonLines(path, columns)
    if format == "csv":
        return _Csv(path, columns, spreadsheet)
    return _Parquet(path, columns)


class _JsonLines:
    def __init__(self, path: Path, columns: Mapping[str, Kind]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._columns = dict(columns)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            said = {
                name: _as_list(value) if kind == "list" else _plain(value)
                for (name, kind), value in zip(self._columns.items(), row, strict=True)
            }
            self._file.write(json.dumps(said, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()


class _Csv:
    def __init__(self, path: Path, columns: Mapping[str, Kind], spreadsheet: bool) -> None:
        encoding = "utf-8-sig" if spreadsheet else "utf-8"
        self._file = path.open("w", encoding=encoding, newline="")
        self._spreadsheet = spreadsheet
        self._csv = csv.writer(self._file)
        self._csv.writerow(list(columns))

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        self._csv.writerows([self._cell(value) for value in row] for row in rows)

    def _cell(self, value: Any) -> Any:
        plain = _plain(value)
        if isinstance(plain, str):
            # A null character ends the text for most readers of CSV.
            plain = plain.replace("\x00", "\ufffd")
            if self._spreadsheet and plain.startswith(_FORMULA):
                return f"'{plain}"
        return plain

    def close(self) -> None:
        self._file.close()


class _Parquet:
    def __init__(self, path: Path, columns: Mapping[str, Kind]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        types: dict[Kind, Any] = {
            "integer": pa.int64(),
            "number": pa.float64(),
            "text": pa.string(),
            "time": pa.timestamp("us", tz="Asia/Ho_Chi_Minh"),
            "list": pa.list_(pa.string()),
            "bytes": pa.binary(),
        }
        self._kinds = list(columns.values())
        self._schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._held: list[Sequence[Any]] = []
        self._make = pa.record_batch

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self._held.append(row)
            if len(self._held) >= ROWS_IN_GROUP:
                self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        columns = [
            [_typed(row[at], kind) for row in self._held] for at, kind in enumerate(self._kinds)
        ]
        self._writer.write_batch(self._make(columns, schema=self._schema))
        self._held.clear()

    def close(self) -> None:
        self._flush()
        self._writer.close()


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _as_list(value: Any) -> list[str]:
    try:
        found = json.loads(value or "[]")
    except (TypeError, ValueError):
        return [str(value)]
    return [str(item) for item in found] if isinstance(found, list) else [str(found)]


def _typed(value: Any, kind: Kind) -> Any:
    if kind == "list":
        return _as_list(value)
    if value is None:
        return None
    if kind == "time":
        try:
            return datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return None
    if kind == "text":
        return str(_plain(value))
    if kind == "bytes":
        return value if isinstance(value, bytes) else str(value).encode()
    return value
