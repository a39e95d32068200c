"""The one door from bytes to an article: crawl, rebuild, import and tests all go through it."""

from __future__ import annotations

import logging
from functools import cache

from archive.records import Article, Page, Unreadable
from crawler.catalogue import is_listing, spider_for
from crawler.extraction.article import extract_article, extract_by_layout, extract_by_rules
from crawler.extraction.document import Document, parse_page
from crawler.extraction.layout import Layout
from crawler.families import FAMILY_LAYOUTS
from crawler.whole_page import Wanted, WholePage, links_of, with_outcome

_log = logging.getLogger(__name__)


def extract(page: Page) -> Article | Unreadable:
    """What a page says. Never raises: what goes wrong is an ``Unreadable("broken", ...)``."""
    try:
        document = parse_page(page)
    except Exception as error:
        return _broken(page, error)
    return document if isinstance(document, Unreadable) else extract_document(document)


def read_whole(wanted: Wanted) -> WholePage:
    """What a page says, as ``extract`` does, and where it leads."""
    document = parse_page(wanted.page)
    if isinstance(document, Unreadable):
        return WholePage(document)
    links = links_of(document, wanted)
    return with_outcome(document, wanted, links, extract_document(document))


def extract_document(
    document: Document, layouts: tuple[Layout, ...] | None = None
) -> Article | Unreadable:
    """As ``extract`` for a page that is parsed already.

    Where a site's file says that an address is a listing's, general rules are not asked: an
    article that they found would be a teaser. ``layouts`` replaces those of the page's site and
    of all families: () asks for the generic path alone.
    """
    url = document.page.url
    try:
        if layouts is None:
            return extract_article(document, layouts_for(url), generic=not is_listing(url))
        return extract_article(document, layouts)
    except Exception as error:
        return _broken(document.page, error)


def extract_at_once(document: Document) -> Article | Unreadable | None:
    """As ``extract_document`` where that is cheap; None where the general rules, which take tens
    of milliseconds, would be asked."""
    url = document.page.url
    try:
        layouts = layouts_for(url)
        found = extract_by_layout(document, layouts)
        if found is None and is_listing(url):
            return extract_by_rules(document, layouts, generic=False)
        return found
    except Exception as error:
        return _broken(document.page, error)


def layouts_for(url: str) -> tuple[Layout, ...]:
    """Layouts in order of trust: those that the site of ``url`` declares, then every family's."""
    spider = spider_for(url)
    return _with_families(spider.layouts) if spider is not None else FAMILY_LAYOUTS


@cache
def _with_families(own: tuple[Layout, ...]) -> tuple[Layout, ...]:
    return own + tuple(layout for layout in FAMILY_LAYOUTS if layout not in own)


def _broken(page: Page, error: Exception) -> Unreadable:
    # A hostile page must not end a crawl; the traceback is for whoever mends the rule.
    _log.warning("extraction failed on %s", page.url, exc_info=error)
    return Unreadable("broken", f"{type(error).__name__}: {error}"[:300])
