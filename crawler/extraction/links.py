"""The links of a page: those to articles and those that lead to more of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.extraction.document import Document
from crawler.extraction.text import clean_line
from crawler.extraction.urls import absolute, canonical_url

MAX_LINKS = 5000
"""Links that one page may contribute; a trap page has more, a sitemap page fewer."""

_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|zip|rar|7z|jpe?g|png|gif|webp|svg|ico|bmp|mp[34]|avi|wm[av]|"
    r"flv|css|js|exe|apk)(?:\?[^/]*)?$",
    re.I,
)
"""Addresses of files, which are no pages whatever their folder is called."""

_WHOLE = re.compile(r"https?://[A-Za-z0-9]")
_SHORT = 300
"""Characters of an address up to which it is remembered; a hostile page has longer ones."""


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
    articles: dict[str, None] = {}
    listings: dict[str, None] = {}
    for _, url in _addresses(document):
        sort = _sorted if len(url) <= _SHORT else _sorted.__wrapped__
        article, listing = sort(url, article_url, listing_url, rules)
        if article:
            articles.setdefault(article)
        elif listing:
            listings.setdefault(url)
    return Links(tuple(articles), tuple(listings))


def find_stylesheets(document: Document) -> tuple[str, ...]:
    """Absolute addresses of the style sheets that the page asks for, each once, at most 20.

    A page is shown again years later as it looked; without them it would be bare.
    """
    found: dict[str, None] = {}
    for element in document.tree.iter("link"):
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
        # Where it stands does not matter to a whole address, and menus repeat them.
        whole = len(href) <= _SHORT and _WHOLE.match(href) is not None
        url = _whole(href) if whole else absolute(base, href)
        if not url:
            continue
        yield element, url.partition("#")[0]
        count += 1
        if count >= MAX_LINKS:
            return


@lru_cache(maxsize=4096)
def _whole(href: str) -> str:
    return absolute("", href)


@lru_cache(maxsize=8192)
def _sorted(
    url: str, article_url: str, listing_url: str, rules: tuple[tuple[str, str], ...]
) -> tuple[str, bool]:
    """The canonical address where it is an article's, "" where not; whether it is a listing.

    Remembered, since a site shows the same menus and columns on all its pages.
    """
    if _FILE.search(url):
        return "", False
    is_article, is_listing = _pattern(article_url), _pattern(listing_url)
    canonical = canonical_url(url, rules)
    if is_article is not None and is_article.search(canonical):
        return canonical, False
    return "", is_listing is not None and is_listing.search(url) is not None


@lru_cache(maxsize=256)
def _pattern(expression: str) -> re.Pattern[str] | None:
    return re.compile(expression) if expression else None
