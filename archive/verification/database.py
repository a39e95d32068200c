"""Is the database whole, and does each of its rows follow from the others?

What an article's row says is bound to its captures by a hash over its text: an edit made behind
the program's back shows. The text of a superseded revision has no such bond in the database; a
rebuild from the WARC files is what checks it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from archive.articles import FTS_COLUMNS, content_hash
from archive.database import article_id, new_schema
from archive.history import REVISED_FIELDS
from archive.records import Article, Attachment, Byline, Image, Published
from archive.tables.migrations import migrations
from archive.tables.readings import READINGS
from archive.verification.derived import check_derived
from archive.vietnamese.folding import fold_stroke
from archive.vietnamese.provinces import PROVINCE_2025

Problem = tuple[str, str, str]
"""Table, key of the row, what is wrong."""

_RULES = (
    (
        "articles",
        "the capture that it was read from is missing, or is no reading of it",
        """select a.id from articles a left join captures c on c.id = a.capture_id
           where c.id is null or c.article_id is not a.id
              or c.outcome not in ('article', 'print') or c.outcome is null""",
    ),
    (
        "articles",
        "its content hash is not that of the capture that it was read from",
        """select a.id from articles a join captures c on c.id = a.capture_id
           where c.content_hash is not a.content_hash""",
    ),
    (
        "articles",
        "the number of revisions is not what it says",
        """select a.id from articles a
           where a.revisions <> (select count(*) from revisions where article_id = a.id)""",
    ),
    (
        "revisions",
        "the capture that it was read from is missing, or says something else",
        """select r.article_id || '/' || r.number from revisions r
           left join captures c on c.id = r.capture_id
           where c.id is null or c.content_hash is not r.content_hash
              or c.article_id is not r.article_id""",
    ),
    (
        "captures",
        "it is a reading of an article and names no article, or no content",
        """select id from captures where outcome in ('article', 'print')
           and (article_id is null or content_hash is null)""",
    ),
    (
        "month_counts",
        "the counts are not those of the articles",
        """select site || ' ' || month from
             (select site, province, province_2025, month, articles from month_counts
              except select site, province, province_2025,
                substr(coalesce(published_at, ''), 1, 7) m, count(*) from articles group by 1,2,3,m)
           union select site || ' ' || m from
             (select site, province, province_2025, substr(coalesce(published_at, ''), 1, 7) m,
                count(*) from articles group by 1, 2, 3, m
              except select site, province, province_2025, month, articles from month_counts)""",
    ),
    (
        "article_readings",
        "the readings are not those of the articles",
        f"""select article_id from (select * from article_readings except {READINGS})
           union select id from ({READINGS} except select * from article_readings)""",
    ),
    (
        "unit_counts",
        "the counts are not those of the articles",
        """select unit from (select unit, count(*) from articles where unit <> '' group by 1
             except select unit, articles from unit_counts)
           union select unit from (select unit, articles from unit_counts
             except select unit, count(*) from articles where unit <> '' group by 1)""",
    ),
)
"""Queries that give the keys of rows that break a rule."""


_INDEXES = (
    ("articles_fts", "articles", FTS_COLUMNS, True),
    ("articles_exact", "articles", FTS_COLUMNS, False),
    ("attachments_fts", "attachment_texts", ("text",), True),
)
"""Search indexes: over which table and columns, and whether đ was folded for them."""


def check_database(db: sqlite3.Connection, watch: Callable[[str], None]) -> Iterator[Problem]:
    """Everything that is wrong inside the database. ``db`` gives rows as sqlite3.Row.

    Raises sqlite3.DatabaseError where it is too broken to be read on.
    """
    sound = True
    for (said,) in db.execute("pragma integrity_check(20)"):
        if said != "ok":
            sound = False
            yield "archive.db", "", str(said)
    if not sound:
        return
    yield from _schema(db)
    for row in db.execute("pragma foreign_key_check"):
        yield row[0], str(row[1] or ""), f"it points to a row of {row[2]} that is not there"
    for table, problem, sql in _RULES:
        for (key,) in db.execute(sql):
            yield table, str(key), problem
    yield from check_derived(db)
    watch("texts of articles")
    yield from _texts(db)
    for index, table, columns, folded in _INDEXES:
        watch(index)
        yield from _search_index(db, index, table, columns, folded)


def _schema(db: sqlite3.Connection) -> Iterator[Problem]:
    """The words that define each table against those of a new archive; more may be there.

    An archive of an earlier version, which the next crawl brings up to date, is not compared.
    """
    taken = {name for (name,) in db.execute(f"select name from {migrations.migrations_table}")}
    known = {migration.name for migration in migrations._migrations}
    for name in sorted(taken - known):
        yield migrations.migrations_table, name, "it is no step of this version's schema"
    if taken < known:
        return
    fresh = new_schema()
    for name, defined in fresh.items():
        row = db.execute("select sql from sqlite_master where name = ?", (name,)).fetchone()
        if row is None:
            yield name, "", "it is missing"
        elif " ".join(str(row[0]).split()) != defined:
            yield name, "", "it is not defined as in a new archive"
    held = dict(db.execute("select name, name_2025 from provinces").fetchall())
    for province in sorted(held.keys() | PROVINCE_2025.keys()):
        if held.get(province) != PROVINCE_2025.get(province):
            yield "provinces", str(province), "it is not the province that it became in 2025"


def _texts(db: sqlite3.Connection) -> Iterator[Problem]:
    """Each article's text against its hash, its address against its id, and its last revision."""
    addresses = db.cursor()
    for row in db.execute("select * from articles order by id"):
        key = row["id"]
        if content_hash(hashed_article(db, row)) != row["content_hash"]:
            yield "articles", str(key), "its text is not the one that was read: the hash differs"
        known = [
            address
            for (address,) in addresses.execute(
                "select address from article_addresses where article_id = ?", (key,)
            )
        ]
        if key not in map(article_id, known):
            yield "articles", str(key), "no address leads to it from which its id follows"
        revision = db.execute(
            "select * from revisions where article_id = ? and content_hash = ?"
            " order by number desc limit 1",
            (key, row["content_hash"]),
        ).fetchone()
        if revision is None:
            yield "articles", str(key), "no revision holds its present text"
        elif any(revision[name] != row[name] for name in REVISED_FIELDS):
            place = f"{key}/{revision['number']}"
            yield "revisions", place, "its text is not that of the article, whose hash it bears"


