"""Ways in by place and by time: all provinces, and all months as a calendar."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from archive.publish.face import Addresses, language_of, page
from archive.publish.home import provinces
from archive.publish.language import Speaker
from archive.publish.snapshot import read


def bar(share: float) -> Markup:
    """A bar as wide as a share (0 to 1) of its cell: SVG, since inline styles are forbidden."""
    width = max(min(share, 1.0), 0.0) * 100
    return Markup(
        '<svg class="bar-svg" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"'
        f' focusable="false"><rect width="{width:.1f}" height="10"/></svg>'
    )


async def provinces_view(datasette: Any, request: Request) -> Response:
    """Every province of one map (``?map=2025``: the new one) with its articles, and a bar each."""
    column = "province_2025" if request.args.get("map") == "2025" else "province"
    rows = await read(datasette, request, lambda conn: provinces(conn, column))
    most = max((row["articles"] for row in rows), default=0) or 1
    for row in rows:
        row["bar"] = bar(row["articles"] / most)
    context = {"map": column, "provinces": rows}
    return await page(datasette, request, "provinces.html", context)


def calendar(conn: sqlite3.Connection) -> dict[str, Any]:
    """Articles of every month, the newest year first, and how many bear no date.

    ``years``: (year, its articles, [(month, articles, shade 0 to 5) for twelve months]).
    """
    counts: dict[str, int] = {}
    undated = 0
    for month, articles in conn.execute(
        "select month, sum(articles) from month_counts group by month"
    ).fetchall():
        if len(month) == 7 and month[:4].isdigit() and month[5:].isdigit():
            counts[month] = articles
        else:
            undated += articles
    most = max(counts.values(), default=1)
    years = []
    for year in sorted({month[:4] for month in counts}, reverse=True):
        months = [f"{year}-{number:02}" for number in range(1, 13)]
        cells = [
            (month, n := counts.get(month, 0), 1 + min(int(4 * (n / most) ** 0.5), 4) if n else 0)
            for month in months
        ]
        years.append((year, sum(count for _, count, _ in cells), cells))
    return {"years": years, "undated": undated}


def _cells(months: list[tuple[str, int, int]], to: Addresses, t: Speaker) -> Markup:
    return Markup(
        "".join(
            f'<td class="number heat-{shade}">'
            f'<a href="{to.month(month)}">{t.number(count)}</a></td>'
            if count
            else '<td class="number"></td>'
            for month, count, shade in months
        )
    )


async def months_view(datasette: Any, request: Request) -> Response:
    """All months in a calendar of years, shaded by their numbers of articles."""
    to, t = Addresses(datasette, request), Speaker(language_of(request))
    found = await read(datasette, request, calendar)
    context = {
        "years": [(year, total, _cells(months, to, t)) for year, total, months in found["years"]],
        "undated": found["undated"],
        "names": [
            str(number) if t.language == "vi" else t.month(f"2000-{number:02}")[:3]
            for number in range(1, 13)
        ],
    }
    return await page(datasette, request, "months.html", context)
