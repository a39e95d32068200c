"""Every form in which Vietnamese pages print a date: found in a text, with time and label.

Knows words and digits only; what a found date means for an article is decided in ``dates``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from archive.records import VIETNAM, DateEvidence, Precision, Published

EARLIEST_YEAR = 1990
"""No Vietnamese site is older; what is earlier is a default or a null date."""
TOLERANCE = timedelta(days=1)
"""How far a page's date may lie after its capture: clocks and time zones differ."""

_VI_MONTHS = {
    "mười một": 11, "mười hai": 12, "mười": 10, "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4,
    "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9, "chạp": 12,
}  # fmt: skip
_EN_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2,
    "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_VI = "|".join(sorted(_VI_MONTHS, key=len, reverse=True)).replace(" ", r"\s")
_EN = "|".join(sorted(_EN_MONTHS, key=len, reverse=True))
_MONTH = rf"(?:tháng|thg\.?|th\.?)\s*(?:0?\d|1[0-2]|{_VI})"
YEAR = r"(?:19|20)\d\d"

DATE_RE = re.compile(
    rf"""
    (?<![\d/.,:\-–]) (?:
      (?P<d1>\d{{1,2}}) \s? (?P<sep>[./\-–]) \s? (?P<m1>\d{{1,2}}) \s? (?P=sep) \s? (?P<y1>{YEAR})
    | (?P<y2>{YEAR}) (?P<sep2>[./\-]) (?P<m2>\d{{1,2}}) (?P=sep2) (?P<d2>\d{{1,2}})
    | (?P<d3>\d{{1,2}}) \s* [/,.\-]? \s* (?P<m3>{_MONTH}) \s* [/,.\-]? \s* (?:năm\s+)?
      (?P<y3>{YEAR})
    | (?P<d5>\d{{1,2}})(?:st|nd|rd|th)? [\s\-/] \s* (?P<m5>{_EN}) \.? [\s,\-/]+ (?P<y5>{YEAR})
    )(?![\d/]|[.\-–]\d)
    | \b(?:
      (?P<m4>{_MONTH}) \s+ (?P<d4>\d{{1,2}}) \s* , ? \s+ (?:năm\s+)? (?P<y4>{YEAR})
    | (?P<m6>{_EN}) \.? \s+ (?P<d6>\d{{1,2}})(?:st|nd|rd|th)? \s* ,? \s+ (?P<y6>{YEAR})
    | (?P<m7>{_MONTH}) \s* (?:[/,.\-]|năm|\s) \s* (?P<y7>{YEAR})
    | (?P<m8>{_EN}) \.? ,? \s+ (?P<y8>{YEAR})
    )(?![\d/]|[.\-–]\d)
    | (?<![\d/.,:\-–]) (?P<d9>\d\d)(?P<sep9>/)(?P<m9>\d\d)/(?P<y9>\d\d)(?![\d/.])
    """,
    re.X | re.I,
)

