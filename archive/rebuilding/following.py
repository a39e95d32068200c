"""What a rebuild that began with a copy puts right of rows that follow from others.

All of it is what a database made from nothing has by itself.
"""

from __future__ import annotations

import sqlite3
from hashlib import blake2b

from sqlite_utils import Database

from archive.attachments.texts import EXTRACTOR as DOCUMENT_EXTRACTOR
from archive.database import transaction
from archive.tables.browsing import refresh_counts
from archive.tables.readings import refresh_readings
from archive.vietnamese.provinces import PROVINCE_2025

_BAD_STORIES = """
    select id from stories s where
      (s.copies, 1, s.id) is not (
        select count(*), sum(is_original), max(iif(is_original, article_id, null))
        from article_copies where story_id = s.id)
    union select story_id from article_copies where story_id not in (select id from stories)
      or article_id not in (select id from articles)
      or from_original not between 0 and 1 or of_original not between 0 and 1
      or is_original and (from_original, of_original) <> (1, 1)
"""
_TO_COMPARE = (
    f"select article_id from article_copies where story_id in ({_BAD_STORIES})",
    f"select id from ({_BAD_STORIES})",
    "select id from articles"
    " where not exists (select 1 from copy_keys where article_id = articles.id)",
    "select distinct article_id from copy_keys where article_id not in (select id from articles)",
)
"""Articles whose story may be another one than the tables say."""


def note_text(db: Database, article: sqlite3.Row) -> None:
    """Note what an article said that is being taken out, if its story was worked out from that."""
    db.conn.execute(
        "insert or ignore into rebuild_texts select ?, ?"
        " where not exists (select 1 from copies_pending where article_id = ?)",
        (article["id"], _digest(article["lead"], article["body"]), article["id"]),
    )


def spare_texts(db: Database) -> None:
    """Let the story of an article stand that was taken out and says the same again."""
    with transaction(db):
        texts = db.conn.execute(
            "select id, lead, body, digest from rebuild_texts join articles using (id)"
        )
        same = [(key,) for key, lead, body, digest in texts if _digest(lead, body) == digest]
        db.conn.executemany("delete from copies_pending where article_id = ?", same)
        db.conn.execute("delete from rebuild_texts")


def _digest(lead: object, body: object) -> bytes:
    return blake2b(repr((lead, body)).encode(), digest_size=16).digest()


def refresh_following(db: Database, extractor: str) -> None:
    """Counts, readings, the names of provinces and programs; what else is worked out later is
    marked, or forgotten where nothing asks for it. Safe to repeat."""
    with transaction(db):
        db.execute("delete from provinces")
        db.conn.executemany("insert into provinces values (?, ?)", sorted(PROVINCE_2025.items()))
        # Neither a search index nor a count hangs on this column.
        db.execute("update articles set extractor = ? where extractor <> ?", [extractor] * 2)
        refresh_counts(db)
        refresh_readings(db)
        for query in _TO_COMPARE:
            db.execute(f"insert or ignore into copies_pending {query}")
        db.execute("delete from stories where id not in (select story_id from article_copies)")
        db.execute(
            "delete from attachment_texts where extractor <> ? or payload_digest not in"
            " (select captures.payload_digest from attachments"
            "  join captures on captures.url = attachments.url"
            "  where captures.status = 200 and captures.truncated = '')",
            [DOCUMENT_EXTRACTOR],
        )
        db.execute("delete from archive_facts")
