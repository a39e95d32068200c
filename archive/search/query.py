"""The query language of the archive's search: from what a person types to FTS5, and back to marks.

A query is words and "phrases", joined by AND (also by nothing), OR and NOT (also ``-word``),
grouped by parentheses; ``word*`` is a prefix; ``title:word`` looks in one column. Operators are
upper case, so that "and" stays a word.

Vietnamese: a query typed without marks finds every spelling ("cong doan" finds công đoàn, cộng
đoàn, công đoán); a query that carries a mark anywhere is a statement about spelling and finds
exactly that. The place of the tone mark is not spelling: hòa and hoà, thỏa and thoả, quý and qúy
are the same word (both styles are in use; Decision 240/QĐ of 1984 allowed either). NFC and NFD
are the same text.

>>> parse("cong doan").fts()
'"cong" AND "doan"'
>>> parse("công đoàn", ).exact
True
>>> parse('"tap the" OR bieu* -dan').fts()
'"tap the" OR ("bieu" * NOT "dan")'
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from archive.search.syntax import (
    MAX_CHARACTERS,
    MAX_TERMS,
    WORD,
    And,
    In,
    Node,
    Or,
    Phrase,
    QueryError,
    read_tree,
)
from archive.vietnamese.spelling import comparable, fold, has_marks, spellings, tidy

MAX_SPELLINGS = 16
"""Of one phrase: how many placements of its tone marks are looked for."""


@dataclass(frozen=True)
class Query:
    """A query that parsed. Every string it gives is safe to bind to ``match``."""

    text: str
    root: Node
    exact: bool
    """Whether it was typed with marks, so that spelling counts."""

    def fts(self, exact: bool | None = None) -> str:
        """The FTS5 expression, for ``articles_exact`` (exact) or ``articles_fts`` (not exact)."""
        return _fts(self.root, self.exact if exact is None else exact)

    def necessary(self, exact: bool | None = None) -> list[str]:
        """FTS5 expressions of single words that stand in every match: to be asked about first,
        since asking about one word takes a fifth of the time of a phrase or of five words.

        >>> parse('"tap the" luong* (a OR b) title:ca -nu').necessary()
        ['"tap"', '"the"', '{title} : ("ca")']
        """
        wanted = self.exact if exact is None else exact
        if isinstance(self.root, Phrase) and len(self.root.words) == 1:
            return []  # the query itself
        return list(
            dict.fromkeys(
                _fts(In(column, Phrase((word,))) if column else Phrase((word,)), wanted)
                for column, word in _necessary(self.root)
            )
        )

    def prefixes(self) -> list[Query]:
        """The beginnings of words that are looked for, each as a query of its own.

        >>> [one.fts() for one in parse('"doi tho"* OR (cong NOT ng*)').prefixes()]
        ['"tho" *', '"ng" *']
        """
        words = dict.fromkeys(
            leaf.words[-1] for leaf in _leaves(self.root, unwanted=True) if leaf.prefix
        )
        return [Query(word, Phrase((word,), prefix=True), self.exact) for word in words]

    def without_prefixes(self, exact: bool | None = None) -> str:
        """An FTS5 expression without prefixes that every match fulfils; "" where none is left.

        >>> parse('"doi tho"* lao -(x OR dong*) -nu').without_prefixes()
        '("doi" AND "lao") NOT "nu"'
        >>> parse("cong OR ng*").without_prefixes()
        ''
        """
        rest = _without_prefixes(self.root)
        return "" if rest is None else _fts(rest, self.exact if exact is None else exact)

    def matches(self, texts: Mapping[str, str], exact: bool | None = None) -> bool:
        """Whether an article of these ``texts`` (column of the index -> text) is a match: the
        answer of FTS5, found by reading."""
        wanted = self.exact if exact is None else exact
        read = {column: comparable(text, wanted) for column, text in texts.items() if text}
        return _matches(self.root, read, wanted)

    def marks(self, exact: bool | None = None) -> re.Pattern[str]:
        """A pattern that finds the query's words in a text that passed ``comparable``."""
        wanted = self.exact if exact is None else exact
        alternatives = {
            _pattern(words, phrase.prefix)
            for phrase in _leaves(self.root)
            for words in (_spellings(phrase.words) if wanted else [_folded(phrase.words)])
        }
        return _beginning_at_a_word(alternatives)

    @property
    def has_prefix(self) -> bool:
        return any(phrase.prefix for phrase in _leaves(self.root, unwanted=True))

    @property
    def has_fields(self) -> bool:
        return "{" in self.fts(exact=False)

    @cached_property
    def words(self) -> list[str]:
        return [word for phrase in _leaves(self.root) for word in phrase.words]


def parse(text: str) -> Query:
    """Read a query. Raises QueryError where it cannot be understood, never anything else."""
    text = tidy(text)
    if len(text) > MAX_CHARACTERS:
        raise QueryError("too_long", MAX_CHARACTERS)
    root = read_tree(text)
    return Query(
        text,
        root,
        has_marks(
            " ".join(word for phrase in _leaves(root, unwanted=True) for word in phrase.words)
        ),
    )


