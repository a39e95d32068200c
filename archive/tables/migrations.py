"""The database's schema, as steps that are applied in order and never edited once released."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.tables.attachments import create_attachment_tables
from archive.tables.browsing import create_browsing_tables
from archive.tables.facts import create_facts_table
from archive.tables.operation import create_operation_tables, create_undelivered_alerts
from archive.tables.provenance import create_provenance_tables
from archive.tables.readings import create_readings
from archive.tables.stories import create_story_tables
from archive.tables.views import create_views
from archive.vietnamese.provinces import PROVINCE_2025

migrations = Migrations("congdoan_archive")

FIRST_SCHEMA = """
create table provinces (
    name text primary key,
    name_2025 text not null
) without rowid;

create table sites (
    name text primary key,
    title text not null default '',
    level text not null default '',
    hosts text not null default '[]' check (json_valid(hosts)),
    home text not null default '',
    province text not null default '',
    province_2025 text not null default '',
    declared integer not null default 0 check (declared in (0, 1))
);

create table crawls (
    id text primary key,
    site text not null references sites(name),
    kind text not null check (kind in ('crawl', 'import')),
    started_at text not null,
    finished_at text,
    outcome text not null default 'running',
    complete integer not null default 0 check (complete in (0, 1)),
    requests integer not null default 0,
    fetched integer not null default 0,
    new integer not null default 0,
    changed integer not null default 0,
    unchanged integer not null default 0,
    gone integer not null default 0,
    unreadable integer not null default 0,
    errors integer not null default 0,
    bytes integer not null default 0,
    software text not null default ''
);
create index crawls_by_site on crawls (site, started_at);

create table fetch_errors (
    id integer primary key,
    crawl text not null references crawls(id),
    site text not null references sites(name),
    url text not null,
    kind text not null,
    detail text not null default '',
    failed_at text not null
);
create index fetch_errors_by_url on fetch_errors (url);
create index fetch_errors_by_crawl on fetch_errors (crawl);

create table warc_files (
    name text primary key,
    crawl text not null,
    origin text not null default '',
    bytes integer not null,
    records integer not null,
    sha256 text not null
) without rowid;

create table captures (
    id text primary key,
    url text not null,
    address text not null,
    site text not null references sites(name),
    crawl text not null,
    fetched_at text not null,
    status integer not null,
    content_type text not null default '',
    record_type text not null check (record_type in ('response', 'revisit')),
    outcome text,
    detail text not null default '',
    article_id integer references articles(id),
    content_hash text,
    warc_file text not null,
    warc_offset integer not null,
    warc_length integer not null,
    payload_digest text not null,
    payload_bytes integer not null,
    ip text not null default '',
    truncated text not null default '',
    location text not null default '',
    leads_to text not null default '',
    etag text not null default '',
    last_modified text not null default '',
    refers_to text not null default ''
);
create index captures_by_address on captures (address, fetched_at);
create index captures_by_article on captures (article_id, fetched_at) where article_id is not null;
create index captures_by_destination on captures (leads_to) where leads_to <> '';
create index captures_by_url on captures (url, fetched_at);
create index captures_by_digest on captures (payload_digest);
create index captures_by_site on captures (site, fetched_at);
create index captures_unsettled on captures (site) where outcome is null;

create table articles (
    id integer primary key,
    url text not null unique,
    site text not null references sites(name),
    title text not null,
    lead text not null default '',
    body text not null default '',
    byline text not null default '',
    author text not null default '',
    unit text not null default '',
    source text not null default '',
    section text not null default '',
    tags text not null default '[]' check (json_valid(tags)),
    province text not null default '',
    province_2025 text not null default '',
    published_at text,
    published_precision text check (published_precision in ('minute', 'day', 'month')),
    published_evidence text check (published_evidence in ('visible', 'structured', 'url', 'text')),
    first_seen_at text not null,
    last_seen_at text not null,
    last_checked_at text not null,
    gone_at text,
    gone_reason text not null default '',
    revisions integer not null default 1,
    capture_id text not null references captures(id),
    language text not null default '',
    words integer not null default 0,
    body_html text not null default '',
    table_text text not null default '',
    variant text not null default 'main' check (variant in ('main', 'print')),
    layout text not null default '',
    extractor text not null default '',
    content_hash text not null
);
create index articles_by_date on articles (published_at);
create index articles_by_site_date on articles (site, published_at);
create index articles_by_province on articles (province, published_at);
create index articles_by_province_2025 on articles (province_2025, published_at);
create index articles_by_first_seen on articles (first_seen_at);
create index articles_by_gone on articles (gone_at) where gone_at is not null;

create table article_addresses (
    address text primary key,
    article_id integer not null references articles(id)
) without rowid;
create index article_addresses_by_article on article_addresses (article_id);

create table revisions (
    article_id integer not null references articles(id),
    number integer not null,
    capture_id text not null references captures(id),
    seen_at text not null,
    changed text not null default '[]' check (json_valid(changed)),
    title text not null,
    lead text not null default '',
    body text not null default '',
    byline text not null default '',
    published_at text,
    content_hash text not null,
    primary key (article_id, number)
);
create index revisions_by_date on revisions (seen_at);

create table images (
    article_id integer not null references articles(id),
    position integer not null,
    url text not null,
    caption text not null default '',
    credit text not null default '',
    alt text not null default '',
    primary key (article_id, position)
);

create table attachments (
    article_id integer not null references articles(id),
    position integer not null,
    url text not null,
    title text not null default '',
    primary key (article_id, position)
);

create table unreadable (
    address text primary key,
    url text not null,
    site text not null references sites(name),
    reason text not null,
    detail text not null default '',
    capture_id text not null references captures(id),
    seen_at text not null
);
create index unreadable_by_site on unreadable (site, reason);

create virtual table articles_fts using fts5 (
    title, lead, body, byline, table_text,
    content='articles', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2"
);
"""


@migrations(name="0001_first_schema")
def first_schema(db: Database) -> None:
    for statement in FIRST_SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.table("provinces").insert_all(
        {"name": old, "name_2025": new} for old, new in sorted(PROVINCE_2025.items())
    )


@migrations(name="0002_browsing")
def browsing(db: Database) -> None:
    create_browsing_tables(db)


@migrations(name="0003_views")
def views(db: Database) -> None:
    create_views(db)


@migrations(name="0005_operation")
def operation(db: Database) -> None:
    create_operation_tables(db)


@migrations(name="0004_stories")
def stories(db: Database) -> None:
    create_story_tables(db)


@migrations(name="0006_attachment_texts")
def attachment_texts(db: Database) -> None:
    create_attachment_tables(db)


@migrations(name="0007_provenance")
def provenance(db: Database) -> None:
    create_provenance_tables(db)


@migrations(name="0008_facts")
def facts(db: Database) -> None:
    create_facts_table(db)


@migrations(name="0009_readings")
def readings(db: Database) -> None:
    create_readings(db)


@migrations(name="0010_undelivered_alerts")
def undelivered_alerts(db: Database) -> None:
    create_undelivered_alerts(db)
