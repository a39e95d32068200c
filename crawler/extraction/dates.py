"""Publication dates: as Vietnamese sites print them, as metadata and addresses carry them.

Day before month always. Times are Vietnam's. The capture time is the only clock: nothing later
than it (but for a day's tolerance between clocks) is a publication date, and a date that merely
repeats it in the form of a page clock is none either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from archive.records import VIETNAM, DateEvidence, Precision, Published
from crawler.extraction.text import clean_line

EARLIEST_YEAR = 1990
"""No Vietnamese site is older; what is earlier is a default or a null date."""
TOLERANCE = timedelta(days=1)
"""How far a page's date may lie after its capture: clocks and time zones differ."""

_MAX_TEXT = 400
_CLOCK_SLACK = timedelta(minutes=15)

# --- the words ---------------------------------------------------------------------------------

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
_YEAR = r"(?:19|20)\d\d"

_DATE_RE = re.compile(
    rf"""
    (?<![\d/.,:\-–]) (?:
      (?P<d1>\d{{1,2}}) \s? (?P<sep>[./\-–]) \s? (?P<m1>\d{{1,2}}) \s? (?P=sep) \s? (?P<y1>{_YEAR})
    | (?P<y2>{_YEAR}) (?P<sep2>[./\-]) (?P<m2>\d{{1,2}}) (?P=sep2) (?P<d2>\d{{1,2}})
    | (?P<d3>\d{{1,2}}) \s* [/,.\-]? \s* (?P<m3>{_MONTH}) \s* [/,.\-]? \s* (?:năm\s+)?
      (?P<y3>{_YEAR})
    | (?P<d5>\d{{1,2}})(?:st|nd|rd|th)? [\s\-/] \s* (?P<m5>{_EN}) \.? [\s,\-/]+ (?P<y5>{_YEAR})
    )(?![\d/]|[.\-–]\d)
    | \b(?:
      (?P<m4>{_MONTH}) \s+ (?P<d4>\d{{1,2}}) \s* , ? \s+ (?:năm\s+)? (?P<y4>{_YEAR})
    | (?P<m6>{_EN}) \.? \s+ (?P<d6>\d{{1,2}})(?:st|nd|rd|th)? \s* ,? \s+ (?P<y6>{_YEAR})
    | (?P<m7>{_MONTH}) \s* (?:[/,.\-]|năm|\s) \s* (?P<y7>{_YEAR})
    | (?P<m8>{_EN}) \.? ,? \s+ (?P<y8>{_YEAR})
    )(?![\d/]|[.\-–]\d)
    | (?<![\d/.,:\-–]) (?P<d9>\d\d)(?P<sep9>/)(?P<m9>\d\d)/(?P<y9>\d\d)(?![\d/.])
    """,
    re.X | re.I,
)

_TIME = (
    r"(?P<h>\d{1,2})(?:\s?:\s?|\s?[hg]\s?|\s?giờ\s?)(?P<mi>\d{2})"
    r"(?:\s?[:']\s?(?P<s>\d{2}))?(?:\s?(?:phút|'))?(?![\d/]|[.,]\d)"
    r"(?:\s?(?P<half>AM|PM|SA|CH|a\.m\.|p\.m\.)(?!\w))?"
)
_GLUE = r"[\s,;|()\[\]•·–—\-/]*"
_WEEKDAY = (
    r"(?:thứ\s?(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s?nhật|cn|t[2-7]|mon(?:day)?"
    r"|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)(?!\w)"
)
_TIME_AFTER_RE = re.compile(rf"(?:{_GLUE}(?:T|vào|lúc|at|hồi)?\s*:?){_GLUE}{_TIME}", re.I)
_TIME_BEFORE_RE = re.compile(
    rf"(?<![\d:.,/]){_TIME}(?:{_GLUE}(?:{_WEEKDAY}|ngày|on|GMT\s?\+\s?7))*{_GLUE}$", re.I
)
_UPDATED_RE = re.compile(r"cập\s?nhật|sửa|chỉnh|update|modif|last|thay đổi|lần cuối|edited", re.I)
_PUBLISHED_RE = re.compile(
    r"đăng|xuất bản|phát hành|đưa tin|post|publi|creat|tạo|viết|ngày gửi|ngày tin|ban hành", re.I
)
_NOT_PUBLISHED_RE = re.compile(
    r"hiệu lực|hết hạn|đáo hạn|nhiệm kỳ|sinh ngày|ngày sinh|giai đoạn|khóa|"
    r"\d+\s?/\s?(?:[A-ZĐ]{2,}|\d{4}/)[^\s]*\s+(?:ngày|\(|ban hành)",
    re.I,
)
_RELATIVE_RE = re.compile(
    r"(?:(?:cách đây|khoảng|about)\s+)?(?P<n>\d{1,3}|một|an?|one)\s+"
    r"(?P<unit>giây|phút|giờ|tiếng|ngày|tuần|tháng|second|minute|min|hour|day|week|month)s?"
    r"(?:\s+(?:trước|ago))?",
    re.I,
)
_RELATIVE_CUE_RE = re.compile(r"trước|cách đây|ago|hôm|vừa|just now|yesterday|today", re.I)
_DAY_WORD_RE = re.compile(r"(?P<word>hôm\s?nay|hôm\s?qua|hôm\s?kia|today|yesterday)", re.I)
_JUST_NOW_RE = re.compile(r"vừa (?:xong|mới|đăng)|just now|mới đây", re.I)


