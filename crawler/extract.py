"""The one door from bytes to an article: crawl, rebuild, import and tests all go through it."""

from __future__ import annotations

import logging
from functools import cache

from archive.records import Article, Page, Unreadable
from crawler.catalogue import is_listing, spider_for
from crawler.extraction.article import extract_article
from crawler.extraction.chosen import choose_layout
from crawler.extraction.document import Document, parse_page
from crawler.extraction.layout import Layout
from crawler.families import FAMILY_LAYOUTS

_log = logging.getLogger(__name__)


def extract(page: Page) -> Article | Unreadable:
    """What a page says. Never raises: what goes wrong is an ``Unreadable("broken", ...)``."""
    try:
        document = parse_page(page)
    except Exception as error:
        return _broken(page, error)
    return document if isinstance(document, Unreadable) else extract_document(document)


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


def needs_pool(document: Document) -> bool:
    """Whether no layout fits, so that the generic path with its tens of milliseconds serves."""
    url = document.page.url
    try:
        return not is_listing(url) and choose_layout(document, layouts_for(url)) is None
    except Exception:
        return True


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
