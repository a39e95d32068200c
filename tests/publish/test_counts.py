"""Counts that triggers keep are those of a recount."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from archive.database import open_archive
from archive.tables.browsing import refresh_counts
from tests.publish.numbered_articles import row_of


def kept(conn: sqlite3.Connection) -> list[list[tuple[Any, ...]]]:
    return [
        conn.execute(f"select * from {table} order by 1, 2, 3").fetchall()
        if table != "unit_counts" and table != "topic_counts"
        else conn.execute(f"select * from {table} order by 1").fetchall()
        for table in ("month_counts", "unit_counts", "article_topics", "topic_counts")
    ]


def test_triggers_keep_what_a_recount_gives(tmp_path: Path) -> None:
    db = open_archive(tmp_path / "archive.db")
    for number in range(60):
        db.table("articles").insert(row_of(number))
    db.execute("update articles set unit = 'Khác', published_at = null where id % 3 = 0")
    db.execute(
        "update articles set site = 'bao', tags = '[\"a\", \"a\", 5, null]' where id % 5 = 0"
    )
    db.execute("update articles set title = title || ' mới', section = '' where id % 4 = 0")
    db.execute("update articles set last_seen_at = 'later'")
    db.execute("delete from articles where id % 7 = 0")
    before = kept(db.conn)
    refresh_counts(db)
    assert kept(db.conn) == before
    for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        db.execute(f"drop trigger {name}")
    db.execute("update topic_counts set articles = 77")
    refresh_counts(db)
    assert kept(db.conn) == before
    db.execute("insert into articles_exact (articles_exact) values ('integrity-check')")
    new = db.execute("select count(*) from articles_exact where articles_exact match 'mới'")
    assert (
        new.fetchone()[0]
        == db.execute("select count(*) from articles where title like '% mới'").fetchone()[0]
    )
    db.close()
