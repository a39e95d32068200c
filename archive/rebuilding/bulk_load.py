"""Many captures into a database at once: what nothing else speaks of needs no looking up.

``archive.articles.settle`` weighs a capture against all that is known of its addresses. Of most
captures of a rebuild nothing is known yet and no other of the batch speaks of the same addresses:
their rows are written straight, the same that ``settle`` would write. All others go through
``settle``. What depends on the order of captures there (docs/architecture.md, "One article, many
addresses") depends on it here.

While a database is being loaded (``begin_loading`` to ``end_loading``) it lacks what is quicker to
make at the end from all rows: most indices, the triggers that keep counts, the search indexes.
What was taken away is noted in the database itself, so that another process can go on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlite_utils import Database

from archive.article_rows import (
    SAVE_UNREADABLE,
    article_row,
    capture_row,
    media_rows,
    unreadable_row,
)
from archive.articles import (
    Change,
    absence,
    index_article,
    save_capture,
    settle,
)
from archive.database import article_id, timestamp, transaction
from archive.history import revision_text
from archive.records import Article, Capture, Unreadable
from archive.rows import insert_rows
from archive.tables.browsing import refresh_counts
from archive.tables.readings import refresh_readings

SEARCH_INDEXES = ("articles_fts", "articles_exact")
_NOTES = "loading_notes"
_KEPT_INDICES = (
    "captures_by_address",
    "captures_by_article",
    "captures_by_destination",
    "captures_by_digest",
    "captures_unsettled",
    "article_addresses_by_article",
)
"""What ``settle`` looks up by."""
_MARKS = 500
"""Values in one query; SQLite takes many more."""


class Read(NamedTuple):
    """A capture and all that has to be known of it to write its rows."""

    capture: Capture
    address: str
    """Article key of the capture's URL."""
    leads_to: str
    """Article key of a redirect's destination, "" where it is none."""
    outcome: Article | Unreadable | None
    """What it says, weighed with what the site's file says of the address."""
    article_address: str = ""
    """Article key of the article's canonical URL."""
    content_hash: str = ""
    expected: bool = False
    """An article should stand at this address."""
    elsewhere: bool = False
    """A revisit that must be read with a payload that another record holds: no outcome yet."""

    @property
    def addresses(self) -> set[str]:
        """All addresses that it speaks of."""
        return {self.address, self.leads_to, self.article_address} - {""}


def settle_read(db: Database, read: Read, extractor: str) -> Change:
    """Write what a capture said, whatever is known already. One that is settled stays."""
    save_capture(db, read.capture, read.address, read.leads_to)
    if read.elsewhere or _is_settled(db, read.capture.id):
        return "none"
    return settle(
        db,
        read.capture,
        read.address,
        read.outcome,
        extractor=extractor,
        article_address=read.article_address,
        expected=read.expected,
    )


def _is_settled(db: Database, capture: str) -> bool:
    row = db.conn.execute("select outcome is not null from captures where id = ?", (capture,))
    return bool((row.fetchone() or (0,))[0])


def load_reads(db: Database, reads: Sequence[Read], extractor: str) -> int:
    """Write the rows of many captures, in the caller's transaction; how many went the long way.

    The sites of the captures must be in ``sites``. Captures that are settled stay as they are;
    of two with one id the first counts.
    """
    plain, others = divided(db, reads)
    write_plain(db, plain, extractor)
    for read in others:
        settle_read(db, read, extractor)
    return len(others)


def divided(db: Database, reads: Sequence[Read]) -> tuple[list[Read], list[Read]]:
    """The captures of which nothing else speaks, and those that have to be settled one by one.

    Those that are settled already, and all but the first with one id, are in neither.
    """
    settled = found_in(
        db, "select id from captures where outcome is not null and id in", _ids(reads)
    )
    fresh = {read.capture.id: read for read in reversed(reads) if read.capture.id not in settled}
    todo = [read for read in reads if fresh.get(read.capture.id) is read]
    waiting = found_in(db, "select id from captures where id in", _ids(todo))
    spoken = Counter(address for read in todo for address in read.addresses)
    known = _known(db, spoken)
    plain: list[Read] = []
    others: list[Read] = []
    for read in todo:
        if read.capture.id not in waiting and _is_plain(read, spoken, known):
            plain.append(read)
        else:
            others.append(read)
    return plain, others


