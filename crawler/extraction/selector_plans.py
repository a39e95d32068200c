"""CSS selectors read once: what they ask for, and what finds candidates for it in a tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, cast

from lxml import etree
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
_OFTEN = frozenset(
    ("alt", "content", "href", "name", "rel", "src", "style", "title", "type", "value")
)
"""Attributes that many elements have, or those of a few tags only: they are looked up for one tag
at a time."""

Finder = Callable[[HtmlElement], list[HtmlElement]]
Teller = Callable[[HtmlElement], list[str]]


class Compound(NamedTuple):
    """One element of a selector: its tag, classes, ids, (attribute, operator, value), :not()."""

    tag: str
    classes: tuple[str, ...]
    ids: tuple[str, ...]
    attributes: tuple[tuple[str, str, str], ...]
    without: tuple[str, ...]


class Chain(NamedTuple):
    """Compounds from the last to the first; the combinator that joins each to the one before."""

    compounds: tuple[Compound, ...]
    children: tuple[bool, ...]
    bare: bool
    """Nothing but one class or one id, which every candidate has."""
    below: Finder
    """What finds candidates for the last compound below or at an element."""
    first: Finder
    """The same by no more than the first attribute."""
    tell: Teller | None
    """What tells all values of the first attribute."""


class Plan(NamedTuple):
    """How a selector is answered: by its chain, or by cssselect where that is None."""

    chain: Chain | None
    classes: frozenset[str]
    ids: frozenset[str]


class Group(NamedTuple):
    """Of several selectors, by number: those that name no class or id, and those that name one."""

    nameless: tuple[int, ...]
    of_class: dict[str, tuple[int, ...]]
    of_id: dict[str, tuple[int, ...]]
    classes: frozenset[str]
    ids: frozenset[str]


@lru_cache(maxsize=1024)
def group_of(selectors: tuple[str, ...]) -> Group:
    """Which of several selectors name which class or id."""
    nameless: list[int] = []
    of_class: dict[str, list[int]] = {}
    of_id: dict[str, list[int]] = {}
    for number, selector in enumerate(selectors):
        plan = plan_of(selector)
        if plan.ids:
            of_id.setdefault(min(plan.ids), []).append(number)
        elif plan.classes:
            of_class.setdefault(min(plan.classes), []).append(number)
        else:
            nameless.append(number)
    return Group(
        tuple(nameless),
        {name: tuple(numbers) for name, numbers in of_class.items()},
        {name: tuple(numbers) for name, numbers in of_id.items()},
        frozenset(of_class),
        frozenset(of_id),
    )


@lru_cache(maxsize=4096)
def plan_of(selector: str) -> Plan:
    """How a selector is answered; what it names decides whether it need be asked at all."""
    chain = _parsed(selector)
    if chain is not None:
        return Plan(
            chain,
            frozenset(name for compound in chain.compounds for name in compound.classes),
            frozenset(name for compound in chain.compounds for name in compound.ids),
        )
    classes: set[str] = set()
    ids: set[str] = set()
    if "," not in selector:
        for mark, name in _NAME.findall(selector.partition(":not(")[0]):
            (classes if mark == "." else ids).add(name)
    return Plan(None, frozenset(classes), frozenset(ids))


def _parsed(selector: str) -> Chain | None:
    """The selector as a chain, None where it needs more than this module knows."""
    compounds: list[Compound] = []
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
    tag, classes, ids, attributes, without = compounds[-1]
    bare = len(compounds) == 1 and len(classes) + len(ids) == 1
    return Chain(
        tuple(reversed(compounds)),
        tuple(reversed(children)),
        bare and not (tag or attributes or without),
        _below(tag, attributes),
        # Of two elements with one value another may have what else is asked for.
        _below(tag, attributes[:1] if attributes and attributes[0][1] == "=" else attributes),
        _telling(tag, attributes[0][0]) if attributes else None,
    )


def _compound(word: str) -> Compound | None:
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
    return Compound(tag, tuple(classes), tuple(ids), tuple(attributes), tuple(without))


@lru_cache(maxsize=1024)
def _below(tag: str, attributes: tuple[tuple[str, str, str], ...]) -> Finder:
    """What finds elements of a tag whose attributes may pass some tests, below or at an element."""
    if tag and not attributes:
        return lambda element: list(element.iter(tag))
    path = f"descendant-or-self::{tag or '*'}"
    for number, (name, operator, value) in enumerate(attributes):
        # Stepping to an attribute and back costs a third of testing every element for it.
        step = f"@{name}{_may_pass('.', operator, value)}"
        path += f"/{step}/parent::*" if number == 0 else f"[{step}]"
    return cast("Finder", etree.XPath(path))


def _telling(tag: str, attribute: str) -> Teller:
    """What tells the values of an attribute, of a tag's elements or of all."""
    return values_of(tag if tag and attribute in _OFTEN else "*", attribute)


@lru_cache(maxsize=256)
def values_of(tag: str, attribute: str) -> Teller:
    """What tells all values of an attribute of a tag's elements; "*" is any tag."""
    return _values(f"descendant-or-self::{tag}/@{attribute}")


@lru_cache(maxsize=256)
def _values(path: str) -> Teller:
    # One for each path, so that what it tells of a page is asked for once.
    return cast("Teller", etree.XPath(path, smart_strings=False))


def _may_pass(own: str, operator: str, value: str) -> str:
    """An XPath test that leaves out most of what ``_passes`` would, and nothing else."""
    if not operator or not value or "'" in value:
        return ""
    if operator == "=":
        return f"[{own}='{value}']"
    if operator in ("^=", "|="):
        return f"[starts-with({own}, '{value}')]"
    return f"[contains({own}, '{value}')]"
