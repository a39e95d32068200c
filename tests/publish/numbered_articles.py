"""Rows of articles that follow from their number, so that what a search finds can be reckoned."""

from __future__ import annotations

from typing import Any

from archive.database import article_id
from archive.vietnamese.provinces import PROVINCE_2025

SITES = {"lang_son": "Lạng Sơn", "can_tho": "Cần Thơ", "bao": ""}


def row_of(number: int) -> dict[str, Any]:
    site = list(SITES)[number % 3]
    url = f"https://{site}.example/{number}"
    published = f"20{10 + number % 9:02}-{1 + number % 12:02}-{1 + number % 28:02}T08:00:00+07:00"
    words = ["công đoàn"]
    words += ["thỏa ước"] * (number % 4 == 0) + ["cống"] * (number % 10 == 0)
    return {
        "id": article_id(url), "url": url, "site": site, "province": SITES[site],
        "province_2025": PROVINCE_2025.get(SITES[site], ""),
        "title": "Tin thỏa ước" if number % 12 == 0 else "Tin ngày",
        "body": " ".join(words) + f" số {number}",
        "unit": f"LĐLĐ {number % 7}" if number % 7 else "",
        "section": "Tin", "tags": '["thi đua"]' if number % 6 == 0 else "[]",
        "published_at": None if number % 40 == 7 else published,
        "first_seen_at": "x", "last_seen_at": "x", "last_checked_at": "x", "capture_id": "c",
        "content_hash": "h",
    }  # fmt: skip
