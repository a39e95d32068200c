"""The search page, and the same search as JSON."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from datasette.utils.asgi import Request, Response
from markupsafe import Markup, escape

from archive.publish.face import Addresses, language_of, page
from archive.publish.filters import Filters
from archive.publish.hits import Hit, attachment_hits, load_hits
from archive.publish.language import Speaker
from archive.publish.matched import ID_SPACE
from archive.publish.remembered import remembered
from archive.publish.searching import FACETS, Sort, search
from archive.publish.snapshot import read, web_held
from archive.publish.suggestions import COUNTED, Suggestion, suggest
from archive.publish.walking import Cursor, Found
from archive.search.query import Query, parse, parse_plainly
from archive.search.syntax import MAX_CHARACTERS, QueryError

PAGE_SIZE = 20
LARGEST_PAGE = 100
LAST_PAGE = 500
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")
MARKS = ("auto", "exact", "fold")


@dataclass(slots=True)
class Asked:
    """A search as it was asked for, from the query string."""

    text: str
    query: Query | None
    error: QueryError | None
    exact: bool
    filters: Filters
    sort: Sort
    marks: str
    page: int
    cursor: Cursor | None
    size: int
    start: int | None
    """Where in the archive a search in parts begins (``Found.next_start``); None for all of it."""
    unread: list[str]
    """Names of the parameters whose values make no sense, so that they were left out."""

    @classmethod
    def of(cls, args: Any) -> Asked:
        """A search from a query string. Never raises: what makes no sense is in ``error`` or
        ``unread``, and the rest is searched for."""
        text = (args.get("q") or "").strip()
        query, error = None, None
        if text:
            try:
                query = parse(text)
            except QueryError as problem:
                error = problem
                query = parse_plainly(text)
        marks = args.get("marks") or "auto"
        marks = marks if marks in MARKS else "auto"
        exact = query is not None and (marks == "exact" or (marks == "auto" and query.exact))
        sort = args.get("sort") or ("relevance" if query else "newest")
        return cls(
            text=text[:MAX_CHARACTERS],
            query=query,
            error=error,
            exact=exact,
            filters=Filters.from_args(args),
            sort=sort if sort in SORTS and (query or sort != "relevance") else SORTS[not query],
            marks=marks,
            page=_number(args.get("page"), 1, LAST_PAGE),
            cursor=Cursor.parse(args.get("before") or ""),
            size=_number(args.get("size"), PAGE_SIZE, LARGEST_PAGE),
            start=_number(args.get("from"), 0, ID_SPACE - 1),
            unread=_unread(args),
        )

    def parameters(self, **changes: str) -> str:
        """The query string of this search with some values changed; defaults are left out."""
        values = {"q": self.text, **dict(self.filters.items())}
        if self.marks != "auto":
            values["marks"] = self.marks
        if self.sort != ("relevance" if self.query else "newest"):
            values["sort"] = self.sort
        if self.size != PAGE_SIZE:
            values["size"] = str(self.size)
        values |= changes
        return urlencode({name: value for name, value in values.items() if value})


def _number(text: str | None, default: int, most: int) -> int:
    return min(int(text), most) if text and _COUNT.fullmatch(text) else default


_COUNT = re.compile(r"0*[1-9][0-9]{0,17}", re.ASCII)


def _unread(args: Any) -> list[str]:
    """Which parameters have a value that they cannot have; an empty one is none at all."""
    names = ("marks", "sort", "page", "size", "before", "from")
    given = {name: args.get(name) or "" for name in names}
    sensible = {
        "marks": given["marks"] in MARKS,
        "sort": given["sort"] in SORTS,
        "page": _COUNT.fullmatch(given["page"]),
        "size": _COUNT.fullmatch(given["size"]),
        "before": Cursor.parse(given["before"]),
        "from": _COUNT.fullmatch(given["from"]),
    }
    unread = [name for name, value in given.items() if value and not sensible[name]]
    return [*unread, *Filters.impossible(args)]


@dataclass(slots=True)
class Answer:
    """What was found. ``widened`` is set where the exact spelling stands nowhere in the archive,
    so that the marks were ignored."""

    found: Found
    hits: list[Hit]
    exact: bool
    widened: bool = False


def answer(
    conn: sqlite3.Connection, asked: Asked, facets: bool = True, leads: bool = False
) -> Answer:
    """What is shown of a search; ``leads``: with leads in place of extracts, as feeds have them."""

    def find(exact: bool) -> Found:
        # A Query is told from another by its text.
        text = asked.query and (asked.query.text, asked.error is None)
        where = (text, exact, asked.filters, asked.sort, asked.page, asked.cursor, asked.size,
                 asked.start)  # fmt: skip
        return remembered(
            (*where, facets),
            lambda: search(
                conn,
                asked.query,
                asked.filters,
                exact=exact,
                sort=asked.sort,
                page=asked.page,
                cursor=asked.cursor,
                size=asked.size,
                facets=facets,
                start=asked.start,
            ),
        )

    if asked.text and asked.query is None:
        return Answer(Found([], 0, True, asked.sort), [], False)
    exact = asked.exact
    found = find(exact)
    widened = False
    if exact and found.exact and found.total == 0 and asked.marks == "auto":
        wider = find(False)
        if wider.total:
            found, exact, widened = wider, False, True
    hits = load_hits(conn, found.ids, asked.query, exact, leads=leads)
    return Answer(found, hits, exact, widened)


def next_parameters(asked: Asked, found: Found) -> str:
    """The query string of the next page of results; "" after the last."""
    if not found.more:
        return ""
    if found.cursor is not None:
        return asked.parameters(before=str(found.cursor))
    if found.next_start:
        return asked.parameters(**{"from": str(found.next_start)})
    return _numbered(asked, found.page + 1) if found.page < LAST_PAGE else ""


def _numbered(asked: Asked, number: int) -> str:
    """The query string of a page by its number, within the same part of the archive."""
    changes = {"from": str(asked.start or ""), "page": str(number) if number > 1 else ""}
    return asked.parameters(**changes)


def pages(asked: Asked, found: Found) -> int:
    """How many pages the results have, or 0 where they are walked through without numbers."""
    if not found.exact or found.cursor is not None or asked.cursor is not None:
        return 0
    return min(-(-found.total // asked.size), LAST_PAGE)


FACET_SHOWN = 12
FACET_LISTED = 40


def facet_lists(
    asked: Asked, found: Found, sites: dict[str, str], t: Speaker
) -> list[dict[str, Any]]:
    """The filters beside the results: each value with its count and the address that adds it, as
    list items; ``more`` are those that are shown on demand.

    There are two hundred and more: Jinja's macros take five milliseconds for them.
    """
    lists = []
    chosen = dict(asked.filters.items())
    for name in FACETS:
        values = found.facets.get(name, [])
        if name in chosen:
            values = [(chosen[name], next((n for v, n in values if v == chosen[name]), 0))]
        elif len(values) < 2 or (name == "month" and "year" not in chosen and len(values) > 24):
            continue
        removed = {"month": {"year": ""}, "year": {"month": ""}}.get(name, {})
        rest = asked.parameters(**{name: ""}, **removed)
        before = f"?{rest}&{name}=" if rest else f"?{name}="
        number = t.number if found.exact else t.about
        mark = ' class="on" aria-current="true"' if name in chosen else ""
        items = []
        for value, count in values[:FACET_LISTED]:
            label = sites.get(value, value) if name == "site" else value
            label = t.month(value) if name == "month" else label
            url = "?" + rest if name in chosen else before + quote_plus(value)
            items.append(
                f'<li><a href="{escape(url)}" rel="nofollow"{mark}><span class="name">'
                f'{escape(label[:80])}</span> <span class="n">{number(count)}</span></a></li>'
            )
        shown, more = items[:FACET_SHOWN], items[FACET_SHOWN:]
        lists.append({"name": name, "shown": Markup("".join(shown)), "more": Markup("".join(more))})
    return lists


def site_titles(conn: sqlite3.Connection) -> dict[str, str]:
    """Titles of the sites by their short names, which stand in for those without one."""
    return {name: title or name for name, title in conn.execute("select name, title from sites")}


async def search_view(datasette: Any, request: Request) -> Response:
    """The page of a search. Where a parameter makes no sense it shows the rest, as status 400."""
    to, t = Addresses(datasette, request), Speaker(language_of(request))
    asked = Asked.of(request.args)

    first = asked.query and not asked.filters and asked.page == 1
    first = first and not asked.cursor and not asked.start

    def work(
        conn: sqlite3.Connection,
    ) -> tuple[Answer, dict[str, str], list[dict[str, Any]], list[Suggestion]]:
        attached = attachment_hits(conn, asked.query) if first and asked.query else []
        got = answer(conn, asked)
        nothing = asked.query is not None and got.found.exact and got.found.total == 0
        suggested = suggest(conn, asked.query, asked.filters) if nothing and asked.query else []
        return got, site_titles(conn), attached, suggested

    got, sites, attached, suggested = await read(datasette, request, work)
    following = next_parameters(asked, got.found)
    plain = asked.parameters()
    context = {
        "asked": asked,
        "got": got,
        "found": got.found,
        "hit_list": got.hits,
        "attached": attached,
        "facets": facet_lists(asked, got.found, sites, t),
        "chosen": [
            (
                name,
                sites.get(value, value) if name == "site" else value,
                "?" + asked.parameters(**{name: ""}),
            )
            for name, value in asked.filters.items()
        ],
        "suggested": [
            (suggestion, "?" + urlencode({"q": suggestion.text})) for suggestion in suggested
        ],
        "suggestions_counted": COUNTED,
        "pages": pages(asked, got.found),
        "first_url": "?" + plain,
        "previous_url": "?" + _numbered(asked, asked.page - 1)
        if asked.page > 1 and asked.cursor is None
        else "",
        "next_url": "?" + following if following else "",
        "sort_urls": [
            (sort, "?" + asked.parameters(sort=sort))
            for sort in SORTS
            if asked.query or sort != "relevance"
        ],
        "fold_url": "?" + asked.parameters(marks="fold"),
        "exact_url": "?" + asked.parameters(marks="exact"),
        "feed_url": to.path("/feed.atom") + ("?" + plain if plain else ""),
        "json_url": to.path("/search.json") + "?" + plain,
        "csv_url": to.path("/download/articles.csv") + "?" + plain,
        "jsonl_url": to.path("/download/articles.jsonl") + "?" + plain,
    }
    return await page(datasette, request, "search.html", context, 400 if asked.unread else 200)


async def search_json(datasette: Any, request: Request) -> Response:
    """A search for programs (docs/api.md). Status 400 for one that cannot be understood."""
    asked = Asked.of(request.args)
    t = Speaker("en")
    if wrong := mistake(asked, t):
        return Response.json(wrong, status=400)
    to = Addresses(datasette, request)
    got = await read(datasette, request, lambda conn: answer(conn, asked))
    following = next_parameters(asked, got.found)
    articles = []
    for hit in got.hits:
        articles.append({**hit.public(), "archive_url": to.absolute(to.article(hit.row["id"]))})
    return Response.json(
        {
            "query": asked.text,
            "filters": dict(asked.filters.items()),
            "spelling": "exact" if got.exact else "folded",
            "widened": got.widened,
            "order": got.found.order,
            "total": got.found.total,
            "total_is_exact": got.found.exact,
            "total_is_at_least": got.found.at_least,
            "articles": articles,
            "facets": {
                name: [{"value": value, "count": count} for value, count in values]
                for name, values in got.found.facets.items()
            },
            "next_url": to.absolute(to.path("/search.json") + "?" + following)
            if following
            else None,
            "web": await web_held(datasette),
        },
        headers={"access-control-allow-origin": "*"} if datasette.cors else None,
    )


def mistake(asked: Asked, t: Speaker) -> dict[str, Any] | None:
    """What is wrong with what was asked, for programs; None where nothing is."""
    if asked.error:
        code = asked.error.code
        return {"error": code, "message": t("error_" + code), "at": asked.error.at}
    if asked.unread:
        names = ", ".join(asked.unread)
        return {"error": "parameters", "message": t("not_understood", names=names), "at": None}
    return None
