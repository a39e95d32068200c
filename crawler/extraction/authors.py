"""Who wrote an article: its signature, elements that name authors, structured data, in this order.

Several authors are often named by several elements of one kind, side by side. Those that stand
together are one byline; what stands elsewhere on the page under the same name is a fallback only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from archive.records import Byline
from crawler.extraction.bylines import merge_bylines, parse_byline
from crawler.extraction.parts import Parts
from crawler.extraction.person_names import is_person_name
from crawler.extraction.signature_words import POSTED_RE
from crawler.extraction.text import clean_line

MAX_AUTHORS = 8
"""Persons of one byline. More is a list of a desk's members or hostile."""


def groups(named: Iterable[tuple[HtmlElement, Sequence[str]]]) -> list[tuple[str, ...]]:
    """Texts of elements that name authors, those of elements that stand together in one tuple."""
    found: list[tuple[set[HtmlElement], list[str]]] = []
    for element, texts in named:
        homes = _homes(element)
        for known, said in found:
            if known & homes:
                known |= homes
                said.extend(texts)
                break
        else:
            found.append((homes, list(texts)))
    return [tuple(texts) for _, texts in found]


def names_in(element: HtmlElement) -> list[str]:
    """Persons whom elements within an element name one by one, with no comma between them.

    Empty where fewer than two do.
    """
    if len(element) < 2:
        return []
    leaves = [leaf for leaf in element.iterdescendants("a", "span", "b", "strong", "li", "p")]
    texts = [clean_line(leaf.text_content()) for leaf in leaves if not len(leaf)]
    names = list(dict.fromkeys(text for text in texts if " " in text and is_person_name(text)))
    return names if len(names) > 1 else []


def _homes(element: HtmlElement) -> set[HtmlElement]:
    """What may hold an author's element and those of the others: its parent, that of its item."""
    parent = element.getparent()
    if parent is None:
        return {element}
    above = parent.getparent() if parent.tag in ("li", "span", "a", "p", "b", "strong") else None
    return {parent} if above is None else {parent, above}


def byline_of(parts: Parts, signature: Byline) -> Byline:
    """The byline of an article whose text is signed by ``signature``."""
    ignored = parts.not_authors
    said = parts.byline_texts
    if signature.persons:
        # Whoever posted what a person signs is nobody, and neither is the office of the account.
        said = [tuple(text for text in texts if not POSTED_RE.match(text)) for texts in said]
    printed = [_together(texts, ignored) for texts in said]
    merged = merge_bylines(signature, *printed)
    named = [parse_byline(name, ignored) for name in parts.authors[:MAX_AUTHORS]]
    persons = _persons(named)
    if merged.persons:
        # Another place may name all of several authors of whom the best shows one.
        for fuller in (*(byline.persons for byline in printed), persons):
            known = {person.casefold() for person in fuller}
            if len(fuller) > len(merged.persons) and all(
                person.casefold() in known for person in merged.persons
            ):
                return replace(merged, persons=fuller)
        return merged
    if parts.layout is not None or merged.unit or merged.source or not persons:
        return merged
    return replace(merged, text=merged.text or ", ".join(persons), persons=persons)


def _together(texts: Sequence[str], ignored: tuple[str, ...]) -> Byline:
    """One byline out of texts that stand together: all the persons whom they name as authors."""
    found = [(text, parse_byline(text, ignored)) for text in texts]
    written = [byline for text, byline in found if byline.persons and not POSTED_RE.match(text)]
    merged = merge_bylines(*written, *(byline for _, byline in found))
    if len(written) < 2:
        return merged
    persons = _persons(written)[:MAX_AUTHORS]
    if len(persons) <= len(merged.persons):
        return merged
    return replace(merged, text=", ".join(byline.text for byline in written), persons=persons)


def _persons(found: Sequence[Byline]) -> tuple[str, ...]:
    """Every person once, whatever the capitals."""
    persons: dict[str, str] = {}
    for byline in found:
        for person in byline.persons:
            persons.setdefault(person.casefold(), person)
    return tuple(persons.values())
