"""The history of an article: when it was there, what changed, when it went.

A function of the set of its captures, sorted by time, and of nothing else.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlite_utils import Database

from archive.database import article_id
from archive.records import Article
from archive.rows import fetch_all, fetch_one, insert_row

REVISED_FIELDS = ("title", "lead", "body", "byline", "published_at")
"""The fields that a revision keeps and names in ``changed``; any other change is "media"."""

PRESENT = ("article", "print", "not_modified")
GONE = ("gone", "soft_404", "redirect_home", "listing", "search")
"""Outcomes of captures by which an article is present, or gone, at its canonical address."""


def revision_text(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "lead": article.lead,
        "body": article.body,
        "byline": article.byline.text,
        "published_at": article.published.iso() if article.published else None,
    }


def standing_texts(db: Database, key: int) -> dict[str, dict[str, Any]]:
    """The texts of an article's revisions, by content hash."""
    return _texts(fetch_all(db, "select * from revisions where article_id = ?", key))


def _texts(revisions: list[sqlite3.Row]) -> dict[str, dict[str, Any]]:
    return {row["content_hash"]: {name: row[name] for name in REVISED_FIELDS} for row in revisions}


class Timeline(NamedTuple):
    """What an article's captures say of time."""

    seen: tuple[str, str, str, str | None, str, int]
    """``first_seen_at``, ``last_seen_at``, ``last_checked_at``, ``gone_at``, ``gone_reason`` and
    ``revisions``."""
    steps: list[tuple[str, str, str]]
    """Capture, content hash and moment of each revision."""


def timeline(history: Iterable[tuple[str, str, str, str, str]], key: int) -> Timeline:
    """What follows from the settled captures of an article, in the order of their times.

    ``history``: id, ``fetched_at``, outcome, content hash and address of each.
    """
    history = list(history)
    has_main = any(outcome == "article" for _, _, outcome, _, _ in history)
    readable = "article" if has_main else "print"
    steps: list[tuple[str, str, str]] = []
    first = last = checked = gone = gone_reason = ""
    for capture_id, fetched_at, outcome, digest, address in history:
        moment = fetched_at[:19] + fetched_at[-6:]
        if outcome in PRESENT:
            first, last, checked, gone = first or moment, moment, moment, ""
            if outcome == readable and (not steps or steps[-1][1] != digest):
                steps.append((capture_id, digest, moment))
        elif outcome in GONE and article_id(address) == key:
            checked = moment
            if first and not gone:
                gone, gone_reason = moment, outcome
    seen = (first, last, checked, gone or None, gone_reason if gone else "", len(steps))
    return Timeline(seen, steps)


def captures_of(db: sqlite3.Connection, key: int) -> list[tuple[str, str, str, str, str]]:
    """The settled captures of an article, as ``timeline`` wants them."""
    rows = db.execute(
        "select id, fetched_at, outcome, content_hash, address from captures"
        " where article_id = ? and outcome is not null order by fetched_at, id",
        (key,),
    )
    return [tuple(row) for row in rows]


def changed_fields(text: Mapping[str, Any], previous: Mapping[str, Any] | None) -> list[str]:
    """What a revision changed of the one before: REVISED_FIELDS, or "media"."""
    if previous is None:
        return []
    return [name for name in REVISED_FIELDS if text[name] != previous[name]] or ["media"]


def refresh(db: Database, key: int, texts: dict[str, dict[str, Any]]) -> sqlite3.Row:
    """Recompute from its captures what an article's row and revisions say of time: ``seen_of``.

    ``texts`` holds revisions just read, by content hash; those of others are taken from the
    revisions that stand.
    """
    seen, steps = timeline(captures_of(db.conn, key), key)
    _write_revisions(db, key, steps, texts)
    # Where nothing differs, as in a row just made, its long texts need not be written again.
    db.conn.execute(
        "update articles set first_seen_at = ?, last_seen_at = ?, last_checked_at = ?,"
        " gone_at = ?, gone_reason = ?, revisions = ? where id = ?"
        " and (first_seen_at, last_seen_at, last_checked_at, gone_at, gone_reason, revisions)"
        " is not (?, ?, ?, ?, ?, ?)",
        (*seen, key, *seen),
    )
    row = seen_of(db, key)
    assert row is not None
    return row


def seen_of(db: Database, key: int) -> sqlite3.Row | None:
    """What an article's row says of time: ``first_seen_at``, ``gone_at``, ``revisions``."""
    return fetch_one(db, "select first_seen_at, gone_at, revisions from articles where id = ?", key)


def _write_revisions(
    db: Database, key: int, steps: list[tuple[str, str, str]], read: dict[str, dict[str, Any]]
) -> None:
    standing = fetch_all(db, "select * from revisions where article_id = ? order by number", key)
    if [(row["capture_id"], row["content_hash"]) for row in standing] == [
        (capture_id, digest) for capture_id, digest, _ in steps
    ]:
        return
    texts = _texts(standing) | read
    if standing:
        db.conn.execute("delete from revisions where article_id = ?", (key,))
    previous: dict[str, Any] | None = None
    for number, (capture_id, digest, moment) in enumerate(steps, 1):
        text = texts[digest]
        insert_row(
            db,
            "revisions",
            {
                "article_id": key,
                "number": number,
                "capture_id": capture_id,
                "seen_at": moment,
                "changed": json.dumps(changed_fields(text, previous)),
                **text,
                "content_hash": digest,
            },
        )
        previous = text
