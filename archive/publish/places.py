"""The pages of a province, a site and a month, and the state of every site's crawl."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import NotFound, Request, Response
from markupsafe import Markup, escape

from archive.health.judgement import WORDS
from archive.health.sentences import in_vietnamese
from archive.publish.face import Addresses, language_of, page, path_value
from archive.publish.filters import Filters
from archive.publish.hits import Hit, load_hits
from archive.publish.home import chart_of_months, fill_months, months
from archive.publish.language import Speaker
from archive.publish.matched import counted, counted_facets
from archive.publish.reasons import failure_words, unread_words
from archive.publish.search_page import site_titles
from archive.publish.snapshot import read, web_held
from archive.publish.walking import Cursor, Found, walk
from archive.vietnamese.provinces import MERGED_FROM, PROVINCE_2025
from archive.vietnamese.spelling import alphabetical

PAGE_SIZE = 20
RECENT_CRAWLS = 20


@dataclass(slots=True)
class Listed:
    """A page of a place's articles: ``total`` counts all, ``facets`` by filter and value."""

    total: int
    hits: list[Hit]
    found: Found
    facets: dict[str, list[tuple[str, int]]]


def listed(conn: sqlite3.Connection, filters: Filters, cursor: Cursor | None) -> Listed:
    """A page of a place's articles, newest first, with the kept counts beside it."""
    found = walk(conn, filters, cursor, PAGE_SIZE)
    return Listed(
        counted(conn, filters) or 0,
        load_hits(conn, found.ids),
        found,
        counted_facets(conn, filters),
    )


def _addresses(to: Addresses, filters: Filters, found: Found, path: str) -> dict[str, str]:
    return {
        "next_url": f"{path}?before={found.cursor}" if found.more else "",
        "feed_url": to.path("/feed.atom") + "?" + filters.query_string(),
        "changes_url": to.path("/changes.atom") + "?" + filters.query_string(),
        "search_url": to.path("/search") + "?" + filters.query_string(),
        "csv_url": to.path("/download/articles.csv") + "?" + filters.query_string(),
    }


async def province_view(datasette: Any, request: Request) -> Response:
    """A province as it was until 2025. Raises NotFound for a name that is none."""
    return await _province(datasette, request, "province")


async def province_2025_view(datasette: Any, request: Request) -> Response:
    """A province since 2025. Raises NotFound for a name that is none."""
    return await _province(datasette, request, "province_2025")


async def _province(datasette: Any, request: Request, column: str) -> Response:
    name = path_value(request, "name")
    to, t = Addresses(datasette, request), Speaker(language_of(request))
    known = PROVINCE_2025 if column == "province" else MERGED_FROM
    if name not in known:
        raise NotFound(t("no_province"))
    filters = Filters().with_(column, name)
    cursor = Cursor.parse(request.args.get("before") or "")

    def work(conn: sqlite3.Connection) -> dict[str, Any]:
        return {
            "listed": listed(conn, filters, cursor),
            "months": months(conn, column, name),
            "titles": site_titles(conn),
            "declared": conn.execute(
                f"select name, coalesce(nullif(title, ''), name) from sites where {column} = ?"
                " order by 2",
                (name,),
            ).fetchall(),
        }

    context = await read(datasette, request, work)
    path = to.province(name) if column == "province" else to.province_2025(name)
    context |= {
        "kind": column,
        "name": name,
        "chart_svg": chart_of_months(context["months"], to, t, filters.query_string()),
        "merged_into": PROVINCE_2025.get(name, "") if column == "province" else "",
        "merged_from": MERGED_FROM.get(name, ()) if column == "province_2025" else (),
        **_addresses(to, filters, context["listed"].found, path),
    }
    return await page(datasette, request, "place.html", context)


