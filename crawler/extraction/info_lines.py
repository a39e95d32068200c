"""Lines around a title that tell of an article rather than its story: who, when, how often read.

Portals print them in one row, with or without labels: "Tác giả: Hà Phương Ngày đăng: 5-3-2024
Lượt xem: 88". A page of unknown make says nowhere what such a row is; its pieces do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.bylines import parse_byline
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.person_names import is_account, is_initials, is_person_name
from crawler.extraction.printed_dates import DATE_RE
from crawler.extraction.signature_line import read_line
from crawler.extraction.signature_words import GENERIC_RE
from crawler.extraction.text import clean_line

T = TypeVar("T")
MAX_ROW = 160
"""Characters of the longest row."""
_AUTHORS = (
    r"tác giả(?: bài viết)?|người (?:đăng|viết|gửi)|nguồn(?: tin)?|(?:đăng|viết|gửi) bởi|bởi|by"
)
_DATES = r"(?:ngày|thời gian) (?:đăng|tạo|gửi|viết)|đăng ngày|cập nhật(?: lúc| ngày)?|xuất bản"
_COUNTS = (
    r"(?:số )?lượt (?:xem|đọc|truy cập)|đã (?:xem|đọc)|views?|hits?|bình luận|chuyên mục|"
    r"(?:cỡ|màu|cỡ và màu) chữ"
)
_LABEL = re.compile(rf"(?<!\w)(?:(?P<author>{_AUTHORS})|{_DATES}|(?P<count>{_COUNTS}))\s*:", re.I)
_BARS = re.compile(r"\s+[|•·/]\s+|\s+[-–]\s+(?=\D)|\s{2,}")
_COUNT = re.compile(rf"(?:{_COUNTS})[\s(\d.,]*", re.I)
"""A counter without a colon, its closing bracket cut off: "Bình luận (0"."""
_COUNTED = 60
"""Characters behind the label of a counter, a section or the size of letters."""
_REACH = 2
"""Lines from a date at which a bare name still stands in the same row."""


def info_row(text: str) -> list[str] | None:
    """What a row that only tells of an article says of its author; None for any other line.

    >>> info_row("Tác giả: Hà Phương Ngày đăng: 5-3-2024 Lượt xem: 88")
    ['Tác giả: Hà Phương']
    >>> info_row("Ngày đăng: 5-3-2024, hội nghị đã kết thúc tại thành phố.") is None
    True
    """
    if len(text) > MAX_ROW:
        return None
    labels = list(_LABEL.finditer(text))
    if not labels:
        return _told_row(text)
    ends = [*(label.start() for label in labels[1:]), len(text)]
    pieces: list[tuple[re.Match[str] | None, str]] = [(None, text[: labels[0].start()])]
    pieces += [(label, text[label.start() : end]) for label, end in zip(labels, ends, strict=True)]
    authors: list[str] = []
    told = 0
    for label, piece in pieces:
        for part in _BARS.split(piece):
            part = part.strip(" |•·-–,;()")
            if not part:
                continue
            counted = label is not None and label["count"] and len(part) <= _COUNTED
            if counted or is_date_line(part) or boilerplate_kind(part) or _COUNT.fullmatch(part):
                told += 1
            elif label is not None and label["author"] and part.startswith(label[0]):
                named = part[len(label[0]) :].strip()
                if dated := DATE_RE.search(named):
                    named = _WHEN.sub("", named[: dated.start()]).strip(_BETWEEN)
                    part = f"{label[0]} {named}"
                    told += 1
                if _names_author(named):
                    authors.append(part)
                elif label["author"].lower().startswith("người") and named.count(" ") <= 3:
                    told += 1  # Whoever posted it: an office, an account.
                else:
                    return None
            else:
                return None
    return authors if told else None


def _told_row(text: str) -> list[str] | None:
    """For rows without colons: "Viết bởi Hà Phương. Đăng ngày 5/3/2024. Đăng trong Tin"."""
    parts = [part.strip(" |•·,;()") for part in _STOPS.split(text)]
    parts = [part for part in parts if part]
    if len(parts) < 2 or not any(map(DATE_RE.search, parts)):
        return None
    authors: list[str] = []
    for part in parts:
        by = _BY.match(part)
        named = part[by.end() :].strip() if by else ""
        if by and len(part) <= 60 and _names_author(named):
            authors.append(part)
        elif by and (dated := DATE_RE.search(named)) and not named[dated.end() :].strip(_BETWEEN):
            named = _WHEN.sub("", named[: dated.start()]).strip(_BETWEEN)
            if _names_author(named):
                authors.append(f"{by[0]}{named}")
            elif named.count(" ") > 3:
                return None
        elif not (is_date_line(part) or boilerplate_kind(part) or _TOLD.fullmatch(part)):
            return None
    return authors


_STOPS = re.compile(r"\.\s+|\.$|\s+[|•·]\s+|\s+[-–]\s+")
_BY = re.compile(
    r"(?:(?:được )?(?:viết|đăng|gửi) bởi|bởi|by|(?:written|posted|published) by)\s+", re.I
)
_TOLD = re.compile(
    r"(?:được )?(?:đăng|gửi|posted) (?:trong|in|tại) .{2,40}|\d+ phút đọc|"
    r"\d{1,2}\s?[:hg]\s?\d{2}(?::\d{2})?",
    re.I,
)


def spaced(block: Block) -> str:
    """A short line with a space between elements that touch: "<b>Hà Phương</b><i>5/3/2024</i>".

    Only where it then holds a date: elsewhere two elements may be one word.
    """
    text = block.text
    if block.element is None or len(text) > MAX_ROW or not any(map(str.isdigit, text)):
        return text
    if not len(block.element) or block.after_break:
        return text
    said = _said(block, ((piece, piece) for piece in block.element.itertext()))
    apart = clean_line(" ".join(said))
    return apart if DATE_RE.search(apart) else text


def _said(block: Block, pieces: Iterable[tuple[str, T]]) -> list[T]:
    """Of pieces (what each says, what it stands for) those that make up the block's text.

    Its element may hold blocks of their own behind it; empty where the pieces say something else.
    """
    wanted = "".join(block.text.split())
    found: list[T] = []
    size = 0
    for text, piece in pieces:
        letters = "".join(text.split())
        if not letters:
            continue
        if size >= len(wanted) or not wanted.startswith(letters, size):
            break
        size += len(letters)
        found.append(piece)
    return found if size == len(wanted) else []


def _names_author(named: str) -> bool:
    if not named or GENERIC_RE.fullmatch(named) or is_account(named):
        return True
    found = parse_byline(named)
    return len(named.split()) <= 12 and bool(found.persons or found.unit or found.source)


def without_info(blocks: list[Block], within: int) -> tuple[list[Block], list[str], list[str]]:
    """Blocks without rows of information among the first ``within``, who these name, and the rows.

    A person's name alone on its line beside a date is the author's.
    """
    kept: list[Block] = []
    authors: list[str] = []
    rows: list[str] = []
    prose = next((i for i, block in enumerate(blocks) if len(block.text) >= _PROSE), len(blocks))
    dates = [i for i, block in enumerate(blocks[:within]) if is_date_line(spaced(block))]
    for index, block in enumerate(blocks):
        if index < within and block.text and block.kind != "heading":
            line = spaced(block)
            row = info_row(line)
            if row is None:
                row = _name_and_date(line) or _row_of_pieces(block)
            if row is None and (_says_who(line) or _by_line(line)):
                row = [line]
            if row is None and _READING.fullmatch(line):
                row = []
            below = index > prose or prose == len(blocks)
            if row is None and below and _CLOCK.search(line) and is_date_line(line):
                row = []
            if row is not None:
                authors += row
                rows.append(line)
                continue
            near = any(abs(index - date) <= _REACH for date in dates)
            if near and len(block.text) <= 60 and not (block.kind == "item" and index > prose):
                if _is_name(block.text):
                    authors.append(block.text)
                    continue
                if GENERIC_RE.fullmatch(block.text):
                    continue
        kept.append(block)
    return kept, authors, rows


def _name_and_date(line: str) -> list[str] | None:
    """Who a line names that says who and when and nothing else: "Hà Phương - 5/3/2024 08:00"."""
    found = DATE_RE.search(line)
    if found is None or len(line) > MAX_ROW:
        return None
    before = _WHEN.sub("", line[: found.start()]).strip(_BETWEEN)
    behind = line[found.end() :].strip(_BETWEEN)
    if behind and not is_date_line(f"{found[0]} {behind}"):
        return None
    if _PLACE.search(line[: found.start()]):
        return None
    return [_DID.sub("", before)] if " " in before and _is_name(before) else None


def _row_of_pieces(block: Block) -> list[str] | None:
    """Who a row names whose pieces stand each in an element: a date, a name, a count of readers."""
    element = block.element
    if element is None or not 1 <= len(element) <= _PIECES or len(block.text) > MAX_ROW:
        return None
    if block.after_break or not any(map(str.isdigit, block.text)):
        return None
    if len(element) == 1 and len(element[0]) > 1 and not (element.text or "").strip():
        element = element[0]
    pieces = _said(block, _with_links(element))
    pieces = [(clean_line(text).strip(_BETWEEN), linked) for text, linked in pieces]
    pieces = [(text, linked) for text, linked in pieces if text]
    if len(pieces) < 2 or not any(is_date_line(text) for text, _ in pieces):
        return None
    authors: list[str] = []
    for text, linked in pieces:
        if " " in text and _is_name(text):
            authors.append(_DID.sub("", text))
        elif ":" in text and read_line(text).persons:
            authors.append(text)
        elif not (
            is_date_line(text)
            or boilerplate_kind(text)
            or GENERIC_RE.fullmatch(text)
            or _NUMBER.fullmatch(text)
            or _TOLD.fullmatch(text)
            or (linked and len(text) <= _COUNTED)
        ):
            return None
    return authors


def _with_links(element: HtmlElement) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Texts of an element's children and of what stands between them; whether each is a link."""
    yield element.text or "", (element.text or "", False)
    for child in element:
        if isinstance(child.tag, str):
            text = child.text_content()
            yield text, (text, child.tag == "a" or child.find(".//a") is not None)
        yield child.tail or "", (child.tail or "", False)


