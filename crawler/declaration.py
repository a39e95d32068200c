"""What a site's file declares: where it is, how sure we are of that, and where its articles are.

Only data. ``crawler.site_spider`` walks by it; ``docs/sites.md`` explains how to choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crawler.extraction.layout import Layout

Evidence = Literal["page", "link"]

EVIDENCE: dict[str, str] = {
    "page": "a page of the site has been seen under this address",
    "link": "the address stands in a list or document; no page of it has been seen",
}
"""Every word of ``Declaration.evidence``, with its meaning."""


@dataclass(frozen=True, slots=True)
class IdWalk:
    """Articles whose addresses hold an integer: walked downwards where listings end early."""

    url: str
    """The address, with ``{id}`` in the place of the integer."""
    newest: int = 0
    """An id that has been seen, to begin at where nothing newer is found on the site."""
    misses: int = 40
    """So many ids in succession without an article end the walk."""
    limit: int = 20_000
    """Requests that one crawl makes of it; the next goes on below."""


class Declaration:
    """What a site says of itself. A family fills in what its software always has."""

    title: str = ""
    """What the site calls itself, in Vietnamese."""
    hosts: tuple[str, ...] = ()
    """Every host that serves the site, without ``www.``; the first is the one to cite."""
    part: str = ""
    """Beginning of the paths that are this site's, where it shares its hosts with others."""
    home: str = ""
    """Front page, for people."""
    province: str = ""
    """Province before 1 July 2025 (one of the 63), "" for a national site."""
    level: str = "province"
    """"district", "province", "industry", "national" or "newspaper"."""
    evidence: Evidence | Literal[""] = ""
    """How well the address is evidenced, one of EVIDENCE; a site's file has to say."""
    frozen: bool = False
    """Nothing new is expected: the site was replaced, or its body abolished."""
    note: str = ""
    """What a person who looks after the site should know, in one sentence."""

    start_urls: list[str] = []
    """Listings from which every article can be reached."""
    feeds: tuple[str, ...] = ()
    """RSS or Atom feeds that together show every new article of the site: as long as they do,
    its listings are left alone."""
    sitemaps: tuple[str, ...] = ()
    """Sitemaps beside those that robots.txt names."""
    listing_feed: str = ""
    """What a listing's address is followed by for its feed, of a family that always has one."""
    id_walk: IdWalk | None = None
    article_url: str = ""
    """Regular expression, searched in a whole URL: what this matches is an article."""
    listing_url: str = ""
    """Regular expression: what this matches leads to articles (paging, sections)."""
    follow_articles: bool = True
    """Whether links from article to article are followed: not where a newspaper's union section
    is all that is wanted."""
    keeps: Literal["none", "images", "all"] = "all"
    """Which files of an article are captured with it: none, its images (and the page's style
    sheets), or its attachments too."""
    file_hosts: tuple[str, ...] = ()
    """Other hosts that may be asked for such files."""
    layouts: tuple[Layout, ...] = ()
    """Newest first; an old one stays, since years of captures are read again."""
