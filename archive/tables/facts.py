"""A table of what is so of the whole archive, a fact a row.

``web``: which web its captures are of (``archive.crawled_web``). It is derived from the WARC
files, as all that is said of pages is.
"""

from __future__ import annotations

from sqlite_utils import Database


def create_facts_table(db: Database) -> None:
    """Create the table; it is filled when the archive is first written to."""
    db.execute(
        """
        create table archive_facts (
            name text primary key,
            value text not null
        ) without rowid
        """
    )