_TIME = (
    r"(?P<h>\d{1,2})(?:\s?:\s?|\s?[hg]\s?|\s?giờ\s?)(?P<mi>\d{2})"
    r"(?:\s?[:']\s?(?P<s>\d{2}))?(?:\s?(?:phút|'))?(?![\d/]|[.,]\d)"
    r"(?:\s?(?P<half>AM|PM|SA|CH|a\.m\.|p\.m\.|sáng|trưa|chiều|tối)(?!\w))?"
)
_GLUE = r"[\s,;|()\[\]•·–—\-/]*"
WEEKDAY = (
    r"(?:thứ\s?(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s?nhật|cn|t[2-7]|mon(?:day)?"
    r"|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)(?!\w)"
)
TIME_AFTER_RE = re.compile(rf"(?:{_GLUE}(?:T|vào|lúc|at|hồi)?\s*:?){_GLUE}{_TIME}", re.I)
TIME_BEFORE_RE = re.compile(
    rf"(?<![\d:.,/]){_TIME}(?:{_GLUE}(?:{WEEKDAY}|ngày|on|GMT\s?\+\s?7))*{_GLUE}$", re.I
)
UPDATED_RE = re.compile(r"cập\s?nhật|sửa|chỉnh|update|modif|last|thay đổi|lần cuối|edited", re.I)
PUBLISHED_RE = re.compile(
    r"đăng|xuất bản|phát hành|đưa tin|post|publi|creat|tạo|viết|ngày gửi|ngày tin|ban hành", re.I
)
_AMERICAN_RE = re.compile(r"[\s,|-]*\d{1,2}:\d{2}(?::\d{2})?\s?[AP]M\b", re.I)
"""Servers set to American English print month, day and a half of the day. Where the day may stand
first, it does."""
_NOT_PUBLISHED_RE = re.compile(
    r"hiệu lực|hết hạn|đáo hạn|nhiệm kỳ|sinh ngày|ngày sinh|giai đoạn|khóa|"
    r"\d+\s?/\s?(?:[A-ZĐ]{2,}|\d{4}/)[^\s]*\s+(?:ngày|\(|ban hành)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text, from ``start`` to ``end`` with the time that belongs to it."""

    published: Published
    start: int
    end: int
    label: str
    """What is printed between the date before and this one."""
    timed: bool


def _month_number(word: str) -> int:
    word = word.lower()
    if word in _EN_MONTHS:
        return _EN_MONTHS[word]
    bare = " ".join(re.sub(r"^(?:tháng|thg\.?|th\.?)\s*", "", word).split())
    return int(bare) if bare.isdigit() else _VI_MONTHS[bare]


def time_of(match: re.Match[str] | None) -> tuple[int, int, int] | None:
    """Hour, minute and second of a match of the time pattern, on the 24-hour clock."""
    if match is None:
        return None
    hour, minute, second = int(match["h"]), int(match["mi"]), int(match["s"] or 0)
    half = (match["half"] or "").upper().replace(".", "")
    if half in ("PM", "CH", "CHIỀU", "TỐI") and hour < 12:
        hour += 12
    elif half in ("AM", "SA", "SÁNG") and hour == 12:
        hour = 0
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def sane(at: datetime, fetched_at: datetime) -> bool:
    """Whether a date can be a publication's: not before the web, not after the capture."""
    return at.year >= EARLIEST_YEAR and at <= fetched_at + TOLERANCE


def build(
    year: int, month: int, day: int, time: tuple[int, int, int] | None, precision: Precision,
    evidence: DateEvidence, raw: str, fetched_at: datetime,
) -> Published | None:  # fmt: skip
    """A date of Vietnam's time from its parts, or None where it is impossible or not sane."""
    try:
        at = datetime(year, month, day, *(time or (0, 0, 0)), tzinfo=VIETNAM)
    except ValueError:
        return None
    if not sane(at, fetched_at):
        return None
    return Published(at, precision, evidence, raw.strip())


def is_update(label: str) -> bool:
    """Whether the words before a date say that it is of an update, and not of publication."""
    return bool(UPDATED_RE.search(label)) and not PUBLISHED_RE.search(label)


def _is_american(label: str, year: int, month: int, day: int) -> bool:
    """Whether an English weekday before a date fits only where its month stands first."""
    named = _ENGLISH_DAY.search(label)
    if named is None or day > 12:
        return False
    if month > 12:
        return True
    wanted = _ENGLISH_DAYS.index(named[1].lower())
    try:
        return date(year, month, day).weekday() != wanted == date(year, day, month).weekday()
    except ValueError:
        return False


_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENGLISH_DAY = re.compile(rf"(?<!\w)({'|'.join(_ENGLISH_DAYS)})(?:[a-z]*day)?[\s,]*$", re.I)


def dates_in(text: str, fetched_at: datetime, evidence: DateEvidence) -> list[Found]:
    """Every possible date of a short text, in order, with the label that stands before it."""
    found: list[Found] = []
    position = 0
    for match in DATE_RE.finditer(text):
        form = next(n for n in "123456789" if match[f"y{n}"])
        year = int(match[f"y{form}"])
        precision: Precision = "month" if form in "78" else "day"
        day = 1 if precision == "month" else int(match[f"d{form}"])
        word = match[f"m{form}"]
        month = int(word) if word.isdigit() else _month_number(word)
        if form == "9":
            year += 2000
        if form == "1" and month > 12 >= day and _AMERICAN_RE.match(text, match.end()):
            day, month = month, day
        label = text[position : match.start()]
        if form == "1" and _is_american(label, year, month, day):
            day, month = month, day
        start, end = match.span()
        time = None
        if precision == "day":
            before = TIME_BEFORE_RE.search(label)
            after = TIME_AFTER_RE.match(text, match.end())
            time = time_of(before)
            if time and before:
                start = position + before.start()
                label = label[: before.start()]
            else:
                time = time_of(after)
                if time and after:
                    end = after.end()
        if time == (0, 0, 0):
            # A day without a time, as databases print it.
            time = None
        built = build(
            year, month, day, time, "minute" if time else precision, evidence, text[start:end],
            fetched_at,
        )  # fmt: skip
        position = end
        if built and is_update(label):
            # The label is part of the evidence: an update ranks below a publication date.
            built = replace(built, raw=(label.strip(" (-|") + " " + built.raw)[-80:])
        if built and not _NOT_PUBLISHED_RE.search(label[-60:]):
            found.append(Found(built, start, end, label, time is not None))
    return found


def best_found(found: Sequence[Found]) -> Published | None:
    """Publication before plain before update; of equals the first, but a day before a month."""
    if not found:
        return None

    def rank(item: Found) -> tuple[int, bool]:
        kind = 2 if is_update(item.label) else 0 if PUBLISHED_RE.search(item.label) else 1
        return kind, item.published.precision == "month"

    return min(found, key=rank).published