_PIECES = 8
_READING = re.compile(r"(?:[\d.,]+ ?[km]?\s+){0,3}\d+ (?:phút đọc|min(?:utes?)? read)", re.I)
_NUMBER = re.compile(r"[\d.,]+ ?[km]?", re.I)
_BETWEEN = " |•·-–—,;:()[]/"
_WHEN = re.compile(
    r"[\s|•·,;:()–—-]*(?:(?:thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật|ngày|lúc|vào|đăng|cập nhật|"
    r"\d{1,2}\s?[:hg]\s?\d{2}(?::\d{2})?)[\s|•·,;:()–—-]*)+$",
    re.I,
)
"""What stands between a name and its date: the weekday, the hour, a label."""


_PLACE = re.compile(r",\s*ngày\s*$", re.I)
"""Behind the place where a letter was written: "Thốt Nốt, ngày 4/3/2021"."""


def _by_line(line: str) -> bool:
    """Whether a line says by whom an article was posted, and nothing else."""
    by = _BY.match(line)
    return by is not None and len(line) <= 60 and _names_author(line[by.end() :].strip())


_PROSE = 60
_CLOCK = re.compile(r"(?<!\d)\d{1,2}\s?[:hg]\s?\d{2}(?!\d)")


def _says_who(line: str) -> bool:
    """Whether a line above the text signs it by a label: "Thực hiện: Hà Phương"."""
    return len(line) <= 80 and ":" in line and read_line(line).kind == "label"


def _is_name(text: str) -> bool:
    names = _AND.split(_DID.sub("", text))
    return len(names) <= 4 and all(
        (" " in name and is_person_name(name)) or ("." in name and is_initials(name))
        for name in names
    )


_DID = re.compile(r"\s*\((?:thực hiện|ghi|lược ghi|tổng hợp|t/h|th)\)?$", re.I)
_AND = re.compile(r"\s*(?:[,;&]|\s[-–]\s|\svà\s)\s*")


_ENDS = (".", "…", "?", "!", ":")


def lead_heading(blocks: Sequence[Block]) -> None:
    """Make paragraphs of headings above the text that are whole sentences: themes set leads so."""
    for block in blocks:
        if block.kind == "heading" and len(block.text) >= 60 and block.text.endswith(_ENDS):
            block.kind, block.level = "paragraph", 0
