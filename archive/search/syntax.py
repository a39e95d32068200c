"""The grammar of the search box: what is typed, as a tree of words and operators.

``archive.search.query`` tells what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_CHARACTERS = 600
MAX_TERMS = 40
MAX_DEPTH = 20
SHORTEST_PREFIX = 2
"""Letters before a ``*``: FTS5 gathers all articles of all words with a prefix before it answers,
which for one letter is all articles many times over."""

FIELDS = {
    "title": "title",
    "tieude": "title",
    "tiêuđề": "title",
    "lead": "lead",
    "sapo": "lead",
    "body": "body",
    "noidung": "body",
    "byline": "byline",
    "tacgia": "byline",
}
"""Column names as typed before a colon, in English and Vietnamese -> columns of the index."""

_QUOTES = '"“”„«»'
WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")


class QueryError(ValueError):
    """A query that means nothing. ``code`` names the reason, ``at`` the character (from 0)."""

    def __init__(self, code: str, at: int = 0) -> None:
        super().__init__(f"{code} at character {at}")
        self.code = code
        self.at = at


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word, or several that stand side by side; ``prefix`` lets the last one be a beginning."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]
    without: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class In:
    column: str
    part: Node


Node = Phrase | And | Or | In


def read_tree(text: str) -> Node:
    """The tree of a tidied text. Raises QueryError where it cannot be understood."""
    return _Parser(text).query()


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.place = 0
        self.end = len(text)
        if sum(kind == "phrase" for kind, _, _ in self.tokens) > MAX_TERMS:
            raise QueryError("too_many_terms", 0)

    def query(self) -> Node:
        if not self.tokens:
            raise QueryError("no_words", 0)
        node = self.either(0)
        if self.place < len(self.tokens):
            raise QueryError("unopened_bracket", self.tokens[self.place][2])
        return node

    def peek(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else "end"

    def at(self) -> int:
        return self.tokens[self.place][2] if self.place < len(self.tokens) else self.end

    def either(self, depth: int) -> Node:
        parts = [self.all(depth)]
        while self.peek() == "OR":
            self.place += 1
            parts.append(self.all(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all(self, depth: int) -> Node:
        wanted: list[Node] = []
        unwanted: list[Node] = []
        began = self.at()
        if self.peek() in ("AND", "OR"):
            raise QueryError("operator_alone", self.at())
        while self.peek() not in ("OR", "close", "end"):
            if self.peek() == "AND":
                self.place += 1
                if self.peek() in ("AND", "OR", "close", "end"):
                    raise QueryError("operator_alone", self.at())
            if self.peek() == "NOT":
                self.place += 1
                if self.peek() in ("AND", "OR", "NOT", "close", "end"):
                    raise QueryError("operator_alone", self.at())
                unwanted.append(self.item(depth))
            else:
                wanted.append(self.item(depth))
        if not wanted:
            code = "only_excluded" if unwanted else "operator_alone"
            raise QueryError("no_words" if self.peek() == "close" and not unwanted else code, began)
        if len(wanted) == 1 and not unwanted:
            return wanted[0]
        return And(tuple(wanted), tuple(unwanted))

    def item(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise QueryError("too_deep", self.at())
        kind, value, at = self.tokens[self.place]
        self.place += 1
        if kind == "field":
            if self.peek() not in ("phrase", "open", "field"):
                raise QueryError("field_alone", at)
            return In(str(value), self.item(depth + 1))
        if kind == "open":
            node = self.either(depth + 1)
            if self.peek() != "close":
                raise QueryError("unclosed_bracket", at)
            self.place += 1
            return node
        assert isinstance(value, Phrase)
        return value


def _tokens(text: str) -> Iterator[tuple[str, object, int]]:
    place = 0
    while place < len(text):
        char = text[place]
        if char in "()":
            yield ("open" if char == "(" else "close"), char, place
            place += 1
        elif char in _QUOTES:
            closing = next((i for i in range(place + 1, len(text)) if text[i] in _QUOTES), -1)
            if closing < 0:
                raise QueryError("unclosed_quote", place)
            words = tuple(WORD.findall(text[place + 1 : closing]))
            star = text[closing + 1 : closing + 2] == "*"
            if words:
                yield "phrase", _phrase(words, star, place), place
            place = closing + 1 + star
        elif char == "-" and _starts_word(text, place):
            yield "NOT", char, place
            place += 1
        else:
            chunk = re.compile(rf"[^\s(){_QUOTES}]+").match(text, place)
            if chunk is None:
                place += 1
                continue
            yield from _chunk(chunk.group(), place)
            place = chunk.end()


def _starts_word(text: str, place: int) -> bool:
    before = text[place - 1] if place else " "
    after = text[place + 1 : place + 2]
    return (
        (before.isspace() or before == "(")
        and bool(after)
        and (after in _QUOTES + "(" or bool(WORD.match(after)))
    )


def _chunk(chunk: str, place: int) -> Iterator[tuple[str, object, int]]:
    if chunk in ("AND", "OR", "NOT"):
        yield chunk, chunk, place
        return
    field, colon, rest = chunk.partition(":")
    if colon and field.lower() in FIELDS:
        yield "field", FIELDS[field.lower()], place
        if rest:
            yield from _chunk(rest, place + len(field) + 1)
        return
    words = tuple(WORD.findall(chunk))
    if words:
        yield "phrase", _phrase(words, chunk.endswith("*"), place), place


def _phrase(words: tuple[str, ...], prefix: bool, place: int) -> Phrase:
    if prefix and len(words[-1]) < SHORTEST_PREFIX:
        raise QueryError("short_prefix", place)
    return Phrase(words, prefix)
