"""Publication dates: as Vietnamese sites print them, as metadata and addresses carry them.

Day before month always. Times are Vietnam's. The capture time is the only clock: nothing later
than it (but for a day's tolerance between clocks) is a publication date, and a date that merely
repeats it in the form of a page clock is none either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from archive.records import VIETNAM, DateEvidence, Precision, Published
from crawler.extraction.person_names import is_person_name
from crawler.extraction.printed_dates import (
    DATE_RE,
    PUBLISHED_RE,
    TIME_AFTER_RE,
    TIME_BEFORE_RE,
    UPDATED_RE,
    WEEKDAY,
    YEAR,
    best_found,
    build,
    dates_in,
    is_update,
    sane,
    time_of,
)
from crawler.extraction.text import clean_line

_MAX_TEXT = 400
_CLOCK_SLACK = timedelta(minutes=15)

_RELATIVE_RE = re.compile(
    r"(?:(?:cách đây|khoảng|about)\s+)?(?P<n>\d{1,3}|một|an?|one)\s+"
    r"(?P<unit>giây|phút|giờ|tiếng|ngày|tuần|tháng|second|minute|min|hour|day|week|month)s?"
    r"(?:\s+(?:trước|ago))?",
    re.I,
)
_RELATIVE_CUE_RE = re.compile(r"trước|cách đây|ago|hôm|vừa|just now|yesterday|today", re.I)
_DAY_WORD_RE = re.compile(r"(?P<word>hôm\s?nay|hôm\s?qua|hôm\s?kia|today|yesterday)", re.I)
_COUNTED_RE = re.compile(r"\s*[:=|(]?\s*\d+(?:[.,]\d{3})*\s*\)?(?![\d:hg/.-]|\s*giờ)", re.I)
"""Behind "Hôm nay" a number that is no time: visitors."""
_JUST_NOW_RE = re.compile(r"vừa (?:xong|mới|đăng)|just now|mới đây", re.I)

_ZONED_RE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)(?!\w)")
"""A machine's time stamp that a page shows as it stands, with its own time zone."""

# --- visible text ------------------------------------------------------------------------------


def parse_visible(text: str, fetched_at: datetime) -> Published | None:
    """The publication date in the text of an element that is known to hold it, or None.

    Weekday, labels, author, views and comments around it do not disturb. Of "đăng ... cập nhật
    ..." the former is taken. A place name with nothing but the date ("Hải Phòng 12/11/2024") is
    the page's clock and gives None, as do impossible and future dates.

    >>> from datetime import datetime
    >>> now = datetime(2024, 11, 12, tzinfo=VIETNAM)
    >>> parse_visible("Thứ sáu - 01/05/2015 19:25 1.017 0", now).iso()
    '2015-05-01T19:25:00+07:00'
    """
    text = clean_line(text[:_MAX_TEXT])
    zoned = _ZONED_RE.search(text)
    if zoned:
        told = parse_structured(zoned.group(), fetched_at)
        return replace(told, evidence="visible") if told else None
    found = best_found(dates_in(text, fetched_at, "visible"))
    if found is None:
        return parse_relative(text, fetched_at) if not DATE_RE.search(text) else None
    return None if _is_place_clock(text, fetched_at) else found


