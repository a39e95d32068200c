"""Telling people: once for every change of a site's state, through whatever they read.

Apprise knows the ways (mail, webhooks, chat services); its addresses hold passwords and are
never written to a log, nor to the database. Each address is told for itself: what could not be sent
to one is sent to that one again, after growing pauses.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlite_utils import Database

from archive.database import timestamp, transaction
from archive.health.judgement import WORDS, Health
from crawler.operation.configuration import AlertConfig

if TYPE_CHECKING:
    from apprise import Apprise

logger = logging.getLogger(__name__)

Send = Callable[[str, str], bool]
"""Sends a title and a text to one address; whether it arrived."""
PAUSES = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(days=1),
)
"""After which an address that could not be told is tried again, the last one over and over."""


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


def changes_since(
    told: Mapping[str, str], states: Sequence[Health], words: Sequence[str]
) -> list[Change]:
    """The changes that somebody should hear of who has heard ``told``, a word for each site: into
    one of ``words``, and back out of them."""
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
    db: Database,
    states: Sequence[Health],
    config: AlertConfig,
    now: datetime,
    ways: Sequence[Send] = (),
) -> list[Change]:
    """Note the states and tell what changed: the log, and each address once.

    ``ways`` are the addresses of the configuration, in their order; none where nobody is
    configured. What an address could not be told it is told later, after growing pauses or with
    the next change, and the others do not hear it again. Returns the changes that are new.
    """
    note_states(db, states, now)
    told = dict(db.conn.execute("select site, told_word from health_states").fetchall())
    changes = changes_since(told, states, config.words)
    for change in changes:
        level = logging.WARNING if WORDS[change.health.word].alarming else logging.INFO
        logger.log(level, "%s", change)
    # Noted as told before anything is sent: what is then not delivered has a row that says so.
    with transaction(db):
        db.conn.execute("delete from undelivered_alerts where address > ?", (len(ways),))
        for number, _ in enumerate(ways, 1):
            for change in changes:
                db.conn.execute(
                    "insert or ignore into undelivered_alerts values (?, ?, ?, 0, ?)",
                    (number, change.health.site, change.before, timestamp(now)),
                )
        for change in changes:
            db.conn.execute(
                "update health_states set told_word = ?, told_at = ? where site = ?",
                (change.health.word, timestamp(now), change.health.site),
            )
    for number, way in enumerate(ways, 1):
        _deliver(db, states, config, now, number, way)
    return changes


def _deliver(
    db: Database,
    states: Sequence[Health],
    config: AlertConfig,
    now: datetime,
    number: int,
    way: Send,
) -> None:
    """Send one address what it has not heard, if it is time; nothing where all has passed."""
    waiting = db.conn.execute(
        "select site, told_word, failures, again_at from undelivered_alerts where address = ?",
        (number,),
    ).fetchall()
    if not any(again_at <= timestamp(now) for *_, again_at in waiting):
        return
    heard = {site: word for site, word, *_ in waiting}
    changes = changes_since(heard, [state for state in states if state.site in heard], config.words)
    title = f"Công đoàn Archive: {_heading(changes)}" if changes else ""
    failures = max(failures for _, _, failures, _ in waiting)
    arrived = not changes or way(title, "\n".join(str(change) for change in changes))
    known = {state.site for state in states}
    with transaction(db):
        if arrived:
            db.conn.executemany(
                "delete from undelivered_alerts where address = ? and site = ?",
                [(number, site) for site in heard if site in known],
            )
            return
        pause = PAUSES[min(failures, len(PAUSES) - 1)]
        db.conn.execute(
            "update undelivered_alerts set failures = ?, again_at = ? where address = ?",
            (failures + 1, timestamp(now + pause), number),
        )


def senders(config: AlertConfig) -> list[Send]:
    """What sends to each of the configured addresses, in their order.

    Raises ValueError for an address of a form that Apprise does not know; the text names its
    position and scheme, not the address, which may hold a password.
    """
    if not config.send_to:
        return []
    # What these log repeats hosts, paths (in which webhooks have their keys) and servers' answers.
    for library in ("apprise", "urllib3"):
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        # Apprise loads every way it knows, and what those import that is installed here.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        found: list[Send] = []
        for number, address in enumerate(config.send_to, 1):
            name, way = f"address {number}{_scheme(address)}", apprise.Apprise()
            if not way.add(address):
                raise ValueError(f"send_to: {name} is not understood")
            found.append(_send(name, way))
    return found


def _send(name: str, way: Apprise) -> Send:
    def send(title: str, body: str) -> bool:
        try:
            sent = bool(way.notify(title=title, body=body, body_format="text"))
        except Exception as error:
            logger.error("send_to: %s could not be told: %s", name, type(error).__name__)
            return False
        if not sent:
            logger.error("send_to: %s could not be told; it will be tried again", name)
        return sent

    return send


def _scheme(address: str) -> str:
    """What may be shown of an address.

    >>> _scheme("mailtos://user:password@host"), _scheme("user:password@host")
    (' (mailtos://...)', '')
    """
    found = re.match(r"[a-z][a-z0-9+.-]{0,19}(?=://)", address)
    return f" ({found[0]}://...)" if found else ""


def _heading(changes: Sequence[Change]) -> str:
    if len(changes) == 1:
        return f"{changes[0].health.site} {changes[0].health.word}"
    alarming = sum(WORDS[change.health.word].alarming for change in changes)
    return (
        f"{len(changes)} sites, {alarming} need a person"
        if alarming
        else (f"{len(changes)} sites are well again")
    )
