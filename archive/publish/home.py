"""The home page: what the archive holds, and ways in."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from archive.publish.charts import column_chart
from archive.publish.face import Addresses, language_of, page
from archive.publish.filters import Filters
from archive.publish.hits import load_hits
from archive.publish.language import Speaker
from archive.publish.snapshot import read
from archive.publish.walking import walk
from archive.vietnamese.spelling import alphabetical

NEWEST = 8
CHARTED_MONTHS = 180
CHARTED_ROWS = 400
_TIME = re.compile(r"(19|20|21)\d\d(-\d\d(-\d\d)?)?")


def holdings(conn: sqlite3.Connection) -> dict[str, Any]:
    """Counts and the period of the whole archive, from the kept counts."""
    total, sites, old, new, first, last = conn.execute(
        "select coalesce(sum(articles), 0), count(distinct site),"
        " count(distinct nullif(province, '')), count(distinct nullif(province_2025, '')),"
        " min(nullif(month, '')), max(nullif(month, '')) from month_counts"
    ).fetchone()
    crawled = conn.execute("select max(coalesce(finished_at, started_at)) from crawls").fetchone()
    return {
        "articles": total,
        "sites": sites,
        "provinces": old,
        "provinces_2025": new,
        "first_month": first or "",
        "last_month": last or "",
        "last_crawl": crawled[0] or "",
    }


def months(conn: sqlite3.Connection, column: str = "", value: str = "") -> list[tuple[str, int]]:
    """(month, articles) for every month from the first to the last, months without any included."""
    where = f"where {column} = ? and" if column else "where"
    rows = conn.execute(
        f"select month, sum(articles) from month_counts {where} month <> '' group by 1 order by 1",
        (value,) if column else (),
    ).fetchall()
    return fill_months(rows)


def fill_months(rows: Sequence[Sequence[Any]]) -> list[tuple[str, int]]:
    """Months and their articles from the first to the last, those without any too; 2,400 at most.

    ``rows``: month (``2024-05``) and number; what is no month is left out.
    """
    counts = {row[0]: row[1] for row in rows if row[0][:4].isdigit() and row[0][5:].isdigit()}
    if not counts:
        return []
    year, month = int(min(counts)[:4]), int(min(counts)[5:])
    last = max(counts)
    filled: list[tuple[str, int]] = []
    while (key := f"{year:04}-{month:02}") <= last and len(filled) < 2400:
        filled.append((key, counts.get(key, 0)))
        year, month = year + month // 12, month % 12 + 1
    return filled


def chart_of_months(
    values: list[tuple[str, int]], to: Addresses, t: Speaker, query: str = ""
) -> Markup:
    """Columns by month; by year where there are more months than columns can show.

    A column leads to its month's page, or with ``query`` to the search narrowed to it.
    """

    def narrowed(name: str, key: str) -> str:
        if query:
            return to.path("/search") + f"?{query}&{name}={key}"
        return to.month(key) if name == "month" else to.path("/search") + f"?year={key}"

    if len(values) > CHARTED_MONTHS:
        years: dict[str, int] = {}
        for month, count in values:
            years[month[:4]] = years.get(month[:4], 0) + count
        return column_chart(
            list(years.items()),
            link=lambda key: narrowed("year", key),
            title=lambda key, n: f"{key}: {t.number(n)}",
            tick=str,
            number=t.number,
            ticks=12,
        )
    return column_chart(
        values,
        link=lambda key: narrowed("month", key),
        title=lambda key, n: f"{t.month(key)}: {t.number(n)}",
        tick=(lambda key: key[:4])
        if len(values) > 24
        else (lambda key: f"{int(key[5:])}/{key[:4]}"),
        number=t.number,
        ticks=8,
        ticked=(lambda key: key.endswith("-01")) if len(values) > 24 else None,
    )


def chart_of_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], t: Speaker) -> Markup:
    """A chart of an SQL answer whose first column is a time (2023, 2023-04 or 2023-04-05) that
    comes once a row and whose second is a count; "" of any other."""
    rows = [row for row in rows if row and row[0] is not None]  # articles without a date
    if len(columns) < 2 or not 2 < len(rows) <= CHARTED_ROWS:
        return Markup("")
    values = {}
    for row in rows:
        key, count = str(row[0]), row[1]
        if not _TIME.fullmatch(key) or not isinstance(count, int) or not 0 <= count < 1 << 50:
            return Markup("")
        values[key] = count
    if len(values) < len(rows):
        return Markup("")
    return column_chart(
        sorted(values.items()),
        link=lambda key: "",
        title=lambda key, n: f"{key}: {t.number(n)}",
        tick=str,
        number=t.number,
        ticks=8,
    )


def provinces(conn: sqlite3.Connection, column: str) -> list[dict[str, Any]]:
    """Every province of one map with its articles, sites and period, the fullest first."""
    name = "name_2025" if column == "province_2025" else "name"
    rows = [
        dict(zip(("name", "articles", "sites", "first", "last"), row, strict=True))
        for row in conn.execute(
            f"""select p.name, coalesce(c.articles, 0), coalesce(c.sites, 0), c.first, c.last
            from (select distinct {name} as name from provinces) p left join (
              select {column} as name, sum(articles) as articles, count(distinct site) as sites,
                min(nullif(month, '')) as first, max(nullif(month, '')) as last
              from month_counts group by 1) c on c.name = p.name
"""
        ).fetchall()
    ]
    return sorted(rows, key=lambda row: (-row["articles"], alphabetical(row["name"])))


async def home(datasette: Any, request: Request) -> Response:
    """The front page: what the archive holds, the newest articles, months and provinces."""
    to, t = Addresses(datasette, request), Speaker(language_of(request))
    column = "province_2025" if request.args.get("map") == "2025" else "province"

    def work(conn: sqlite3.Connection) -> dict[str, Any]:
        newest = walk(conn, Filters(), None, NEWEST)
        return {
            "held": holdings(conn),
            "newest": load_hits(conn, newest.ids),
            "months": months(conn),
            "provinces": provinces(conn, column),
        }

    context = await read(datasette, request, work)
    context["chart_svg"] = chart_of_months(context["months"], to, t)
    context["map"] = column
    return await page(datasette, request, "home.html", context)
