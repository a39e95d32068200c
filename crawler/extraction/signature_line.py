"""One line as part of a signature: which names, union body and source it prints.

What a line means depends on the lines around it too; that is judged in ``bylines``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.extraction.person_names import ACRONYMS, is_initials, is_loose_name, is_person_name
from crawler.extraction.signature_words import (
    AGENCY_RE,
    COLLECTED_RE,
    COMPOUND_RE,
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

MAX_LINE = 160
"""Characters; no signature is longer."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says. ``kind``: label, label_only, name, unit, source, photo, desk or ""."""

    kind: str = ""
    persons: tuple[str, ...] = ()
    unit: str = ""
    source: str = ""


NOTHING = Line()


def undouble(text: str) -> str:
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


def unwrapped(text: str) -> str:
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


_IN_BRACKETS_RE = re.compile(r"\(([^()]*)\)")
_BRACKETS_RE = re.compile(r"\s*\([^()]*\)")
_HYPHEN_RE = re.compile("[-–]")
_FROM_RE = re.compile(r"(?:theo|nguồn)\s*[:：]?\s+(.+)", re.I)
_TAKEN_FROM_RE = re.compile(r"(?:theo|nguồn|trích(?:\s+(?:từ|nguồn|theo))?)\s+(.+)", re.I)
_WORD_RE = re.compile(r"[^\W\d_]+|\d+")


def split_people(text: str, strict: bool) -> _Split:
    """Names, union body and source in what follows a label (or in a bare line: strict)."""
    result = _Split([])
    for inner in _IN_BRACKETS_RE.findall(text):
        inner = inner.strip()
        theo = _FROM_RE.match(inner)
        unit = UNIT_LOOSE_RE.fullmatch(inner)
        if theo:
            result.source = result.source or _source_name(theo[1])
        elif PRESS_RE.fullmatch(inner) or DOMAIN_RE.fullmatch(inner):
            result.source = result.source or _source_name(inner)
        elif unit:
            result.unit = result.unit or unit["unit"].strip()
        elif not SIDE_NOTE_RE.fullmatch(inner):
            result.unknown += 1
    text = _BRACKETS_RE.sub(" ", text)
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
    parts = _HYPHEN_RE.split(piece)
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


def _read_source(rest: str) -> Line:
    """What stands after "Theo" or "Nguồn": a person with a paper, a paper, a person."""
    rest = unwrapped(rest)
    if not rest:
        return NOTHING
    domain = DOMAIN_RE.fullmatch(rest)
    if domain:
        return Line("source", source=domain[1].lower())
    split = split_people(rest, strict=True)
    if split.persons and split.source and not split.unknown:
        return Line("source", tuple(split.persons), split.unit, split.source)
    if split.persons and not split.unknown:
        tail = re.search(r"(?:/|\s[-–]\s|,\s|\()([^/(),]+)\)?$", rest)
        if tail and len(split.persons) > 1 and is_initials(tail[1].strip()):
            return Line("source", tuple(split.persons[:-1]), split.unit, tail[1].strip())
    unit = UNIT_STRONG_RE.fullmatch(rest)
    return Line("source", unit=unit["unit"] if unit else "", source=_source_name(rest))


_ROLE = re.compile(
    r"^(?:ctv|pv|btv|cộng tác viên|phóng viên|biên tập viên|luật sư|nhà báo|nhà văn|nhà thơ|"
    r"luật gia|kỹ sư|nhạc sĩ|họa sĩ|nghệ sĩ|giảng viên|chuyên gia|"
    r"(?:thiếu|trung|thượng|đại) (?:úy|tá)|(?:thầy|cô) giáo|"
    r"bác sĩ|thạc sĩ|tiến sĩ|ls\.?|lg\.?|bs\.?|ks\.?|ths\.?|ts\.?)\s+(?=\S+\s+\S)",
    re.I,
)
"""Before a name and part of none: what the writer is to the paper, or by profession."""
_END_MARK = re.compile(r"\s*\./\.?\s*$")
"""What offices set behind the last word of a paper: "./."."""


def read_line(line: str) -> Line:
    """Classify one line as part of a signature, by itself; context is judged by the caller."""
    if not line or len(line) > MAX_LINE:
        return NOTHING
    return _read_line(line)


