"""Tables of the unattended run: what is due, what ran, how each site fares, what is imported.

No WARC can give these rows back (``OPERATION_TABLES``); a rebuild carries them over. The columns
that are added to ``articles`` and ``crawls`` are as derived, or as logged, as their tables are.
"""

from __future__ import annotations

from sqlite_utils import Database

OPERATION_TABLES = (
    "schedule",
    "schedule_runs",
    "health_states",
    "undelivered_alerts",
    "certificates",
    "capture_lists",
)
"""The tables of this module, in an order in which they can be copied."""

_TABLES = """
alter table crawls add column detail text not null default '';
alter table articles add column fallbacks text not null default '[]'
    check (json_valid(fallbacks));

create table schedule (
    site text primary key references sites(name),
    times text not null,
    next_at text not null,
    due_at text,
    cause text not null default '',
    failures integer not null default 0
) without rowid;

create table schedule_runs (
    id integer primary key,
    site text not null references sites(name),
    due_at text not null,
    cause text not null check (cause in ('time', 'caught_up', 'first', 'retry', 'resumed')),
    started_at text not null,
    finished_at text,
    outcome text not null default 'running',
    crawl text not null default '',
    detail text not null default ''
);
create index schedule_runs_by_site on schedule_runs (site, started_at);
create index schedule_runs_open on schedule_runs (site) where finished_at is null;

create table health_states (
    site text primary key references sites(name),
    word text not null,
    reason text not null default '',
    since text not null,
    checked_at text not null,
    told_word text not null default '',
    told_at text
) without rowid;

create table certificates (
    host text primary key,
    expires_at text not null,
    issuer text not null default '',
    seen_at text not null
) without rowid;

create table capture_lists (
    source text primary key,
    file text not null,
    sha256 text not null,
    listed_at text not null,
    entries integer not null,
    cursor integer not null default 0,
    fetched integer not null default 0,
    known integer not null default 0,
    failed integer not null default 0,
    finished_at text
) without rowid;
"""


_UNDELIVERED = """
create table undelivered_alerts (
    address integer not null,
    site text not null references sites(name),
    told_word text not null,
    failures integer not null,
    again_at text not null,
    primary key (address, site)
) without rowid
"""


def create_undelivered_alerts(db: Database) -> None:
    """What an address has not heard yet. Addresses are numbers, as they stand in the configuration:
    they hold passwords, and the database is published."""
    db.execute(_UNDELIVERED)


def create_operation_tables(db: Database) -> None:
    """Create the tables and add the columns; nothing to fill."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
