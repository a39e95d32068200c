"""Lines around a title that tell of an article rather than its story: who, when, how often read.

Portals print them in one row, with or without labels: "Tác giả: Hà Phương Ngày đăng: 5-3-2024
Lượt xem: 88". A page of unknown make says nowhere what such a row is; its pieces do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extraction.blocks import Block
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.bylines import parse_byline
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.person_names import is_account, is_initials, is_person_name
from crawler.extraction.signature_words import GENERIC_RE

MAX_ROW = 160
"""Characters of the longest row."""
_AUTHORS = r"tác giả(?: bài viết)?|người (?:đăng|viết|gửi)|nguồn(?: tin)?|đăng bởi|viết bởi|bởi|by"
_DATES = r"(?:ngày|thời gian) (?:đăng|tạo|gửi|viết)|đăng ngày|cập nhật(?: lúc| ngày)?|xuất bản"
_COUNTS = (
    r"(?:số )?lượt (?:xem|đọc|truy cập)|đã (?:xem|đọc)|views?|hits?|bình luận|chuyên mục|"
    r"(?:cỡ|màu|cỡ và màu) chữ"
)
_LABEL = re.compile(rf"(?<!\w)(?:(?P<author>{_AUTHORS})|{_DATES}|(?P<count>{_COUNTS}))\s*:", re.I)
_BARS = re.compile(r"\s+[|•·]\s+|\s+[-–]\s+(?=\D)|\s{2,}")
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
            if counted or is_date_line(part) or boilerplate_kind(part):
                told += 1
            elif label is not None and label["author"] and part.startswith(label[0]):
                named = part[len(label[0]) :].strip()
                if not _names_author(named):
                    return None
                authors.append(part)
            else:
                return None
    return authors if told else None


def _told_row(text: str) -> list[str] | None:
    """For rows without colons: "Viết bởi Hà Phương. Đăng ngày 5/3/2024. Đăng trong Tin"."""
    parts = [part.strip(" |•·,;()") for part in _STOPS.split(text)]
    parts = [part for part in parts if part]
    if len(parts) < 2 or not any(map(is_date_line, parts)):
        return None
    authors: list[str] = []
    for part in parts:
        by = _BY.match(part)
        if by and len(part) <= 60 and _names_author(part[by.end() :].strip()):
            authors.append(part)
        elif not (is_date_line(part) or boilerplate_kind(part) or _TOLD.fullmatch(part)):
            return None
    return authors


_STOPS = re.compile(r"\.\s+|\.$|\s+[|•·]\s+|\s+[-–]\s+")
_BY = re.compile(r"(?:(?:được )?(?:viết|đăng|gửi) bởi|bởi|by|written by|posted by)\s+", re.I)
_TOLD = re.compile(
    r"(?:được )?(?:đăng|gửi|posted) (?:trong|in|tại) .{2,40}|\d+ phút đọc|"
    r"\d{1,2}\s?[:hg]\s?\d{2}(?::\d{2})?",
    re.I,
)


def _names_author(named: str) -> bool:
    if not named or GENERIC_RE.fullmatch(named) or is_account(named):
        return True
    found = parse_byline(named)
    return len(named.split()) <= 12 and bool(found.persons or found.unit or found.source)


def without_info(blocks: list[Block], within: int) -> tuple[list[Block], list[str]]:
    """Blocks without rows of information among the first ``within``, and who these name.

    A person's name alone on its line beside a date is the author's.
    """
    kept: list[Block] = []
    authors: list[str] = []
    dates = [i for i, block in enumerate(blocks[:within]) if is_date_line(block.text)]
    for index, block in enumerate(blocks):
        if index < within and block.text and block.kind != "heading":
            row = info_row(block.text)
            if row is not None:
                authors += row
                continue
            near = any(abs(index - date) <= _REACH for date in dates)
            if near and len(block.text) <= 60:
                if _is_name(block.text):
                    authors.append(block.text)
                    continue
                if GENERIC_RE.fullmatch(block.text):
                    continue
        kept.append(block)
    return kept, authors


def _is_name(text: str) -> bool:
    names = _AND.split(text)
    return len(names) <= 4 and all(
        (" " in name and is_person_name(name)) or ("." in name and is_initials(name))
        for name in names
    )


_AND = re.compile(r"\s*(?:[,;&]|\s[-–]\s|\svà\s)\s*")


_ENDS = (".", "…", "?", "!")


def lead_heading(blocks: Sequence[Block]) -> None:
    """Make paragraphs of headings above the text that are whole sentences: themes set leads so."""
    for block in blocks:
        if block.kind == "heading" and len(block.text) >= 60 and block.text.endswith(_ENDS):
            block.kind, block.level = "paragraph", 0
