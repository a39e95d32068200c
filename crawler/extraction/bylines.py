"""Who signed an article: signatures at the end of a body, and elements that name the author.

Split into persons, the union body that reports, and the source of a republication. A photo credit
is no author, and neither are CMS accounts, vendors and desks ("admin", "Ban biên tập", "PV").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.records import Byline
from crawler.extraction.person_names import ACRONYMS, is_initials, is_loose_name, is_person_name
from crawler.extraction.signature_words import (
    AGENCY_RE,
    COLLECTED_RE,
    COMPOUND_RE,
    DATE_OR_TIME_RE,
    DOMAIN_RE,
    EDGES,
    GENERIC_RE,
    HONORIFIC_RE,
    LABEL_RE,
    NAME_THEN_UNIT_RE,
    NOT_A_SOURCE_RE,
    PRESS_RE,
    PRINTED_DESK_RE,
    SIDE_NOTE_RE,
    SLOGAN_RE,
    UNIT_LOOSE_RE,
    UNIT_STRONG_RE,
    UNIT_WORDS,
)
from crawler.extraction.text import clean_line

_MAX_LINE = 160
_MAX_LINES = 4

# --- one line ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """What one line says. ``kind``: label, label_only, name, unit, source, photo, desk or ""."""

    kind: str = ""
    persons: tuple[str, ...] = ()
    unit: str = ""
    source: str = ""


_NOTHING = _Line()


def _undouble(text: str) -> str:
    """Print views that draw a signature twice: "HVLHVL" and "Hà PhongHà Phong"."""
    length = len(text)
    if text.lower() in ACRONYMS:
        return text
    for gap in (0, 1):
        half = (length - gap) // 2
        if half < 2 or (length - gap) % 2:
            continue
        first, second = text[:half], text[half + gap :]
        if first != second or (gap and text[half] != " "):
            continue
        if is_initials(first) or is_person_name(first) or LABEL_RE.match(first):
            return first
    return text


def _unwrapped(text: str) -> str:
    text = text.strip(EDGES.replace(".", ""))
    if text.startswith(("(", "[")) and text.endswith((")", "]")) and text.count("(") <= 1:
        text = text[1:-1].strip()
    return text


def _source_name(text: str) -> str:
    match = DOMAIN_RE.fullmatch(text.strip())
    return (
        match[1].lower() if match else text.strip(EDGES.replace(".", "").replace("+", "")).strip()
    )


@dataclass(slots=True)
class _Split:
    persons: list[str]
    unit: str = ""
    source: str = ""
    unknown: int = 0


_SPLIT_RE = re.compile(
    r"\s*(?:\s[-–—]\s|[-–—](?=\s)|(?<=\s)[-–—]|[,;|&+•]|/(?!c\s)|\s(?:và|cùng|and)\s)\s*|"
    r"(?<=\w)[-–—](?=(?:LĐLĐ|CĐ|Công\s+đoàn|Liên\s+đoàn))"
)


def _split_people(text: str, strict: bool) -> _Split:
    """Names, union body and source in what follows a label (or in a bare line: strict)."""
    result = _Split([])
    for inner in re.findall(r"\(([^()]*)\)", text):
        inner = inner.strip()
        theo = re.match(r"(?:theo|nguồn)\s*[:：]?\s+(.+)", inner, re.I)
        unit = UNIT_LOOSE_RE.fullmatch(inner)
        if theo:
            result.source = result.source or _source_name(theo[1])
        elif PRESS_RE.fullmatch(inner) or DOMAIN_RE.fullmatch(inner):
            result.source = result.source or _source_name(inner)
        elif unit:
            result.unit = result.unit or unit["unit"].strip()
        elif not SIDE_NOTE_RE.fullmatch(inner):
            result.unknown += 1
    text = re.sub(r"\s*\([^()]*\)", " ", text)
    text = AGENCY_RE.sub("", text.strip()).strip(EDGES.replace(".", ""))
    named = NAME_THEN_UNIT_RE.fullmatch(text)
    if named and is_person_name(named[1]):
        text = f"{named[1]} - {named[2]}"
    pieces = [part for piece in _pieces(text) for part in _hyphened(*piece)]
    for index, (piece, start) in enumerate(pieces):
        unit = UNIT_STRONG_RE.fullmatch(piece) or (
            None if strict else UNIT_LOOSE_RE.fullmatch(piece)
        )
        if unit and unit["unit"][0].isupper() and not is_person_name(piece):
            later = [name for name, _ in pieces[index + 1 :] if is_person_name(name)]
            # A dash or comma inside a unit's name belongs to it unless a person follows.
            whole = unit["unit"] if later else text[start + unit.start("unit") :]
            result.unit = result.unit or whole.strip(EDGES).strip()
            if later:
                continue
            break
        person = piece if strict else HONORIFIC_RE.sub("", piece)
        shaped = is_person_name(person) or is_initials(person)
        if GENERIC_RE.fullmatch(piece):
            continue
        if (shaped and not DOMAIN_RE.fullmatch(piece)) or (
            not strict and not _is_press(piece) and is_loose_name(person)
        ):
            result.persons.append(person)
        elif _is_press(piece):
            result.source = result.source or _source_name(piece)
        else:
            result.unknown += 1
    return result


def _is_press(text: str) -> bool:
    return bool(PRESS_RE.fullmatch(text) or DOMAIN_RE.fullmatch(text)) and not is_person_name(text)


def _hyphened(piece: str, start: int) -> list[tuple[str, int]]:
    """Two names with nothing but a hyphen between them ("Thanh Nga-Hải Yến") are two pieces."""
    parts = re.split("[-–]", piece)
    if len(parts) == 1 or not all(map(is_person_name, parts)):
        return [(piece, start)]
    return [(part, start) for part in parts]


def _pieces(text: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    position = 0
    for match in [*_SPLIT_RE.finditer(text), None]:
        end = match.start() if match else len(text)
        piece = (
            text[position:end].strip(" .")
            if text[position:end].count(".") < 2
            else text[position:end].strip()
        )
        if piece:
            found.append((piece, text.index(piece, position)))
        position = match.end() if match else end
    return found


def _read_source(rest: str) -> _Line:
    """What stands after "Theo" or "Nguồn": a person with a paper, a paper, a person."""
    rest = _unwrapped(rest)
    if not rest:
        return _NOTHING
    domain = DOMAIN_RE.fullmatch(rest)
    if domain:
        return _Line("source", source=domain[1].lower())
    split = _split_people(rest, strict=True)
    if split.persons and split.source and not split.unknown:
        return _Line("source", tuple(split.persons), split.unit, split.source)
    if split.persons and not split.unknown:
        tail = re.search(r"(?:/|\s[-–]\s|,\s|\()([^/(),]+)\)?$", rest)
        if tail and len(split.persons) > 1 and is_initials(tail[1].strip()):
            return _Line("source", tuple(split.persons[:-1]), split.unit, tail[1].strip())
    unit = UNIT_STRONG_RE.fullmatch(rest)
    return _Line("source", unit=unit["unit"] if unit else "", source=_source_name(rest))


def _read_line(line: str) -> _Line:
    """Classify one line as part of a signature, by itself; context is judged by the caller."""
    if not line or len(line) > _MAX_LINE:
        return _NOTHING
    text = _undouble(line).strip(EDGES.replace(".", "").replace(":", ""))
    match = LABEL_RE.match(text) or LABEL_RE.match(_unwrapped(text))
    if match:
        text = match.string
        return _read_labelled(text, match)
    text = _unwrapped(text)
    if text.count(" ") > 14:
        return _NOTHING
    if PRINTED_DESK_RE.fullmatch(text):
        return _Line("desk", source="Sưu tầm" if COLLECTED_RE.fullmatch(text) else "")
    theo = re.match(r"(?:theo|nguồn|trích(?:\s+(?:từ|nguồn|theo))?)\s+(.+)", text, re.I)
    if theo:
        rest = theo[1].strip()
        fits = rest[0].isupper() or PRESS_RE.match(rest) or DOMAIN_RE.fullmatch(rest)
        if not fits or NOT_A_SOURCE_RE.match(rest) or any(map(str.isdigit, rest)):
            return _NOTHING
        if rest.count(" ") > 8 or rest.endswith((".", ":", ";", ",")) or ", " in rest:
            return _NOTHING
        return _read_source(rest)
    if line.rstrip().endswith((".", ":", ";", ",", "!", "?", "…")) and not is_initials(text):
        return _NOTHING
    if any(map(str.isdigit, text)) and not UNIT_STRONG_RE.fullmatch(text):
        return _NOTHING
    return _read_bare(text)


def _read_bare(text: str) -> _Line:
    """A line without a label at its start: names, a unit, a paper, perhaps a photo credit."""
    first, *others = COMPOUND_RE.split(text)
    split = _split_people(first, strict=True)
    for other, _ in _later_parts(others):
        split.unit, split.source = split.unit or other.unit, split.source or other.source
    if split.unknown or len(split.persons) > 4:
        return _NOTHING
    if split.persons:
        return _Line("name", tuple(split.persons), split.unit, split.source)
    if split.unit and _is_bare_unit(split.unit):
        return _Line("unit", unit=split.unit, source=split.source)
    if split.source and first[0].isupper() and first.count(" ") < 6 and not split.unit:
        return _Line("source", source=split.source)
    return _NOTHING


def _is_bare_unit(text: str) -> bool:
    """Whether a line is nothing but the name of a union body: no verb, no slogan."""
    words = re.findall(r"[^\W\d_]+|\d+", text)
    if not 2 <= len(words) <= 13 or SLOGAN_RE.search(text):
        return False
    if text.isupper():
        return len(words) <= 8
    return all(word[0].isupper() or word.isdigit() or word in UNIT_WORDS for word in words)


def _read_labelled(text: str, match: re.Match[str]) -> _Line:
    rest = text[match.end() :].strip()
    if match["photo"] and not COMPOUND_RE.search(text):
        return _Line("photo") if len(rest) < 80 else _NOTHING
    if not rest:
        return _NOTHING if match["photo"] or match["plain"] else _Line("label_only")
    if match["source"]:
        if rest.count(" ") > 14 or not (rest[0].isupper() or _is_press(rest) or rest[0] == "("):
            return _NOTHING
        if match["source"].lower() == "theo" and NOT_A_SOURCE_RE.match(rest):
            return _NOTHING
        return _read_source(rest)
    parts = COMPOUND_RE.split(text[match.end() :]) if match["author"] else [rest]
    persons: list[str] = []
    unit = source = ""
    unknown = 0
    first = _split_people(parts[0], strict=False) if not match["photo"] else _Split([])
    for split, label in [(first, ""), *_later_parts(parts[1:])]:
        if label == "photo":
            continue
        persons += [person for person in split.persons if person not in persons]
        unit, source = unit or split.unit, source or split.source
        unknown += split.unknown
    if persons or unit or source:
        if unknown > len(persons) + bool(unit):
            return _NOTHING
        return _Line("label", tuple(persons), unit, source)
    if GENERIC_RE.fullmatch(rest) or PRINTED_DESK_RE.fullmatch(rest):
        return _Line("label")
    return _NOTHING


def _later_parts(parts: Sequence[str]) -> list[tuple[_Split, str]]:
    found: list[tuple[_Split, str]] = []
    for part in parts:
        match = LABEL_RE.match(part)
        if match is None:
            continue
        rest = part[match.end() :]
        if match["photo"]:
            found.append((_Split([]), "photo"))
        elif match["source"]:
            line = _read_source(rest)
            found.append((_Split(list(line.persons), line.unit, line.source), ""))
        else:
            found.append((_split_people(rest, strict=False), ""))
    return found


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


def _stands_alone(kind: str, above: str) -> bool:
    """Whether a bare name or unit below the line ``above`` is a signature, not a list's item."""
    above = clean_line(above)
    if not above or _OFFICIAL_RE.search(above):
        return False
    if _ATTACHMENT_RE.match(above):
        return True
    if above.endswith((":", ",")):
        return False
    if above.endswith(_SENTENCE_END):
        return kind != "unit" or not (_BULLET_RE.match(above) and len(above) < 60)
    if kind == "unit":
        return len(above) >= 100 and not above.endswith(";") and not UNIT_LOOSE_RE.match(above)
    return len(above) >= 50


