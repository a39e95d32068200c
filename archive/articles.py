"""From captures to articles: the history of every article, whatever the order of arrival.

The captures of an article, sorted by time, *are* its history: each change of content hash is a
revision, a trailing 404 is a takedown. Everything here is a function of that set and not of the
order in which its members came, so a crawl, a rebuild and an import give the same rows.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive.article_rows import (
    SAVE_UNREADABLE,
    article_row,
    capture_row,
    media_rows,
    unreadable_row,
)
from archive.database import article_id, timestamp, transaction
from archive.history import refresh, revision_text, seen_of, standing_texts
from archive.moves import (
    article_at,
    destination_of,
    home_of,
    owner_of,
    redirecting_to,
    same_story,
)
from archive.records import Article, Capture, Unreadable
from archive.rows import fetch_one, insert_row
from archive.vietnamese.folding import fold_stroke
from archive.warc.writer import PayloadRef

Change = Literal["new", "changed", "unchanged", "gone", "unreadable", "none"]

FTS_COLUMNS = ("title", "lead", "body", "byline", "table_text")
CONTENT_COLUMNS = (
    "site",
    "title",
    "lead",
    "body",
    "byline",
    "author",
    "unit",
    "source",
    "section",
    "tags",
    "province",
    "province_2025",
    "published_at",
    "published_precision",
    "published_evidence",
    "capture_id",
    "language",
    "words",
    "body_html",
    "table_text",
    "variant",
    "layout",
    "extractor",
    "content_hash",
)
"""Columns of ``articles`` that say what the newest reading said; the others derive from history."""


def content_hash(article: Article) -> str:
    """SHA-256 (hex) of what a reader would call the article's content.

    Not of the page's bytes: counters, clocks and related titles change at every request.
    """
    parts: list[Any] = [
        article.title,
        article.lead,
        article.body,
        article.table_text,
        article.byline.text,
        article.published.iso() if article.published else "",
        [[image.url, image.caption] for image in article.images],
        [[attachment.url, attachment.title] for attachment in article.attachments],
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def save_capture(db: Database, capture: Capture, address: str, leads_to: str = "") -> bool:
    """Note that a capture is in a WARC; what it means is settled by ``settle``.

    ``address`` is the article key of the capture's URL, ``leads_to`` that of a redirect's
    destination. Returns False where the capture is known.
    """
    with transaction(db):
        row = capture_row(capture, address, leads_to)
        return insert_row(db, "captures", row, "insert or ignore")


def settle(
    db: Database,
    capture: Capture,
    address: str,
    outcome: Article | Unreadable | None,
    *,
    extractor: str,
    article_address: str = "",
    expected: bool = False,
) -> Change:
    """Write what a capture, already saved, turned out to be, and all that follows from it.

    ``outcome`` is what extraction said; None where there was nothing to extract (a redirect, a
    picture, a 304). ``article_address`` is the article key of ``outcome.url``. ``expected`` says
    that an article should stand at this address, so that its absence is kept with its reason.
    One transaction; safe to repeat.
    """
    with transaction(db):
        if isinstance(outcome, Article):
            return _settle_article(db, capture, address, article_address, outcome, extractor)
        return _settle_absence(db, capture, address, outcome, expected)


def _settle_article(
    db: Database,
    capture: Capture,
    address: str,
    article_address: str,
    article: Article,
    extractor: str,
) -> Change:
    key = home_of(db, article_address, article.title, article.body)
    digest = content_hash(article)
    before = fetch_one(db, "select * from articles where id = ?", key)
    db.conn.execute(
        "update captures set outcome = ?, detail = '', article_id = ?, content_hash = ?"
        " where id = ?",
        ("article" if article.variant == "main" else "print", key, digest, capture.id),
    )
    for known in {address, article_address}:
        _point(db, known, key)
    if before is None or _newest_reading(db, key) == capture.id:
        url = article.url if before is None or article_id(article_address) == key else before["url"]
        _write_article(db, key, capture, replace(article, url=url), digest, extractor, before)
    after = refresh(db, key, {digest: revision_text(article)})
    for source in redirecting_to(db, {address, article_address}):
        _follow(db, source)
    after = seen_of(db, key) or after
    if before is None:
        # What moved here from another address was known there.
        known = after["first_seen_at"] < timestamp(capture.fetched_at)
        return "unchanged" if known else "new"
    return "changed" if after["revisions"] > before["revisions"] else "unchanged"


def _settle_absence(
    db: Database,
    capture: Capture,
    address: str,
    outcome: Unreadable | None,
    expected: bool,
) -> Change:
    word, detail = absence(capture, outcome)
    db.conn.execute("update captures set outcome = ? where id = ?", (word, capture.id))
    if word == "redirect":
        for source in (address, *redirecting_to(db, {destination_of(db, address)})):
            _follow(db, source)
    pointed = fetch_one(db, "select article_id from article_addresses where address = ?", address)
    key = pointed["article_id"] if pointed else None
    db.conn.execute(
        "update captures set outcome = ?, detail = ?, article_id = ? where id = ?",
        (word, detail, key, capture.id),
    )
    if key is not None:
        before = seen_of(db, key)
        after = refresh(db, key, {})
        if before and before["gone_at"] is None and after["gone_at"] is not None:
            return "gone"
        return "unchanged" if word == "not_modified" else "none"
    if not expected or outcome is None:
        return "none"
    db.conn.execute(SAVE_UNREADABLE, unreadable_row(address, capture, outcome))
    return "unreadable"


def absence(capture: Capture, outcome: Unreadable | None) -> tuple[str, str]:
    """The word and the detail that a capture without an article gets in ``captures.outcome``."""
    return absence_at(capture.status, capture.location, outcome)


def absence_at(status: int, location: str, outcome: Unreadable | None) -> tuple[str, str]:
    """As ``absence``, of an answer with this status, and with this address if it redirects."""
    if status == 304:
        return "not_modified", ""
    if status in (404, 410):
        return "gone", f"HTTP {status}"
    if 300 <= status < 400:
        return ("redirect_home" if _is_home(location) else "redirect"), location
    if outcome is not None:
        return outcome.reason, outcome.detail
    return "resource", ""


def _is_home(location: str) -> bool:
    try:
        return urlsplit(location).path in ("", "/", "/index.php", "/default.aspx")
    except ValueError:  # A server may write anything there.
        return False


def _point(db: Database, address: str, key: int) -> None:
    """Let an address lead to an article, and give the article what was captured there before.

    Where others have a claim to the address, to the one that ``owner_of`` names.
    """
    before = article_at(db, address)
    owner = key if article_id(address) == key else owner_of(db, address) or key
    db.conn.execute(
        "insert into article_addresses (address, article_id) values (?, ?)"
        " on conflict (address) do update set article_id = excluded.article_id",
        (address, owner),
    )
    db.conn.execute("delete from unreadable where address = ?", (address,))
    db.conn.execute(
        "update captures set article_id = ? where address = ? and outcome is not null"
        " and outcome not in ('article', 'print')",
        (owner, address),
    )
    if before is not None and before != owner and seen_of(db, before) is not None:
        refresh(db, before, {})
    if owner not in (before, key):
        refresh(db, owner, {})


def _newest_reading(db: Database, key: int) -> str:
    """Id of the capture whose content the article shows: the latest, a main view before a print."""
    row = fetch_one(
        db,
        "select id from captures where article_id = ? and outcome in ('article', 'print')"
        " order by outcome = 'article' desc, fetched_at desc, id desc limit 1",
        key,
    )
    return str(row["id"]) if row else ""


def _write_article(
    db: Database,
    key: int,
    capture: Capture,
    article: Article,
    digest: str,
    extractor: str,
    before: sqlite3.Row | None,
) -> None:
    place = fetch_one(db, "select province, province_2025 from sites where name = ?", capture.site)
    provinces = (place["province"], place["province_2025"]) if place else ("", "")
    row = article_row(key, capture, article, digest, extractor, provinces)
    if before is None:
        insert_row(db, "articles", row)
    else:
        _index(db, "delete", before)
        columns = [name for name in row if name != "id"]
        db.conn.execute(
            f"update articles set {', '.join(f'{name} = :{name}' for name in columns)}"
            " where id = :id",
            row,
        )
        for table in ("images", "attachments"):
            db.conn.execute(f"delete from {table} where article_id = ?", (key,))
    _index(db, "insert", row)
    for table, rows in media_rows(key, article).items():
        for media in rows:
            insert_row(db, table, media)


def _index(db: Database, verb: Literal["insert", "delete"], row: Any) -> None:
    """Keep the search index: its words have passed through ``fold_stroke``, the table's have not.

    An external-content index forgets a row only when told the very words that it was given.
    """
    words = [fold_stroke(row[name]) for name in FTS_COLUMNS]
    names = ", ".join(FTS_COLUMNS)
    marks = ", ".join("?" * len(FTS_COLUMNS))
    if verb == "delete":
        db.conn.execute(
            f"insert into articles_fts (articles_fts, rowid, {names})"
            f" values ('delete', ?, {marks})",
            [row["id"], *words],
        )
    else:
        db.conn.execute(
            f"insert into articles_fts (rowid, {names}) values (?, {marks})", [row["id"], *words]
        )


def index_article(db: Database, row: dict[str, Any]) -> None:
    """Put an article's row into the search index."""
    _index(db, "insert", row)


