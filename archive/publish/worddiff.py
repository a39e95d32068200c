"""What changed between two versions of a text, in words."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["same", "added", "removed"]

MOST_WORDS = 6_000
"""Of one changed passage; a longer one is shown as removed and added whole."""
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that both versions have, or only one."""

    kind: Kind
    text: str


def word_diff(old: str, new: str, most_words: int = MOST_WORDS) -> list[list[Piece]]:
    """Paragraphs of pieces. Lines are compared first, words only inside lines that changed,
    and of these only in passages of ``most_words``.

    >>> [[(p.kind, p.text) for p in line] for line in word_diff("Có 12 em", "Có 15 em")]
    [[('same', 'Có '), ('removed', '12'), ('added', '15'), ('same', ' em')]]
    """
    before, after = old.split("\n"), new.split("\n")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    lines: list[list[Piece]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            lines += [[Piece("same", line)] for line in before[i1:i2]]
        elif tag == "delete":
            lines += [[Piece("removed", line)] for line in before[i1:i2]]
        elif tag == "insert":
            lines += [[Piece("added", line)] for line in after[j1:j2]]
        else:
            lines += _passage(before[i1:i2], after[j1:j2], most_words)
    return lines


def _passage(before: list[str], after: list[str], most_words: int) -> list[list[Piece]]:
    old, new = _TOKEN.findall("\n".join(before)), _TOKEN.findall("\n".join(after))
    if len(old) + len(new) > 2 * most_words:
        return [[Piece("removed", line)] for line in before] + [
            [Piece("added", line)] for line in after
        ]
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("removed", "".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("added", "".join(new[j1:j2])))
    return _in_lines(pieces)


def _in_lines(pieces: list[Piece]) -> list[list[Piece]]:
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(Piece(piece.kind, part))
    return [line for line in lines if line]


def around_changes(lines: list[list[Piece]], context: int = 1) -> list[list[Piece] | None]:
    """Only the changed paragraphs and ``context`` around each; None stands for what is left out."""
    changed = [n for n, line in enumerate(lines) if any(p.kind != "same" for p in line)]
    kept = {k for n in changed for k in range(n - context, n + context + 1)}
    shown: list[list[Piece] | None] = []
    for number, line in enumerate(lines):
        if number in kept:
            shown.append(line)
        elif not shown or shown[-1] is not None:
            shown.append(None)
    return shown
