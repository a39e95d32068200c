"""The page of one article: its text, where it came from, what became of it, how to cite it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from datasette.utils.asgi import NotFound, Request, Response
from markupsafe import Markup, escape

from archive.crawled_web import SAMPLE
from archive.publish.article_html import article_html, safe_link, shown_host
from archive.publish.citations import Cited, apa, bibtex, chicago, ris
from archive.publish.face import Addresses, language_of, page
from archive.publish.language import Speaker
from archive.publish.settings import FaceSettings
from archive.publish.snapshot import read, web_held
from archive.publish.worddiff import around_changes, word_diff
from archive.publish.words import WORDS

SHOWN_TITLE = 600
SHOWN_COPIES = 20
SHOWN_PARTS = 200
COMPARED = 300_000
"""Characters of each version that a comparison reads."""


@dataclass(slots=True)
class Told:
    """All that the archive knows of an article, as dictionaries of columns."""

    article: dict[str, Any]
    site: dict[str, Any]
    capture: dict[str, Any]
    captures: int
    revisions: list[dict[str, Any]]
    images: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    copies: list[dict[str, Any]]


def _rows(conn: sqlite3.Connection, sql: str, *values: object) -> list[dict[str, Any]]:
    cursor = conn.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def tell(conn: sqlite3.Connection, key: int) -> Told | None:
    """Everything about the article with this id, or None."""
    articles = _rows(conn, "select * from articles where id = ?", key)
    if not articles:
        return None
    article = articles[0]
    sites = _rows(conn, "select * from sites where name = ?", article["site"])
    captures = _rows(conn, "select * from captures where id = ?", article["capture_id"])
    counted = conn.execute(
        "select count(*) from (select 1 from captures where article_id = ? limit 10000)", (key,)
    ).fetchone()
    return Told(
        article=article,
        site=sites[0] if sites else {"name": article["site"], "title": "", "home": ""},
        capture=captures[0] if captures else {},
        captures=counted[0],
        revisions=_rows(
            conn,
            "select number, seen_at, changed, capture_id from revisions where article_id = ?"
            " order by number desc limit 100",
            key,
        ),
        images=_rows(
            conn,
            "select i.*, (select max(fetched_at) from captures c where c.url = i.url"
            " and c.status = 200) as captured_at"
            " from images i where article_id = ? order by position limit ?",
            key,
            SHOWN_PARTS,
        ),
        attachments=_rows(
            conn,
            "select t.*, (select id from captures c where c.url = t.url and c.status = 200"
            " order by fetched_at desc limit 1) as capture_id"
            " from attachments t where article_id = ? order by position limit ?",
            key,
            SHOWN_PARTS,
        ),
        copies=copies(conn, article),
    )


def copies(conn: sqlite3.Connection, article: dict[str, Any]) -> list[dict[str, Any]]:
    """The other articles of the same story, the probable original first, then by date."""
    return _rows(
        conn,
        "select a.id, substr(a.title, 1, 300) as title, a.site, a.published_at,"
        " a.published_precision, coalesce(nullif(s.title, ''), a.site) as site_title,"
        " c.is_original from article_copies own"
        " join article_copies c on c.story_id = own.story_id"
        " join articles a on a.id = c.article_id left join sites s on s.name = a.site"
        " where own.article_id = ? and c.article_id <> ?"
        " order by c.is_original desc, coalesce(a.published_at, '9'), a.id limit ?",
        article["id"],
        article["id"],
        SHOWN_COPIES,
    )


def replay_url(settings: FaceSettings, capture: dict[str, Any]) -> str:
    """Where the page as captured is shown, or "" where the archive has no replay."""
    if not settings.replay_origin or not capture:
        return ""
    return settings.replay_origin + _filled(
        settings.replay_path, capture["id"], capture["fetched_at"], capture["url"]
    )


def picture_url(settings: FaceSettings, image: dict[str, Any]) -> str:
    """Where a captured picture is shown, or "" where it was not captured."""
    if not settings.replay_origin or not image["captured_at"] or not safe_link(image["url"]):
        return ""
    return settings.replay_origin + _filled(
        settings.replay_picture_path, "", image["captured_at"], image["url"]
    )


def _filled(path: str, capture: str, fetched_at: str, url: str) -> str:
    moment = datetime.fromisoformat(fetched_at).astimezone(UTC)
    return path.format(
        capture=quote(capture, safe=""),
        timestamp=moment.strftime("%Y%m%d%H%M%S"),
        url=quote(url, safe="/:?&=%+,;@"),
    )


def cited(told: Told, to: Addresses, settings: FaceSettings, web: str) -> Cited:
    """``web``: which the archive holds; nobody shall take an invented article for a source."""
    article = told.article
    site = told.site.get("title") or shown_host(article["url"]) or article["site"]
    return Cited(
        key=f"{''.join(c for c in article['site'] if c.isalnum())}{article['id']}",
        title=article["title"],
        author=article["author"] or article["unit"],
        site=site,
        url=article["url"],
        published=article["published_at"] or "",
        precision=article["published_precision"] or "day",
        captured=told.capture.get("fetched_at") or article["last_seen_at"],
        archive_url=to.absolute(to.article(article["id"])),
        archive_title=settings.title,
        warning=WORDS["sample_data"][1] if web == SAMPLE else "",
    )


def json_ld(told: Told, citation: Cited) -> Markup:
    """schema.org/NewsArticle. The original's address is the article's; ours is an archived copy."""
    article = told.article
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article["title"][:110],
        "inLanguage": article["language"] or "vi",
        "url": article["url"],
        "isBasedOn": article["url"],
        "archivedAt": citation.archive_url,
        "publisher": {"@type": "Organization", "name": citation.site},
    }
    if article["published_at"]:
        data["datePublished"] = article["published_at"][
            : 7
            if article["published_precision"] == "month"
            else 10
            if article["published_precision"] == "day"
            else 25
        ]
    if article["lead"]:
        data["description"] = article["lead"][:500]
    if article["author"] or article["unit"]:
        kind = "Person" if article["author"] else "Organization"
        data["author"] = {"@type": kind, "name": (article["author"] or article["unit"])[:200]}
    text = json.dumps(data, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


async def _told(datasette: Any, request: Request) -> Told:
    to = Addresses(datasette, request)
    if request.url_vars.get("database", to.database) != to.database:
        raise NotFound("No such database")
    number = request.url_vars["id"]
    key = int(number) if len(number) <= 18 else -1
    told = await read(datasette, request, lambda conn: tell(conn, key))
    if told is None:
        raise NotFound(Speaker(language_of(request))("no_article"))
    return told


async def article_view(datasette: Any, request: Request) -> Response:
    """The page of one article. Raises NotFound where there is none, Forbidden where the visitor may
    not see the archive."""
    told = await _told(datasette, request)
    to, t = Addresses(datasette, request), Speaker(language_of(request))
    settings = FaceSettings.of(datasette)
    citation = cited(told, to, settings, await web_held(datasette))
    article = told.article
    url = safe_link(article["url"])
    images = [
        {**image, "link": safe_link(image["url"]), "shown": picture_url(settings, image)}
        for image in told.images
    ]
    context = {
        "told": told,
        "article": article,
        "title": article["title"][:SHOWN_TITLE],
        "title_cut": len(article["title"]) > SHOWN_TITLE,
        "html": article_html(
            article["body_html"],
            article["body"],
            article["lead"],
            t("picture"),
            {image["url"]: image["shown"] for image in images if image["shown"]},
        ),
        "original_url": url,
        "original_host": shown_host(article["url"]),
        "tags": [tag for tag in json.loads(article["tags"]) if isinstance(tag, str)],
        # Those that stand in the text with their captions are not told twice.
        "images": [
            image
            for image in images
            if not (image["shown"] and escape(image["url"]) in article["body_html"])
        ],
        "images_linked": all(escape(image["url"]) in article["body_html"] for image in images),
        "attachments": [
            {
                **part,
                "link": safe_link(part["url"]),
                "host": shown_host(part["url"]),
                "held": f"{settings.replay_origin}/capture/{quote(part['capture_id'], safe='')}"
                if settings.replay_origin and part["capture_id"]
                else "",
            }
            for part in told.attachments
        ],
        "replay": replay_url(settings, told.capture),
        "citation": citation,
        "chicago": chicago(citation),
        "apa": apa(citation),
        "bibtex": bibtex(citation),
        "ris": ris(citation),
        "json_ld": json_ld(told, citation),
        "changes": [
            {**revision, "changed": json.loads(revision["changed"])} for revision in told.revisions
        ],
    }
    return await page(datasette, request, "article.html", context)


async def article_json(datasette: Any, request: Request) -> Response:
    """Everything about one article under stable names."""
    told = await _told(datasette, request)
    to = Addresses(datasette, request)
    article = dict(told.article)
    article["tags"] = json.loads(article["tags"])
    return Response.json(
        {
            "article": {**article, "archive_url": to.absolute(to.article(article["id"]))},
            "capture": told.capture,
            "captures": told.captures,
            "revisions": [{**r, "changed": json.loads(r["changed"])} for r in told.revisions],
            "images": told.images,
            "attachments": told.attachments,
            "copies": told.copies,
            "web": await web_held(datasette),
        }
    )


async def citation_file(datasette: Any, request: Request) -> Response:
    """BibTeX (.bib) or RIS (.ris) to download."""
    told = await _told(datasette, request)
    to, settings = Addresses(datasette, request), FaceSettings.of(datasette)
    citation = cited(told, to, settings, await web_held(datasette))
    kind = request.url_vars["format"]
    text, mime = (
        (bibtex(citation), "application/x-bibtex")
        if kind == "bib"
        else (ris(citation), "application/x-research-info-systems")
    )
    name = f"{citation.key}.{kind}"
    return Response(
        text,
        content_type=f"{mime}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def revisions_view(datasette: Any, request: Request) -> Response:
    """Two versions of an article, compared word by word."""
    told = await _told(datasette, request)
    numbers = [revision["number"] for revision in told.revisions]
    if not numbers:
        raise NotFound(Speaker(language_of(request))("no_revisions"))
    later = _chosen(request.args.get("to"), numbers, max(numbers))
    before = [number for number in numbers if number < later]
    earlier = _chosen(request.args.get("from"), before, max(before, default=later))
    key = told.article["id"]

    def versions(conn: sqlite3.Connection) -> dict[int, dict[str, Any]]:
        return {
            row["number"]: row
            for row in _rows(
                conn,
                "select * from revisions where article_id = ? and number in (?, ?)",
                key,
                earlier,
                later,
            )
        }

    found = await read(datasette, request, versions)
    old, new = found[earlier], found[later]
    fields = []
    for name in ("title", "lead", "body", "byline", "published_at"):
        before_text = str(old[name] or "")[:COMPARED]
        after_text = str(new[name] or "")[:COMPARED]
        if before_text != after_text:
            lines = word_diff(before_text, after_text)
            fields.append({"name": name, "lines": around_changes(lines)})
    context = {
        "told": told,
        "article": told.article,
        "title": told.article["title"][:SHOWN_TITLE],
        "old": old,
        "new": new,
        "fields": fields,
        "changes": [{**r, "changed": json.loads(r["changed"])} for r in told.revisions],
    }
    return await page(datasette, request, "revisions.html", context)


def _chosen(text: str | None, numbers: list[int], default: int) -> int:
    if text and text.isascii() and text.isdigit() and len(text) < 7 and int(text) in numbers:
        return int(text)
    return default


async def article_redirect(datasette: Any, request: Request) -> Response:
    """``/articles/ID`` leads to the article's page, whatever the database is called."""
    return Response.redirect(
        Addresses(datasette, request).article(int(request.url_vars["id"][:18])), status=302
    )
