"""What has to be read again together with some captures: an article is rebuilt whole or not at all.

The rows of an article are a function of all its captures. So with one capture go all that share
an address with it, that belong to the same article, or that redirects lead to or from; and with
each of those the same again, until nothing more comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlite_utils import Database

from archive.articles import unindex_articles
from archive.database import transaction
from archive.rebuilding.bulk_load import Read, found_in

_CAPTURES = "temp.more_captures"
_ADDRESSES = "temp.more_addresses"
_ARTICLES = "temp.more_articles"
_MADE_OF = {_CAPTURES: "id text", _ADDRESSES: "address text", _ARTICLES: "id integer"}

Unindex = Callable[[Database, str], object]
"""Takes articles out of the search index, given the query for their ids."""

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


def give_back(
    db: Database,
    captures: Iterable[str],
    addresses: Iterable[str] = (),
    articles: Iterable[int] = (),
    *,
    unindex: Unindex = unindex_articles,
) -> int:
    """Take out all rows of some captures, and of what is concerned by them; how many captures.

    ``addresses`` are looked at as if something had been captured there, ``articles`` as if a
    capture belonged to them. The ids of the captures are noted in ``rebuild_wanted``, with their
    places. Articles, revisions, media, addresses and absences go with their captures; counts and
    search follow by themselves, stories by ``update_stories``.
    """
    with transaction(db):
        gather(db, captures, addresses, articles)
        return take_out_gathered(db, unindex)


def gather(
    db: Database,
    captures: Iterable[str],
    addresses: Iterable[str] = (),
    articles: Iterable[int] = (),
) -> None:
    """Find all that is concerned, in tables of this connection, in place of what was found before;
    see ``give_back``."""
    for table, column in _MADE_OF.items():
        db.conn.execute(f"create table if not exists {table} ({column} primary key) without rowid")
        db.conn.execute(f"delete from {table}")
    for table, keys in ((_CAPTURES, captures), (_ADDRESSES, addresses), (_ARTICLES, articles)):
        db.conn.executemany(f"insert or ignore into {table} values (?)", ((key,) for key in keys))
    before = -1
    while before != (before := _size(db)):
        for step in _STEPS:
            db.conn.execute(step)


def gathered(db: Database) -> Iterator[str]:
    """Ids of the captures that ``gather`` found."""
    return (row[0] for row in db.conn.execute(f"select id from {_CAPTURES}"))


def take_out_gathered(db: Database, unindex: Unindex = unindex_articles, *, noted: str = "") -> int:
    """Take out all rows of what ``gather`` found; how many captures. See ``give_back``.

    ``noted``: a table of one column for the addresses that were found.
    """
    if noted:
        db.conn.execute(f"insert or ignore into {noted} select address from {_ADDRESSES}")
    count = int(db.conn.execute(f"select count(*) from {_CAPTURES}").fetchone()[0])
    db.conn.execute(
        "insert or ignore into rebuild_wanted select captures.id, warc_file, warc_offset"
        f" from captures join {_CAPTURES} more on more.id = captures.id"
    )
    unindex(db, f"select id from {_ARTICLES}")
    for table in ("images", "attachments", "revisions", "article_addresses"):
        db.conn.execute(f"delete from {table} where article_id in (select id from {_ARTICLES})")
    db.conn.execute(f"delete from articles where id in (select id from {_ARTICLES})")
    db.conn.execute(f"delete from unreadable where address in (select address from {_ADDRESSES})")
    db.conn.execute(f"delete from captures where id in (select id from {_CAPTURES})")
    for table in _MADE_OF:
        db.conn.execute(f"delete from {table}")
    return count


def standing_at(db: Database, reads: Iterable[Read]) -> set[str]:
    """Captures that stand at an address of these, and that are not read anew anyway."""
    addresses = sorted({address for read in reads for address in read.addresses})
    found: set[str] = set()
    for which in _STANDING:
        sql = f"select captures.id from captures {which} in"
        found |= found_in(db, sql, addresses)
    return found


_NOT_WANTED = "captures.id not in (select id from rebuild_wanted)"
_STANDING = (
    f"where {_NOT_WANTED} and captures.address",
    f"where {_NOT_WANTED} and outcome = 'redirect' and leads_to <> '' and leads_to",
    f"join article_addresses using (article_id) where {_NOT_WANTED} and article_addresses.address",
)


def _size(db: Database) -> int:
    counts = (db.conn.execute(f"select count(*) from {table}").fetchone()[0] for table in _MADE_OF)
    return sum(counts)
