"""What a crawl asks of a page: what it says and where it leads, so that it is parsed but once."""

from __future__ import annotations

from dataclasses import dataclass

from archive.records import Article, Page, Unreadable
from crawler.extraction.document import Document
from crawler.extraction.links import Links, find_links, find_stylesheets

_NONE = Links()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page, and what is asked of it beside what it says; patterns as of ``find_links``."""

    page: Page
    article_url: str = ""
    listing_url: str = ""
    canonical_rules: tuple[tuple[str, str], ...] = ()
    stylesheets: bool = False
    """Whether to name the style sheets."""


@dataclass(frozen=True, slots=True)
class WholePage:
    """What was asked of a page."""

    outcome: Article | Unreadable
    links: Links = _NONE
    stylesheets: tuple[str, ...] = ()


def links_of(document: Document, wanted: Wanted) -> Links:
    """Where a parsed page leads."""
    return find_links(document, wanted.article_url, wanted.listing_url, wanted.canonical_rules)


def with_outcome(
    document: Document, wanted: Wanted, links: Links, outcome: Article | Unreadable
) -> WholePage:
    """The whole of a page of which the rest is known."""
    return WholePage(outcome, links, find_stylesheets(document) if wanted.stylesheets else ())
