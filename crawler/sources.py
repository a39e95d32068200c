"""Where a site tells of its articles, and what one crawl asks of that.

A first crawl asks everything: feeds, listings to their ends, sitemaps. Later ones ask feeds,
which are small, and the listings that no feed answers for; sitemaps and sections are looked at
now and then, since what a site forgets to list elsewhere stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive.known_addresses import (
    Standing,
    addresses_of,
    files_left_out,
    last_answer,
    last_complete_walk,
    last_outcome,
    newest_addresses,
    older_than,
    standing_of,
)
from archive.revisits import site_pace
from crawler.declaration import Declaration, IdWalk
from crawler.extraction.sitemaps import SitemapEntry
from crawler.extraction.urls import article_key

LISTING_REST = timedelta(days=7)
"""After how long a listing is looked at although its feed answers for it."""
OVERLAP = 3
"""Of the five articles that a site published last, so many on a page of a listing mean that nothing
new stands on the pages behind it."""
SITEMAP_REST = timedelta(days=7)
SECTION_REST = timedelta(days=30)
"""After how long a section is looked at that no file declares, where a listing is declared."""
MAX_SECTIONS = 20
"""Such sections that one crawl looks at."""


@dataclass(frozen=True, slots=True)
class FeedSource:
    url: str
    listings: tuple[str, ...]
    """The listings that may be left alone while the feed answers for them."""
    whole_site: bool


class Sources:
    """What a crawl of one site knows beforehand: of its sources, and of its articles."""

    def __init__(self, db: Database, name: str, site: Declaration, now: datetime) -> None:
        self.db = db
        self.name = name
        self.site = site
        self.now = now
        self.walked = last_complete_walk(db, name)
        self.pace = site_pace(db, name)
        self.doubtful = bool(self.walked) and last_outcome(db, name) == "failed"
        """Whether the last crawl of the site brought nothing."""
        self._newest = newest_addresses(db, name)
        self._not_anchored: set[int] = set()
        """Hashes of the addresses met that no complete walk had seen when this crawl began."""

    def feeds(self) -> list[FeedSource]:
        """The site's feeds, then those of its listings."""
        listings = tuple(self.site.start_urls)
        found = [FeedSource(url, listings, True) for url in self.site.feeds]
        if self.site.listing_feed and not found:
            found += [FeedSource(self._feed_of(url), (url,), False) for url in listings]
        return found

    def _feed_of(self, listing: str) -> str:
        suffix = self.site.listing_feed
        return listing + ("&" + suffix.lstrip("?") if "?" in listing else suffix)

    def listings_at_once(self) -> list[str]:
        """Listings that are asked without waiting for what a feed says."""
        covered = {url for feed in self.feeds() for url in feed.listings}
        return [
            url
            for url in self.site.start_urls
            if url not in covered or self.rested(url, LISTING_REST)
        ]

    def sitemap_now(self, url: str) -> bool:
        """Whether to look at a sitemap: seldom, unless the site has nothing else."""
        alone = not self.site.start_urls and not self.site.feeds
        return alone or self.rested(url, SITEMAP_REST)

    def has_answered(self, url: str) -> bool:
        """Whether a URL was ever asked with success."""
        return bool(last_answer(self.db, url))

    def rested(self, url: str, age: timedelta) -> bool:
        """Whether a URL's last answer is at least so long ago."""
        return older_than(last_answer(self.db, url), age, self.now)

    def sections_now(self, urls: Iterable[str]) -> list[str]:
        """Of the sections that a start page links to, those to be looked at now.

        Where only the front page is declared, they are the listings.
        """
        only_home = all(urlsplit(url).path in ("", "/") for url in self.site.start_urls)
        rest = LISTING_REST if only_home else SECTION_REST
        return [url for url in urls if self.rested(url, rest)][:MAX_SECTIONS]

    def standing(self, url: str) -> Standing:
        """What the archive knows of an article's address.

        Anchored is what was so when the crawl began: what it brings itself, perhaps in the very
        second in which the last walk ended, is news wherever else the site shows it.
        """
        key = article_key(url)
        standing = standing_of(self.db, key, url, self.now, self.walked, pace=self.pace)
        if not self.walked:
            return standing
        if not standing.anchored:
            self._not_anchored.add(hash(key))
        elif hash(key) in self._not_anchored:
            return replace(standing, anchored=False)
        return standing

    def files_left_out(self) -> list[str]:
        """Files of articles that should have been captured and were not so much as asked for."""
        keeps = self.site.keeps
        if keeps == "none":
            return []
        return files_left_out(self.db, self.name, self.walked, attachments=keeps == "all")

    def vouches(self, feed: FeedSource, urls: Iterable[str], standings: Iterable[Standing]) -> bool:
        """Whether a feed answers for its listings: it goes back to what a complete walk has seen.

        One for the whole site must also hold one of the articles published last, so that a feed
        that stands still (since its module was switched off, say) is not believed.
        """
        if not self.walked or not any(standing.anchored for standing in standings):
            return False
        if not feed.whole_site or not self._newest:
            return True
        return not self._newest.isdisjoint(map(article_key, urls))

    def ends_at(self, following: str, urls: Sequence[str], standings: Sequence[Standing]) -> bool:
        """Whether news ends on a page of a listing, so that the ``following`` one may be left.

        Either all on it was known when a complete walk ended; or it shows most of the articles that
        the site published last of those that such a walk has seen: what is new stands before them.
        What else is known on a page proves nothing: it may stand beside the list, as the most read.
        Now and then the following page is looked at all the same, for what was put there.
        """
        if all(standing.anchored for standing in standings):
            return True
        held = {
            article_key(url)
            for url, standing in zip(urls, standings, strict=True)
            if standing.anchored
        }
        goes_back = len(self._newest & held) >= OVERLAP
        return goes_back and not self.rested(following, LISTING_REST)

    def maybe_new(self, entry: SitemapEntry) -> bool:
        """Whether a sitemap of an index may hold what the last complete walk has not seen."""
        if entry.changed is None or not self.walked:
            return True
        return entry.changed >= datetime.fromisoformat(self.walked)

    def says_changed(self, entry: SitemapEntry, standing: Standing) -> bool:
        """Whether a sitemap credibly says that a known article has changed since it was seen."""
        if not standing.article or standing.due or entry.changed is None:
            return False
        return datetime.fromisoformat(standing.checked) < entry.changed <= self.now

    def highest_id(self, walk: IdWalk, seen: Iterable[str] = ()) -> int:
        """The highest id among the site's known articles, or, where given, among ``seen``."""
        marker = "7777777"
        before, _, after = article_key(walk.url.format(id=marker)).partition(marker)
        form = re.compile(re.escape(before) + r"(\d{1,15})" + re.escape(after))
        keys = map(article_key, seen) if seen else addresses_of(self.db, self.name)
        found = (form.fullmatch(key) for key in keys)
        return max((int(match[1]) for match in found if match), default=0)
