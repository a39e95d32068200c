"""Tables that join the copies of a story, all derived from ``articles``.

A story of one article has no row: ``story_articles`` gives every article its story, so that
``count(distinct story_id)`` counts stories instead of copies.
"""

from __future__ import annotations

from sqlite_utils import Database

_TABLES = """
create table stories (
    id integer primary key references articles(id),
    evidence text not null check (evidence in ('credit', 'date', 'elsewhere')),
    copies integer not null,
    sites integer not null,
    first_at text not null,
    last_at text not null
);

create table article_copies (
    article_id integer primary key references articles(id),
    story_id integer not null references stories(id),
    is_original integer not null check (is_original in (0, 1)),
    from_original real not null,
    of_original real not null
);
create index article_copies_by_story on article_copies (story_id, article_id);

create table copies_pending (
    article_id integer primary key
);

create table copy_keys (
    key integer not null,
    article_id integer not null,
    primary key (key, article_id)
) without rowid;
create index copy_keys_by_article on copy_keys (article_id);

create view story_articles as
    select articles.id as article_id,
        coalesce(article_copies.story_id, articles.id) as story_id,
        coalesce(article_copies.is_original, 1) as is_original
    from articles left join article_copies on article_copies.article_id = articles.id;
"""


_PENDING = """
create trigger copies_pending_{name} after {event} {when} begin
    insert or ignore into copies_pending values ({row}.id);
end
"""


def create_story_tables(db: Database) -> None:
    """Create the tables; ``archive.stories.copies.update_stories`` fills them.

    Triggers note which articles it has to look at: all that are there, and any that changes.
    """
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    changed = "when old.lead is not new.lead or old.body is not new.body"
    for name, event, row, when in (
        ("insert", "insert on articles", "new", ""),
        ("update", "update of lead, body on articles", "new", changed),
        ("delete", "delete on articles", "old", ""),
    ):
        db.execute(_PENDING.format(name=name, event=event, row=row, when=when))
    db.execute("insert into copies_pending select id from articles")
