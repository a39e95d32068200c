"""Who signed an article: signatures at the end of a body, and elements that name the author.

Split into persons, the union body that reports, and the source of a republication. A photo credit
is no author, and neither are CMS accounts, vendors and desks ("admin", "Ban biên tập", "PV").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.records import Byline
from crawler.extraction.person_names import is_account
from crawler.extraction.signature_line import (
    MAX_LINE,
    Line,
    read_labelled,
    read_line,
    split_people,
    undouble,
    unwrapped,
)
from crawler.extraction.signature_words import (
    COMPOUND_RE,
    DATE_OR_TIME_RE,
    GENERIC_RE,
    LABEL_RE,
    UNIT_LOOSE_RE,
)
from crawler.extraction.text import clean_line

_MAX_LINES = 4

# --- the end of a body -------------------------------------------------------------------------

_MAY_STAND_ABOVE = {
    "unit": {"label", "name", "label_only", "desk", "source"},
    "name": {"label_only", "name"},
    "source": {"label", "name", "unit", "desk", "photo"},
    "photo": {"label", "name", "unit", "source", "desk"},
    "label": {"photo", "label", "source"},
    "desk": {"label_only"},
}
"""Which kind of line may stand above which in a signature of several lines."""

_SENTENCE_END = (".", "!", "?", "…", "”", '"', "»", ")", ".”", "’")
_ATTACHMENT_RE = re.compile(
    r"(?:file|tệp|tài liệu|văn bản)\s+đính\s+kèm|tải\s+(?:về|file)|xem tệp", re.I
)
_OFFICIAL_RE = re.compile(
    r"^(?:TM\.?|KT\.?|T/M|TL\.?|Q\.)\s|^\(?\s*(?:[Đđ]ã\s+)?[Kk][ýí](?:\s+tên)?(?:\W|$)|"
    r"^(?:PHÓ\s+)?(?:CHỦ TỊCH|TRƯỞNG BAN|GIÁM ĐỐC|BÍ THƯ|HIỆU TRƯỞNG|CHÁNH VĂN PHÒNG)|^[Nn]ơi nhận",
)
_BULLET_RE = re.compile(r"[-+*•·–]\s|\d{1,2}[.)]\s|[a-zđ][.)]\s", re.I)


def _stands_alone(kind: str, above: str, apart: bool) -> bool:
    """Whether a bare name or unit below the line ``above`` is a signature, not a list's item."""
    above = clean_line(above)
    if not above or _OFFICIAL_RE.search(above):
        return False
    if _ATTACHMENT_RE.match(above):
        return True
    if above.endswith((":", ",")):
        return False
    if apart and kind == "name":
        return True
    if above.endswith(_SENTENCE_END):
        return kind != "unit" or not (_BULLET_RE.match(above) and len(above) < 60)
    if kind == "unit":
        return len(above) >= 100 and not above.endswith(";") and not UNIT_LOOSE_RE.match(above)
    return len(above) >= 50


