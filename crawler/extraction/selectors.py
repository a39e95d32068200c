"""CSS selectors, answered from the names of a page's classes and ids.

A page is tried against hundreds of selectors, and each walk through its tree costs a tenth of
parsing it. The parser's own library tells all classes and ids in two steps; selectors that name
others are passed over without a look. Compounds with tag, class, id and attributes, joined by
descendant and child combinators, are matched upwards from few candidates. Any other selector
goes to cssselect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from crawler.extraction.selector_plans import Chain, Compound, Finder, Teller, group_of, plan_of

_MAX_ROOTS = 24

_FEW = frozenset(("body", "h1", "html", "main", "meta", "time"))
"""Tags of which a page has so few that looking at each is soonest done."""
_SHORT = 200
"""Characters of a class attribute up to which it is remembered; a hostile page has longer ones."""

_CLASSED = etree.XPath("descendant-or-self::*/@class/..")
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
        strings: dict[str, list[int]] = {}
        for place, names in enumerate([element.get("class") for element in self._classed]):
            if names in strings:
                strings[names].append(place)
            else:
                strings[names] = [place]
        self._strings = strings
        by_word: dict[str, list[str]] = {}
        for names in strings:
            split = _split if len(names) <= _SHORT else _split.__wrapped__
            for name in split(names):
                if name in by_word:
                    by_word[name].append(names)
                else:
                    by_word[name] = [names]
        self._by_word = by_word
        self._words = frozenset(by_word)
        self._known_ids: dict[str, list[HtmlElement]] = {}
        self._known_classes: dict[str, list[HtmlElement]] = {}
        self._everywhere: dict[Finder, list[HtmlElement]] = {}
        self._told: dict[Teller, str] = {}
        self._few: dict[str, list[HtmlElement]] = {}

    def select(self, selector: str) -> list[HtmlElement]:
        """Elements that ``selector`` finds, in document order.

        Raises ``ValueError`` for a selector that cannot be compiled.
        """
        plan = plan_of(selector)
        if not (plan.classes <= self._words and plan.ids <= self._ids.keys()):
            return []
        chain = plan.chain
        if chain is None:
            return cast("list[HtmlElement]", _compiled(selector)(self.tree))
        if chain.bare:
            return list(self._candidates(chain))
        return [element for element in self._candidates(chain) if _matches(element, chain)]

    def possible(self, selectors: tuple[str, ...]) -> list[int]:
        """Numbers of the selectors that may find something: all others find nothing."""
        group = group_of(selectors)
        found = list(group.nameless)
        for name in group.classes & self._words:
            found += group.of_class[name]
        for name in group.ids:
            if name in self._ids:
                found += group.of_id[name]
        found.sort()
        return found

    def matching(self, selectors: tuple[str, ...]) -> Iterator[list[HtmlElement]]:
        """What each of ``selectors`` finds, in their order, those that find nothing left out."""
        if not selectors:
            return
        for number in self.possible(selectors):
            found = self.select(selectors[number])
            if found:
                yield found

    def _of_class(self, name: str) -> list[HtmlElement]:
        """Elements of a class, in document order."""
        known = self._known_classes.get(name)
        if known is None:
            known = self._known_classes[name] = self._at(self._by_word.get(name, ()))
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
            few = self._few.get(last.tag)
            if few is None:
                few = self._few[last.tag] = list(self.tree.iter(last.tag))
            return few
        if chain.tell is not None and not self._tells(chain.tell, last.attributes[0][2]):
            return ()
        # Several selectors ask for one value and then for others: one search serves all.
        known = self._everywhere.get(chain.first)
        if known is None:
            known = self._everywhere[chain.first] = chain.first(self.tree)
        return known

    def _tells(self, tell: Teller, value: str) -> bool:
        """Whether an attribute of the page holds a value: of most that are asked for none does."""
        told = self._told.get(tell)
        if told is None:
            told = self._told[tell] = "".join(f"\n{own}" for own in tell(self.tree))
        return value in told if value else bool(told)

    def _marked(self, name: str, operator: str, value: str) -> list[HtmlElement]:
        """Elements whose id passes a test, or that bear a class that may make theirs pass it."""
        parts = value.split() or [value]
        if name == "id":
            return [
                element
                for word in self._ids
                if any(_passes(word, operator, part) for part in parts)
                for element in cast("list[HtmlElement]", _ALL_BY_ID(self.tree, name=word))
            ]
        return self._at(names for names in self._strings if any(part in names for part in parts))


@lru_cache(maxsize=4096)
def _split(names: str) -> frozenset[str]:
    # A site writes the same class attributes on all its pages.
    return frozenset(names.split())


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
