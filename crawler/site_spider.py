"""SiteSpider: walks a site's listings to its articles."""

from __future__ import annotations

import scrapy

from crawler.extraction.layout import Layout


class SiteSpider(scrapy.Spider):
    """One site, declared. A family is a SiteSpider without a name and with a complete layout."""

    title: str = ""
    """What the site calls itself, in Vietnamese."""
    hosts: tuple[str, ...] = ()
    """Every host that serves the site; the first is the one to cite."""
    province: str = ""
    """Province before 1 July 2025 (one of the 63), "" for a national site."""
    level: str = "province"
    """"district", "province", "industry", "national" or "newspaper"."""
    start_urls: list[str] = []
    """Listings (feeds, sitemaps) from which every article can be reached."""
    article_url: str = ""
    """Regular expression, searched in a whole URL: what this matches is an article."""
    listing_url: str = ""
    """Regular expression: what this matches leads to articles (paging, sections)."""
    layouts: tuple[Layout, ...] = ()
    """Newest first; an old one stays, since years of captures are read again."""
