"""The frontier's database: requests in four states, runs, the processes at work, hosts.

``queued`` waits; ``leased`` is with a process; ``done`` has been answered to its end; ``failed``
has not, has a reason and perhaps a next try. Nothing here knows Scrapy: a request is a key, a
priority and a text.

Writes gather in one transaction until ``commit``; a process that dies before it takes back both
what it added and what it acknowledged, never one without the other. The database is in WAL mode
with ``synchronous=NORMAL``: a killed process loses nothing that was committed; a power cut may
lose the last commits, but only from the end, so what was acknowledged last is fetched again.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import liveness
from .failures import FrontierError
from .tables import SCHEMA, SCHEMA_VERSION

BUSY_SECONDS = 60.0
CHECKPOINT_PAGES = 4000


@dataclass(frozen=True, slots=True)
class Leased:
    """A request that this process has taken."""

    seq: int
    key: bytes
    data: str
    tries: int


@dataclass(frozen=True, slots=True)
class Begun:
    """How a process found the frontier."""

    run: int
    resumed: bool
    """The run had been begun before, and had been interrupted."""
    waiting: int
    """Requests in the queue, those of processes that died included."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests by state."""

    queued: int = 0
    leased: int = 0
    done: int = 0
    failed: int = 0


class Store:
    """One frontier, as one process has it open.

    ``clock`` returns Unix seconds. Methods raise sqlite3.Error where the database fails.
    """

    def __init__(
        self,
        path: Path,
        *,
        newest_first: bool = False,
        lease_seconds: float = 60.0,
        resume_seconds: float = 6 * 3600.0,
        next_tries: Sequence[float] = (),
        max_deaths: int = 10,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises FrontierError where the path holds no frontier or cannot be written."""
        self.path = path
        self.worker = 0
        self.run = 0
        self._latest = 0
        self._sign = -1 if newest_first else 1
        self._lease_seconds = lease_seconds
        self._resume_seconds = resume_seconds
        self._next_tries = tuple(next_tries)
        self._max_deaths = max_deaths
        self._clock = clock
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise FrontierError(f"The frontier {path} cannot be opened: {error}") from error
        try:
            self._prepare()
        except (sqlite3.Error, FrontierError) as error:
            self._db.close()
            raise FrontierError(f"The frontier {path} cannot be used: {error}") from error

    def _prepare(self) -> None:
        run = self._db.execute
        mode = run("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise FrontierError(f"its file system allows no write-ahead log (mode {mode})")
        run("PRAGMA synchronous = NORMAL")
        run(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        run("PRAGMA cache_size = -8000")
        self._write()
        version = run("PRAGMA user_version").fetchone()[0]
        if version == 0 and not run("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            for statement in SCHEMA.split(";\n"):
                run(statement)
            run(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION:
            self.rollback()
            raise FrontierError(
                f"it has version {version} where this program knows {SCHEMA_VERSION}; "
                "end its crawl with the program that began it, or delete the file"
            )
        self.commit()

    # Transactions

    def _write(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make everything since the last commit lasting, as one."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def rollback(self) -> None:
        """Forget everything since the last commit."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    # A process comes and goes

    def begin(self, *, at_once: bool = False) -> Begun:
        """Join the run under way, continue an interrupted one, or begin anew. ``at_once``: what
        failed for a passing reason does not wait for its next try, which takes the last one's
        place."""
        now = self._clock()
        self._write()
        self._register(now)
        self._reap(now)
        others = self._others()
        open_run = self._db.execute(
            "SELECT id, seen_at FROM runs WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1"
        ).fetchone()
        # One that was killed after its last acknowledgement has no more to do than to end.
        patience = self._resume_seconds if self._waiting() else self._lease_seconds
        if open_run and (others or now - open_run[1] <= patience):
            self.run = open_run[0]
        else:
            self._begin_run(now)
        self._requeue_due(now, at_once=at_once)
        self._db.execute("UPDATE runs SET seen_at = ? WHERE id = ?", (now, self.run))
        waiting = self.counts().queued
        self.commit()
        resumed = bool(open_run) and open_run[0] == self.run and not others
        return Begun(self.run, resumed, waiting)

    def _waiting(self) -> bool:
        found = self._db.execute("SELECT EXISTS (SELECT 1 FROM requests WHERE state = 'queued')")
        return bool(found.fetchone()[0])

    def _begin_run(self, now: float) -> None:
        self._db.execute(
            "UPDATE runs SET ended_at = seen_at, reason = 'given up' WHERE ended_at IS NULL"
        )
        started = self._db.execute(
            "INSERT INTO runs (started_at, seen_at) VALUES (?, ?)", (now, now)
        )
        self.run = int(started.lastrowid or 0)
        # What an interrupted run left is inherited; what it did is forgotten.
        self._db.execute(
            "UPDATE requests SET run = ? WHERE state IN ('queued', 'leased')", (self.run,)
        )
        self._db.execute(
            "DELETE FROM requests WHERE state = 'done'"
            " OR (state = 'failed' AND next_try IS NULL AND run < ?)",
            (self.run - 1,),
        )

    def _register(self, now: float) -> None:
        pid = os.getpid()
        added = self._db.execute(
            "INSERT INTO workers (id, place, pid, birth, beat) VALUES (?, ?, ?, ?, ?)",
            (self.worker or None, liveness.place(), pid, liveness.birth(pid), now),
        )
        self.worker = int(added.lastrowid or 0)

    def beat(self) -> None:
        """Give a sign of life, take up the leases of the dead, queue what is due again."""
        now = self._clock()
        self._write()
        alive = self._db.execute("UPDATE workers SET beat = ? WHERE id = ?", (now, self.worker))
        if alive.rowcount == 0:  # Taken for dead, after a standstill.
            self._register(now)
        self._db.execute("UPDATE runs SET seen_at = ? WHERE id = ?", (now, self.run))
        self._reap(now)
        self._requeue_due(now)

    def _reap(self, now: float) -> None:
        rows = self._db.execute(
            "SELECT id, place, pid, birth, beat FROM workers WHERE id <> ?", (self.worker,)
        ).fetchall()
        for worker, place, pid, birth, beat in rows:
            if now - beat <= self._lease_seconds and not liveness.is_dead(place, pid, birth):
                continue
            self._db.execute(
                "UPDATE requests SET deaths = deaths + 1, state ="
                " CASE WHEN deaths + 1 >= ? THEN 'failed' ELSE 'queued' END"
                " WHERE state = 'leased' AND worker = ?",
                (self._max_deaths, worker),
            )
            self._db.execute(
                "UPDATE requests SET deaths = 0, tries = tries + 1, next_try = ?, reason ="
                " 'its process died ' || deaths || ' times while it was in flight'"
                " WHERE state = 'failed' AND worker = ? AND deaths >= ?",
                (self._next_try(0, now), worker, self._max_deaths),
            )
            self._db.execute("DELETE FROM workers WHERE id = ?", (worker,))

    def _requeue_due(self, now: float, *, at_once: bool = False) -> None:
        self._db.execute(
            "UPDATE requests SET state = 'queued', run = ?, reason = '', next_try = NULL,"
            " tries = max(tries - ?, 0) WHERE state = 'failed' AND next_try <= ?",
            (self.run, at_once, float("inf") if at_once else now),
        )

    def _others(self) -> int:
        """Processes at work here beside this one."""
        found = self._db.execute("SELECT count(*) FROM workers WHERE id <> ?", (self.worker,))
        return int(found.fetchone()[0])

    def end(self, reason: str) -> Counts:
        """Give every lease back, leave, and end the run if nothing is left to do."""
        now = self._clock()
        self._write()
        self._db.execute(
            "UPDATE requests SET state = 'queued' WHERE state = 'leased' AND worker = ?",
            (self.worker,),
        )
        self._reap(now)
        counts = self.counts()
        last = not self._others()
        if last and not counts.queued and not counts.leased:
            self._db.execute(
                "UPDATE runs SET ended_at = ?, seen_at = ?, reason = ? WHERE id = ?",
                (now, now, reason, self.run),
            )
            self._db.execute("DELETE FROM requests WHERE state = 'done'")
        self._db.execute("DELETE FROM workers WHERE id = ?", (self.worker,))
        self.commit()
        if last:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return counts

    def close(self) -> None:
        """Close the database; what was not committed is forgotten."""
        self._db.close()

    # Requests

    def push(self, key: bytes, priority: int, data: str) -> bool:
        """Queue a request; False if this run has seen its key."""
        self._write()
        added = self._db.execute(
            "INSERT INTO requests (key, run, state, priority, rank, data)"
            " VALUES (?, ?, 'queued', ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET run = excluded.run, state = 'queued',"
            " priority = excluded.priority, rank = excluded.rank, data = excluded.data,"
            " worker = NULL, next_try = NULL, reason = ''"
            " WHERE requests.run <> excluded.run",
            (key, self.run, priority, self._next_rank(), data),
        )
        return added.rowcount > 0

    def _next_rank(self) -> int:
        # Real time, so that processes side by side agree; never twice the same.
        self._latest = max(self._latest + 1, time.time_ns())
        return self._sign * self._latest

    def pop(self) -> Leased | None:
        """Lease the first request of the queue; None if it is empty."""
        self._write()
        found = self._db.execute(
            "UPDATE requests SET state = 'leased', worker = ? WHERE seq ="
            " (SELECT seq FROM requests WHERE state = 'queued'"
            " ORDER BY priority DESC, rank LIMIT 1) RETURNING seq, key, data, tries",
            (self.worker,),
        ).fetchall()
        return Leased(*found[0]) if found else None

    def done(self, seq: int) -> None:
        """Acknowledge a lease: its request is answered to its end."""
        self._write()
        # Also from the queue: a process taken for dead may end what nobody has taken since.
        self._db.execute(
            "UPDATE requests SET state = 'done', data = NULL, reason = ''"
            " WHERE seq = ? AND worker = ? AND state IN ('leased', 'queued')",
            (seq, self.worker),
        )

    def requeue(self, seq: int, priority: int, data: str) -> None:
        """Hand a lease on: what follows it, a retry or a redirect, waits in its place."""
        self._write()
        self._db.execute(
            "UPDATE requests SET state = 'queued', priority = ?, data = ?"
            " WHERE seq = ? AND worker = ? AND state IN ('leased', 'queued')",
            (priority, data, seq, self.worker),
        )

    def release(self, seq: int) -> None:
        """Give a lease back unused."""
        self._write()
        self._db.execute(
            "UPDATE requests SET state = 'queued'"
            " WHERE seq = ? AND worker = ? AND state = 'leased'",
            (seq, self.worker),
        )

    def fail(self, seq: int, tries: int, reason: str, *, final: bool) -> None:
        """Keep a request with the reason of its failure; ``tries`` failed before this one."""
        self._write()
        next_try = None if final else self._next_try(tries, self._clock())
        self._db.execute(
            "UPDATE requests SET state = 'failed', tries = ?, next_try = ?, reason = ?"
            " WHERE seq = ? AND worker = ? AND state IN ('leased', 'queued')",
            (tries + 1, next_try, reason, seq, self.worker),
        )

    def postpone(self, seq: int, seconds: float, reason: str) -> None:
        """Keep a request that was never sent for later; no try is counted."""
        self._write()
        self._db.execute(
            "UPDATE requests SET state = 'failed', next_try = ?, reason = ?"
            " WHERE seq = ? AND worker = ? AND state IN ('leased', 'queued')",
            (self._clock() + seconds, reason, seq, self.worker),
        )

    def refuse(self, key: bytes, data: str, reason: str) -> None:
        """Note a request that could not be stored; ``data`` is a JSON object that names it."""
        self._write()
        self._db.execute(
            "INSERT INTO requests (key, run, state, priority, rank, data, reason)"
            " VALUES (?, ?, 'failed', 0, 0, ?, ?) ON CONFLICT (key) DO NOTHING",
            (key, self.run, data, reason),
        )

    def _next_try(self, tries: int, now: float) -> float | None:
        return now + self._next_tries[tries] if tries < len(self._next_tries) else None

    def pending(self) -> bool:
        """Whether anything waits, or is with another process that may leave or add something."""
        found = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM requests WHERE state = 'queued') OR"
            " EXISTS (SELECT 1 FROM requests WHERE state = 'leased' AND worker <> ?)",
            (self.worker,),
        )
        return bool(found.fetchone()[0])

    def counts(self) -> Counts:
        """Requests by state; reads every row of the table's smallest index."""
        rows = self._db.execute(
            "SELECT 'queued', count(*) FROM requests WHERE state = 'queued' UNION ALL"
            " SELECT 'leased', count(*) FROM requests WHERE state = 'leased' UNION ALL"
            " SELECT 'failed', count(*) FROM requests WHERE state = 'failed' UNION ALL"
            " SELECT 'all', count(*) FROM requests"
        )
        found = dict(rows.fetchall())
        open_ones = found["queued"] + found["leased"] + found["failed"]
        return Counts(found["queued"], found["leased"], found["all"] - open_ones, found["failed"])

    # Hosts

    def reserve(self, host: str, delay: float) -> float:
        """Take the next moment at which a host may be asked; returns the seconds until then.

        Between two processes there are at least ``delay`` seconds; within one, its own downloader
        keeps the distance, and only what it has put off is counted here.
        """
        now = self._clock()
        self._write()
        row = self._db.execute("SELECT at, worker FROM hosts WHERE host = ?", (host,)).fetchone()
        at = now
        if row and (row[1] != self.worker or row[0] > now):
            # A clock that was set back must not stop a crawl for longer than it would wait.
            at = max(now, min(row[0], now + 1000 * delay) + delay)
        self._db.execute(
            "INSERT INTO hosts (host, at, worker) VALUES (?, ?, ?)"
            " ON CONFLICT (host) DO UPDATE SET at = excluded.at, worker = excluded.worker",
            (host, at, self.worker),
        )
        self.commit()
        return at - now