def hashed_article(db: sqlite3.Connection, row: sqlite3.Row) -> Article:
    """An article as far as its hash needs it. Whatever stands in a row may be wrong."""
    published = None
    if row["published_at"]:
        try:
            moment = datetime.fromisoformat(row["published_at"])
            published = Published(moment, "minute", "visible")
        except ValueError:
            published = None
    images = db.execute(
        "select url, caption from images where article_id = ? order by position", (row["id"],)
    )
    attachments = db.execute(
        "select url, title from attachments where article_id = ? order by position", (row["id"],)
    )
    return Article(
        url=row["url"],
        title=row["title"],
        lead=row["lead"],
        body=row["body"],
        body_html="",
        published=published,
        byline=Byline(row["byline"]),
        table_text=row["table_text"],
        images=tuple(Image(url, caption) for url, caption in images),
        attachments=tuple(Attachment(url, title) for url, title in attachments),
    )


def _search_index(
    db: sqlite3.Connection, index: str, table: str, indexed: Sequence[str], folded: bool
) -> Iterator[Problem]:
    """A search index against one made anew, in a temporary file, from the texts.

    FTS5's own integrity check cannot tell for an index whose words were folded before they were
    given to it, and it needs a connection that may write.
    """
    sql = db.execute("select sql from sqlite_master where name = ?", (index,)).fetchone()
    if sql is None:
        yield index, "", "the search index is missing"
        return
    missing = db.execute(
        f"select id from {table} except select id from {index}_docsize limit 20"
    ).fetchall()
    surplus = db.execute(
        f"select id from {index}_docsize except select id from {table} limit 20"
    ).fetchall()
    yield from ((index, str(key), "the text is not in the search index") for (key,) in missing)
    yield from (
        (index, str(key), "the search index knows a text that is not there") for (key,) in surplus
    )
    tokenize = "unicode61 remove_diacritics 2" if folded else "unicode61 remove_diacritics 0"
    columns = ", ".join(indexed)
    db.execute(f"drop table if exists temp.fresh_{index}")
    db.execute(
        f"create virtual table temp.fresh_{index} using fts5"
        f" ({columns}, content='', tokenize=\"{tokenize}\")"
    )
    marks = ", ".join("?" * (len(indexed) + 1))
    db.executemany(
        f"insert into temp.fresh_{index} (rowid, {columns}) values ({marks})",
        _words(db.execute(f"select id, {columns} from {table}"), folded),
    )
    for name, schema, of in (("stands", "main", index), ("should", "temp", f"fresh_{index}")):
        db.execute(f"drop table if exists temp.{name}")
        db.execute(f"create virtual table temp.{name} using fts5vocab({schema}, {of}, 'col')")
    for first, second, problem in (
        ("stands", "should", "finds words that the texts do not have"),
        ("should", "stands", "does not find all words of the texts"),
    ):
        found = db.execute(
            f"select distinct term from (select term, col, doc, cnt from temp.{first}"
            f" except select term, col, doc, cnt from temp.{second}) limit 5"
        ).fetchall()
        if found:
            yield index, "", f"{problem}, such as {', '.join(repr(term) for (term,) in found)}"


def _words(rows: Iterable[sqlite3.Row], folded: bool) -> Iterator[list[object]]:
    for row in rows:
        key, *texts = tuple(row)
        yield [key, *(fold_stroke(text) if folded else text for text in texts)]
