"""What is worked out from all articles together, after a crawl, an import or a rebuild."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from archive.attachments.texts import read_attachments
from archive.crawled_web import web_kept
from archive.stories.copies import update_stories


def update_derived(db: Database, data: Path) -> None:
    """Join the copies of a story, and read the attachments that have not been read; note of a new
    database which web it is of.

    Safe to break off and to repeat: only what is new or changed costs anything.
    """
    web_kept(db, data / "warc")
    update_stories(db)
    read_attachments(db, data)
