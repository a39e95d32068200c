"""The links of a page: those to articles and those that lead to more of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

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
    is_article, is_listing = _pattern(article_url), _pattern(listing_url)
    for url, _ in all_links(document):
        if _FILE.search(url):
            continue
        canonical = canonical_url(url, rules)
        if is_article is not None and is_article.search(canonical):
            articles.setdefault(canonical)
        elif is_listing is not None and is_listing.search(url):
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
    count = 0
    for element in document.tree.iter("a", "area"):
        href = element.get("href")
        if not href:
            continue
        url = absolute(document.base, href.strip())
        if not url:
            continue
        yield url.partition("#")[0], clean_line(element.text_content())[:500]
        count += 1
        if count >= MAX_LINKS:
            return


@lru_cache(maxsize=256)
def _pattern(expression: str) -> re.Pattern[str] | None:
    return re.compile(expression) if expression else None
