"""robots.txt as the archive holds it: a host is asked for it at most once a day.

RFC 9309, 2.4: a crawler may keep what it was told for 24 hours. A newspaper that is crawled four
times a day would be asked for it four times.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from scrapy.http import Headers, Response
from scrapy.utils._download_handlers import make_response
from sqlite_utils import Database

from archive.database import timestamp
from archive.warc.reader import (
    ContentTooLarge,
    ContentUndecodable,
    WarcError,
    read_page_at,
)

KEPT_FOR = timedelta(hours=24)
MAX_ROBOTS_BYTES = 512_000
"""RFC 9309, 2.5: at least 500 KiB are to be read."""

logger = logging.getLogger(__name__)


def kept_robots(db: Database, folder: Path, url: str, now: datetime) -> Response | None:
    """The answer that a robots.txt gave in the last 24 hours, from the WARC files in ``folder``.

    None where it was not asked, could not be had (only "here it is", "there is none" and "it is
    over there" are answers), or cannot be read again.
    """
    row = db.conn.execute(
        "select status, location, content_type, record_type, payload_digest, warc_file, warc_offset"
        " from captures where url = ? and fetched_at > ? and truncated = ''"
        " order by fetched_at desc limit 1",
        (url, timestamp(now - KEPT_FOR)),
    ).fetchone()
    if row is None:
        return None
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
