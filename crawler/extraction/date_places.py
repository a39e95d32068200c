"""Where a page of unknown make tells when its article was published.

In order: a line between title and text, elements that are named or tagged as dates around both,
structured data, the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from archive.records import Published
from crawler.extraction.dates import parse_structured, parse_url, parse_visible
from crawler.extraction.document import Document
from crawler.extraction.marks import is_hidden
from crawler.extraction.named_parts import around
from crawler.extraction.neighbours import beside_title_link
from crawler.extraction.structured import Structured
from crawler.extraction.text import clean_line
from crawler.extraction.urls import article_key

_DATE = re.compile(
    r"(?:^|[\s_-])(?:p?date\w*|time\w*|ngay\w*|publish\w*|post(?:ed)?-?(?:on|date|time)|entry-date|"
    r"created\w*|meta|article-?time|news-?time|thoi-?gian)(?:$|[\s_-])",
    re.I,
)


def dates_under(
    document: Document, title: HtmlElement | None, start: HtmlElement | None
) -> Iterator[Published | None]:
    """The date in a line between the title and ``start``, the first paragraph, if there is one."""
    if title is None or start is None:
        return
    passed = False
    titled = set(title.iter())
    for element in document.body.iter():
        if element is start:
            return
        if element in titled:
            passed = True
            continue
        if not passed or not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        if element.attrib and is_hidden(element):
            continue
        for piece in (element.text, element.tail):
            line = clean_line(piece) if piece and len(piece) < 400 else ""
            if 6 <= len(line) <= 80 and (found := parse_visible(line, document.page.fetched_at)):
                yield found
                return


def dates_around(
    document: Document,
    container: HtmlElement,
    title: HtmlElement | None,
    structured: Structured,
    noise: set[HtmlElement],
) -> Iterator[Published | None]:
    clock = document.page.fetched_at
    own = article_key(document.page.url)
    home = {container, *container.iterancestors()}
    if title is not None:
        home.update((title, *title.iterancestors()))
    known: dict[HtmlElement, bool] = {}
    below = False
    for element in around(document, container, title):
        below = below or element is container
        if below and not noise.isdisjoint((element, *element.iterancestors())):
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag == "time" or (len(names) > 1 and _DATE.search(names)):
            if beside_title_link(element, home, document.base, own, known):
                continue
            text = clean_line(element.text_content())
            found = parse_visible(text, clock) if 6 <= len(text) <= 120 else None
            if found:
                yield found
            for timed in (element, *element.iterdescendants("time", "abbr")):
                value = timed.get("datetime") or (timed.get("title") if timed.tag == "abbr" else "")
                if value:
                    yield parse_structured(value, clock)
            if found:
                break
    for value in structured.dates[:6]:
        yield parse_structured(value, clock)
    for element in document.tree.xpath("//*[@itemprop='datePublished']")[:3]:
        value = element.get("content") or element.get("datetime") or element.text_content()
        yield parse_structured(clean_line(value), clock)
    yield parse_url(document.page.url, clock)
