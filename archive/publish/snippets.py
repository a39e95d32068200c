"""The piece of a text that shows why it was found, with the words marked."""

from __future__ import annotations

import re

from archive.vietnamese.spelling import comparable

Segments = list[tuple[str, bool]]
"""Text in pieces; True where a piece is to be marked. Never HTML: the template escapes."""

READ = 100_000
"""Characters of a text that are looked through."""
MATCHES = 300


def marked(text: str, pattern: re.Pattern[str], exact: bool, limit: int = 400) -> Segments:
    """A short text whole (cut at ``limit``), with the pattern's words marked."""
    shown = text[:limit]
    segments = _segments(shown, comparable(shown, exact), pattern, 0, len(shown))
    if len(text) > limit:
        segments.append(("…", False))
    return segments


def snippet(text: str, pattern: re.Pattern[str], exact: bool, width: int = 260) -> Segments:
    """The window of about ``width`` characters with the most different words of the query.

    Cut between words, with an ellipsis where text was left out; the text's beginning where no
    word stands in it.
    """
    text = text[:READ]
    compared = comparable(text, exact)
    spans = []
    for match in pattern.finditer(compared):
        spans.append((match.start(), match.end(), match.group()))
        if len(spans) >= MATCHES:
            break
    best, start = 0, 0
    for number, (begin, _, _) in enumerate(spans):
        inside = {found for b, e, found in spans[number : number + 12] if e <= begin + width - 40}
        if len(inside) > best:
            best, start = len(inside), begin
    start = _word_start(text, max(start - 40, 0))
    end = min(start + width, len(text))
    if end < len(text):
        space = text.rfind(" ", start, end)
        end = space if space > start + width // 2 else end
    segments = _segments(text, compared, pattern, start, end)
    if start > 0:
        segments.insert(0, ("… ", False))
    if end < len(text):
        segments.append((" …", False))
    return segments


def _word_start(text: str, place: int) -> int:
    if place == 0:
        return 0
    space = max(text.find(" ", place, place + 30), text.find("\n", place, place + 30))
    return space + 1 if space >= 0 else place


def _segments(text: str, compared: str, pattern: re.Pattern[str], start: int, end: int) -> Segments:
    segments: Segments = []
    place = start
    for match in pattern.finditer(compared, start, end):
        between = text[place : match.start()]
        word = text[match.start() : match.end()]
        if segments and segments[-1][1] and between == " ":
            segments[-1] = (segments[-1][0] + between + word, True)
        else:
            if between:
                segments.append((between, False))
            segments.append((word, True))
        place = match.end()
    if place < end:
        segments.append((text[place:end], False))
    return segments