def parse_plainly(text: str) -> Query | None:
    """All the words of a text, every sign in it ignored; None where there is no word."""
    text = tidy(text)[:MAX_CHARACTERS]
    words = [word for word in WORD.findall(text) if word not in ("AND", "OR", "NOT")][:MAX_TERMS]
    if not words:
        return None
    parts = tuple(Phrase((word,)) for word in words)
    return Query(text, parts[0] if len(parts) == 1 else And(parts), has_marks(" ".join(words)))


def _spellings(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    choices = itertools.product(*(spellings(word) for word in words))
    return list(itertools.islice(choices, MAX_SPELLINGS))


def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold(word) for word in words)


def _pattern(words: tuple[str, ...], prefix: bool) -> str:
    ending = r"[^\W_]*" if prefix else r"(?![^\W_])"
    return r"[\W_]+".join(map(re.escape, words)) + ending


def _beginning_at_a_word(alternatives: Iterable[str]) -> re.Pattern[str]:
    """One pattern of several, the longest first. That a word begins is asked once for all of them:
    asked within each it takes five times as long to go through a text."""
    ordered = sorted(alternatives, key=lambda text: (-len(text), text))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(ordered)})" if ordered else r"(?!)")


def _quoted(words: tuple[str, ...], prefix: bool) -> str:
    return '"' + " ".join(words) + '"' + (" *" if prefix else "")


def _fts(node: Node, exact: bool) -> str:
    if isinstance(node, Phrase):
        if not exact:
            return _quoted(_folded(node.words), node.prefix)
        forms = [_quoted(words, node.prefix) for words in _spellings(node.words)]
        return forms[0] if len(forms) == 1 else "(" + " OR ".join(forms) + ")"
    if isinstance(node, In):
        return f"{{{node.column}}} : ({_fts(node.part, exact)})"
    if isinstance(node, Or):
        return " OR ".join(_group(part, exact) for part in node.parts)
    wanted = " AND ".join(_group(part, exact) for part in node.parts)
    if not node.without:
        return wanted
    if len(node.parts) > 1:
        wanted = f"({wanted})"
    unwanted = " OR ".join(_group(part, exact) for part in node.without)
    return f"{wanted} NOT {f'({unwanted})' if len(node.without) > 1 else unwanted}"


def _group(node: Node, exact: bool) -> str:
    text = _fts(node, exact)
    return f"({text})" if isinstance(node, And | Or) else text


def _leaves(node: Node, *, unwanted: bool = False) -> Iterator[Phrase]:
    """The phrases of a query; those that it excludes only if ``unwanted``."""
    if isinstance(node, Phrase):
        yield node
    elif isinstance(node, In):
        yield from _leaves(node.part, unwanted=unwanted)
    else:
        without = node.without if unwanted and isinstance(node, And) else ()
        for part in node.parts + without:
            yield from _leaves(part, unwanted=unwanted)


def _necessary(node: Node, column: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Phrase):
        for word in node.words[:-1] if node.prefix else node.words:
            yield column, word
    elif isinstance(node, In):
        yield from _necessary(node.part, node.column)
    elif isinstance(node, And):
        for part in node.parts:
            yield from _necessary(part, column)


def _without_prefixes(node: Node) -> Node | None:
    if isinstance(node, Phrase):
        words = node.words[:-1] if node.prefix else node.words
        return Phrase(words) if words else None
    if isinstance(node, In):
        inner = _without_prefixes(node.part)
        return None if inner is None else In(node.column, inner)
    kept = [_without_prefixes(part) for part in node.parts]
    parts = tuple(part for part in kept if part is not None)
    if isinstance(node, Or):
        return Or(parts) if len(parts) == len(kept) else None
    if not parts:
        return None
    without = tuple(
        part
        for part in node.without
        if not any(leaf.prefix for leaf in _leaves(part, unwanted=True))
    )
    return parts[0] if len(parts) == 1 and not without else And(parts, without)


def _matches(node: Node, texts: Mapping[str, str], exact: bool) -> bool:
    if isinstance(node, Phrase):
        pattern = _compiled(node, exact)
        return any(pattern.search(text) for text in texts.values())
    if isinstance(node, In):
        return _matches(node.part, {k: v for k, v in texts.items() if k == node.column}, exact)
    if isinstance(node, Or):
        return any(_matches(part, texts, exact) for part in node.parts)
    return all(_matches(part, texts, exact) for part in node.parts) and not any(
        _matches(part, texts, exact) for part in node.without
    )


@lru_cache(maxsize=256)
def _compiled(phrase: Phrase, exact: bool) -> re.Pattern[str]:
    forms = _spellings(phrase.words) if exact else [_folded(phrase.words)]
    return _beginning_at_a_word({_pattern(words, phrase.prefix) for words in forms})
