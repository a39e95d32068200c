"""The names in a page's class attributes and ids, and what follows from them alone.

A site writes the same ones on nearly all its pages, so what was worked out of them once serves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from crawler.extraction.selector_plans import group_of

_LONG = 20_000
"""Characters of all attributes together up to which they are remembered; hostile pages go on."""


class Vocabulary:
    """Which words stand in which class attributes of a page, and its ids."""

    def __init__(self, attributes: frozenset[str], ids: frozenset[str]) -> None:
        by_word: defaultdict[str, list[str]] = defaultdict(list)
        for written in attributes:
            for word in set(written.split()):
                by_word[word].append(written)
        self.attributes_with: dict[str, list[str]] = by_word
        """A class -> the class attributes that name it."""
        self.classes = frozenset(by_word)
        self.ids = ids
        self._possible: dict[tuple[str, ...], Sequence[int]] = {}

    def possible(self, selectors: tuple[str, ...]) -> Sequence[int]:
        """Numbers of the selectors that may find something: all others find nothing."""
        known = self._possible.get(selectors)
        if known is None:
            known = self._possible[selectors] = self._sought(selectors)
        return known

    def _sought(self, selectors: tuple[str, ...]) -> Sequence[int]:
        group = group_of(selectors)
        classes, ids = group.classes & self.classes, group.ids & self.ids
        if not (classes or ids):
            return group.nameless
        found = list(group.nameless)
        for name in classes:
            found += group.of_class[name]
        for name in ids:
            found += group.of_id[name]
        found.sort()
        return found


def vocabulary_of(attributes: frozenset[str], ids: frozenset[str]) -> Vocabulary:
    """The vocabulary of a page: its class attributes and its ids, each once."""
    size = sum(map(len, attributes)) + sum(map(len, ids))
    return _remembered(attributes, ids) if size <= _LONG else Vocabulary(attributes, ids)


_remembered = lru_cache(maxsize=64)(Vocabulary)
