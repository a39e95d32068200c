"""The tables of a frontier's database."""

SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,     -- what makes two requests of a run the same
    run INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'done', 'failed')),
    priority INTEGER NOT NULL,    -- highest first
    rank INTEGER NOT NULL,        -- lowest first among equals
    data TEXT,                    -- the request; NULL once it is done
    worker INTEGER,               -- who has, or last had, the lease
    deaths INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try REAL,                -- of a failed one, Unix seconds; NULL: not again
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX queue ON requests (priority DESC, rank) WHERE state = 'queued';
CREATE INDEX leases ON requests (worker) WHERE state = 'leased';
CREATE INDEX failures ON requests (next_try) WHERE state = 'failed';
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at REAL NOT NULL,
    seen_at REAL NOT NULL,
    ended_at REAL,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE TABLE workers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    place TEXT NOT NULL,
    pid INTEGER NOT NULL,
    birth TEXT NOT NULL,
    beat REAL NOT NULL
);
CREATE TABLE hosts (host TEXT PRIMARY KEY, at REAL NOT NULL, worker INTEGER NOT NULL)
    WITHOUT ROWID;
"""
"""Statements, each ending with a semicolon at the end of a line."""
