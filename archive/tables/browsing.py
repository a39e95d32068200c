"""Tables that make reading fast, all derived from ``articles`` and kept true by triggers.

SQLite itself keeps them, whoever writes: a crawl, a rebuild, an import or a person with an SQL
shell. Nothing here holds a fact that ``articles`` does not hold.
"""

from __future__ import annotations

from sqlite_utils import Database

INDEXED = ("title", "lead", "body", "byline", "table_text")
COUNTED = ("site", "province", "province_2025", "published_at")

_TABLES = """
create virtual table articles_exact using fts5 (
    title, lead, body, byline, table_text,
    content='articles', content_rowid='id',
    tokenize="unicode61 remove_diacritics 0"
);

create table month_counts (
    site text not null,
    province text not null,
    province_2025 text not null,
    month text not null,
    articles integer not null,
    primary key (site, province, province_2025, month)
) without rowid;

create table unit_counts (
    unit text primary key,
    articles integer not null
) without rowid;

create table article_topics (
    topic text not null,
    published_at text not null,
    article_id integer not null references articles(id),
    primary key (topic, published_at, article_id)
) without rowid;
create index article_topics_by_article on article_topics (article_id, topic);

create table topic_counts (
    topic text primary key,
    articles integer not null
) without rowid;

create index articles_narrow
    on articles (id, published_at, site, province, province_2025, unit);
create index articles_by_unit on articles (unit, published_at) where unit <> '';
create index attachments_by_url on attachments (url);
create index revisions_by_change on revisions (seen_at, article_id) where number > 1;
"""

_WORDS = ", ".join(INDEXED)
_OLD_WORDS = ", ".join(f"old.{name}" for name in INDEXED)
_NEW_WORDS = ", ".join(f"new.{name}" for name in INDEXED)


def _changed(*columns: str) -> str:
    return " or ".join(f"old.{name} is not new.{name}" for name in columns)


def _exact(verb: str, row: str) -> str:
    values = _NEW_WORDS if row == "new" else _OLD_WORDS
    if verb == "delete":
        return (
            f"insert into articles_exact (articles_exact, rowid, {_WORDS})"
            f" values ('delete', old.id, {values});"
        )
    return f"insert into articles_exact (rowid, {_WORDS}) values ({row}.id, {values});"


def _month(row: str, step: int) -> str:
    month = f"substr(coalesce({row}.published_at, ''), 1, 7)"
    if step > 0:
        return (
            "insert into month_counts values"
            f" ({row}.site, {row}.province, {row}.province_2025, {month}, 1)"
            " on conflict do update set articles = articles + 1;"
        )
    where = (
        f"where site = {row}.site and province = {row}.province"
        f" and province_2025 = {row}.province_2025 and month = {month}"
    )
    return (
        f"update month_counts set articles = articles - 1 {where};"
        f" delete from month_counts {where} and articles <= 0;"
    )


def _unit(row: str, step: int) -> str:
    if step > 0:
        return (
            f"insert into unit_counts select {row}.unit, 1 where {row}.unit <> ''"
            " on conflict do update set articles = articles + 1;"
        )
    return (
        f"update unit_counts set articles = articles - 1 where unit = {row}.unit;"
        f" delete from unit_counts where unit = {row}.unit and articles <= 0;"
    )


def _topics(row: str, step: int) -> str:
    if step > 0:
        return (
            "insert or ignore into article_topics"
            f" select topic, coalesce({row}.published_at, ''), {row}.id from"
            f" (select {row}.section as topic union select value from json_each({row}.tags)"
            " where type = 'text') where topic <> '';"
        )
    return f"delete from article_topics where article_id = {row}.id;"


def _triggers() -> list[str]:
    def trigger(name: str, event: str, body: str, when: str = "") -> str:
        condition = f" when {when}" if when else ""
        return f"create trigger {name} after {event}{condition} begin {body} end"

    topical = ("section", "tags", "published_at")
    return [
        trigger("exact_insert", "insert on articles", _exact("insert", "new")),
        trigger("exact_delete", "delete on articles", _exact("delete", "old")),
        trigger(
            "exact_update",
            f"update of {_WORDS} on articles",
            _exact("delete", "old") + " " + _exact("insert", "new"),
            _changed(*INDEXED),
        ),
        trigger("counts_insert", "insert on articles", _month("new", 1) + " " + _unit("new", 1)),
        trigger("counts_delete", "delete on articles", _month("old", -1) + " " + _unit("old", -1)),
        trigger(
            "month_counts_update",
            f"update of {', '.join(COUNTED)} on articles",
            _month("old", -1) + " " + _month("new", 1),
            _changed(*COUNTED),
        ),
        trigger(
            "unit_counts_update",
            "update of unit on articles",
            _unit("old", -1) + " " + _unit("new", 1),
            _changed("unit"),
        ),
        trigger("topics_insert", "insert on articles", _topics("new", 1)),
        trigger("topics_delete", "delete on articles", _topics("old", -1)),
        trigger(
            "topics_update",
            f"update of {', '.join(topical)} on articles",
            _topics("old", -1) + " " + _topics("new", 1),
            _changed(*topical),
        ),
        trigger(
            "topic_counts_insert",
            "insert on article_topics",
            "insert into topic_counts values (new.topic, 1)"
            " on conflict do update set articles = articles + 1;",
        ),
        trigger(
            "topic_counts_delete",
            "delete on article_topics",
            "update topic_counts set articles = articles - 1 where topic = old.topic;"
            " delete from topic_counts where topic = old.topic and articles <= 0;",
        ),
    ]


def create_browsing_tables(db: Database) -> None:
    """Create the derived tables and triggers, and fill them from the articles that are there."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    for statement in _triggers():
        db.execute(statement)
    refresh_counts(db)
    db.execute("insert into articles_exact (articles_exact) values ('rebuild')")


def refresh_counts(db: Database) -> None:
    """Count everything anew from ``articles``. The triggers make this unnecessary in daily work.

    For a database whose triggers were switched off while it was written. Runs in the caller's
    transaction.
    """
    for table in ("month_counts", "unit_counts", "article_topics", "topic_counts"):
        db.execute(f"delete from {table}")
    db.execute(
        "insert into month_counts select site, province, province_2025,"
        " substr(coalesce(published_at, ''), 1, 7), count(*) from articles group by 1, 2, 3, 4"
    )
    db.execute(
        "insert into unit_counts select unit, count(*) from articles where unit <> '' group by 1"
    )
    db.execute(
        "insert or ignore into article_topics select topic, coalesce(published_at, ''), id from ("
        " select section as topic, published_at, id from articles"
        " union all select value, published_at, articles.id from articles, json_each(tags)"
        " where json_each.type = 'text') where topic <> ''"
    )
    db.execute("delete from topic_counts")
    db.execute("insert into topic_counts select topic, count(*) from article_topics group by topic")
