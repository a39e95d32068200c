"""The archive's Datasette plugin: routes, words for templates, headers, SQL functions."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

import gc
import sqlite3
import unicodedata
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache, partial
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from datasette import hookimpl
from datasette.plugins import pm
from datasette.utils import StartupError, escape_fts
from datasette.utils.asgi import NotFound, Request, Response
from markupsafe import Markup

from archive.crawled_web import SAMPLE
from archive.database import ArchiveError
from archive.own_host import answers_to, bound_address
from archive.publish import (
    article_page,
    changes_feed,
    database_page,
    downloads,
    feeds,
    health_page,
    home,
    machines,
    overviews,
    places,
    search_page,
    tutorial,
)
from archive.publish.errors import error_response
from archive.publish.face import Addresses, common_context, language_of
from archive.publish.freshness import etag, known_already
from archive.publish.json_shapes import wrong_shape
from archive.publish.language import COOKIE, LANGUAGES, PARAMETER, Speaker, speaking
from archive.publish.metadata import metadata_for
from archive.publish.queries import PARAMETERS, QUESTIONS, queries_for
from archive.publish.replaced_file import follow_replacements
from archive.publish.result_size import LONGEST_VALUE, bound_results, sql_within, visitors_sql
from archive.publish.row_counts import COUNTED, bound_row_counts
from archive.publish.settings import FaceSettings
from archive.publish.snapshot import archive_database, web_held
from archive.publish.words import WORDS
from archive.search.query import parse, parse_plainly
from archive.search.syntax import QueryError
from archive.tables.schema import SCHEMA
from archive.vietnamese.folding import fold_stroke
from archive.vietnamese.spelling import fold

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script, no inline style, nothing from any other host."""

HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
ONE_YEAR = 365 * 24 * 3600


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Callable[..., Any]]]:
    """Our pages by their paths, before Datasette's own."""
    month = r"(?P<month>\d{4}-\d{2})"
    return [
        (r"^/$", home.home),
        (r"^/search$", search_page.search_view),
        (r"^/search\.json$", search_page.search_json),
        (r"^/(?P<database>[^/]+)/articles/(?P<id>\d+)$", article_page.article_view),
        (r"^/articles/(?P<id>\d+)$", article_page.article_redirect),
        (r"^/articles/(?P<id>\d+)\.json$", article_page.article_json),
        (r"^/articles/(?P<id>\d+)\.(?P<format>bib|ris)$", article_page.citation_file),
        (r"^/articles/(?P<id>\d+)/revisions$", article_page.revisions_view),
        (r"^/provinces$", overviews.provinces_view),
        (r"^/months$", overviews.months_view),
        (r"^/provinces/(?P<name>[^/]+)$", places.province_view),
        (r"^/provinces-2025/(?P<name>[^/]+)$", places.province_2025_view),
        (r"^/sites$", places.sites_view),
        (r"^/sites\.json$", places.sites_json),
        (r"^/health$", health_page.health_view),
        (r"^/health\.json$", health_page.health_json),
        (r"^/sites/(?P<name>[^/]+)$", places.site_view),
        (rf"^/months/{month}$", places.month_view),
        (r"^/coverage$", places.coverage_view),
        (r"^/tutorial$", tutorial.tutorial_view),
        (r"^/feed\.atom$", feeds.feed),
        (r"^/changes\.atom$", changes_feed.changes_feed),
        (r"^/download/articles\.(?P<format>csv|jsonl)$", downloads.download),
        (r"^/robots\.txt$", machines.robots),
        (r"^/sitemap\.xml$", machines.sitemap_index),
        (rf"^/sitemap-{month}\.xml$", machines.sitemap_of_month),
        # As Datasette's own, and after all pages of one word.
        (
            r"^/(?!favicon\.ico)(?P<database>[^/.]+)(\.(?P<format>\w+))?$",
            database_page.database_view,
        ),
    ]


@hookimpl
def extra_template_vars(datasette: Any, request: Request | None, template: str) -> Any:
    """What templates know besides Datasette's variables: words, addresses, the sample's banner."""
    context = common_context(datasette, request)
    if template.startswith(("database", "query", "table")):
        context |= {"schema": SCHEMA, "questions": QUESTIONS, "rows_counted": COUNTED}
        context["parameter_words"] = PARAMETERS
        context["chart_of_rows"] = partial(home.chart_of_rows, t=context["t"])

    async def with_banner() -> dict[str, Any]:
        sample = await web_held(datasette) == SAMPLE
        return context | {"sample_data": WORDS["sample_data"] if sample else None}

    return with_banner


@hookimpl
def get_metadata(datasette: Any, key: str | None, database: str | None, table: str | None) -> Any:
    """Datasette asks many times a page, mostly for keys that are the owner's alone."""
    if key not in _OURS:
        return {}
    return metadata_for(archive_database(datasette).name, speaking.get())


_OURS = (None, "databases", "columns", "description", "facets", "sort_desc", "fts_table", "fts_pk")


@hookimpl
def canned_queries(datasette: Any, database: str) -> Any:
    """The questions in SQL that stand on the database's page, in the reader's language."""
    if database != archive_database(datasette).name:
        return {}
    return queries_for(speaking.get())


LONGEST_LABEL = 160


