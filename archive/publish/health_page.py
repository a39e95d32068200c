"""How every site fares, for those who look after the archive: ``/health`` and ``/health.json``.

The same facts as ``congdoan status``, from the same function. What only a site's own file can tell
(which selector died) is taken from what the unattended run last noted.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from archive.database import timestamp
from archive.health.judgement import CLASSES, WORDS, Health, all_health
from archive.health.sentences import in_vietnamese
from archive.publish.face import page
from archive.publish.places import state_tone, state_words
from archive.publish.remembered import remembered
from archive.publish.snapshot import read, web_held

LACKS: dict[str, tuple[str, str]] = {
    "no_title": ("thiếu tiêu đề", "without title"),
    "no_date": ("thiếu ngày", "without date"),
    "no_body": ("thiếu nội dung", "without body"),
    "unread": ("không đọc được", "unreadable"),
    "generic": ("không theo mẫu của trang", "read without the site's layout"),
}
"""What article pages may lack (keys of ``Health.shares``), in Vietnamese and English."""


def site_healths(conn: sqlite3.Connection, now: datetime) -> list[dict[str, Any]]:
    """The health of every declared site, the gravest first: ``Health.as_dict`` with ``title``,
    ``since`` (when the state began, where that was noted), ``reason_vi`` and ``notes_vi``."""
    known = {
        name: (title, word, since, reason)
        for name, title, word, since, reason in conn.execute(
            "select s.name, coalesce(nullif(s.title, ''), s.name), h.word, h.since, h.reason"
            " from sites s left join health_states h on h.site = s.name"
        )
    }
    order = list(WORDS)
    rows = []
    for health in all_health(Database(conn), now):
        title, word, since, noted = known[health.site]
        known_best = _as_noted(health, word, noted)
        rows.append(
            known_best.as_dict()
            | {
                "title": title,
                "since": since if word == known_best.word else None,
                "reason_vi": in_vietnamese(known_best.reason),
                "notes_vi": [in_vietnamese(note) for note in known_best.notes],
            }
        )
    rows.sort(key=lambda row: (-order.index(row["word"]), row["title"]))
    return rows


def _as_noted(health: Health, word: str | None, reason: str | None) -> Health:
    """The health with the noted reason, where that knows more: it names selectors and listings."""
    if word == "changed" and reason and health.word in ("changed", "current", "behind"):
        return replace(health, word=word, reason=reason)
    return health


def told(text: str) -> tuple[str, str]:
    """A reason or a note in Vietnamese and English."""
    return in_vietnamese(text), text


async def _checked(datasette: Any, request: Request) -> tuple[datetime, list[dict[str, Any]]]:
    """When the sites were looked at, and how they fare: the same for a minute, since looking at
    all takes 60 milliseconds, unless something is written meanwhile."""
    now = datetime.now(UTC)

    def look(conn: sqlite3.Connection) -> tuple[datetime, list[dict[str, Any]]]:
        minute = now.replace(second=0, microsecond=0)
        return remembered(("health", minute), lambda: (now, site_healths(conn, now)))

    return await read(datasette, request, look)


async def health_view(datasette: Any, request: Request) -> Response:
    """The page."""
    _, sites = await _checked(datasette, request)
    counts = Counter(site["word"] for site in sites)
    context = {
        "sites": sites,
        "states": [(word, counts[word]) for word in WORDS if counts[word]],
        "state_words": state_words,
        "state_tone": state_tone,
        "lacks": LACKS,
        "classes": {name: (in_vietnamese(words), words) for name, words in CLASSES.items()},
        "told": told,
    }
    return await page(datasette, request, "health.html", context)


async def health_json(datasette: Any, request: Request) -> Response:
    """The same for programs; fields as ``congdoan status --json`` has them."""
    checked, sites = await _checked(datasette, request)
    web = await web_held(datasette)
    return Response.json({"checked_at": timestamp(checked), "web": web, "sites": sites})
