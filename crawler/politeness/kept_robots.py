"""robots.txt as the archive holds it: a host is asked for it at most once a day.

RFC 9309, 2.4: a crawler may keep what it was told for 24 hours, and longer while it cannot be had
again. A newspaper that is crawled four times a day would be asked for it four times.

Only what a crawl of this archive was told counts, and told by now: a WARC file from elsewhere may
hold any robots.txt of any host, at any date.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from scrapy.http import Headers, Response
from scrapy.utils._download_handlers import make_response
from sqlite_utils import Database

from archive.database import precise_timestamp
from archive.warc.reader import (
    ContentTooLarge,
    ContentUndecodable,
    WarcError,
    read_page_at,
)

KEPT_FOR = timedelta(hours=24)
KEPT_WHILE_BROKEN = timedelta(days=30)
"""RFC 9309, 2.3.1.4 names thirty days as a long time for a robots.txt that cannot be had."""
MAX_REDIRECTS = 5
"""RFC 9309, 2.3.1.2: redirects that are followed to a robots.txt."""
MAX_ROBOTS_BYTES = 512_000
"""RFC 9309, 2.5: at least 500 KiB are to be read."""

_OWN = "instr(warc_file, '/') = 0 and warc_file not like 'from-%'"
"""Of files that were imported, and of those that captures of other archives were put into, the
names tell (``crawler.intake.names``, ``crawler.cdx.importing``)."""

logger = logging.getLogger(__name__)


def kept_robots(db: Database, folder: Path, url: str, now: datetime) -> Response | None:
    """The answer that a robots.txt gave in the last 24 hours, from the WARC files in ``folder``.

    None where it was not asked, could not be had (only "here it is", "there is none" and "it is
    over there" are answers), or cannot be read again.
    """
    row = db.conn.execute(
        f"select {_ANSWER} from captures where url = ? and fetched_at > ? and fetched_at <= ?"
        f" and truncated = '' and {_OWN} order by fetched_at desc limit 1",
        (url, precise_timestamp(now - KEPT_FOR), precise_timestamp(now)),
    ).fetchone()
    return _response(db, folder, url, row) if row else None


def last_rules(db: Database, folder: Path, url: str, now: datetime) -> Response | None:
    """What a robots.txt that answers with errors said last, redirects followed, of the last 30
    days. None where it said nothing in that time."""
    for _ in range(MAX_REDIRECTS + 1):
        row = db.conn.execute(
            f"select {_ANSWER} from captures where url = ? and fetched_at > ? and fetched_at <= ?"
            f" and truncated = '' and status < 500 and status <> 429 and {_OWN}"
            " order by fetched_at desc limit 1",
            (url, precise_timestamp(now - KEPT_WHILE_BROKEN), precise_timestamp(now)),
        ).fetchone()
        answer = _response(db, folder, url, row) if row else None
        if answer is None or not 300 <= answer.status < 400:
            return answer
        location = (answer.headers.get("Location") or b"").decode("latin-1")
        url = urljoin(url, location)
    return None


_ANSWER = "status, location, content_type, record_type, payload_digest, warc_file, warc_offset"


def _response(db: Database, folder: Path, url: str, row: tuple[Any, ...]) -> Response | None:
    """The answer of a capture's row, None where it is none or cannot be read again."""
    status, location, content_type, record_type, digest, warc_file, offset = row
    if 400 <= status < 500 and status != 429:  # RFC 9309, 2.3.1.3: there are no rules.
        return make_response(url, status, Headers())
    if status in (301, 302, 303, 307, 308) and location:
        return make_response(url, status, Headers({"Location": location}))
    if status != 200:
        return None
    if record_type != "response":
        holder = db.conn.execute(
            "select warc_file, warc_offset from captures where payload_digest = ?"
            " and record_type = 'response' and status = 200 and truncated = '' limit 1",
            (digest,),
        ).fetchone()
        if holder is None:
            return None
        warc_file, offset = holder
    try:
        body = read_page_at(folder / warc_file, offset).content(MAX_ROBOTS_BYTES)
    except (OSError, WarcError, ContentTooLarge, ContentUndecodable) as error:
        logger.info("%s is asked for again: what is kept cannot be read (%s)", url, error)
        return None
    return make_response(url, 200, Headers({"Content-Type": content_type}), body)
