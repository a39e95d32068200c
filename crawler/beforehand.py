"""What every crawl would work out at its first pages, worked out once before crawls are forked.

A regular expression takes about half a millisecond to compile, and a site's first pages ask for
dozens, with as many selectors: a fifth of what a crawl of a few pages costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING

from crawler.extract import extract
from crawler.extraction.layout import Layout
from crawler.extraction.selector_plans import group_of
from crawler.extractor import HARMLESS

if TYPE_CHECKING:
    from crawler.site_spider import SiteSpider

_SELECTORS = tuple(field.name for field in fields(Layout) if field.type == "Selectors")


def work_out(spiders: Iterable[type[SiteSpider]]) -> None:
    """Load and compile what the first pages of these spiders would have to wait for.

    A pattern that cannot be compiled is left for the page that asks for it.
    """
    patterns: set[str] = set()
    for spider in spiders:
        patterns |= {spider.article_url, spider.listing_url}
        for layout in spider.layouts:
            patterns |= _patterns_of(layout)
            for name in _SELECTORS:
                group_of(getattr(layout, name))
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error:
            continue
    extract(HARMLESS)


def _patterns_of(layout: Layout) -> set[str]:
    return {
        layout.fingerprint_url,
        layout.print_url,
        *layout.drop_text,
        *(pattern for pattern, _ in layout.canonical_rules),
    }