@dataclass(frozen=True, slots=True)
class _Found:
    published: Published
    start: int
    end: int
    label: str
    timed: bool


def _month_number(word: str) -> int:
    word = word.lower()
    if word in _EN_MONTHS:
        return _EN_MONTHS[word]
    bare = " ".join(re.sub(r"^(?:tháng|thg\.?|th\.?)\s*", "", word).split())
    return int(bare) if bare.isdigit() else _VI_MONTHS[bare]


def _time_of(match: re.Match[str] | None) -> tuple[int, int, int] | None:
    if match is None:
        return None
    hour, minute, second = int(match["h"]), int(match["mi"]), int(match["s"] or 0)
    half = (match["half"] or "").upper().replace(".", "")
    if half in ("PM", "CH") and hour < 12:
        hour += 12
    elif half in ("AM", "SA") and hour == 12:
        hour = 0
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _sane(at: datetime, fetched_at: datetime) -> bool:
    return at.year >= EARLIEST_YEAR and at <= fetched_at + TOLERANCE


def _build(
    year: int, month: int, day: int, time: tuple[int, int, int] | None, precision: Precision,
    evidence: DateEvidence, raw: str, fetched_at: datetime,
) -> Published | None:  # fmt: skip
    try:
        at = datetime(year, month, day, *(time or (0, 0, 0)), tzinfo=VIETNAM)
    except ValueError:
        return None
    if not _sane(at, fetched_at):
        return None
    return Published(at, precision, evidence, raw.strip())


def _dates_in(text: str, fetched_at: datetime, evidence: DateEvidence) -> list[_Found]:
    """Every possible date of a short text, in order, with the label that stands before it."""
    found: list[_Found] = []
    position = 0
    for match in _DATE_RE.finditer(text):
        form = next(n for n in "123456789" if match[f"y{n}"])
        year = int(match[f"y{form}"])
        precision: Precision = "month" if form in "78" else "day"
        day = 1 if precision == "month" else int(match[f"d{form}"])
        word = match[f"m{form}"]
        month = int(word) if word.isdigit() else _month_number(word)
        if form == "9":
            year += 2000
        label = text[position : match.start()]
        start, end = match.span()
        time = None
        if precision == "day":
            before = _TIME_BEFORE_RE.search(label)
            after = _TIME_AFTER_RE.match(text, match.end())
            time = _time_of(before)
            if time and before:
                start = position + before.start()
                label = label[: before.start()]
            else:
                time = _time_of(after)
                if time and after:
                    end = after.end()
        built = _build(
            year, month, day, time, "minute" if time else precision, evidence, text[start:end],
            fetched_at,
        )  # fmt: skip
        position = end
        if built and not _NOT_PUBLISHED_RE.search(label[-60:]):
            found.append(_Found(built, start, end, label, time is not None))
    return found


def _best_found(found: Sequence[_Found]) -> Published | None:
    """Publication before plain before update; of equals the first, but a day before a month."""
    if not found:
        return None

    def rank(item: _Found) -> tuple[int, bool]:
        updated = _UPDATED_RE.search(item.label)
        kind = 2 if updated else 0 if _PUBLISHED_RE.search(item.label) else 1
        return kind, item.published.precision == "month"

    return min(found, key=rank).published


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
    found = _best_found(_dates_in(text, fetched_at, "visible"))
    if found is None:
        return parse_relative(text, fetched_at) if not _DATE_RE.search(text) else None
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
    if word:
        back = {"nay": 0, "today": 0, "qua": 1, "yesterday": 1, "kia": 2}
        name = word["word"].lower()
        days = next(count for key, count in back.items() if name.endswith(key))
        day = now - timedelta(days=days)
        time = _time_of(
            _TIME_AFTER_RE.match(text, word.end()) or _TIME_BEFORE_RE.search(text[: word.start()])
        )
        return _build(
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
        return _build(
            months // 12, months % 12 + 1, 1, None, "month", "visible", match.group(), fetched_at
        )
    hours = {"giờ": 1, "tiếng": 1, "hour": 1, "ngày": 24, "day": 24, "tuần": 168, "week": 168}
    day = now - timedelta(hours=hours[unit] * count)
    return _build(day.year, day.month, day.day, None, "day", "visible", match.group(), fetched_at)


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
    rf"hôm nay|bây giờ|hiện tại|là|{_WEEKDAY}|ngày|lúc|GMT\s?\+\s?0?7(?::00)?|"
    r"[\s,;|()\[\]•·–—:\-]+",
    re.I,
)
_LABEL_RE = re.compile(f"{_PUBLISHED_RE.pattern}|{_UPDATED_RE.pattern}", re.I)


