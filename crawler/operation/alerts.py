"""Telling people: once for every change of a site's state, through whatever they read.

Apprise knows the ways (mail, webhooks, chat services); its addresses hold passwords and are
never written to a log. What could not be sent is sent with the next change or look.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from archive.database import timestamp, transaction
from archive.health.judgement import WORDS, Health
from crawler.operation.configuration import AlertConfig

logger = logging.getLogger(__name__)

Send = Callable[[str, str], bool]
"""Sends a title and a text; whether it arrived everywhere."""


@dataclass(frozen=True, slots=True)
class Change:
    """A site whose state is another than the one that was last told."""

    health: Health
    before: str
    """The word last told; "" where none was."""

    def __str__(self) -> str:
        if self.before and not WORDS[self.health.word].alarming:
            return f"{self.health.site}: {self.health.word} again (was {self.before})"
        return f"{self.health.site}: {self.health.word} ({self.health.reason})"


def note_states(db: Database, states: Sequence[Health], now: datetime) -> None:
    """Keep the state of every site, and since when it holds."""
    stamp = timestamp(now)
    with transaction(db):
        for health in states:
            db.conn.execute(
                "insert into health_states (site, word, reason, since, checked_at)"
                " values (?, ?, ?, ?, ?)"
                " on conflict (site) do update set reason = excluded.reason,"
                " checked_at = excluded.checked_at,"
                " since = case when word = excluded.word then since else excluded.since end,"
                " word = excluded.word",
                (health.site, health.word, health.reason, stamp, stamp),
            )


def untold_changes(db: Database, states: Sequence[Health], words: Sequence[str]) -> list[Change]:
    """The changes that people should hear of: into one of ``words``, and back out of them."""
    told = dict(db.conn.execute("select site, told_word from health_states").fetchall())
    changes: list[Change] = []
    for health in states:
        before = told.get(health.site, "")
        known = WORDS.get(before)
        if health.word == before:
            continue
        if health.word in words or (before in words and known is not None):
            changes.append(Change(health, before))
    return changes


def tell(
    db: Database, states: Sequence[Health], config: AlertConfig, now: datetime, send: Send | None
) -> list[Change]:
    """Note the states and tell what changed; the changes, whether or not they could be sent.

    ``send`` is None where nobody is configured: the log is then the only place.
    """
    note_states(db, states, now)
    changes = untold_changes(db, states, config.words)
    if not changes:
        return []
    for change in changes:
        level = logging.WARNING if WORDS[change.health.word].alarming else logging.INFO
        logger.log(level, "%s", change)
    title = f"Công đoàn Archive: {_heading(changes)}"
    arrived = send is None or send(title, "\n".join(str(change) for change in changes))
    if arrived:
        with transaction(db):
            for change in changes:
                db.conn.execute(
                    "update health_states set told_word = ?, told_at = ? where site = ?",
                    (change.health.word, timestamp(now), change.health.site),
                )
    return changes


def sender(config: AlertConfig) -> Send | None:
    """What sends to the configured addresses; None where there are none.

    Raises ValueError for an address of a form that Apprise does not know; the text names its
    position and scheme, not the address, which may hold a password.
    """
    if not config.send_to:
        return None
    with warnings.catch_warnings():
        # Apprise loads every way it knows, and what those import that is installed here.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        ways = apprise.Apprise()
        for number, address in enumerate(config.send_to, 1):
            if not ways.add(address):
                scheme = address.partition("://")[0][:20]
                raise ValueError(f"send_to: address {number} ({scheme}://...) is not understood")

    def send(title: str, body: str) -> bool:
        try:
            sent = bool(ways.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT))
        except Exception as error:
            logger.error("The alert could not be sent: %s", type(error).__name__)
            return False
        if not sent:
            logger.error("The alert did not arrive everywhere; it will be sent again")
        return sent

    return send


def _heading(changes: Sequence[Change]) -> str:
    if len(changes) == 1:
        return f"{changes[0].health.site} {changes[0].health.word}"
    alarming = sum(WORDS[change.health.word].alarming for change in changes)
    return (
        f"{len(changes)} sites, {alarming} need a person"
        if alarming
        else (f"{len(changes)} sites are well again")
    )
