"""Lines that belong to a page's frame and not to its article: counters, links, credits, labels.

The phrases are data (``lexicon.json`` beside this module) and match whole lines only, so that a
sentence that mentions "lượt truy cập" stays. An entry has

- ``kind``: what the line is, such as "visit_counter" or "related";
- ``form``: "exact" (a phrase; case, outer punctuation and bullets ignored) or "regex" (the whole
  line, case ignored);
- ``count``: exact phrases that may carry figures, before or after ("Lượt xem: 1.061");
- ``context``: phrases that may also be a short paragraph or a subheading of an article, which are
  noise only beside other noise;
- ``doubt``: with ``count``, a figure does not settle it ("Tổng cộng: 25" is found in reports);
- ``cut``: after this line nothing of the article follows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crawler.extraction.remembered import remembered
from crawler.extraction.text import clean_line

_MAX_LINE = 480
_EDGES = " \t:.…!|»«<>›‹-–—•*·[]()→←↑↓▲▼►◄+/,;\"“”'"
_FIGURES_RE = re.compile(r"^[\s(\[:|]*\d[\d.,]*[\s)\]:|]*|[\s:(\[|]*\(?\d[\d.,]*\)?[\s)\]]*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase or pattern of the lexicon."""

    kind: str
    form: str
    text: str
    count: bool = False
    context: bool = False
    doubt: bool = False
    cut: bool = False


def _load() -> tuple[Entry, ...]:
    text = (Path(__file__).parent / "lexicon.json").read_text(encoding="utf-8")
    return tuple(Entry(**entry) for entry in json.loads(text)["entries"])


ENTRIES: tuple[Entry, ...] = _load()


def _key(line: str) -> str:
    return line.strip(_EDGES).casefold()


_EXACT: dict[str, Entry] = {}
for _entry in ENTRIES:
    if _entry.form == "exact":
        _EXACT.setdefault(_key(_entry.text) or _entry.text, _entry)
_LONGEST = max(map(len, _EXACT)) + 24

_PATTERNS = tuple(entry for entry in ENTRIES if entry.form == "regex")
_SHORT = 130
_WIDE_RE = re.compile(r"\{\d+,\d{3}\}")


def _combined(entries: Iterable[tuple[int, Entry]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<p{number}>{entry.text})" for number, entry in entries), re.I)


_ALL_RE = _combined(enumerate(_PATTERNS))
# Most paragraphs are long and most patterns cannot match anything long.
_LONG_RE = _combined(item for item in enumerate(_PATTERNS) if _WIDE_RE.search(item[1].text))


def _find(line: str) -> Entry | None:
    if len(line) <= _LONGEST:
        key = _key(line)
        entry = _EXACT.get(key) or _EXACT.get(line)
        if entry:
            return entry
        if any(map(str.isdigit, line)):
            bare = _key(_FIGURES_RE.sub("", line))
            entry = _EXACT.get(bare)
            if entry and entry.count:
                return entry
    match = (_ALL_RE if len(line) <= _SHORT else _LONG_RE).fullmatch(line)
    if match and match.lastgroup:
        return _PATTERNS[int(match.lastgroup[1:])]
    return _row(line) if 4 <= len(line) <= _ROW else None


_ROW = 120
"""Characters of the longest row of labels: "Bản in | Gửi phản hồi | Chia sẻ"."""
_LABELS = 6


def _row(line: str) -> Entry | None:
    """The entry of the first label where a line is nothing but labels, with or without bars.

    One of them at least must be a frame's wherever it stands.
    """
    words = [word for word in line.split() if word.strip(_EDGES)]
    found: list[Entry] = []
    start = 0
    while start < len(words):
        for end in range(min(start + _LABELS, len(words)), start, -1):
            entry = _EXACT.get(_key(" ".join(words[start:end])))
            if entry is not None:
                found.append(entry)
                start = end
                break
        else:
            return None
    if len(found) < 2:
        return None
    return next((entry for entry in found if not entry.context), None)


@remembered(count=8192, longest=_SHORT)
def _entry_of(line: str) -> Entry | None:
    if len(line) > 2 * _MAX_LINE:
        return None
    line = clean_line(line)
    return _find(line) if 0 < len(line) <= _MAX_LINE else None


def boilerplate_kind(line: str) -> str:
    """The kind of frame line that a whole line is, "" where it is none.

    >>> boilerplate_kind("Lượt truy cập: 1.234"), boilerplate_kind("Lượt truy cập mạng tăng cao.")
    ('visit_counter', '')
    """
    entry = _entry_of(line)
    return entry.kind if entry else ""


def kind_of_clean(line: str) -> str:
    """As ``boilerplate_kind`` for a line that ``clean_line`` has made."""
    if len(line) <= _SHORT:
        return boilerplate_kind(line)
    entry = _find(line) if len(line) <= _MAX_LINE else None
    return entry.kind if entry else ""


def is_context_only(line: str) -> bool:
    """Whether a line that has a kind may also be an article's own ("Hình ảnh", "Hôm nay").

    Such a line is to be dropped only where its neighbours are frame lines too. With a figure
    behind it ("Hôm nay: 2660") it is a counter and no longer in doubt.
    """
    entry = _entry_of(line)
    if entry is None or not entry.context:
        return False
    return entry.doubt or not (entry.count and any(map(str.isdigit, line)))


def cuts_here(line: str) -> bool:
    """Whether nothing of the article follows this line ("Xem tin khác", "Ý kiến bạn đọc").

    Labels that newspapers also print in the middle of a text ("Tin liên quan") do not cut.
    """
    entry = _entry_of(line)
    return entry is not None and entry.cut
