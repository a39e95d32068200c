"""Which layout a page is read by: the first whose fingerprint and body the page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.extraction.body import MIN_LEAD
from crawler.extraction.document import Document
from crawler.extraction.layout import Layout, Selectors
from crawler.extraction.surroundings import Surroundings
from crawler.extraction.text import clean_line
from crawler.extraction.urls import absolute, article_key


def choose_layout(
    document: Document, layouts: Sequence[Layout]
) -> tuple[Layout, HtmlElement] | None:
    """The first layout whose fingerprint and body the page shows, with the body's element."""
    for layout in _likely(document, layouts):
        body = _body(document, layout)
        if body is None:
            body = _empty_body(document, layout)
        if body is not None:
            return layout, body
    return None


def knows_page(document: Document, layouts: Sequence[Layout]) -> Layout | None:
    """The first layout whose fingerprint fits, whether or not an article stands on the page."""
    return next(_likely(document, layouts), None)


def refused_by(document: Document, layout: Layout) -> bool:
    """Whether the layout itself says that this is no article."""
    return any(document.matching(layout.not_article))


def _likely(document: Document, layouts: Sequence[Layout]) -> Iterator[Layout]:
    """The layouts whose fingerprint fits, in their order."""
    # All fingerprints at once: most name a class or an id that the page does not have.
    selectors, owners, by_address = _fingerprints(tuple(layouts))
    possible: dict[int, list[str]] = {}
    for number in document.index.possible(selectors):
        possible.setdefault(owners[number], []).append(selectors[number])
    for number in sorted({*possible, *by_address}):
        layout = layouts[number]
        named = layout.fingerprint_url and is_matched(layout.fingerprint_url, document.page.url)
        if named or any(document.select(selector) for selector in possible.get(number, ())):
            yield layout


@lru_cache(maxsize=256)
def _fingerprints(
    layouts: tuple[Layout, ...],
) -> tuple[Selectors, tuple[int, ...], tuple[int, ...]]:
    """All selectors in a row, of each the number of its layout, and the layouts with an address."""
    pairs = [
        (selector, number)
        for number, layout in enumerate(layouts)
        for selector in layout.fingerprint
    ]
    by_address = tuple(number for number, layout in enumerate(layouts) if layout.fingerprint_url)
    return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), by_address


def _body(document: Document, layout: Layout) -> HtmlElement | None:
    for found in document.matching(layout.body):
        if len(found) == 1:
            if _holds(found[0]):
                return found[0]
            continue
        if len(found) > 2 and all(below_foreign_title(document, one) for one in found):
            return None
        best = max(found, key=_size, default=None)
        if best is not None and _holds(best):
            return best
    return None


def below_foreign_title(document: Document, body: HtmlElement) -> bool:
    """Whether a body is a teaser: the heading nearest above it links to another page."""
    own = article_key(document.page.url)
    current = body
    for _ in range(3):
        for sibling in current.itersiblings(preceding=True):
            headings = [sibling, *sibling.iter("h1", "h2", "h3", "h4")]
            for heading in headings:
                if heading.tag not in ("h1", "h2", "h3", "h4"):
                    continue
                link = heading.find(".//a[@href]")
                target = absolute(document.base, link.get("href") or "") if link is not None else ""
                return bool(target) and article_key(target) != own
        parent = current.getparent()
        if parent is None:
            break
        current = parent
    return False


def _empty_body(document: Document, layout: Layout) -> HtmlElement | None:
    """A body without anything in it, on a page whose marked lead is all of the article."""
    lead = first_with_text(document, layout.lead)
    if lead is None or len(clean_line(lead.text_content())) < MIN_LEAD:
        return None
    return next((found[0] for found in document.matching(layout.body)), None)


def _size(element: HtmlElement) -> int:
    return len(element.text_content())


def _holds(element: HtmlElement) -> bool:
    written = any(text and not text.isspace() for text in element.itertext())
    return written or element.find(".//img") is not None


def first_with_text(
    document: Document,
    selectors: Selectors,
    skip: set[HtmlElement] | None = None,
    near: Surroundings | None = None,
) -> HtmlElement | None:
    """What the selectors find first that has text, outside ``skip`` and foreign boxes."""
    for found in document.matching(selectors):
        for element in found:
            if (
                (skip is None or element not in skip)
                and element.text_content().strip()
                and not (near is not None and near.foreign(element))
            ):
                return element
    return None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def is_matched(pattern: str, url: str) -> bool:
    """Whether a layout's pattern is found in an address."""
    return _compiled(pattern).search(url) is not None
