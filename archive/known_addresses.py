"""What the archive already knows of an address: whether to ask for it, and how.

A listing may be left where every article on it is *anchored*: known when the last complete walk
of the site ended, or before. What an interrupted crawl brought is known but no anchor, since
there may be a gap behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from archive.articles import payload_holder
from archive.database import timestamp
from archive.revisits import next_look
from archive.warc.writer import PayloadRef

RETRIES = (timedelta(days=1), timedelta(days=7), timedelta(days=30), timedelta(days=365))
"""After how long an address that gave no article is tried again, by how often it was tried."""
FAILED_TOO_OFTEN = 3
"""From so many failed requests on, an address is tried again as one without an article is."""


_LEADS_NOWHERE = """(outcome = 'redirect' and leads_to <> '' and not exists (
    select 1 from captures there where there.address = captures.leads_to
    and there.outcome is not null))"""
"""A redirect whose destination was never seen. As with an answer that broke off, what was to
follow stood in the frontier alone, which a power cut may set back behind the WARC."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``known``: asked for before, with some result. ``due``: to be asked for (again) now."""

    known: bool
    due: bool
    anchored: bool
    article: bool = False
    """Whether an article is kept that this address leads to."""
    checked: str = ""
    """When that article was last looked at."""


NEW = Standing(known=False, due=True, anchored=False)


def last_complete_walk(db: Database, site: str) -> str:
    """When the last crawl that walked the whole site ended, as the database writes time; "" if
    none has."""
    row = db.conn.execute(
        "select max(finished_at) from crawls where site = ? and complete and kind = 'crawl'",
        (site,),
    ).fetchone()
    return str(row[0] or "")


def last_outcome(db: Database, site: str) -> str:
    """How the latest crawl of a site that has ended went, in the words of ``crawls``; "" if none
    has."""
    row = db.conn.execute(
        "select outcome from crawls where site = ? and kind = 'crawl' and finished_at is not null"
        " order by started_at desc, rowid desc limit 1",
        (site,),
    ).fetchone()
    return str(row[0]) if row else ""


def standing_of(
    db: Database, address: str, url: str, now: datetime, walked: str, *, pace: float = 1.0
) -> Standing:
    """What is known of an article's address (its key) and URL.

    ``walked`` is the end of the last complete walk; ``pace`` shortens the intervals of an often
    edited site, see ``archive.revisits``.
    """
    row = db.conn.execute(
        "select first_seen_at, last_checked_at from articles where id ="
        " (select article_id from article_addresses where address = ?)",
        (address,),
    ).fetchone()
    if row is not None:
        first, checked = (datetime.fromisoformat(text) for text in row)
        due = next_look(first, checked, pace=pace) <= now
        return Standing(True, due, bool(walked) and row[0] <= walked, article=True, checked=row[1])
    row = db.conn.execute(
        "select count(*), min(fetched_at), max(fetched_at),"
        f" max(status >= 500 or truncated <> '' or {_LEADS_NOWHERE}) from captures"
        " where address = ? and outcome is not null",
        (address,),
    ).fetchone()
    if row[0]:
        return _tried(row[0], row[1], row[2], now, walked, at_once=bool(row[3]) and row[0] < 5)
    row = db.conn.execute(
        "select count(*), min(failed_at), max(failed_at),"
        " max(kind in ('robots', 'forbidden', 'too_large')) from fetch_errors where url = ?"
        # Where a host was asked no more, nobody asked for this address.
        " and kind <> 'given_up'",
        (url,),
    ).fetchone()
    if row[0]:
        at_once = not row[3] and row[0] < FAILED_TOO_OFTEN
        return _tried(row[0], row[1], row[2], now, walked, at_once=at_once)
    return NEW


def _tried(
    times: int, first: str, last: str, now: datetime, walked: str, *, at_once: bool
) -> Standing:
    wait = RETRIES[min(times, len(RETRIES)) - 1]
    due = at_once or datetime.fromisoformat(last) + wait <= now
    return Standing(True, due, bool(walked) and first[:19] <= walked[:19])


@dataclass(frozen=True, slots=True)
class Conditions:
    """How to ask for what may be unchanged."""

    headers: dict[str, str]
    holder: PayloadRef | None
    """The capture whose payload a 304 answer vouches for."""


def conditions_of(db: Database, url: str, *, until: str = "") -> Conditions:
    """Conditions by the newest whole answer to a URL: to an article, or, with ``until``, to
    anything captured until then.

    A listing or feed is asked for conditionally only as it was when a complete walk had seen all
    that it led to: a 304 then means that nothing new stands there.
    """
    # To the second, as the end of a crawl is kept.
    which = (
        "substr(fetched_at, 1, 19) <= substr(?, 1, 19)"
        if until
        else "outcome in ('article', 'print') and ? = ''"
    )
    row = db.conn.execute(
        "select etag, last_modified, payload_digest from captures where url = ? and status = 200"
        f" and truncated = '' and {which} order by fetched_at desc limit 1",
        (url, until),
    ).fetchone()
    etag, last_modified, digest = row or ("", "", "")
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {name: value for name, value in headers.items() if value}
    return Conditions(headers, payload_holder(db, digest) if headers else None)


def files_left_out(db: Database, site: str, walked: str, *, attachments: bool) -> list[str]:
    """Pictures (and attachments) of a site's articles of which nothing is known, not even failure.

    Only of articles first seen since ``walked``, the end of the last complete walk: what is left
    out before that was left out for a reason.
    """
    tables = ("images", "attachments") if attachments else ("images",)
    found: dict[str, None] = {}
    for table in tables:
        rows = db.conn.execute(
            f"select file.url from articles join {table} file on file.article_id = articles.id"
            " where articles.first_seen_at > ? and articles.site = ?"
            # What an import brought was left out by another program, perhaps years ago.
            " and exists (select 1 from captures where id = articles.capture_id"
            "  and crawl not like 'import %')"
            " and not exists (select 1 from captures where captures.url = file.url"
            "   and status < 500 and truncated = '')"
            " and not exists (select 1 from fetch_errors where fetch_errors.url = file.url)",
            (walked, site),
        )
        found.update((str(url), None) for (url,) in rows)
    return list(found)


def last_answer(db: Database, url: str) -> str:
    """When a URL last answered, be it that nothing is there; "" where it never did."""
    row = db.conn.execute(
        "select max(fetched_at) from captures where url = ? and status < 500", (url,)
    ).fetchone()
    return str(row[0] or "")


def older_than(moment: str, age: timedelta, now: datetime) -> bool:
    """Whether a moment of the database is at least so long ago; true of ""."""
    return not moment or moment[:19] <= timestamp(now - age)[:19]


def addresses_of(db: Database, site: str) -> Iterator[str]:
    """Every address (key) that leads to an article of a site."""
    rows = db.conn.execute(
        "select address from article_addresses join articles on articles.id = article_id"
        " where site = ?",
        (site,),
    )
    return (str(address) for (address,) in rows)


def newest_addresses(db: Database, site: str, count: int = 5) -> set[str]:
    """Every address (key) of the articles that a site published last, as far as is known."""
    rows = db.conn.execute(
        "select address from article_addresses where article_id in (select id from articles"
        " where site = ? and published_at is not null order by published_at desc limit ?)",
        (site, count),
    )
    return {str(address) for (address,) in rows}