def save_together(db: Database, reads: Sequence[Read], extractor: str) -> list[Change]:
    """Write the rows of the few captures that a crawl has in hand; what each has changed.

    In the caller's transaction. As ``load_reads``, but into a database that is searched.
    """
    plain, others = divided(db, reads)
    write_plain(db, plain, extractor, index=True)
    changes = {read.capture.id: settle_read(db, read, extractor) for read in others}
    changes |= {read.capture.id: _change(read) for read in plain}
    return [changes.get(read.capture.id, "none") for read in reads]


def _change(plain: Read) -> Change:
    if isinstance(plain.outcome, Article):
        return "new"
    return "unreadable" if plain.expected and plain.outcome is not None else "none"


def _ids(reads: Iterable[Read]) -> list[str]:
    return [read.capture.id for read in reads]


class _Known(NamedTuple):
    captured: set[str]
    """Addresses at which something was captured, or to which a redirect leads."""
    articles: set[str]
    """Addresses that lead to an article."""


def _known(db: Database, addresses: Iterable[str]) -> _Known:
    wanted = list(addresses)
    articles = found_in(db, "select address from article_addresses where address in", wanted)
    captured = found_in(db, "select distinct address from captures where address in", wanted)
    captured |= found_in(
        db,
        "select distinct leads_to from captures where leads_to <> '' and leads_to in",
        wanted,
    )
    return _Known(captured, articles)


def _is_plain(read: Read, spoken: Counter[str], known: _Known) -> bool:
    """Whether nothing else says anything that the rows of this capture could depend on."""
    if read.elsewhere:
        return True
    addresses = read.addresses
    if isinstance(read.outcome, Article) or _word(read) == "redirect":
        alone = all(spoken[address] == 1 for address in addresses)
        return alone and not addresses & known.captured and not addresses & known.articles
    # No article and no way to one: it only has to be known whether an article stands here. One
    # in this batch is not alone at its address, and finds this capture when it is settled.
    return not addresses & known.articles


def _word(read: Read) -> str:
    outcome = read.outcome
    return absence(read.capture, outcome if isinstance(outcome, Unreadable) else None)[0]


def found_in(db: Database, query: str, values: Sequence[Any]) -> set[Any]:
    """What a query, which ends in ``in``, gives first in its rows for any number of values."""
    found: set[Any] = set()
    for start in range(0, len(values), _MARKS):
        piece = values[start : start + _MARKS]
        marks = ", ".join("?" * len(piece))
        found.update(row[0] for row in db.conn.execute(f"{query} ({marks})", piece))
    return found


def write_plain(
    db: Database, reads: Sequence[Read], extractor: str, *, index: bool = False
) -> None:
    """Write the rows of captures of which nothing else speaks (see ``divided``).

    ``index``: put the articles into the search index too.
    """
    rows: dict[str, list[dict[str, Any]]] = {
        name: []
        for name in (
            "captures", "articles", "article_addresses", "revisions", "images", "attachments",
        )
    }  # fmt: skip
    places = {
        name: (province, province_2025)
        for name, province, province_2025 in db.conn.execute(
            "select name, province, province_2025 from sites"
        )
    }
    missing: list[dict[str, Any]] = []
    for read in reads:
        capture, outcome = read.capture, read.outcome
        row = capture_row(capture, read.address, read.leads_to)
        row |= {"outcome": None, "detail": "", "article_id": None, "content_hash": None}
        rows["captures"].append(row)
        if read.elsewhere:
            continue
        if not isinstance(outcome, Article):
            row["outcome"], row["detail"] = absence(capture, outcome)
            if read.expected and outcome is not None:
                missing.append(unreadable_row(read.address, capture, outcome))
            continue
        key = article_id(read.article_address)
        row["outcome"] = "article" if outcome.variant == "main" else "print"
        row["article_id"], row["content_hash"] = key, read.content_hash
        provinces = places.get(capture.site, ("", ""))
        rows["articles"].append(
            article_row(key, capture, outcome, read.content_hash, extractor, provinces)
        )
        rows["article_addresses"] += [
            {"address": address, "article_id": key}
            for address in sorted({read.address, read.article_address})
        ]
        rows["revisions"].append(_revision(key, read, outcome))
        for table, media in media_rows(key, outcome).items():
            rows[table] += media
    articles = rows["articles"] if index else []
    for table, made in rows.items():
        if made and made is not articles:
            names = list(made[0])
            db.conn.executemany(
                f"insert into {table} ({', '.join(names)})"
                f" values ({', '.join(f':{name}' for name in names)})",
                made,
            )
    db.conn.executemany(SAVE_UNREADABLE, missing)
    if articles:
        # As one statement, and the search index last: a statement with triggers makes both search
        # indexes write out what they have gathered so far. And in the order of ids: so does every
        # row whose id is below that of the row before (SQLite's fts5_index.c,
        # sqlite3Fts5IndexBeginWrite).
        articles.sort(key=itemgetter("id"))
        insert_rows(db, "articles", articles)
        for row in articles:
            index_article(db, row)