def read_signature(lines: Sequence[str]) -> tuple[Byline, int]:
    """The signature at the end of a body and how many trailing lines it takes (0: none).

    ``lines`` are the body's paragraphs in order. Blank lines within and after the signature count
    as taken. A bare last line is a signature only if it has the shape of a person's name,
    initials or a union body's name, and the line above it ends a sentence rather than introduces
    or continues a list; captions, headings and officials who sign a document are none.

    >>> byline, taken = read_signature(["Hội nghị kết thúc.", "Tin, ảnh: Đỗ Thị Gấm", "LĐLĐ tỉnh"])
    >>> byline.persons, byline.unit, taken
    (('Đỗ Thị Gấm',), 'LĐLĐ tỉnh', 2)
    """
    taken: list[tuple[int, str, _Line]] = []
    index = len(lines) - 1
    while index >= 0 and len(taken) < _MAX_LINES:
        raw = lines[index]
        if len(raw) > 2 * _MAX_LINE:
            break
        text = clean_line(raw)
        if text:
            line = _read_line(text)
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
        if labelled or (names <= 2 and above and _stands_alone(line.kind, above)):
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
    text = " / ".join(_undouble(text) for _, text, _ in taken)
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
    rest = _unwrapped(_undouble(re.sub(r"(?:\s*\|)+\s*$", "", clean_line(rest))))
    if not rest or len(rest) > 200 or rest.casefold() in ignored:
        return Byline()
    match = LABEL_RE.match(rest)
    if match and match["photo"] and not COMPOUND_RE.search(rest):
        return Byline()
    if match:
        line = _read_labelled(rest, match)
    else:
        line = _read_line(rest)
        if not line.kind:
            split = _split_people(rest, strict=False)
            line = _Line("label", tuple(split.persons), split.unit, split.source)
    persons = tuple(
        dict.fromkeys(
            person
            for person in line.persons
            if person.casefold() not in ignored and not GENERIC_RE.fullmatch(person)
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