@lru_cache(maxsize=4096)
def _read_line(line: str) -> Line:
    # The same few people sign all the articles of a site.
    line = _END_MARK.sub("", line)
    text = undouble(line).strip(EDGES.replace(".", "").replace(":", ""))
    match = LABEL_RE.match(text) or LABEL_RE.match(unwrapped(text))
    if match:
        text = match.string
        while match["author"] and (inner := LABEL_RE.match(text[match.end() :])):
            # A CMS prints "Tác giả:" before what was typed in with a label of its own.
            text, match = inner.string, inner
        return read_labelled(text, match)
    text = unwrapped(text)
    if text.count(" ") > 14:
        return NOTHING
    if PRINTED_DESK_RE.fullmatch(text):
        return Line("desk", source="Sưu tầm" if COLLECTED_RE.fullmatch(text) else "")
    theo = _TAKEN_FROM_RE.match(text)
    if theo:
        rest = theo[1].strip()
        fits = rest[0].isupper() or PRESS_RE.match(rest) or DOMAIN_RE.fullmatch(rest)
        if not fits or NOT_A_SOURCE_RE.match(rest) or any(map(str.isdigit, rest)):
            return NOTHING
        if rest.count(" ") > 8 or rest.endswith((".", ":", ";", ",")) or ", " in rest:
            return NOTHING
        return _read_source(rest)
    if line.rstrip().endswith((".", ":", ";", ",", "!", "?", "…")) and not is_initials(text):
        return NOTHING
    if any(map(str.isdigit, text)) and not UNIT_STRONG_RE.fullmatch(text):
        return NOTHING
    wrapped = line.startswith("(") and line.endswith(")")
    return _read_bare(_ROLE.sub("", text), wrapped)


def _read_bare(text: str, wrapped: bool = False) -> Line:
    """A line without a label at its start: names, a unit, a paper, perhaps a photo credit."""
    first, *others = COMPOUND_RE.split(text)
    split = split_people(first, strict=True)
    for other, _ in _later_parts(others):
        split.unit, split.source = split.unit or other.unit, split.source or other.source
    if wrapped and not split.persons and not split.unit and len(others) == 0:
        # In brackets below a name even a unit stands that is no union body.
        loose = UNIT_LOOSE_RE.fullmatch(first)
        if loose and not _is_press(first) and first.count(" ") < 10:
            return Line("unit", unit=loose["unit"])
    if split.unknown or len(split.persons) > 4:
        return NOTHING
    if split.persons:
        return Line("name", tuple(split.persons), split.unit, split.source)
    if split.unit and (is_bare_unit(split.unit) or (wrapped and split.unit.count(" ") < 10)):
        return Line("unit", unit=split.unit, source=split.source)
    if split.source and first[0].isupper() and first.count(" ") < 6 and not split.unit:
        return Line("source", source=split.source)
    return NOTHING


def is_bare_unit(text: str) -> bool:
    """Whether a line is nothing but the name of a union body: no verb, no slogan."""
    words = _WORD_RE.findall(text)
    if not 2 <= len(words) <= 13 or SLOGAN_RE.search(text):
        return False
    if text.isupper():
        return len(words) <= 8
    return all(word[0].isupper() or word.isdigit() or word in UNIT_WORDS for word in words)


def is_unit_name(text: str) -> bool:
    """Whether a line is a body's name and begins as such names do: "LIÊN ĐOÀN LAO ĐỘNG HUYỆN A".

    >>> is_unit_name("LĐLĐ tỉnh Lạng Sơn"), is_unit_name("TIN BUỒN")
    (True, False)
    """
    return UNIT_LOOSE_RE.fullmatch(text) is not None and is_bare_unit(text)


def read_labelled(text: str, match: re.Match[str]) -> Line:
    rest = text[match.end() :].strip()
    if match["photo"] and not COMPOUND_RE.search(text):
        return Line("photo") if len(rest) < 80 else NOTHING
    if not rest:
        return NOTHING if match["photo"] or match["plain"] else Line("label_only")
    if match["source"]:
        if rest.count(" ") > 14 or not (rest[0].isupper() or _is_press(rest) or rest[0] == "("):
            return NOTHING
        if match["source"].lower() == "theo" and NOT_A_SOURCE_RE.match(rest):
            return NOTHING
        return _read_source(rest)
    parts = COMPOUND_RE.split(text[match.end() :]) if match["author"] else [rest]
    persons: list[str] = []
    unit = source = ""
    unknown = 0
    first = split_people(parts[0], strict=False) if not match["photo"] else _Split([])
    for split, label in [(first, ""), *_later_parts(parts[1:])]:
        if label == "photo":
            continue
        persons += [person for person in split.persons if person not in persons]
        unit, source = unit or split.unit, source or split.source
        unknown += split.unknown
    if persons or unit or source:
        if unknown > len(persons) + bool(unit):
            return NOTHING
        return Line("label", tuple(persons), unit, source)
    if GENERIC_RE.fullmatch(rest) or PRINTED_DESK_RE.fullmatch(rest):
        return Line("label")
    return NOTHING


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
            found.append((split_people(rest, strict=False), ""))
    return found
