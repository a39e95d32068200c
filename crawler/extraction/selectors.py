"""CSS selectors, answered from the names of a page's classes and ids.

A page is tried against hundreds of selectors, and each walk through its tree costs a tenth of
parsing it. The parser's own library tells all classes and ids in two steps; selectors that name
others are passed over without a look. Compounds with tag, class, id and attributes, joined by
descendant and child combinators, are matched upwards from few candidates. Any other selector
goes to cssselect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from crawler.extraction.selector_plans import (
    Chain,
    Compound,
    Finder,
    Teller,
    plan_of,
    values_of,
)
from crawler.extraction.vocabulary import vocabulary_of

_MAX_ROOTS = 24

_FEW = frozenset(
    ("area", "base", "body", "h1", "html", "link", "main", "meta", "script", "time", "title")
)
"""Tags of which a page has so few that looking at each is soonest done: all in one walk."""

# Stepping to the attributes and back is as quick on a small page, but takes the square of their
# number on a large one.
_CLASSED = etree.XPath("descendant-or-self::*[@class]")
_IDS = etree.XPath("descendant-or-self::*/@id", smart_strings=False)
_ALL_BY_ID = etree.XPath("descendant-or-self::*[@id=$name]")


class Index:
    """Classes and ids of one tree, which must not change while the index serves."""

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree
        self._ids: dict[str, int] = {}
        for name in cast("list[str]", _IDS(tree)):
            self._ids[name] = self._ids.get(name, 0) + 1
        # Most elements share their whole class attribute with others, so few strings are split.
        self._classed = cast("list[HtmlElement]", _CLASSED(tree))
        strings: defaultdict[str, list[int]] = defaultdict(list)
        for place, names in enumerate(map(HtmlElement.get, self._classed, repeat("class"))):
            strings[names].append(place)
        self._strings: dict[str, list[int]] = strings
        self._vocabulary = vocabulary_of(frozenset(strings), frozenset(self._ids))
        self._known_ids: dict[str, list[HtmlElement]] = {}
        self._known_classes: dict[str, list[HtmlElement]] = {}
        self._everywhere: dict[Finder, list[HtmlElement]] = {}
        self._values: dict[Teller, list[str]] = {}
        self._told: dict[Teller, str] = {}
        self._few: dict[str, list[HtmlElement]] = {}
        self._few_with: dict[tuple[str, str, str], list[HtmlElement]] = {}
        self._joined: dict[str, str] = {}
        self._found: dict[str, list[HtmlElement]] = {}

    def select(self, selector: str) -> list[HtmlElement]:
        """Elements that ``selector`` finds, in document order, in a list that nobody changes.

        Raises ``ValueError`` for a selector that cannot be compiled.
        """
        known = self._found.get(selector)
        if known is None:
            known = self._found[selector] = self._find(selector)
        return known

    def _find(self, selector: str) -> list[HtmlElement]:
        plan = plan_of(selector)
        vocabulary = self._vocabulary
        if not (plan.classes <= vocabulary.classes and plan.ids <= vocabulary.ids):
            return []
        chain = plan.chain
        if chain is None:
            return cast("list[HtmlElement]", _compiled(selector)(self.tree))
        if chain.bare:
            return list(self._candidates(chain))
        return [element for element in self._candidates(chain) if _matches(element, chain)]

    def possible(self, selectors: tuple[str, ...]) -> Sequence[int]:
        """Numbers of the selectors that may find something: all others find nothing."""
        return self._vocabulary.possible(selectors)

    def matching(self, selectors: tuple[str, ...]) -> Iterator[list[HtmlElement]]:
        """What each of ``selectors`` finds, in their order, those that find nothing left out."""
        if not selectors:
            return
        for number in self._vocabulary.possible(selectors):
            found = self.select(selectors[number])
            if found:
                yield found

    def _of_class(self, name: str) -> list[HtmlElement]:
        """Elements of a class, in document order."""
        known = self._known_classes.get(name)
        if known is None:
            known = self._known_classes[name] = self._at(
                self._vocabulary.attributes_with.get(name, ())
            )
        return known

    def _at(self, strings: Iterable[str]) -> list[HtmlElement]:
        """Elements whose class attribute is one of ``strings``, in document order."""
        places = [place for names in strings for place in self._strings[names]]
        places.sort()
        return [self._classed[place] for place in places]

    def _of_id(self, name: str) -> list[HtmlElement]:
        """Elements of an id, in document order: of a sound page at most one."""
        known = self._known_ids.get(name)
        if known is None:
            count = self._ids.get(name, 0)
            known = _by_id(name)(self.tree) if count == 1 else []
            # The parser takes the name of an anchor for its id, too.
            if count and not (len(known) == 1 and known[0].get("id") == name):
                known = cast("list[HtmlElement]", _ALL_BY_ID(self.tree, name=name))
            self._known_ids[name] = known
        return known

    def of_tag(self, tag: str) -> list[HtmlElement]:
        """Elements of a tag of which a page has few, in document order."""
        if not self._few:
            for name in _FEW:
                self._few[name] = []
            for element in self.tree.iter(*_FEW):
                self._few[element.tag].append(element)
        known = self._few.get(tag)
        if known is None:
            known = self._few[tag] = list(self.tree.iter(tag))
        return known

    def values(self, tag: str, attribute: str) -> list[str]:
        """Values of an attribute of a tag's elements, in document order."""
        return self._all_values(values_of(tag, attribute))

    def _candidates(self, chain: Chain) -> Iterable[HtmlElement]:
        last = chain.compounds[0]
        if last.ids:
            return self._of_id(last.ids[0])
        if last.classes:
            return min((self._of_class(name) for name in last.classes), key=_size)
        for name, operator, value in last.attributes:
            if name in ("id", "class") and operator:
                return self._marked(name, operator, value)
        for above in chain.compounds[1:]:
            if above.ids or above.classes:
                roots = self._of_id(above.ids[0]) if above.ids else self._of_class(above.classes[0])
                if len(roots) <= _MAX_ROOTS:
                    found = [element for root in roots for element in chain.below(root)]
                    return found if len(roots) == 1 else list(dict.fromkeys(found))
                break
        if last.tag in _FEW:
            return self._of_few(last)
        if chain.tell is not None and not self._tells(chain.tell, *last.attributes[0][1:]):
            return ()
        # Several selectors ask for one value and then for others: one search serves all.
        known = self._everywhere.get(chain.first)
        if known is None:
            known = self._everywhere[chain.first] = chain.first(self.tree)
        return known

    def _of_few(self, last: Compound) -> list[HtmlElement]:
        """Elements of a rare tag; where a value is asked for first, those that bear it."""
        if not last.attributes or last.attributes[0][1] != "=":
            return self.of_tag(last.tag)
        name, _, value = last.attributes[0]
        wanted = last.tag, name, value
        known = self._few_with.get(wanted)
        if known is None:
            known = [element for element in self.of_tag(last.tag) if element.get(name) == value]
            self._few_with[wanted] = known
        return known

    def _tells(self, tell: Teller, operator: str, value: str) -> bool:
        """Whether an attribute of the page may hold a value: of most that are asked for none."""
        told = self._told.get(tell)
        if told is None:
            values = self._all_values(tell)
            told = self._told[tell] = "\n" + "\n".join(values) + "\n" if values else ""
        if not value:
            return bool(told)
        before = "\n" if operator in ("=", "^=", "|=") else ""
        return before + value + ("\n" if operator in ("=", "$=") else "") in told

    def _all_values(self, tell: Teller) -> list[str]:
        known = self._values.get(tell)
        if known is None:
            known = self._values[tell] = tell(self.tree)
        return known

    def _marked(self, name: str, operator: str, value: str) -> list[HtmlElement]:
        """Elements whose id passes a test, or that bear a class that may make theirs pass it."""
        parts = value.split() or [value]
        of = self._ids if name == "id" else self._strings
        told = self._joined.get(name)
        if told is None:
            told = self._joined[name] = "\n".join(of)
        if not any(part in told for part in parts):
            return []
        if name == "id":
            return [
                element
                for word in self._ids
                if any(_passes(word, operator, part) for part in parts)
                for element in cast("list[HtmlElement]", _ALL_BY_ID(self.tree, name=word))
            ]
        return self._at(names for names in self._strings if any(part in names for part in parts))


