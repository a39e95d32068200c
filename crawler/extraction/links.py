"""The links of a page: those to articles and those that lead to more of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import cast
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.document import Document
from crawler.extraction.text import clean_line
from crawler.extraction.urls import absolute, canonical_url, head_of

MAX_LINKS = 5000
"""Links that one page may contribute; a trap page has more, a sitemap page fewer."""

_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|zip|rar|7z|jpe?g|png|gif|webp|svg|ico|bmp|mp[34]|avi|wm[av]|"
    r"flv|css|js|exe|apk)(?:\?[^/]*)?$",
    re.I,
)
"""Addresses of files, which are no pages whatever their folder is called."""

_HREFS = XPath("//a/@href | //area/@href", smart_strings=False)
_WHOLE = re.compile(r"https?://[A-Za-z0-9]")
_SHORT = 300
"""Characters of an address up to which it is remembered; a hostile page has longer ones."""
_REMEMBERED = 4096
"""References of one site that are remembered at most."""
_NEW = ("", "new")


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses without fragment, each once, in the order of the page."""

    articles: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()


def find_links(
    document: Document,
    article_url: str,
    listing_url: str = "",
    rules: tuple[tuple[str, str], ...] = (),
) -> Links:
    """Sort a page's links by two regular expressions, searched in the absolute address.

    ``article_url`` wins where both match. Addresses are made canonical with ``rules``, so that
    the print view of an article and the article give one link. An empty pattern matches nothing.
    """
    base = document.base
    here = _origin(head_of(base))
    remembered = _remembered(here, article_url, listing_url, rules)
    hrefs = _hrefs(document)
    known = dict(zip(hrefs, map(remembered.get, hrefs, repeat(_NEW)), strict=True))
    for href in [href for href, found in known.items() if found is _NEW]:
        # Where it stands does not matter to a whole address or a path from the root, and a
        # site shows the same menus and columns on all its pages.
        if len(href) <= _SHORT and (href[:1] == "/" != href[1:2] or _WHOLE.match(href)):
            found = _sort(here, href, article_url, listing_url, rules)
            if len(remembered) >= _REMEMBERED:
                remembered.clear()
            remembered[href] = found
        else:
            found = _sort(base, href, article_url, listing_url, rules)
        known[href] = found
    led = [found for found in known.values() if found is not None]
    return Links(
        tuple(dict.fromkeys([article for article, _ in led if article])),
        tuple(dict.fromkeys([listing for _, listing in led if listing])),
    )


def _hrefs(document: Document) -> dict[str, None]:
    """What the first MAX_LINKS links of the page refer to, as it is written, each once."""
    index = document.index
    if index.of_tag("area"):
        written = cast("list[str]", _HREFS(document.tree))
    else:
        written = index.values("a", "href")
    return dict.fromkeys(list(filter(None, map(str.strip, written)))[:MAX_LINKS])


@lru_cache(maxsize=256)
def _origin(base: str) -> str:
    """Scheme and host of a page's address, with a slash; the address where it has none."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return base
    return f"{parts.scheme}://{parts.netloc}/"


def find_stylesheets(document: Document) -> tuple[str, ...]:
    """Absolute addresses of the style sheets that the page asks for, each once, at most 20.

    A page is shown again years later as it looked; without them it would be bare.
    """
    found: dict[str, None] = {}
    for element in document.index.of_tag("link"):
        if "stylesheet" in (element.get("rel") or "").lower().split():
            url = absolute(document.base, (element.get("href") or "").strip())
            if url:
                found.setdefault(url.partition("#")[0])
    return tuple(found)[:20]


def all_links(document: Document) -> Iterator[tuple[str, str]]:
    """Every http(s) link of the page as (absolute address, text), at most MAX_LINKS."""
    for element, url in _addresses(document):
        yield url, clean_line(element.text_content())[:500]


def _addresses(document: Document) -> Iterator[tuple[HtmlElement, str]]:
    count = 0
    base = document.base
    for element in document.tree.iter("a", "area"):
        href = element.get("href")
        if not href:
            continue
        href = href.strip()
        url = absolute(base, href)
        if not url:
            continue
        yield element, url.partition("#")[0]
        count += 1
        if count >= MAX_LINKS:
            return


def _sort(
    base: str, href: str, article_url: str, listing_url: str, rules: tuple[tuple[str, str], ...]
) -> tuple[str, str] | None:
    """The canonical address where a link leads to an article, "" where not; its address where it
    leads to a listing, "" where not. None where it leads nowhere.
    """
    url = absolute(base, href).partition("#")[0]
    if not url or _FILE.search(url):
        return None
    is_article, is_listing = _pattern(article_url), _pattern(listing_url)
    canonical = canonical_url(url, rules)
    if is_article is not None and is_article.search(canonical):
        return canonical, ""
    return ("", url) if is_listing is not None and is_listing.search(url) is not None else None


@lru_cache(maxsize=8)
def _remembered(
    here: str, article_url: str, listing_url: str, rules: tuple[tuple[str, str], ...]
) -> dict[str, tuple[str, str] | None]:
    """What short references, of a site at ``here``, were found to be; filled by ``find_links``."""
    return {}


@lru_cache(maxsize=256)
def _pattern(expression: str) -> re.Pattern[str] | None:
    return re.compile(expression) if expression else None
