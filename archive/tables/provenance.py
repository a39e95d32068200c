"""Where WARC files came from that were taken over from another archive of this project.

No WARC can give these rows back: a rebuild carries them over.
"""

from __future__ import annotations

from sqlite_utils import Database

PROVENANCE_TABLES = ("merged_files",)


def create_provenance_tables(db: Database) -> None:
    """Create the table; nothing to fill."""
    db.execute(
        """
        create table merged_files (
            file text primary key,
            source text not null,
            name text not null,
            sha256 text not null,
            merged_at text not null
        ) without rowid
        """
    )