def _is_place_clock(text: str, fetched_at: datetime) -> bool:
    match = _PLACE_CLOCK_RE.fullmatch(text)
    if match is None or _NO_PLACE_RE.match(match["place"]) or _LABEL_RE.search(text):
        return False
    if " ".join(match["place"].lower().split()) in _PLACES:
        return True
    found = _dates_in(text, fetched_at, "visible")
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
    found = _dates_in(text, fetched_at, "visible")
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


_META_REST_RE = re.compile(
    rf"{_WEEKDAY}|lượt xem|lượt|views?|xem|bình luận|comments?|tác giả|by|bởi|admin|GMT\s?\+\s?0?7"
    rf"|{_PUBLISHED_RE.pattern}|{_UPDATED_RE.pattern}|ngày|lúc|vào|[\W\d_]+",
    re.I,
)


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
        found = _dates_in(text, fetched_at, "visible")
        if not found:
            relative = parse_relative(text, fetched_at) if not _DATE_RE.search(text) else None
            if relative and len(text) < 40 and bare is None:
                bare = replace(relative, evidence="text")
            continue
        rest = text
        for item in reversed(found):
            rest = rest[: item.start] + " " + rest[item.end :]
        rest = " ".join(_META_REST_RE.sub(" ", rest).split())
        if len(rest) > 40 or rest.count(" ") > 5 or looks_like_clock(text, fetched_at):
            continue
        best = _best_found(found)
        if best is None:
            continue
        chosen = next(item for item in found if item.published is best)
        if _UPDATED_RE.search(chosen.label):
            updated = updated or best
        elif _PUBLISHED_RE.search(chosen.label):
            return best
        elif bare is None and best.precision != "month" and not rest:
            bare = replace(best, evidence="text")
    return updated or bare


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
    found = _best_found(_dates_in(value, fetched_at, "structured"))
    return found


def _structured(at: datetime, timed: bool, raw: str, fetched_at: datetime) -> Published | None:
    if not _sane(at, fetched_at):
        return None
    timed = timed and (at.hour, at.minute, at.second) != (0, 0, 0)
    if not timed:
        at = at.replace(hour=0, minute=0, second=0)
    return Published(at.replace(microsecond=0), "minute" if timed else "day", "structured", raw)


_URL_DAY_RE = re.compile(
    rf"/(?P<y>{_YEAR})(?:/|-)?(?P<m>0[1-9]|1[0-2]|[1-9](?=[/-]))(?:/|-)?(?P<d>0[1-9]|[12]\d|3[01]|[1-9](?=/))(?=/|$)"
)
_URL_MONTH_RE = re.compile(rf"/({_YEAR})/?(0[1-9]|1[0-2])/(?=[^/])")
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
        return _build(
            int(match["y"]), int(match["m"]), day, None, "day", "url", match.group(), fetched_at
        )
    match = _URL_STAMP_RE.search(path if "?" not in url else url)
    if match:
        parts = [int(part) for part in match.groups() if part is not None]
        if parts[3] < 24 and parts[4] < 60 and parts[5] < 60:
            year = parts[0] if parts[0] > 99 else 2000 + parts[0]
            return _build(year, parts[1], parts[2], None, "day", "url", match.group(), fetched_at)
    match = _URL_MONTH_RE.search(path)
    if match:
        return _build(
            int(match[1]), int(match[2]), 1, None, "month", "url", match.group(), fetched_at
        )
    return None


# --- choice ------------------------------------------------------------------------------------

_TRUST: dict[DateEvidence, int] = {"visible": 0, "structured": 1, "url": 2, "text": 3}
_FINENESS: dict[Precision, int] = {"month": 0, "day": 1, "minute": 2}


def choose(candidates: Iterable[Published | None], fetched_at: datetime) -> Published | None:
    """The most trusted candidate, made as precise as the others that agree with it.

    Order of trust: visible, structured, url, text; of equals the first given. A candidate of the
    same day (or month) with a time lends its time; the evidence remains that of the trusted one.
    """
    sane = [item for item in candidates if item is not None and _sane(item.at, fetched_at)]
    if not sane:
        return None
    sane.sort(key=lambda item: _TRUST[item.evidence])
    best = sane[0]
    for other in sane[1:]:
        if _FINENESS[other.precision] <= _FINENESS[best.precision]:
            continue
        ours, theirs = best.at.astimezone(VIETNAM), other.at.astimezone(VIETNAM)
        agree = (ours.year, ours.month) == (theirs.year, theirs.month) and (
            best.precision == "month" or ours.day == theirs.day
        )
        if agree:
            best = replace(best, at=theirs, precision=other.precision)
    return best