@hookimpl
def render_cell(value: Any, column: str, datasette: Any) -> Markup | None:
    """Datasette shortens values but not the labels of what a column refers to: a title is one."""
    if not isinstance(value, dict) or len(str(value.get("label", ""))) <= LONGEST_LABEL:
        return None
    label = str(value["label"])[:LONGEST_LABEL] + "…"
    if column.endswith("article_id"):
        address = Addresses(datasette).article(value["value"])
        return Markup('<a href="{}">{}</a>').format(address, label)
    return Markup("{} <em>{}</em>").format(label, str(value["value"])[:LONGEST_LABEL])


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Functions and limits for SQL. ``escape_fts`` is Datasette's own, made to fold đ like the
    index; for the limit see ``result_size``."""
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    conn.create_function("escape_fts", 1, _escape_folded, deterministic=True)
    conn.create_function("fold", 1, _fold, deterministic=True)
    conn.create_function("search_query", 1, _search_query, deterministic=True)


def _escape_folded(text: object) -> str:
    return str(escape_fts(fold_stroke(unicodedata.normalize("NFC", str(text or "")))))


def _fold(text: object) -> str | None:
    return None if text is None else fold(str(text))


def _search_query(text: object) -> str:
    """A query of the search page as an FTS5 expression for ``articles_fts``."""
    try:
        return parse(str(text or "")).fts(exact=False)
    except QueryError:
        plain = parse_plainly(str(text or ""))
        return plain.fts(exact=False) if plain else '""'


@hookimpl
def startup(datasette: Any) -> None:
    """Refuses settings that make no sense (StartupError), and puts ours in place of what does
    not fit: Datasette's handler of errors, its connections, its counts of rows."""
    try:
        FaceSettings.of(datasette)
    except ArchiveError as error:
        raise StartupError(str(error)) from error
    # It prints every 404 with all local variables, even beside ours.
    if pm.has_plugin(_DEFAULT_HANDLER):
        pm.unregister(name=_DEFAULT_HANDLER)
    _settle_memory()
    with suppress(NotFound):
        database = archive_database(datasette)
        follow_replacements(datasette, database)
        bound_results(datasette, database)
        bound_row_counts(database)


@cache
def _settle_memory() -> None:
    """Once a process: what was loaded to begin with is looked through for garbage no more, which
    made every twentieth page or so wait for 60 milliseconds."""
    gc.collect()
    gc.freeze()


_DEFAULT_HANDLER = "datasette.handle_exception"


@hookimpl(tryfirst=True)
def handle_exception(datasette: Any, request: Request, exception: Exception) -> Any:
    """Errors as ``errors.error_response`` tells them."""

    async def show() -> Response:
        return await error_response(datasette, request, exception)

    return show


Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Any, Send], Awaitable[None]]


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[App], App]:
    """Round every request: refuses names that are not ours, sets headers and the language, and
    tells 304 where the reader has the page already."""

    def wrap(app: App) -> App:
        async def guarded(scope: Scope, receive: Any, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            request = Request(scope, receive)
            speaking.set(language_of(request))
            visitors_sql.set(sql_within(request.query_string))
            settings = FaceSettings.of(datasette)
            wish = _wished_language(scope)
            headers = _headers(settings, wish)
            asked_for = request.headers.get("host", "")
            if not answers_to(asked_for, bound_address(scope), settings.address):
                text = Speaker(speaking.get())("not_our_host")
                await Response.text(text, status=421, headers=dict(HEADERS)).asgi_send(send)
                return
            if wrong := wrong_shape(request.path, request.query_string):
                body = {"ok": False, "error": wrong, "status": 400, "title": None}
                await Response.json(body, status=400, headers=headers).asgi_send(send)
                return
            tag = "" if wish else await etag(datasette, request)
            if known_already(tag, request.headers.get("if-none-match", "")):
                await _not_modified(send, tag)
                return

            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    given = list(message.get("headers", []))
                    names = {name.lower() for name, _ in given}
                    given += [
                        (name.encode(), value.encode())
                        for name, value in headers.items()
                        if name == "set-cookie" or name.encode() not in names
                    ]
                    given = _vary_by_language(given)
                    if tag and message["status"] == 200 and b"cache-control" not in names:
                        given += [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]
                    message = {**message, "headers": given}
                await send(message)

            await app(scope, receive, send_with_headers)

        return guarded

    return wrap


def _headers(settings: FaceSettings, wish: str) -> dict[str, str]:
    """What every answer bears; ``wish``: the language that the reader has just chosen, or ""."""
    headers = dict(HEADERS)
    if settings.replay_origin:
        headers["content-security-policy"] = POLICY.replace(
            "img-src 'self'", f"img-src 'self' {settings.replay_origin}"
        )
    if not settings.allow_indexing:
        headers["x-robots-tag"] = "noindex, nofollow"
    if wish:
        cookie: SimpleCookie = SimpleCookie()
        cookie[COOKIE] = wish
        cookie[COOKIE].update({"path": "/", "max-age": str(ONE_YEAR), "samesite": "Lax"})
        headers["set-cookie"] = cookie[COOKIE].OutputString()
    return headers


async def _not_modified(send: Send, tag: str) -> None:
    headers = [(b"etag", tag.encode()), (b"cache-control", b"no-cache")]
    headers = _vary_by_language([*headers, (b"vary", b"Cookie, Authorization")])
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _vary_by_language(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    vary = b", ".join(value for name, value in headers if name.lower() == b"vary")
    kept = [(name, value) for name, value in headers if name.lower() != b"vary"]
    return [*kept, (b"vary", b", ".join(part for part in (vary, b"Accept-Language") if part))]


def _wished_language(scope: Scope) -> str:
    query = scope.get("query_string") or b""
    if PARAMETER.encode() not in query:
        return ""
    wish = parse_qs(query.decode("latin-1")).get(PARAMETER, [""])[-1]
    return wish if wish in LANGUAGES else ""