def unindex_articles(db: Database, ids: str) -> None:
    """Take articles out of the search index before they are deleted; ``ids`` is a query."""
    sql = f"select id, {', '.join(FTS_COLUMNS)} from articles where id = ?"
    for (key,) in db.conn.execute(ids).fetchall():
        row = fetch_one(db, sql, key)
        if row is not None:
            _index(db, "delete", row)


def _follow(db: Database, address: str) -> None:
    """A redirect leads to an article: what stood at its own address has moved there."""
    destination = destination_of(db, address)
    key = article_at(db, destination)
    if destination == address or key is None:
        return
    here = article_id(address)
    row = fetch_one(db, "select title, body from articles where id = ?", here)
    if row is None or here == key:
        _point(db, address, key)
        refresh(db, key, {})  # What was captured at the address before may say it was there.
    elif same_story(db, key, row["title"], row["body"]):
        _join(db, here, key)


def _join(db: Database, moved: int, key: int) -> sqlite3.Row:
    """Make one article of two, where the first has moved to the address of the second."""
    old = fetch_one(db, "select * from articles where id = ?", moved)
    new = fetch_one(db, "select * from articles where id = ?", key)
    assert old is not None and new is not None
    texts = standing_texts(db, moved)
    for table in ("captures", "article_addresses"):
        db.conn.execute(f"update {table} set article_id = ? where article_id = ?", (key, moved))
    old_is_newer = _newest_reading(db, key) == old["capture_id"]
    _index(db, "delete", old)
    if old_is_newer:
        _index(db, "delete", new)
        columns = [name for name in CONTENT_COLUMNS if name in old.keys()]  # noqa: SIM118
        db.conn.execute(
            f"update articles set {', '.join(f'{name} = :{name}' for name in columns)}"
            " where id = :key",
            {name: old[name] for name in columns} | {"key": key},
        )
        _index(db, "insert", dict(old) | {"id": key})
    for table in ("images", "attachments"):
        if old_is_newer:
            db.conn.execute(f"delete from {table} where article_id = ?", (key,))
            db.conn.execute(f"update {table} set article_id = ? where article_id = ?", (key, moved))
        else:
            db.conn.execute(f"delete from {table} where article_id = ?", (moved,))
    db.conn.execute("delete from revisions where article_id = ?", (moved,))
    db.conn.execute("delete from articles where id = ?", (moved,))
    return refresh(db, key, texts)


def is_captured(db: Database, url: str) -> bool:
    """Whether a whole answer of status 200 to exactly this URL is kept."""
    found = db.conn.execute(
        "select 1 from captures where url = ? and status = 200 and truncated = '' limit 1", (url,)
    )
    return found.fetchone() is not None


def payload_holder(db: Database, digest: str) -> PayloadRef | None:
    """The capture that holds a payload of this digest, for a revisit record to refer to."""
    row = fetch_one(
        db,
        "select id, url, fetched_at, payload_digest, payload_bytes from captures"
        " where payload_digest = ? and record_type = 'response' and status = 200"
        " and truncated = '' order by fetched_at limit 1",
        digest,
    )
    if row is None:
        return None
    moment = datetime.fromisoformat(row["fetched_at"])
    return PayloadRef(row["id"], row["url"], moment, row["payload_digest"], row["payload_bytes"])
