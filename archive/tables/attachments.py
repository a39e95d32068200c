"""Tables for what attachments say: one text for each payload, and a search index over them."""

from __future__ import annotations

from sqlite_utils import Database

_TABLES = """
create table attachment_texts (
    id integer primary key,
    payload_digest text not null unique,
    kind text not null,
    outcome text not null check (outcome in
        ('text', 'empty', 'encrypted', 'unsupported', 'damaged', 'too_large', 'timeout')),
    detail text not null default '',
    pages integer not null default 0,
    characters integer not null default 0,
    text text not null default '',
    extractor text not null
);

create virtual table attachments_fts using fts5 (
    text, content='attachment_texts', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2"
);

create view articles_with_attachment_texts as
    select attachments.article_id, attachments.position, attachments.url, attachments.title,
        captures.id as capture_id, max(captures.fetched_at) as fetched_at,
        attachment_texts.id as text_id, attachment_texts.kind, attachment_texts.outcome,
        attachment_texts.pages, attachment_texts.characters
    from attachments
    join captures on captures.url = attachments.url and captures.status = 200
    join attachment_texts on attachment_texts.payload_digest = captures.payload_digest
    group by attachments.article_id, attachments.position;
"""


def _folded(row: str) -> str:
    # As archive.vietnamese.folding.fold_stroke: unicode61 does not fold the stroke of đ.
    return f"replace(replace({row}.text, 'đ', 'd'), 'Đ', 'D')"


def create_attachment_tables(db: Database) -> None:
    """Create the tables and the triggers that keep the index; ``attachments_text`` fills them."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    forget = (
        "insert into attachments_fts (attachments_fts, rowid, text)"
        f" values ('delete', old.id, {_folded('old')});"
    )
    learn = f"insert into attachments_fts (rowid, text) values (new.id, {_folded('new')});"
    for name, event, body in (
        ("insert", "insert", learn),
        ("delete", "delete", forget),
        ("update", "update of id, text", forget + learn),
    ):
        db.execute(
            f"create trigger attachments_fts_{name} after {event} on attachment_texts"
            f" begin {body} end"
        )