def parse_relative(text: str, fetched_at: datetime) -> Published | None:
    """A date told from the capture: "2 giờ trước", "Hôm qua, 14:05", "3 ngày trước".

    Minutes keep the precision "minute"; hours, days and weeks only say the day, months the month.
    """
    text = clean_line(text[:_MAX_TEXT])
    if len(text) > 80 or not _RELATIVE_CUE_RE.search(text):
        return None
    now = fetched_at.astimezone(VIETNAM)
    word = _DAY_WORD_RE.search(text)
    if word and _COUNTED_RE.match(text, word.end()):
        return None
    if word:
        back = {"nay": 0, "today": 0, "qua": 1, "yesterday": 1, "kia": 2}
        name = word["word"].lower()
        days = next(count for key, count in back.items() if name.endswith(key))
        day = now - timedelta(days=days)
        time = time_of(
            TIME_AFTER_RE.match(text, word.end()) or TIME_BEFORE_RE.search(text[: word.start()])
        )
        return build(
            day.year, day.month, day.day, time, "minute" if time else "day", "visible", text,
            fetched_at,
        )  # fmt: skip
    if _JUST_NOW_RE.search(text):
        return Published(now.replace(second=0, microsecond=0), "minute", "visible", text)
    match = _RELATIVE_RE.search(text)
    if match is None:
        return None
    count = int(match["n"]) if match["n"].isdigit() else 1
    unit = match["unit"].lower()
    if unit in ("giây", "second", "phút", "minute", "min"):
        step = timedelta(seconds=count) if unit in ("giây", "second") else timedelta(minutes=count)
        at = (now - step).replace(second=0, microsecond=0)
        return Published(at, "minute", "visible", match.group())
    if unit in ("tháng", "month"):
        months = now.year * 12 + now.month - 1 - count
        return build(
            months // 12, months % 12 + 1, 1, None, "month", "visible", match.group(), fetched_at
        )
    hours = {"giờ": 1, "tiếng": 1, "hour": 1, "ngày": 24, "day": 24, "tuần": 168, "week": 168}
    day = now - timedelta(hours=hours[unit] * count)
    return build(day.year, day.month, day.day, None, "day", "visible", match.group(), fetched_at)


# --- page clocks -------------------------------------------------------------------------------

_PLACE = r"(?:(?:tp\.?|thành phố|tỉnh|t\.p)\s?)?(?P<place>[^\W\d_]+(?:[\s-][^\W\d_]+){0,4})"
_PLACE_CLOCK_RE = re.compile(
    rf"{_PLACE}\s*[,:\-–]?\s*(?:ngày\s*)?\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}", re.I
)
_NO_PLACE_RE = re.compile(r"^(?:thứ|chủ|ngày|lúc|vào|hôm|tháng)\b", re.I)
_PLACES = frozenset(
    """an giang|bà rịa vũng tàu|bắc giang|bắc kạn|bắc cạn|bạc liêu|bắc ninh|bến tre|bình định|
    bình dương|bình phước|bình thuận|cà mau|cần thơ|cao bằng|đà nẵng|đắk lắk|đắc lắc|đắk nông|
    điện biên|đồng nai|đồng tháp|gia lai|hà giang|hà nam|hà nội|hà tĩnh|hải dương|hải phòng|
    hậu giang|hòa bình|hoà bình|hưng yên|khánh hòa|khánh hoà|kiên giang|kon tum|lai châu|lâm đồng|
    lạng sơn|lào cai|long an|nam định|nghệ an|ninh bình|ninh thuận|phú thọ|phú yên|quảng bình|
    quảng nam|quảng ngãi|quảng ninh|quảng trị|sóc trăng|sơn la|tây ninh|thái bình|thái nguyên|
    thanh hóa|thanh hoá|thừa thiên huế|huế|tiền giang|hồ chí minh|hcm|trà vinh|tuyên quang|
    vĩnh long|vĩnh phúc|yên bái""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Provinces, before and after the merger of 1 July 2025, as page clocks name them."""
_CLOCK_REST_RE = re.compile(
    rf"hôm nay|bây giờ|hiện tại|là|{WEEKDAY}|ngày|lúc|GMT\s?\+\s?0?7(?::00)?|"
    r"[\s,;|()\[\]•·–—:\-]+",
    re.I,
)
_LABEL_RE = re.compile(f"{PUBLISHED_RE.pattern}|{UPDATED_RE.pattern}", re.I)


def _is_place_clock(text: str, fetched_at: datetime) -> bool:
    match = _PLACE_CLOCK_RE.fullmatch(text)
    if match is None or _NO_PLACE_RE.match(match["place"]) or _LABEL_RE.search(text):
        return False
    place = " ".join(match["place"].split())
    if place.lower() in _PLACES:
        return True
    if is_person_name(place) or not all(word[0].isupper() for word in place.split()):
        return False
    found = dates_in(text, fetched_at, "visible")
    return bool(found) and _same_day(found[0].published.at, fetched_at)


def _same_day(at: datetime, fetched_at: datetime) -> bool:
    return at.astimezone(VIETNAM).date() == fetched_at.astimezone(VIETNAM).date()


def looks_like_clock(text: str, fetched_at: datetime) -> bool:
    """Whether a line is the page's own clock or "today" line rather than a date of the article.

    True for a place name with a date alone, for "Hôm nay, ...", and for a date without a label
    that is the day of the capture, unless its time lies well before the capture.
    """
    text = clean_line(text[:_MAX_TEXT])
    if len(text) > 90:
        return False
    if _is_place_clock(text, fetched_at):
        return True
    found = dates_in(text, fetched_at, "visible")
    if len(found) != 1 or _LABEL_RE.search(found[0].label):
        return False
    item = found[0]
    rest = text[: item.start] + " " + text[item.end :]
    if re.search(r"hôm nay|bây giờ|hiện tại", rest, re.I):
        return True
    rest = _CLOCK_REST_RE.sub(" ", rest).strip()
    if rest.lower() not in _PLACES and rest:
        return False
    if item.timed:
        return abs(fetched_at - item.published.at) <= _CLOCK_SLACK
    return _same_day(item.published.at, fetched_at)


# --- structured data and addresses -------------------------------------------------------------

_ISO_RE = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    r"(?:(?P<odd>[+-]\d{2}|[A-Z]{2,4})(?=\d{2}:\d{2}:\d{2})|[T\s]+)?"
    r"(?:(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2}))?(?:[.,]\d+)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|ICT|[+-]\d{2}:?\d{2}|[+-]\d{1,2})?\s*(?:\[[\w/]+\])?",
    re.I,
)
_COMPACT_RE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?Z?")
_EPOCH_RE = re.compile(r"(?:/Date\()?(\d{10})(\d{3})?(?:[+-]\d{4})?(?:\)/)?")