async def month_view(datasette: Any, request: Request) -> Response:
    """A month's articles, and its neighbours. Raises NotFound for what is no month."""
    month = request.url_vars["month"]
    to, t = Addresses(datasette, request), Speaker(language_of(request))
    filters = Filters.from_args({"month": month})
    if not filters.month:
        raise NotFound(t("no_month"))
    cursor = Cursor.parse(request.args.get("before") or "")

    def work(conn: sqlite3.Connection) -> dict[str, Any]:
        around = conn.execute(
            "select (select max(month) from month_counts where month < :m and month <> ''),"
            " (select min(month) from month_counts where month > :m),"
            " (select sum(articles) from month_counts where month = :m)",
            {"m": month},
        ).fetchone()
        year = conn.execute(
            "select month, sum(articles) from month_counts where month between ? and ?"
            " group by 1 order by 1",
            (f"{month[:4]}-01", f"{month[:4]}-12"),
        ).fetchall()
        return {
            "listed": listed(conn, filters, cursor),
            "months": fill_months(year),
            "titles": site_titles(conn),
            "earlier": around[0],
            "later": around[1],
        }

    context = await read(datasette, request, work)
    context |= {
        "kind": "month",
        "name": t.month(month),
        "chart_svg": chart_of_months(context["months"], to, t),
        **_addresses(to, filters, context["listed"].found, to.month(month)),
    }
    return await page(datasette, request, "place.html", context)


async def site_view(datasette: Any, request: Request) -> Response:
    """A site: its articles, its crawls and how it fares. Raises NotFound for an unknown one."""
    name = path_value(request, "name")
    to, t = Addresses(datasette, request), Speaker(language_of(request))
    filters = Filters(site=name)
    cursor = Cursor.parse(request.args.get("before") or "")

    def work(conn: sqlite3.Connection) -> dict[str, Any] | None:
        sites = _dicts(conn, "select * from sites where name = ?", name)
        if not sites:
            return None
        return {
            "site": sites[0],
            "listed": listed(conn, filters, cursor),
            "months": months(conn, "site", name),
            "crawls": _dicts(
                conn,
                "select * from crawls where site = ? order by started_at desc limit ?",
                name,
                RECENT_CRAWLS,
            ),
            "errors": _dicts(
                conn,
                "select kind, count(*) as times, max(failed_at) as last from (select * from"
                " fetch_errors where site = ? order by id desc limit 2000) group by kind"
                " order by times desc limit 12",
                name,
            ),
            "unreadable": _dicts(
                conn,
                "select reason, count(*) as pages from unreadable where site = ?"
                " group by reason order by 2 desc limit 20",
                name,
            ),
        }

    context = await read(datasette, request, work)
    if context is None:
        raise NotFound(t("no_site"))
    context |= {
        "kind": "site",
        "failure_words": failure_words,
        "unread_words": unread_words,
        "name": context["site"]["title"] or name,
        "chart_svg": chart_of_months(context["months"], to, t, filters.query_string()),
        **_addresses(to, filters, context["listed"].found, to.site(name)),
    }
    return await page(datasette, request, "place.html", context)


