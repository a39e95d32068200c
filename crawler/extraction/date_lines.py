"""Lines that are little else than a date: which they are, and the publication date among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from archive.records import Published
from crawler.extraction.dates import looks_like_clock, parse_relative
from crawler.extraction.printed_dates import (
    DATE_RE,
    PUBLISHED_RE,
    UPDATED_RE,
    WEEKDAY,
    best_found,
    dates_in,
    is_update,
)
from crawler.extraction.text import clean_line

_META_REST_RE = re.compile(
    rf"{WEEKDAY}|lần cập nhật(?: cuối)?|đã (?:xem|đọc)[\W\d]*(?:(?:lần|lượt)(?!\w))?|"
    rf"(?:đã|thời gian|giờ)(?=\s+(?:đăng|xuất|phát|cập|tạo|gửi))|"
    rf"lượt xem|lượt|views?|xem|bình luận|comments?|tác giả|by|bởi|admin(?:istrator)?|"
    rf"super user|GMT\s?\+\s?0?7"
    r"|(?<!\w)(?-i:SA|CH|AM|PM)(?!\w)"
    rf"|được|{PUBLISHED_RE.pattern}|{UPDATED_RE.pattern}|ngày|lúc|vào|[\W\d_]+",
    re.I,
)

_HOUR_RE = re.compile(r"(?<!\d)\d{1,2}\s?(?:h|g|giờ)\s?\d{2}(?:\s?phút)?(?!\w)", re.I)


def is_date_line(text: str) -> bool:
    """Whether a line says when it was published, perhaps how often read, and nothing else.

    >>> is_date_line("Cập nhật lúc 15:42 - 24/01/2021 (GMT +07:00)"), is_date_line("Ngày 3/3")
    (True, False)
    """
    if len(text) > 200:
        return False
    text = clean_line(text)
    return len(text) <= 120 and DATE_RE.search(text) is not None and not without_dates(text)


def without_dates(text: str) -> str:
    """What a line says beside dates, times, counts and the words that introduce them."""
    rest = _HOUR_RE.sub(" ", DATE_RE.sub(" ", clean_line(text[:400])))
    return " ".join(_META_REST_RE.sub(" ", rest).split())


def find_in_lines(lines: Sequence[str], fetched_at: datetime) -> Published | None:
    """The publication date among the lines of an unknown page near its title, or None.

    Only a line that is little else than a date counts: sentences, page clocks, event dates and
    document numbers do not. A labelled date ("Ngày đăng: ...") is evidence "visible", a bare one
    "text", which ranks below structured data. Labelled dates are preferred to bare ones.
    """
    bare: Published | None = None
    updated: Published | None = None
    for line in lines:
        if len(line) > 200 or not any(map(str.isdigit, line)):
            continue
        text = clean_line(line)
        if len(text) > 140:
            continue
        found = dates_in(text, fetched_at, "visible")
        if not found:
            relative = parse_relative(text, fetched_at) if not DATE_RE.search(text) else None
            if relative and len(text) < 40 and bare is None:
                bare = replace(relative, evidence="text")
            continue
        rest = text
        for item in reversed(found):
            rest = rest[: item.start] + " " + rest[item.end :]
        rest = " ".join(_META_REST_RE.sub(" ", rest).split())
        if len(rest) > 40 or rest.count(" ") > 5 or looks_like_clock(text, fetched_at):
            continue
        best = best_found(found)
        if best is None:
            continue
        chosen = next(item for item in found if item.published is best)
        if is_update(chosen.label):
            updated = updated or best
        elif PUBLISHED_RE.search(chosen.label):
            return best
        elif bare is None and best.precision != "month" and not rest:
            bare = replace(best, evidence="text")
    return updated or bare
