"""CSS selectors, answered from an index of a page's classes and ids.

A page is tried against hundreds of selectors, and each walk through its tree costs a tenth of
parsing it. One walk notes every class and id; compounds with tag, class, id and attributes,
joined by descendant and child combinators, are then matched upwards from few candidates. Any
other selector goes to cssselect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

_COMPOUND = re.compile(
    r"(?P<tag>\*|[A-Za-z][\w-]*)?"
    r"(?P<rest>(?:[.#][A-Za-z_][\w-]*|\[[^\]]*\]|:not\([.#]?[\w-]+\))*)"
)
_PART = re.compile(
    r"\.(?P<class>[A-Za-z_][\w-]*)|#(?P<id>[A-Za-z_][\w-]*)|"
    r"\[\s*(?P<attr>[\w-]+)\s*(?:(?P<op>[~|^$*]?=)\s*(?P<quote>[\"']?)(?P<value>.*?)(?P=quote)\s*)?\]|"
    r":not\((?P<not>[.#]?[\w-]+)\)"
)
_WORD = re.compile(r"(?:[^\s>\[]|\[[^\]]*\])+|>")
_NAME = re.compile(r"([.#])([A-Za-z_][\w-]*)")
_MAX_ROOTS = 24


_Finder = Callable[[HtmlElement], list[HtmlElement]]


class _Compound(NamedTuple):
    tag: str
    classes: tuple[str, ...]
    ids: tuple[str, ...]
    attributes: tuple[tuple[str, str, str], ...]
    without: tuple[str, ...]


class _Chain(NamedTuple):
    """Compounds from the last to the first; the combinator that joins each to the one before."""

    compounds: tuple[_Compound, ...]
    children: tuple[bool, ...]
    classes: frozenset[str]
    ids: frozenset[str]


class Index:
    """Classes and ids of one tree, which must not change while the index serves."""

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree
        self.ids: dict[str, list[HtmlElement]] = {}
        strings: dict[str, list[tuple[int, HtmlElement]]] = {}
        for place, element in enumerate(tree.iter("*")):
            names = element.get("class")
            if names:
                known = strings.get(names)
                if known is None:
                    strings[names] = [(place, element)]
                else:
                    known.append((place, element))
            own = element.get("id")
            if own:
                self.ids.setdefault(own, []).append(element)
        # Most elements share their whole class attribute with others, so few strings are split.
        self._strings = strings
        self._by_word: dict[str, list[str]] = {}
        for names in strings:
            for name in dict.fromkeys(names.split()):
                self._by_word.setdefault(name, []).append(names)
        self._classes: dict[str, list[HtmlElement]] = {}
        self._values: dict[str, dict[str, list[HtmlElement]]] = {}
        self._everywhere: dict[_Finder, list[HtmlElement]] = {}
        self._words = {"class": "\n".join(self._by_word), "id": "\n".join(self.ids)}

    def of_class(self, name: str) -> list[HtmlElement]:
        """Elements of a class, in document order."""
        known = self._classes.get(name)
        if known is None:
            placed = [
                pair for names in self._by_word.get(name, ()) for pair in self._strings[names]
            ]
            placed.sort(key=_place)
            known = self._classes[name] = [element for _, element in placed]
        return known

    def with_value(self, name: str, value: str) -> list[HtmlElement]:
        """Elements whose attribute is exactly ``value``, in document order."""
        known = self._values.get(name)
        if known is None:
            known = self._values[name] = {}
            for element in _below("", ((name, "", ""),))(self.tree):
                known.setdefault(element.get(name) or "", []).append(element)
        return known.get(value, [])

    def select(self, selector: str) -> list[HtmlElement]:
        """Elements that ``selector`` finds, in document order.

        Raises ``ValueError`` for a selector that cannot be compiled.
        """
        chain = _parsed(selector)
        if chain is None:
            if "," not in selector and any(
                name not in (self._by_word if mark == "." else self.ids)
                for mark, name in _NAME.findall(selector.partition(":not(")[0])
            ):
                return []
            return cast("list[HtmlElement]", _compiled(selector)(self.tree))
        if not (chain.classes <= self._by_word.keys() and chain.ids <= self.ids.keys()):
            return []
        return [element for element in self._candidates(chain) if _matches(element, chain)]

    def _candidates(self, chain: _Chain) -> Iterable[HtmlElement]:
        last = chain.compounds[0]
        if last.ids:
            return self.ids.get(last.ids[0], ())
        if last.classes:
            return min((self.of_class(name) for name in last.classes), key=_size)
        for name, operator, value in last.attributes:
            if name in ("id", "class") and operator:
                return self._marked(name, operator, value)
            if not last.tag and name in ("itemprop", "data-role") and operator == "=":
                return self.with_value(name, value)
        below = _below(last.tag, last.attributes)
        for above in chain.compounds[1:]:
            if above.ids or above.classes:
                roots = self.ids[above.ids[0]] if above.ids else self.of_class(above.classes[0])
                if len(roots) <= _MAX_ROOTS:
                    found = [element for root in roots for element in below(root)]
                    return found if len(roots) == 1 else list(dict.fromkeys(found))
                break
        known = self._everywhere.get(below)
        if known is None:
            plain = last.tag and not last.attributes
            known = list(self.tree.iter(last.tag)) if plain else below(self.tree)
            self._everywhere[below] = known
        return known

    def _marked(self, name: str, operator: str, value: str) -> list[HtmlElement]:
        """Elements whose id passes a test, or that bear a class that may make theirs pass it."""
        parts = value.split() or [value]
        if not any(part in self._words[name] for part in parts):
            return []
        if name == "id":
            return [
                element
                for word, elements in self.ids.items()
                if any(_passes(word, operator, part) for part in parts)
                for element in elements
            ]
        placed = [
            pair
            for names, pairs in self._strings.items()
            if any(part in names for part in parts)
            for pair in pairs
        ]
        return [element for _, element in sorted(placed, key=_place)]


def _place(pair: tuple[int, HtmlElement]) -> int:
    return pair[0]


def _size(elements: list[HtmlElement]) -> int:
    return len(elements)


def _matches(element: HtmlElement, chain: _Chain) -> bool:
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


def _fits(element: HtmlElement, compound: _Compound) -> bool:
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


@lru_cache(maxsize=4096)
def _parsed(selector: str) -> _Chain | None:
    """The selector as a chain, None where it needs more than this module knows."""
    compounds: list[_Compound] = []
    children: list[bool] = []
    child = False
    words = _WORD.findall(selector)
    if re.sub(r"\s", "", "".join(words)) != re.sub(r"\s", "", selector):
        return None
    for word in words:
        if word == ">":
            child = True
            continue
        compound = _compound(word)
        if compound is None:
            return None
        if compounds:
            children.append(child)
        compounds.append(compound)
        child = False
    if not compounds or child or len(children) != len(compounds) - 1:
        return None
    return _Chain(
        tuple(reversed(compounds)),
        tuple(reversed(children)),
        frozenset(name for compound in compounds for name in compound.classes),
        frozenset(name for compound in compounds for name in compound.ids),
    )


def _compound(word: str) -> _Compound | None:
    match = _COMPOUND.fullmatch(word)
    if match is None or not word:
        return None
    tag = (match["tag"] or "").lower()
    classes: list[str] = []
    ids: list[str] = []
    attributes: list[tuple[str, str, str]] = []
    without: list[str] = []
    for part in _PART.finditer(match["rest"]):
        if part["class"]:
            classes.append(part["class"])
        elif part["id"]:
            ids.append(part["id"])
        elif part["not"]:
            without.append(part["not"])
        else:
            attributes.append((part["attr"].lower(), part["op"] or "", part["value"] or ""))
    if not (tag or classes or ids or attributes) or tag == "*":
        return None
    return _Compound(tag, tuple(classes), tuple(ids), tuple(attributes), tuple(without))


@lru_cache(maxsize=1024)
def _compiled(selector: str) -> CSSSelector:
    try:
        return CSSSelector(selector, translator="html")
    except Exception as error:
        raise ValueError(f"not a CSS selector: {selector!r}: {error}") from error


@lru_cache(maxsize=1024)
def _below(tag: str, attributes: tuple[tuple[str, str, str], ...]) -> _Finder:
    """What finds elements of a tag whose attributes may pass some tests, below or at an element."""
    tests = "".join(f"[{_may_pass(*attribute)}]" for attribute in attributes)
    return cast("_Finder", etree.XPath(f"descendant-or-self::{tag or '*'}{tests}"))


def _may_pass(name: str, operator: str, value: str) -> str:
    """An XPath test that leaves out most of what ``_passes`` would, and nothing else."""
    if not operator or not value or "'" in value:
        return f"@{name}"
    if operator == "=":
        return f"@{name}='{value}'"
    if operator in ("^=", "|="):
        return f"starts-with(@{name}, '{value}')"
    return f"contains(@{name}, '{value}')"
