"""The dispatcher's own book: which node holds which site, and until when at the latest.

A grant is written before the node hears of it, and with the latest moment at which it can still
be in force, so that a dispatcher that dies and is started again gives nothing away too early.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from archive.database import ArchiveError

SCHEMA = """
create table if not exists leases (
    site text primary key,
    node text not null,
    token integer not null,
    expires_at real not null     -- seconds since 1970, by this machine's clock
);
create table if not exists homes (site text primary key, node text not null);
create table if not exists hosts (
    host text primary key,
    node text not null,
    rest_until real not null     -- as above
);
create table if not exists last_token (id integer primary key check (id = 1), token integer);
"""


@dataclass(slots=True)
class Held:
    """A site's lease as the dispatcher keeps it."""

    site: str
    node: str
    token: int
    expires_at: float
    """Latest end, in seconds of ``time.monotonic``."""


class Ledger:
    """``dispatch.db`` in the data folder. Its file is locked by its caller: one dispatcher."""

    def __init__(self, path: Path, longest: float) -> None:
        """``longest``: seconds that no lease outlasts; a book of a wrong clock is held to it.

        Raises ArchiveError where the file cannot be used.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, timeout=10)
        except sqlite3.Error as error:
            raise ArchiveError(f"Cannot use {path}: {error}") from error
        try:
            self._db.execute("pragma synchronous = full")
            self._db.executescript(SCHEMA)
        except sqlite3.Error as error:
            self._db.close()
            raise ArchiveError(f"Cannot use {path}: {error}") from error
        self._longest = longest

    def close(self) -> None:
        self._db.close()

    def leases(self) -> dict[str, Held]:
        """Every lease that may still be in force, by site."""
        now, wall = time.monotonic(), time.time()
        rows = self._db.execute("select site, node, token, expires_at from leases")
        return {
            site: Held(site, node, token, now + min(max(0.0, end - wall), self._longest))
            for site, node, token, end in rows
        }

    def grant(self, site: str, node: str, expires_at: float) -> Held:
        """Write down a new lease, with a token larger than any before."""
        row = self._db.execute("select token from last_token").fetchone()
        # Milliseconds, so that a lost book does not begin again below what the nodes have seen.
        token = max(int(row[0]) + 1 if row else 0, int(time.time() * 1000))
        with self._db:
            self._db.execute("insert or replace into last_token values (1, ?)", (token,))
            self._db.execute(
                "insert into leases values (?, ?, ?, ?)", (site, node, token, _wall(expires_at))
            )
            self._db.execute("insert or replace into homes values (?, ?)", (site, node))
        return Held(site, node, token, expires_at)

    def prolong(self, held: list[Held]) -> None:
        """Write down that leases last longer; before the node is told."""
        with self._db:
            self._db.executemany(
                "update leases set expires_at = ? where site = ? and token = ?",
                [(_wall(lease.expires_at), lease.site, lease.token) for lease in held],
            )

    def release(self, lease: Held) -> None:
        """Strike a lease that has ended for certain."""
        with self._db:
            self._db.execute(
                "delete from leases where site = ? and token = ?", (lease.site, lease.token)
            )

    def homes(self) -> dict[str, str]:
        """Site -> the node that it was given to last."""
        return dict(self._db.execute("select site, node from homes"))

    def hosts(self) -> dict[str, tuple[str, float]]:
        """Host -> the node that asked it last, and the seconds for which it is to rest."""
        wall = time.time()
        rows = self._db.execute("select host, node, rest_until from hosts")
        return {host: (node, max(0.0, until - wall)) for host, node, until in rows}

    def note_hosts(self, hosts: dict[str, float], node: str) -> None:
        """Remember from where hosts are asked, and for how long they are to be left alone."""
        wall = time.time()
        with self._db:
            self._db.executemany(
                "insert or replace into hosts values (?, ?, ?)",
                [(host, node, wall + rest) for host, rest in hosts.items()],
            )


def _wall(moment: float) -> float:
    return time.time() + moment - time.monotonic()
