"""What the health of a site is read from, small and in order of time: no look at it reads articles.

``article_readings`` has a row for each article that was young when it was read, and triggers keep
it true, whoever writes. The indices hold the few rows of large tables that health asks for.
"""

from __future__ import annotations

from sqlite_utils import Database

_TABLES = """
create table article_readings (
    site text not null,
    fetched_at text not null,
    article_id integer not null references articles(id),
    capture_id text not null references captures(id),
    crawl text not null,
    bare integer not null,
    no_date integer not null,
    layout text not null,
    fallbacks text not null,
    primary key (site, fetched_at, article_id)
) without rowid;

create index captures_unread on captures (site, fetched_at)
    where outcome in ('no_title', 'no_body', 'empty', 'broken', 'static', 'soft_404');
create index articles_undated on articles (site, first_seen_at, published_at)
    where published_at is null;
create index fetch_errors_by_site on fetch_errors (site, failed_at);
create index crawls_well on crawls (site, started_at)
    where kind = 'crawl' and outcome in ('finished', 'limited', 'incomplete') and fetched > 0;
create index crawls_well_ended on crawls (site, coalesce(finished_at, started_at))
    where kind = 'crawl' and outcome in ('finished', 'limited', 'incomplete') and fetched > 0;
create index crawls_walked on crawls (site, started_at) where kind = 'crawl' and complete = 1;
"""

_YOUNG = "date(substr(c.fetched_at, 1, 10), '-60 days')"
"""An old page that is read again shows an old template."""

_FROM = (
    "capture_id", "published_at", "first_seen_at", "lead", "body", "table_text", "layout",
    "fallbacks",
)  # fmt: skip
"""Columns of ``articles`` that a row is made of."""


def _row(article: str) -> str:
    """The values of a reading, of this article and the capture ``c`` that it shows."""
    return (
        f"c.site, c.fetched_at, {article}.id, c.id, c.crawl,"
        f" {article}.body = '' and {article}.lead = '' and {article}.table_text = '',"
        f" {article}.published_at is null, {article}.layout, {article}.fallbacks"
    )


READINGS = (
    f"select {_row('a')} from captures c"
    " cross join articles n indexed by articles_narrow on n.id = c.article_id"
    f" and (n.published_at is null or n.published_at >= {_YOUNG})"
    " cross join articles a not indexed on a.id = n.id and a.capture_id = c.id"
    f" and coalesce(a.published_at, a.first_seen_at) >= {_YOUNG}"
    " where c.outcome in ('article', 'print')"
)
"""What the table holds.

Whether an article is young is asked of a narrow index first: most of an archive is not, and the
rows of ``articles`` are the largest there are.
"""


def _triggers() -> list[str]:
    forget = (
        "delete from article_readings where (site, fetched_at, article_id) ="
        " (select site, fetched_at, old.id from captures where id = old.capture_id);"
    )
    learn = (
        f"insert or replace into article_readings select {_row('new')} from captures c"
        " where c.id = new.capture_id and c.outcome in ('article', 'print')"
        f" and coalesce(new.published_at, new.first_seen_at) >= {_YOUNG};"
    )
    changed = " or ".join(f"old.{name} is not new.{name}" for name in _FROM)
    return [
        f"create trigger readings_insert after insert on articles begin {learn} end",
        f"create trigger readings_delete after delete on articles begin {forget} end",
        f"create trigger readings_update after update of {', '.join(_FROM)} on articles"
        f" when {changed} begin {forget} {learn} end",
    ]


def create_readings(db: Database) -> None:
    """Create the table, its triggers and the indices, and fill it from the articles."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    for statement in _triggers():
        db.execute(statement)
    # A database that is being loaded lacks the index, and is counted at the end.
    if db.execute("select 1 from sqlite_master where name = 'articles_narrow'").fetchone():
        refresh_readings(db)


def refresh_readings(db: Database) -> None:
    """Write the table anew from the articles and their captures, in the caller's transaction."""
    db.execute("delete from article_readings")
    db.execute(f"insert into article_readings {READINGS} order by c.site, c.fetched_at, a.id")
