"""What has to be read again together with some captures: an article is rebuilt whole or not at all.

The rows of an article are a function of all its captures. So with one capture go all that share
an address with it, that belong to the same article, or that redirects lead to or from; and with
each of those the same again, until nothing more comes.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from archive.articles import unindex_articles
from archive.database import transaction

_CAPTURES = "temp.more_captures"
_ADDRESSES = "temp.more_addresses"
_ARTICLES = "temp.more_articles"
_MADE_OF = {_CAPTURES: "id text", _ADDRESSES: "address text", _ARTICLES: "id integer"}

_STEPS = (
    f"""insert or ignore into {_ADDRESSES} select captures.address from {_CAPTURES} more
        join captures on captures.id = more.id""",
    f"""insert or ignore into {_ADDRESSES} select captures.leads_to from {_CAPTURES} more
        join captures on captures.id = more.id
        where captures.leads_to <> '' and captures.outcome = 'redirect'""",
    f"""insert or ignore into {_ARTICLES} select captures.article_id from {_CAPTURES} more
        join captures on captures.id = more.id where captures.article_id is not null""",
    f"""insert or ignore into {_ARTICLES} select article_addresses.article_id
        from {_ADDRESSES} more
        join article_addresses on article_addresses.address = more.address""",
    f"""insert or ignore into {_ADDRESSES} select article_addresses.address from {_ARTICLES} more
        join article_addresses on article_addresses.article_id = more.id""",
    f"""insert or ignore into {_CAPTURES} select captures.id from {_ADDRESSES} more
        join captures on captures.address = more.address""",
    f"""insert or ignore into {_CAPTURES} select captures.id from {_ADDRESSES} more
        join captures on captures.leads_to = more.address and captures.leads_to <> ''
        where captures.outcome = 'redirect'""",
    f"""insert or ignore into {_CAPTURES} select captures.id from {_ARTICLES} more
        join captures on captures.article_id = more.id""",
)


def give_back(db: Database, captures: Iterable[str], addresses: Iterable[str] = ()) -> int:
    """Take out all rows of some captures, and of what is concerned by them; how many captures.

    ``addresses`` are looked at as if something had been captured there. The ids of the captures
    are noted in ``rebuild_wanted``, with their places. Articles, revisions, media, addresses and
    absences go with their captures; counts and search follow by themselves, stories by
    ``update_stories``.
    """
    with transaction(db):
        for table, column in _MADE_OF.items():
            db.execute(f"drop table if exists {table}")
            db.execute(f"create table {table} ({column} primary key) without rowid")
        db.conn.executemany(
            f"insert or ignore into {_CAPTURES} values (?)", ((key,) for key in captures)
        )
        db.conn.executemany(
            f"insert or ignore into {_ADDRESSES} values (?)", ((key,) for key in addresses)
        )
        before = -1
        while before != (before := _size(db)):
            for step in _STEPS:
                db.conn.execute(step)
        count = int(db.conn.execute(f"select count(*) from {_CAPTURES}").fetchone()[0])
        db.execute(
            "insert or ignore into rebuild_wanted select captures.id, warc_file, warc_offset"
            f" from captures join {_CAPTURES} more on more.id = captures.id"
        )
        _take_out(db)
        for table in _MADE_OF:
            db.execute(f"drop table {table}")
    return count


def _size(db: Database) -> int:
    counts = (db.conn.execute(f"select count(*) from {table}").fetchone()[0] for table in _MADE_OF)
    return sum(counts)


def _take_out(db: Database) -> None:
    unindex_articles(db, f"select id from {_ARTICLES}")
    for table in ("images", "attachments", "revisions", "article_addresses"):
        db.execute(f"delete from {table} where article_id in (select id from {_ARTICLES})")
    db.execute(f"delete from articles where id in (select id from {_ARTICLES})")
    db.execute(f"delete from unreadable where address in (select address from {_ADDRESSES})")
    db.execute(f"delete from captures where id in (select id from {_CAPTURES})")