def read_signature(lines: Sequence[str], *, apart: bool = False) -> tuple[Byline, int]:
    """The signature at the end of a body and how many trailing lines it takes (0: none).

    ``lines`` are the body's paragraphs in order. Blank lines within and after the signature count
    as taken. A bare last line is a signature only if it has the shape of a person's name,
    initials or a union body's name, and the line above it ends a sentence rather than introduces
    or continues a list; captions, headings and officials who sign a document are none. ``apart``
    says that the last line is set apart from the text, as signatures are: at the right, say. Then
    a name may stand below a line that ends no sentence, such as a verse.

    >>> byline, taken = read_signature(["Hội nghị kết thúc.", "Tin, ảnh: Đỗ Thị Gấm", "LĐLĐ tỉnh"])
    >>> byline.persons, byline.unit, taken
    (('Đỗ Thị Gấm',), 'LĐLĐ tỉnh', 2)
    """
    taken: list[tuple[int, str, Line]] = []
    index = len(lines) - 1
    while index >= 0 and len(taken) < _MAX_LINES:
        raw = lines[index]
        if len(raw) > 2 * MAX_LINE:
            break
        text = clean_line(raw)
        if text:
            line = read_line(text)
            if not line.kind:
                break
            below = taken[-1][2].kind if taken else ""
            if below and line.kind not in _MAY_STAND_ABOVE.get(below, ()):
                break
            if not below and line.kind == "label_only":
                break
            taken.append((index, text, line))
        index -= 1
    while taken:
        index, _, line = taken[-1]
        if line.kind not in ("name", "unit", "desk", "source"):
            break
        above = next((lines[i] for i in range(index - 1, -1, -1) if lines[i].strip()), "")
        labelled = line.kind == "source" and ":" in clean_line(lines[index])
        names = sum(kind == "name" for kind in (item[2].kind for item in taken))
        if labelled or (names <= 2 and above and _stands_alone(line.kind, above, apart)):
            break
        # A bare line that cannot begin a signature spoils the bare lines below it as well.
        taken.pop()
        while taken and taken[-1][2].kind in ("name", "unit"):
            taken.pop()
    if not taken:
        return Byline(), 0
    taken.reverse()
    persons: list[str] = []
    unit = source = ""
    for _, _, line in taken:
        persons += [person for person in line.persons if person not in persons]
        unit, source = unit or line.unit, source or line.source
    text = " / ".join(undouble(text) for _, text, _ in taken)
    return Byline(text, tuple(persons), unit, source), len(lines) - taken[0][0]


# --- elements ----------------------------------------------------------------------------------


def parse_byline(text: str, ignore: tuple[str, ...] = ()) -> Byline:
    """Author, unit and source in the text of an element that is known to name them.

    Labels may be missing. ``ignore`` are names that are nobody here: the site's own name, CMS
    accounts; they are compared without regard to case. Dates, accounts, desks and vendors yield
    no person.

    >>> parse_byline("Tác giả bài viết: Nguyễn Ngọc Phượng - LĐLĐ Quảng Hòa").unit
    'LĐLĐ Quảng Hòa'
    """
    printed = clean_line(text[:400])
    ignored = {clean_line(name).casefold() for name in ignore}
    rest = DATE_OR_TIME_RE.sub(" | ", printed)
    rest = unwrapped(undouble(re.sub(r"(?:\s*\|)+\s*$", "", clean_line(rest))))
    if not rest or len(rest) > 200 or rest.casefold() in ignored:
        return Byline()
    match = LABEL_RE.match(rest)
    while match and match["author"] and (inner := LABEL_RE.match(rest, match.end())):
        # The CMS prints "Tác giả:" before what was typed in with a label of its own.
        rest = rest[inner.start() :]
        match = LABEL_RE.match(rest)
    if match and match["photo"] and not COMPOUND_RE.search(rest):
        return Byline()
    if match:
        line = read_labelled(rest, match)
    else:
        line = read_line(rest)
        if not line.kind:
            split = split_people(rest, strict=False)
            line = Line("label", tuple(split.persons), split.unit, split.source)
    persons = tuple(
        dict.fromkeys(
            person
            for person in line.persons
            if person.casefold() not in ignored
            and not GENERIC_RE.fullmatch(person)
            and not is_account(person)
        )
    )
    unit = "" if line.unit.casefold() in ignored else line.unit
    source = "" if line.source.casefold() in ignored else line.source
    if not (persons or unit or source):
        return Byline()
    return Byline(printed, persons, unit, source)


def merge_bylines(*found: Byline) -> Byline:
    """One byline out of several, the most trusted first: each field from the first that has it."""
    persons: tuple[str, ...] = next((item.persons for item in found if item.persons), ())
    return Byline(
        text=next((item.text for item in found if item.text), ""),
        persons=tuple({person.casefold(): person for person in reversed(persons)}.values())[::-1],
        unit=next((item.unit for item in found if item.unit), ""),
        source=next((item.source for item in found if item.source), ""),
    )
