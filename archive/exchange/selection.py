"""What of the archive is meant: by site, province, period or query."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from archive.database import ArchiveError


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles, and which captures. Empty means all; several conditions must all hold.

    ``since`` and ``until`` are days, ISO 8601, both included: of publication for articles (those
    without a date fall out), of fetching for captures. ``provinces`` may be names of before or
    since July 2025. ``query`` is an SQL query whose first column gives ids of articles.
    """

    sites: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    query: str = ""

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            value = getattr(self, name)
            try:
                if value and date.fromisoformat(value).isoformat() != value:
                    raise ValueError(value)
            except ValueError:
                raise ArchiveError(
                    f"{name} must be a day such as 2023-10-04, not {value!r}."
                ) from None

    def articles(self) -> tuple[str, list[Any]]:
        """A condition on rows of ``articles``, and its values."""
        parts, values = self._places("site")
        if self.provinces:
            marks = ", ".join("?" * len(self.provinces))
            parts.append(f"(province in ({marks}) or province_2025 in ({marks}))")
            values += [*self.provinces, *self.provinces]
        parts += self._period("published_at", values)
        if self.query:
            parts.append(f"articles.id in (select * from ({read_query(self.query)}))")
        return " and ".join(parts) or "1", values

    def captures(self) -> tuple[str, list[Any]]:
        """A condition on rows of ``captures``, and its values."""
        parts, values = self._places("captures.site")
        if self.provinces:
            marks = ", ".join("?" * len(self.provinces))
            parts.append(
                "captures.site in (select name from sites"
                f" where province in ({marks}) or province_2025 in ({marks}))"
            )
            values += [*self.provinces, *self.provinces]
        parts += self._period("captures.fetched_at", values)
        if self.query:
            parts.append(f"captures.article_id in (select * from ({read_query(self.query)}))")
        return " and ".join(parts) or "1", values

    def check(self, db: sqlite3.Connection) -> None:
        """Refuse what cannot be meant: unknown sites and provinces, a query that is none.

        Raises ArchiveError.
        """
        for site in self.sites:
            if not db.execute("select 1 from sites where name = ?", (site,)).fetchone():
                known = [row[0] for row in db.execute("select name from sites order by name")]
                near = ", ".join(get_close_matches(site, known))
                hint = f"Did you mean {near}? " if near else ""
                raise ArchiveError(
                    f"No such site in the archive: {site}. {hint}`congdoan sites` lists all."
                )
        for province in self.provinces:
            known = db.execute(
                "select 1 from provinces where ? in (name, name_2025)", (province,)
            ).fetchone()
            if not known:
                raise ArchiveError(
                    f"No such province: {province}. Names are written as in Vietnamese, with marks."
                )
        if self.query:
            columns = query_columns(db, self.query)
            if len(columns) != 1:
                raise ArchiveError("The query must give one column, ids of articles.")
            row = db.execute(f"select * from ({read_query(self.query)}) limit 1").fetchone()
            if row and not isinstance(row[0], int):
                raise ArchiveError(
                    f"The query must give ids of articles (articles.id); {str(row[0])[:60]!r} is"
                    " none."
                )

    def described(self) -> str:
        """The selection in words, for a citation."""
        said = [
            ("sites", ", ".join(self.sites)),
            ("provinces", ", ".join(self.provinces)),
            ("since", self.since),
            ("until", self.until),
            ("query", " ".join(self.query.split())),
        ]
        return "; ".join(f"{name}: {value}" for name, value in said if value) or "everything"

    def _places(self, column: str) -> tuple[list[str], list[Any]]:
        if not self.sites:
            return [], []
        return [f"{column} in ({', '.join('?' * len(self.sites))})"], list(self.sites)

    def _period(self, column: str, values: list[Any]) -> list[str]:
        parts = []
        if self.since:
            parts.append(f"{column} >= ?")
            values.append(self.since)
        if self.until:
            parts.append(f"substr({column}, 1, 10) <= ?")
            values.append(self.until)
        return parts


def read_query(sql: str) -> str:
    """A query without the semicolon at its end. Raises ArchiveError for what is no query."""
    text = sql.strip().rstrip(";").strip()
    if not re.match(r"(?i)(select|with|values)\b", text):
        raise ArchiveError("A query begins with SELECT (or WITH).")
    return text


def query_columns(db: sqlite3.Connection, sql: str) -> list[str]:
    """Names of the columns that a query gives. Raises ArchiveError where SQLite refuses it."""
    try:
        cursor = db.execute(f"select * from ({read_query(sql)}) limit 0")
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise ArchiveError(f"The query cannot be run: {error}") from error
    return [column[0] for column in cursor.description]
