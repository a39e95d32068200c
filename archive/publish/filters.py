"""What a reader has narrowed the archive to: province, site, unit, topic, year or month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

NARROW = ("id", "published_at", "site", "province", "province_2025", "unit")
"""Columns of the covering index ``articles_narrow``: reading these never touches a long text."""

LONGEST = 300
"""Characters of a value that can be filtered by; a longer one is no name of anything."""

_YEAR = re.compile(r"(19|20|21)\d\d\Z")
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])\Z")


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty fields do not narrow. ``year`` is ``2023``, ``month`` is ``2023-04``."""

    province: str = ""
    province_2025: str = ""
    site: str = ""
    unit: str = ""
    topic: str = ""
    year: str = ""
    month: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        """Read a query string's values; a year or month of impossible form is dropped."""
        given = {
            field.name: (args.get(field.name) or "").strip()[:LONGEST] for field in fields(cls)
        }
        if not _YEAR.match(given["year"]):
            given["year"] = ""
        if not _MONTH.match(given["month"]):
            given["month"] = ""
        if given["month"]:
            given["year"] = ""
        return cls(**given)

    @staticmethod
    def impossible(args: Mapping[str, str]) -> list[str]:
        """Names of the values that have a form which no year or month has.

        >>> Filters.impossible({"year": "2024", "month": "2025-13"})
        ['month']
        """
        forms = {"year": _YEAR, "month": _MONTH}
        return [
            name
            for name, form in forms.items()
            if (value := (args.get(name) or "").strip()) and not form.match(value)
        ]

    def items(self) -> list[tuple[str, str]]:
        """Names and values of the filters that are set."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return [(name, value) for name, value in pairs if value]

    def __bool__(self) -> bool:
        return bool(self.items())

    def with_(self, name: str, value: str) -> Filters:
        """The same filters with one set anew or ("") taken away; a month takes the year's place."""
        changed = replace(self, **{name: value})
        if value and name == "month":
            changed = replace(changed, year="")
        return changed

    @property
    def period(self) -> tuple[str, str] | None:
        """First moment inside and first moment after, as prefixes that compare with timestamps."""
        if self.month:
            year, month = int(self.month[:4]), int(self.month[5:])
            after = f"{year + month // 12:04}-{month % 12 + 1:02}"
            return self.month, after
        if self.year:
            return self.year, f"{int(self.year) + 1:04}"
        return None

    def columns(self) -> list[tuple[str, str]]:
        """The filters that are plain columns of ``articles``."""
        return [(n, v) for n, v in self.items() if n not in ("topic", "year", "month")]

    def conditions(self, table: str, skip: Iterable[str] = ()) -> tuple[str, dict[str, str]]:
        """SQL on an alias that has the NARROW columns, and its parameters. "1" if all pass."""
        clauses: list[str] = []
        values: dict[str, str] = {}
        for name, value in self.columns():
            if name not in skip:
                clauses.append(f"{table}.{name} = :{name}")
                values[name] = value
        if self.topic and "topic" not in skip:
            clauses.append(
                "exists (select 1 from article_topics"
                f" where article_id = {table}.id and topic = :topic)"
            )
            values["topic"] = self.topic
        if self.period and "period" not in skip:
            clauses.append(f"{table}.published_at >= :since and {table}.published_at < :until")
            values["since"], values["until"] = self.period
        return " and ".join(clauses) or "1", values

    def query_string(self, **more: str) -> str:
        """The filters that are set as a query string, those in ``more`` before them."""
        pairs = [*more.items(), *self.items()]
        return urlencode([(name, value) for name, value in pairs if value])


DRIVERS: tuple[tuple[str, str], ...] = (
    ("unit", "articles indexed by articles_by_unit"),
    ("topic", "article_topics"),
    ("site", "articles indexed by articles_by_site_date"),
    ("province", "articles indexed by articles_by_province"),
    ("province_2025", "articles indexed by articles_by_province_2025"),
)
"""Filters, the most selective first, and the index that lists their articles by date."""


def by_date(filters: Filters, *, undated: bool = False) -> tuple[str, str, dict[str, str]]:
    """A select of (id, published_at) over the best index, without order and limit.

    Returns the SQL, the name of the filter that it has applied ("" for none; the period is
    always applied) and its parameters. ``undated`` lists the articles without a date instead.
    """
    name, table = next(
        ((name, table) for name, table in DRIVERS if getattr(filters, name)),
        ("", "articles indexed by articles_by_date"),
    )
    clauses: list[str] = []
    values: dict[str, str] = {}
    if name:
        clauses.append(f"{name} = :{name}" + (" and unit <> ''" if name == "unit" else ""))
        values[name] = getattr(filters, name)
    key = "article_id as id" if name == "topic" else "id"
    if undated:
        clauses.append("published_at = ''" if name == "topic" else "published_at is null")
        if filters.period:
            # None are in a period. A plain "0" would leave SQLite no use for the named index.
            clauses.append("published_at > ''")
    elif filters.period:
        clauses.append("published_at >= :since and published_at < :until")
        values["since"], values["until"] = filters.period
    else:
        clauses.append("published_at > ''")
    return f"select {key}, published_at from {table} where {' and '.join(clauses)}", name, values
