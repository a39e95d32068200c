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

from archive.health import CLASSES, WORDS, Health, all_health
from archive.publish.face import page
from archive.publish.places import state_tone, state_words
from archive.publish.snapshot import read

LACKS: dict[str, tuple[str, str]] = {
    "no_title": ("thiếu tiêu đề", "without title"),
    "no_date": ("thiếu ngày", "without date"),
    "no_body": ("thiếu nội dung", "without body"),
    "unread": ("không đọc được", "unreadable"),
    "generic": ("không theo mẫu của trang", "read without the site's layout"),
}
"""What article pages may lack (keys of ``Health.shares``), in Vietnamese and English."""

CLASSES_VI: dict[str, str] = {
    "dns": "không phân giải được tên miền",
    "refused": "từ chối kết nối",
    "timeout": "không trả lời kịp",
    "cut": "trả lời bị ngắt",
    "tls": "không lập được kết nối an toàn",
    "http": "lỗi ở chỗ trang danh mục",
    "robots": "robots.txt không cho phép",
    "given_up": "ngừng hỏi sau nhiều lỗi liên tiếp",
    "blocked": "bị từ chối (401, 403, 429, 451)",
    "challenge": "đòi kiểm tra người máy",
    "not_found": "404 hoặc 410",
    "server_error": "lỗi máy chủ (5xx)",
    "moved": "chuyển sang máy chủ khác",
    "parse": "trang không đọc được",
    "unparsable": "nguồn tin hoặc sơ đồ trang không đọc được",
    "trap": "danh mục không có điểm dừng",
}


def site_healths(conn: sqlite3.Connection, now: datetime) -> list[dict[str, Any]]:
    """The health of every declared site, the gravest first: ``Health.as_dict`` with ``title``,
    ``since`` (when the state began, where that was noted) and ``noted`` (the reason noted then)."""
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
        told = _as_noted(health, word, noted)
        rows.append(
            told.as_dict() | {"title": title, "since": since if word == told.word else None}
        )
    rows.sort(key=lambda row: (-order.index(row["word"]), row["title"]))
    return rows


def _as_noted(health: Health, word: str | None, reason: str | None) -> Health:
    """The health with the noted reason, where that knows more: it names selectors and listings."""
    if word == "changed" and reason and health.word in ("changed", "current", "behind"):
        return replace(health, word=word, reason=reason)
    return health


async def health_view(datasette: Any, request: Request) -> Response:
    """The page."""
    sites = await read(datasette, request, lambda conn: site_healths(conn, datetime.now(UTC)))
    counts = Counter(site["word"] for site in sites)
    context = {
        "sites": sites,
        "states": [(word, counts[word]) for word in WORDS if counts[word]],
        "state_words": state_words,
        "state_tone": state_tone,
        "lacks": LACKS,
        "classes": {name: (CLASSES_VI.get(name, name), words) for name, words in CLASSES.items()},
    }
    return await page(datasette, request, "health.html", context)


async def health_json(datasette: Any, request: Request) -> Response:
    """The same for programs; fields as ``congdoan status --json`` has them."""
    now = datetime.now(UTC)
    sites = await read(datasette, request, lambda conn: site_healths(conn, now))
    return Response.json({"checked_at": now.isoformat(timespec="seconds"), "sites": sites})