def _revision(key: int, read: Read, article: Article) -> dict[str, Any]:
    return {
        "article_id": key,
        "number": 1,
        "capture_id": read.capture.id,
        "seen_at": timestamp(read.capture.fetched_at),
        "changed": json.dumps([]),
        **revision_text(article),
        "content_hash": read.content_hash,
    }


def begin_loading(db: Database) -> None:
    """Take away what is made anew at the end. Safe to repeat, and to call in a later process."""
    with transaction(db):
        db.conn.execute(
            f"create table if not exists {_NOTES} (type text, name text primary key, sql text)"
        )
        taken = db.conn.execute(
            "select type, name, sql from sqlite_master where sql is not null and ("
            "  type = 'trigger' and tbl_name in ('articles', 'article_topics')"
            "  or type = 'index' and tbl_name in"
            "   ('captures', 'articles', 'article_addresses', 'revisions', 'unreadable',"
            "    'attachments', 'article_topics', 'copy_keys', 'article_copies'))"
        ).fetchall()
        tables = db.conn.execute(
            "select type, name, sql from sqlite_master where type = 'table' and name in (?, ?)",
            SEARCH_INDEXES,
        ).fetchall()
        for kind, name, sql in (*taken, *tables):
            if name not in _KEPT_INDICES:
                db.conn.execute(f"insert into {_NOTES} values (?, ?, ?)", (kind, name, sql))
                db.conn.execute(f"drop {kind} {name}")
    silence_search(db)


def silence_search(db: Database) -> None:
    """Let this connection tell ``articles_fts`` nothing from now on: it will be made anew.

    ``settle`` tells it of every article: here nobody listens.
    """
    db.conn.execute(
        "create temp table if not exists articles_fts"
        " (articles_fts, title, lead, body, byline, table_text)"
    )
    db.conn.execute(
        "create temp trigger if not exists nobody_listens before insert on articles_fts"
        " begin select raise(ignore); end"
    )


def is_loading(db: Database) -> bool:
    """Whether something was taken away that ``end_loading`` has not made yet."""
    return bool(db.conn.execute("select 1 from sqlite_master where name = ?", (_NOTES,)).fetchone())


def search_index_statement(db: Database, name: str) -> str:
    """The statement that creates a search index, also one which ``begin_loading`` took away."""
    table = _NOTES if is_loading(db) else "sqlite_master"
    row = db.conn.execute(f"select sql from {table} where name = ?", (name,)).fetchone()
    return str(row[0])


def end_loading(db: Database) -> None:
    """Make all that ``begin_loading`` took away, but for the search indexes, which must be there.

    One transaction. What is to be counted is counted; which copies tell a story is not looked at.
    """
    db.conn.execute("drop table if exists temp.articles_fts")
    with transaction(db):
        for order in ("index", "trigger"):
            noted = db.conn.execute(f"select sql from {_NOTES} where type = ? order by name",
                                    (order,)).fetchall()  # fmt: skip
            if order == "trigger":
                refresh_counts(db)
                refresh_readings(db)
            for (sql,) in noted:
                db.conn.execute(sql)
        db.conn.execute(f"drop table {_NOTES}")