def _offset(zone: str | None) -> timedelta:
    if not zone or zone.upper() == "ICT":
        return timedelta(hours=7)
    if zone.upper() in ("Z", "UTC", "GMT"):
        return timedelta()
    digits = zone[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 14 or minutes > 59:
        raise ValueError(f"no such time zone: {zone}")
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def parse_structured(value: str, fetched_at: datetime) -> Published | None:
    """A date out of metadata: ISO 8601 and what CMSs make of it, RFC 822, Unix time, or None.

    NukeViet 4 writes ``2017-05-30+0716:29:00``, date, zone and time in a row. No zone means
    Vietnam's. A time of exactly midnight is a date without time.
    """
    value = clean_line(value[:_MAX_TEXT])
    if not value:
        return None
    match = _ISO_RE.fullmatch(value)
    if match:
        time = None
        if match["h"]:
            time = (int(match["h"]), int(match["mi"]), int(match["s"] or 0))
        zone = match["odd"] or match["zone"] if time else None
        try:
            naive = datetime(
                int(match["y"]), int(match["m"]), int(match["d"]), *(time or (0, 0, 0)), tzinfo=UTC
            )
            at = (naive - _offset(zone)).astimezone(VIETNAM)
        except (ValueError, OverflowError):
            return None
        return _structured(at, time is not None, value, fetched_at)
    match = _EPOCH_RE.fullmatch(value)
    if match:
        at = datetime.fromtimestamp(int(match[1]), VIETNAM)
        return _structured(at, True, value, fetched_at)
    match = _COMPACT_RE.fullmatch(value)
    if match:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        zoned = UTC if value.endswith("Z") else VIETNAM
        try:
            at = datetime(year, month, day, hour, minute, second, tzinfo=zoned)
        except ValueError:
            return None
        return _structured(at.astimezone(VIETNAM), bool(match[4]), value, fetched_at)
    if re.match(r"[A-Za-z]{3}, \d", value):
        try:
            at = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            return None
        at = at.astimezone(VIETNAM) if at.tzinfo else at.replace(tzinfo=VIETNAM)
        return _structured(at, True, value, fetched_at)
    found = best_found(dates_in(value, fetched_at, "structured"))
    return found


def _structured(at: datetime, timed: bool, raw: str, fetched_at: datetime) -> Published | None:
    if not sane(at, fetched_at):
        return None
    timed = timed and (at.hour, at.minute, at.second) != (0, 0, 0)
    if not timed:
        at = at.replace(hour=0, minute=0, second=0)
    return Published(at.replace(microsecond=0), "minute" if timed else "day", "structured", raw)


_URL_DAY_RE = re.compile(
    rf"/(?P<y>{YEAR})(?:/|-)?(?P<m>0[1-9]|1[0-2]|[1-9](?=[/-]))(?:/|-)?(?P<d>0[1-9]|[12]\d|3[01]|[1-9](?=/))(?=/|$)"
)
_URL_MONTH_RE = re.compile(rf"/({YEAR})/?(0[1-9]|1[0-2])/(?=[^/])")
_URL_STAMP_RE = re.compile(
    r"[-/=](?:(20\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d{3}|\d{3}(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d{2,3})"
    r"(?:\.\w+)?/?$"
)


def parse_url(url: str, fetched_at: datetime) -> Published | None:
    """The day (or month) that an article's address carries, or None.

    Read are date folders (``/2019/10/16/``, ``/202306/``) and the time stamps that some Vietnamese
    newspapers use as identifiers (``-20190912211758281.htm``, ``-196251009183212838.htm``).
    Dates within a slug are events, and are not read.
    """
    if len(url) > 2000:
        return None
    path = re.sub(r"^https?://[^/]*", "", url.partition("#")[0].partition("?")[0], flags=re.I)
    match = _URL_DAY_RE.search(path)
    if match:
        day = int(match["d"])
        return build(
            int(match["y"]), int(match["m"]), day, None, "day", "url", match.group(), fetched_at
        )
    match = _URL_STAMP_RE.search(path if "?" not in url else url)
    if match:
        parts = [int(part) for part in match.groups() if part is not None]
        if parts[3] < 24 and parts[4] < 60 and parts[5] < 60:
            year = parts[0] if parts[0] > 99 else 2000 + parts[0]
            return build(year, parts[1], parts[2], None, "day", "url", match.group(), fetched_at)
    match = _URL_MONTH_RE.search(path)
    if match:
        return build(
            int(match[1]), int(match[2]), 1, None, "month", "url", match.group(), fetched_at
        )
    return None


# --- choice ------------------------------------------------------------------------------------

_TRUST: dict[DateEvidence, int] = {"visible": 0, "structured": 1, "url": 2, "text": 3}
_FINENESS: dict[Precision, int] = {"month": 0, "day": 1, "minute": 2}


def is_settled(found: Published) -> bool:
    """Whether ``choose`` takes this date, the first visible one, whatever else a page says."""
    return found.evidence == "visible" and found.precision == "minute" and not is_update(found.raw)


def choose(candidates: Iterable[Published | None], fetched_at: datetime) -> Published | None:
    """The most trusted candidate, made as precise as the others that agree with it.

    Order of trust: visible, structured, url, text; of equals the first given. A candidate of the
    same day (or month) with a time lends its time; the evidence remains that of the trusted one.
    A visible date that calls itself an update gives way to structured data of an earlier day.
    """
    kept = [item for item in candidates if item is not None and sane(item.at, fetched_at)]
    if not kept:
        return None
    kept.sort(key=lambda item: _TRUST[item.evidence])
    best = kept[0]
    if best.evidence == "visible" and is_update(best.raw):
        earlier = (
            item
            for item in kept
            if not (item.evidence == "visible" and is_update(item.raw))
            and item.evidence in ("visible", "structured")
            and item.at < best.at
            and not _same_day(item.at, best.at)
        )
        best = next(earlier, best)
    for other in kept:
        if _FINENESS[other.precision] <= _FINENESS[best.precision]:
            continue
        ours, theirs = best.at.astimezone(VIETNAM), other.at.astimezone(VIETNAM)
        agree = (ours.year, ours.month) == (theirs.year, theirs.month) and (
            best.precision == "month" or ours.day == theirs.day
        )
        if agree:
            best = replace(best, at=theirs, precision=other.precision)
    return best