def _size(elements: list[HtmlElement]) -> int:
    return len(elements)


def _matches(element: HtmlElement, chain: Chain) -> bool:
    if not _fits(element, chain.compounds[0]):
        return False
    current = element
    for compound, child in zip(chain.compounds[1:], chain.children, strict=True):
        parent = current.getparent()
        while parent is not None and not _fits(parent, compound):
            parent = None if child else parent.getparent()
        if parent is None:
            return False
        current = parent
    return True


def _fits(element: HtmlElement, compound: Compound) -> bool:
    if compound.tag and element.tag != compound.tag:
        return False
    if compound.ids and any(element.get("id") != name for name in compound.ids):
        return False
    if compound.classes or compound.without:
        names = (element.get("class") or "").split()
        if any(name not in names for name in compound.classes):
            return False
        for name in compound.without:
            if name[0] == "." and name[1:] in names:
                return False
            if name[0] == "#" and element.get("id") == name[1:]:
                return False
            if name == element.tag:
                return False
    for name, operator, value in compound.attributes:
        own = element.get(name)
        if own is None or (operator and not _passes(own, operator, value)):
            return False
    return True


def _passes(own: str, operator: str, value: str) -> bool:
    if operator == "=":
        return own == value
    if not value:
        return False
    if operator == "^=":
        return own.startswith(value)
    if operator == "$=":
        return own.endswith(value)
    if operator == "*=":
        return value in own
    if operator == "~=":
        return value in own.split()
    return own == value or own.startswith(f"{value}-")


@lru_cache(maxsize=1024)
def _by_id(name: str) -> Finder:
    return cast("Finder", etree.XPath(f"id('{name}')"))


@lru_cache(maxsize=1024)
def _compiled(selector: str) -> CSSSelector:
    try:
        return CSSSelector(selector, translator="html")
    except Exception as error:
        raise ValueError(f"not a CSS selector: {selector!r}: {error}") from error
