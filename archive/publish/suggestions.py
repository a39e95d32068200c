"""What to try where a search finds nothing: each suggestion is known to find something."""

from __future__ import annotations

import sqlite3
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.publish.filters import Filters
from archive.search.query import Query, parse
from archive.search.syntax import And, In, Node, Or, Phrase, QueryError
from archive.vietnamese.spelling import fold

COUNTED = 1_000
"""Articles that are counted for a suggestion; more are told as "more than"."""
DROPPED = 8
MISSPELT = 3
LONGEST_WORD = 12
OFFERED = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``kind``: "unfiltered" (the same words without the filters), "spelling", "loose" (words
    instead of phrases) or "fewer" (one part left out). ``articles`` is at most COUNTED."""

    kind: str
    text: str
    articles: int


def suggest(conn: sqlite3.Connection, query: Query, filters: Filters) -> list[Suggestion]:
    """At most OFFERED suggestions; all work is bounded, whatever the query."""
    counts: dict[str, int] = {}

    def count(text: str) -> int:
        if text not in counts:
            counts[text] = _counted(conn, text)
        return counts[text]

    found: list[Suggestion] = []
    if filters and (articles := _articles(conn, query)):
        found.append(Suggestion("unfiltered", query.text, articles))
    # Those that find least come first: they keep the most telling words.
    fewer = [] if found else sorted(filter(count, _shortened(query, count)), key=count)
    for kind, text in (
        *(("spelling", text) for text in _respelt(conn, query)),
        *(("loose", text) for text in _loosened(query)),
        *(("fewer", text) for text in fewer),
    ):
        if len(found) >= OFFERED:
            break
        if count(text) and all(known.text != text for known in found):
            found.append(Suggestion(kind, text, count(text)))
    return found


def say(node: Node) -> str:
    """A query's tree as a person would type it.

    >>> say(parse('"tap the" (a OR bieu*) -title:dan').root)
    '"tap the" (a OR bieu*) -title:dan'
    """
    if isinstance(node, Phrase):
        words = " ".join(node.words)
        words = f'"{words}"' if len(node.words) > 1 else words
        return words + "*" * node.prefix
    if isinstance(node, In):
        return f"{node.column}:{_grouped(node.part)}"
    if isinstance(node, Or):
        return " OR ".join(_grouped(part) for part in node.parts)
    wanted = [_grouped(part) for part in node.parts]
    return " ".join([*wanted, *(f"-{_grouped(part)}" for part in node.without)])


def _grouped(node: Node) -> str:
    return f"({say(node)})" if isinstance(node, And | Or) else say(node)


def _shortened(query: Query, count: Callable[[str], int]) -> list[str]:
    """The query without one of its parts, and without all that find nothing by themselves."""
    root = query.root
    if not isinstance(root, And) or len(root.parts) < 2:
        return []
    parts = root.parts[:DROPPED]
    held = tuple(part for part in parts if count(say(part)))
    choices = [held] if len(held) < len(parts) else []
    if not choices or not held:
        choices = [parts[:place] + parts[place + 1 :] for place in range(len(parts))]
    rest = root.parts[DROPPED:]
    return [say(And(kept + rest, root.without)) for kept in choices if kept + rest]


def _loosened(query: Query) -> Iterator[str]:
    """Its phrases as words that may stand anywhere."""
    root = query.root
    parts = root.parts if isinstance(root, And) else (root,)
    without = root.without if isinstance(root, And) else ()
    if not any(isinstance(part, Phrase) and len(part.words) > 1 for part in parts):
        return
    loose: list[Node] = []
    for part in parts:
        words = part.words if isinstance(part, Phrase) else ()
        if isinstance(part, Phrase):
            loose += [
                Phrase((word,), part.prefix and place == len(words) - 1)
                for place, word in enumerate(words)
            ]
        else:
            loose.append(part)
    yield say(And(tuple(loose), without))


def _respelt(conn: sqlite3.Connection, query: Query) -> Iterator[str]:
    """The query with words that stand nowhere replaced by the commonest word a letter away."""
    known: dict[str, int] = {}

    def frequency(word: str) -> int:
        if word not in known:
            known[word] = len(
                conn.execute(
                    "select 1 from articles_fts where articles_fts match ? limit 200",
                    (f'"{word}"',),
                ).fetchall()
            )
        return known[word]

    replaced: dict[str, str] = {}
    for word in query.words:
        folded = fold(word)
        if frequency(folded) or not folded.isascii() or len(folded) > LONGEST_WORD:
            continue
        if len(replaced) >= MISSPELT:
            return
        best = max(_near(folded), key=frequency, default="")
        if not best or not frequency(best):
            return
        replaced[word] = best
    if replaced:
        yield say(_with_words(query.root, replaced))


def _with_words(node: Node, replaced: dict[str, str]) -> Node:
    if isinstance(node, Phrase):
        return Phrase(tuple(replaced.get(word, word) for word in node.words), node.prefix)
    if isinstance(node, In):
        return In(node.column, _with_words(node.part, replaced))
    parts = tuple(_with_words(part, replaced) for part in node.parts)
    return Or(parts) if isinstance(node, Or) else And(parts, node.without)


def _near(word: str) -> Iterator[str]:
    """Words one deletion, exchange, change or insertion away, without marks."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (left + right[1:] for left, right in cuts if right and len(word) > 2)
    yield from (left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1)
    for letter in string.ascii_lowercase:
        yield from (left + letter + right[1:] for left, right in cuts if right)
        yield from (left + letter + right for left, right in cuts)


def _counted(conn: sqlite3.Connection, text: str) -> int:
    try:
        return _articles(conn, parse(text))
    except QueryError:
        return 0


def _articles(conn: sqlite3.Connection, query: Query) -> int:
    """As the search page would count: marks are ignored where the spelling stands nowhere."""
    count = 0
    for exact in (True, False) if query.exact else (False,):
        index = "articles_exact" if exact else "articles_fts"
        sql = f"select 1 from {index} where {index} match ? limit {COUNTED}"
        count = count or len(conn.execute(sql, (query.fts(exact),)).fetchall())
    return count