def site_states(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every site with its articles, its latest crawl, and one word for its state.

    The word is that of ``health_states`` (see ``archive.health.judgement``) where the archive is
    watched. Elsewhere it is read from the latest crawl: "never": no crawl yet; "running";
    "unfinished"; "errors": more than a tenth of its requests failed; "empty": no articles;
    "finished" otherwise.
    """
    rows = _dicts(
        conn,
        """select s.name, coalesce(nullif(s.title, ''), s.name) as title, s.level, s.province,
          s.declared, s.home, coalesce(c.articles, 0) as articles, c.first, c.last,
          l.id as crawl, l.started_at, l.finished_at, l.outcome, l.complete, l.requests,
          l.new, l.changed, l.gone, l.unreadable, l.errors, h.word as health, h.reason
        from sites s left join (
          select site, sum(articles) as articles, min(nullif(month, '')) as first,
            max(nullif(month, '')) as last from month_counts group by site) c on c.site = s.name
        left join health_states h on h.site = s.name
        left join crawls l on l.id = (select id from crawls where site = s.name
          order by started_at desc limit 1)
        order by s.declared desc""",
    )
    rows.sort(key=lambda row: (-row["declared"], alphabetical(row["title"])))
    for row in rows:
        row["state"] = _state(row)
    return rows


def _state(row: dict[str, Any]) -> str:
    if row["outcome"] == "running" and not row["finished_at"]:
        return "running"
    if row["health"] in WORDS:
        return str(row["health"])
    if row["crawl"] is None:
        return "never"
    if row["outcome"] not in ("finished", "running", "limited", "interrupted"):
        return "unfinished"
    if row["requests"] and row["errors"] * 10 > row["requests"]:
        return "errors"
    return "finished" if row["articles"] else "empty"


def state_words(state: str) -> tuple[str, str]:
    """A state in Vietnamese and English."""
    if state in WORDS:
        return WORDS[state].meaning_vi, WORDS[state].meaning
    return OWN_STATES[state]


def state_tone(state: str) -> str:
    """How a state is coloured: "good", "calm" or "bad"."""
    if state in ("current", "finished"):
        return "good"
    alarming = WORDS[state].alarming if state in WORDS else state in ("unfinished", "errors")
    return "bad" if alarming else "calm"


OWN_STATES = {
    "running": ("đang chạy", "running"),
    "unfinished": ("lần gần nhất dở dang", "latest crawl unfinished"),
    "errors": ("nhiều lỗi khi tải", "many failed requests"),
    "empty": ("chưa có bài", "no articles"),
    "finished": ("lần gần nhất hoàn tất", "latest crawl finished"),
}


async def sites_view(datasette: Any, request: Request) -> Response:
    """All sites, and the state of each."""
    context: dict[str, Any] = {"sites": await read(datasette, request, site_states)}
    counts = Counter(site["state"] for site in context["sites"])
    context = {
        **context,
        "states": counts.most_common(),
        "state_words": state_words,
        "state_tone": state_tone,
        "told": lambda reason: (in_vietnamese(reason), reason),
    }
    return await page(datasette, request, "sites.html", context)


async def sites_json(datasette: Any, request: Request) -> Response:
    """The same for programs (docs/api.md)."""
    sites = await read(datasette, request, site_states)
    return Response.json({"web": await web_held(datasette), "sites": sites})


def coverage(conn: sqlite3.Connection) -> dict[str, Any]:
    """Articles of every site by year, and the months without any between its first and last."""
    sites: dict[str, dict[str, Any]] = {}
    years: set[str] = set()
    titles = dict(conn.execute("select name, coalesce(nullif(title, ''), name) from sites"))
    for site, year, articles, filled, first, last in conn.execute(
        "select site, substr(month, 1, 4) as year, sum(articles), count(distinct month),"
        " min(month), max(month) from month_counts"
        " where month glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]'"
        " group by site, year order by site, year"
    ):
        row = sites.setdefault(
            site,
            {
                "name": site,
                "title": titles.get(site, site),
                "years": {},
                "months": 0,
                "first": first,
            },
        )
        row["years"][year] = articles
        row["months"] += filled
        row["last"] = last
        years.add(year)
    most = max((n for row in sites.values() for n in row["years"].values()), default=1)
    recent = sorted(years)[-20:]
    for row in sites.values():
        row["gaps"] = _months_between(row["first"], row["last"]) + 1 - row["months"]
        row["cells"] = [
            (year, row["years"].get(year, 0), _shade(row, year, most)) for year in recent
        ]
    return {
        "sites": sorted(sites.values(), key=lambda row: alphabetical(row["title"])),
        "years": recent,
    }


def _months_between(first: str, last: str) -> int:
    return 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:])


def _shade(row: dict[str, Any], year: str, most: int) -> int:
    """0 (none) to 5, by the square root, so that small sites are not all alike."""
    count = row["years"].get(year, 0)
    return 1 + min(int(4 * (count / most) ** 0.5), 4) if count else 0


def _heat(row: dict[str, Any], to: Addresses, t: Speaker) -> Markup:
    """The cells of a site. There are a thousand and more: Jinja takes a tenth of a second."""
    address = escape(f"{to.path('/search')}?{urlencode({'site': row['name']})}")
    return Markup(
        "".join(
            # Years are four digits, as coverage() reads them; the other values are numbers.
            f'<td class="number heat-{shade}"><a href="{address}&amp;year={year}">'
            f"{t.number(count)}</a></td>"
            if count
            else '<td class="number"></td>'
            for year, count, shade in row["cells"]
        )
    )


async def coverage_view(datasette: Any, request: Request) -> Response:
    """Which years each site's articles are from, and where there are gaps."""
    to, t = Addresses(datasette, request), Speaker(language_of(request))
    context = await read(datasette, request, coverage)
    for row in context["sites"]:
        row["heat"] = _heat(row, to, t)
    return await page(datasette, request, "coverage.html", context)


def _dicts(conn: sqlite3.Connection, sql: str, *values: object) -> list[dict[str, Any]]:
    cursor = conn.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
