"""What only a site's own file can tell about a change: which selector died, which listing.

``archive.health.judgement`` finds from rows that a template changed; here stored pages from before
and after are laid side by side, and the selectors that found something on every page before and on
none after are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.health.drift import RECENT, Drift
from archive.health.judgement import READINGS_SINCE, Health, monitored, site_health
from archive.health.sentences import say
from archive.records import Page
from archive.warc.reader import ContentTooLarge, ContentUndecodable, WarcError, read_page_at
from crawler.catalogue import declared_sites
from crawler.extract import layouts_for
from crawler.extraction.document import Document, parse_page
from crawler.extraction.layout import Layout
from crawler.extraction.links import find_links

PAGES = 4
"""Pages that are compared, before and after."""
MAX_PAGE_BYTES = 10_000_000
FIELDS_OF: dict[str, tuple[str, ...]] = {
    "generic": ("fingerprint", "body"),
    "unread": ("fingerprint", "body", "title"),
    "no_body": ("body",),
    "no_title": ("title",),
    "no_date": ("date", "date_meta"),
}
"""Which fields of a layout can be the cause of a drift; of ``field:<name>``, that field."""


def examined_health(db: Database | None, data: Path, now: datetime) -> list[Health]:
    """The health of every declared site of the archive in ``data``, with selectors and listings
    named where a template changed. All that tells how a site fares asks this.

    Sites that the database (None where there is none yet) does not know are "never". Of a site
    whose file says that nothing new is expected (``frozen``), silence is no alarm.
    """
    known: set[str] = set()
    if db is not None:
        known = {name for (name,) in db.conn.execute("select name from sites where declared")}
    found: list[Health] = []
    for name, spider in declared_sites().items():
        if db is None or name not in known:
            found.append(Health(name, "never", say("never")))
            continue
        health = site_health(db, name, now, dead_listings(db, data, name))
        if spider.frozen and health.word == "frozen":
            reason = say("frozen_as_expected", rest=health.reason)
            health = replace(health, word="current", reason=reason)
        if health.drifts:
            drifts = [name_selectors(db, data, name, drift, now) for drift in health.drifts]
            reason = health.reason
            if health.word == "changed" and reason == "; ".join(map(str, health.drifts)):
                reason = "; ".join(map(str, drifts))
            health = replace(health, drifts=drifts, reason=reason)
        found.append(health)
    return found


def dead_listings(db: Database, data: Path, site: str) -> list[str]:
    """Declared listings whose newest page leads to no article, and an earlier one did."""
    spider = declared_sites()[site]
    dead: list[str] = []
    for url in spider.start_urls:
        rows = db.conn.execute(_LISTING_PAGES, {"url": url}).fetchall()
        counts = [_article_links(data, site, url, *row) for row in rows]
        known = [count for count in counts if count is not None]
        if len(known) > 1 and known[0] == 0 and max(known) > 0:
            dead.append(url)
    return dead


_LISTING_PAGES = """
with pages as (
    select warc_file, warc_offset, content_type, fetched_at from captures
    where url = :url and status = 200 and record_type = 'response' and truncated = ''
        and outcome is not 'challenge'
)
select * from (select * from pages order by fetched_at desc limit 2)
union
select * from (select * from pages order by fetched_at limit 3)
order by fetched_at desc
"""
"""The newest pages of a listing and its first ones: between them lies any change."""


@lru_cache(maxsize=10_000)
def _article_links(
    data: Path, site: str, url: str, warc_file: str, offset: int, content_type: str, fetched_at: str
) -> int | None:
    """Links to articles on a stored page, which never changes; None where it cannot be read."""
    document = _document(data, url, warc_file, offset, content_type, fetched_at)
    if document is None:
        return None
    spider = declared_sites()[site]
    rules = spider.layouts[0].canonical_rules if spider.layouts else ()
    return len(find_links(document, spider.article_url, spider.listing_url, rules).articles)


def name_selectors(db: Database, data: Path, site: str, drift: Drift, now: datetime) -> Drift:
    """The drift with the selectors that died, as ``field: selector``; unchanged if none did."""
    rows = monitored(db, "readings", site, now, READINGS_SINCE)
    rows = [row | place for row in rows if (place := _place(db, row["capture_id"]))]
    newest = _newest_crawls(rows)
    after = [row for row in rows if row["crawl"] in newest and _is_lacking(row, drift)]
    layout_name = next(
        (
            row["layout"]
            for row in rows
            if row["crawl"] not in newest and row["layout"] not in ("", "generic")
        ),
        "",
    )
    before = [row for row in rows if row["crawl"] not in newest and row["layout"] == layout_name]
    pages_after, pages_before = (
        [page for row in chosen[:PAGES] if (page := _page_of_row(db, data, row)) is not None]
        for chosen in (after, before)
    )
    if not pages_after or not pages_before:
        return drift
    layouts = layouts_for(pages_before[0].page.url)
    layout = next((layout for layout in layouts if layout.name == layout_name), None)
    if layout is None:
        return drift
    fields = FIELDS_OF.get(drift.lacks, (drift.lacks.removeprefix("field:"),))
    return replace(drift, selectors=dead_selectors(layout, fields, pages_before, pages_after))


def _place(db: Database, capture: str) -> dict[str, Any]:
    """Where the payload of a capture lies; empty where another record holds it."""
    found = db.conn.execute(
        "select warc_file, warc_offset from captures where id = ? and record_type = 'response'",
        (capture,),
    ).fetchone()
    return dict(zip(("warc_file", "warc_offset"), found, strict=True)) if found else {}


def dead_selectors(
    layout: Layout, fields: Iterable[str], before: Sequence[Document], after: Sequence[Document]
) -> tuple[str, ...]:
    """Selectors of the layout that find something on every page before and on none after."""
    dead: list[str] = []
    for field in fields:
        selectors: Any = getattr(layout, field, ())
        for selector in selectors if isinstance(selectors, tuple) else ():
            if all(page.select(selector) for page in before) and not any(
                page.select(selector) for page in after
            ):
                dead.append(f"{field}: {selector}")
    return tuple(dead)


def _newest_crawls(rows: Sequence[dict[str, Any]]) -> set[str]:
    """As ``archive.health.drift`` splits readings: the newest crawls that have enough together."""
    crawls: set[str] = set()
    for number, row in enumerate(rows):
        if number >= RECENT and row["crawl"] not in crawls:
            break
        crawls.add(row["crawl"])
    return crawls


def _is_lacking(row: dict[str, Any], drift: Drift) -> bool:
    if drift.lacks.startswith("field:"):
        return f'"{drift.lacks.removeprefix("field:")}"' in row["fallbacks"]
    return bool(row[drift.lacks])


def _page_of_row(db: Database, data: Path, row: dict[str, Any]) -> Document | None:
    found = db.conn.execute(
        "select url, content_type, fetched_at from captures"
        " where warc_file = ? and warc_offset = ?",
        (row["warc_file"], row["warc_offset"]),
    ).fetchone()
    if found is None:
        return None
    url, content_type, fetched_at = found
    return _document(data, url, row["warc_file"], row["warc_offset"], content_type, fetched_at)


def _document(
    data: Path, url: str, warc_file: str, offset: int, content_type: str, fetched_at: str
) -> Document | None:
    """A stored page, parsed; None where it cannot be read, which is no matter of health."""
    try:
        body = read_page_at(data / "warc" / warc_file, offset).content(MAX_PAGE_BYTES)
    except (WarcError, ContentTooLarge, ContentUndecodable):
        return None
    page = Page(url, body, datetime.fromisoformat(fetched_at), content_type=content_type)
    document = parse_page(page)
    return document if isinstance(document, Document) else None
