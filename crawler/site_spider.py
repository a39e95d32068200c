"""SiteSpider: from a site's feeds, listings and sitemaps to its articles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.articles import is_captured
from archive.known_addresses import Standing
from archive.records import Article, Unreadable
from archive.revisits import due_articles
from crawler.extraction.feeds import parse_feed
from crawler.extraction.paging import next_page, place_of
from crawler.extraction.sitemaps import parse_sitemap
from crawler.extraction.urls import article_key, canonical_url
from crawler.extraction.xml_stream import NotXml
from crawler.guards import refusal
from crawler.reading import Reading
from crawler.second_looks import SecondLooks
from crawler.sources import FeedSource, Sources
from crawler.walk import Walk

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

FEED, ARTICLE, FILE, LISTING = 40, 30, 20, 10
"""Priorities: the articles of a page, then their files, then its next page: the newest first."""

MAX_FILE_BYTES = 20_000_000
"""A picture or attachment larger than this is kept in part and marked as truncated."""
NEWS_PAGES = 200
"""Pages of one listing that a crawl follows through news; more is a case for ``--backfill``."""
CHANGED_LIMIT = 200
"""Known articles that a crawl looks at because a sitemap says that they have changed."""
MAX_HOPS = 40
"""Articles that are reached one from another, without a listing: related and older ones."""
_ABSENT = [400, 403, 404, 410, 500, 503]
"""Statuses that mean no article in a walk of ids."""


class SiteSpider(SecondLooks):
    """One site, declared. A family is a SiteSpider without a name and with a complete layout."""

    sources: Sources

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        if not hasattr(crawler, "archive"):  # As where `scrapy crawl` starts it.
            raise SystemExit(
                f"{cls.name} is crawled into an archive: begin with `congdoan crawl {cls.name}`."
            )
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.begin, signals.spider_opened)
        crawler.signals.connect(spider._robots_parsed, signals.robots_parsed)
        return spider

    # What a crawl begins with

    async def start(self) -> AsyncIterator[Request]:
        """Feeds, the listings that none answers for, then known articles whose time has come."""
        at_once = self.start_urls if self.walk_all else self.sources.listings_at_once()
        follow = {"start": True, "newest_only": self._inherits()}
        asked = [*map(self._feed_request, self.sources.feeds())]
        asked += [self._listing_request(url, **follow) for url in at_once]
        doubtful = self.sources.doubtful and not self.walk_all
        for request in self.begin_doubtfully(asked) if doubtful else asked:
            yield request
        self._named_sitemaps += self.sitemaps
        if not at_once and not self.feeds:
            for request in self._sitemap_requests():
                yield request
        if self.walk_all:
            for request in self._begin_ids():
                yield request
        now = self.sources.now
        due = due_articles(self.archive, self.name, now, every=self.recheck, pace=self.sources.pace)
        most = None if self.recheck else 0 if self.apart else self.max_rechecks
        for request in self.begin_looks(due[:most], doubtful=doubtful):
            yield request
        # The queue of an earlier crawl held them; a power cut may have set it back.
        for request in self._file_requests(self.sources.files_left_out()):
            yield request

    def begin(self) -> None:
        """Take stock of what the archive knows; before anything is asked for."""
        self.sources = Sources(self.archive, self.name, self, datetime.now(UTC))
        self.walk = Walk()
        self._named_sitemaps: list[str] = []
        self._changed = 0
        self.walk_all = self.walk_all or not self.sources.walked

    # What answers

    async def parse_feed(
        self, response: Response, listings: list[str], whole_site: bool
    ) -> AsyncIterator[Request | Reading]:
        """A feed: its articles, and the listings that it does not answer for."""
        for request in self._what_waited(response):
            yield request
        if response.status == 304:
            return
        if reading := await self._page_reading(response):
            yield reading
        feed = FeedSource(response.url, tuple(listings), whole_site)
        try:
            urls = [
                canonical_url(entry.url, self._url_rules())
                for entry in parse_feed(response.body, response.url).entries
                if self._own(entry.url)
            ]
        except NotXml as error:
            self._note(response.url, "unparsable", str(error))
            urls = []
        standings = [self.sources.standing(url) for url in urls]
        for request in self._wanted(self.walk.first_met(urls, standings)):
            yield request
        if urls:
            for request in self.go_on_looking():
                yield request
        if not self.sources.vouches(feed, urls, standings):
            for url in listings:
                yield self._listing_request(url, start=True)

    async def parse_listing(
        self, response: Response, start: bool = False, news: int = 0, newest_only: bool = False
    ) -> AsyncIterator[Request | Reading]:
        """A listing: its articles, and its next pages unless nothing on it is news.

        ``news`` counts the pages of this listing that were followed for their news.
        ``newest_only``: an unfinished walk has this listing in its queue; only what is new since
        is looked for.
        """
        for request in self._what_waited(response):
            yield request
        if response.status == 304:
            return
        reading, links, document = await self._read(response)
        yield reading
        if isinstance(reading.outcome, Unreadable) and reading.outcome.reason == "challenge":
            self.incomplete = self.incomplete or f"{response.url}: a bot check in its place"
        standings = [self.sources.standing(url) for url in links.articles]
        for request in self._wanted(self.walk.first_met(links.articles, standings)):
            yield request
        if links.articles:
            for request in self.go_on_looking():
                yield request
        if document is None:
            return
        goes_on = self.walk.saw_listing(response.url, map(article_key, links.articles))
        if start and self.walk_all:
            for request in self._begin_ids(links.articles):
                yield request
        following = next_page(response.url, document, self.article_url) if goes_on else ""
        if newest_only:
            unknown = any(not standing.known for standing in standings)
            for request in self._beside_the_walk(links.listings, following, unknown):
                yield request
            return
        if self.walk_all:
            for url in (*links.listings, *([following] if following else [])):
                if self._own(url) and self.walk.admits_listing(url):
                    yield self._listing_request(url)
            return
        if start:
            sections = [url for url in links.listings if place_of(url).number is None]
            for url in self.sources.sections_now(sections):
                if self.walk.admits_listing(url):
                    yield self._listing_request(url)
        if not self._own(following) or self.sources.ends_at(following, links.articles, standings):
            return
        if news >= NEWS_PAGES:
            self.incomplete = f"{response.url}: more than {NEWS_PAGES} pages of news"
        elif self.walk.admits_listing(following):
            yield self._listing_request(following, news=news + 1)

    async def parse_sitemap(self, response: Response) -> AsyncIterator[Request | Reading]:
        """A sitemap: its articles, and the sitemaps of an index that may hold news."""
        if response.status == 304:
            return
        if reading := await self._page_reading(response):
            yield reading
        try:
            sitemap = parse_sitemap(response.body, response.url)
        except NotXml as error:
            self._note(response.url, "unparsable", str(error))
            return
        if sitemap.pages or sitemap.sitemaps:
            for request in self.go_on_looking():
                yield request
        for entry in sitemap.sitemaps:
            if self._own(entry.url) and (self.walk_all or self.sources.maybe_new(entry)):
                yield self._sitemap_request(entry.url)
        for number, entry in enumerate(sitemap.pages):
            if number % 500 == 0:
                await asyncio.sleep(0)
            url = canonical_url(entry.url, self._url_rules())
            if not self._own(url) or not self._is_article(url):
                continue
            standing = self.sources.standing(url)
            if self._changed < CHANGED_LIMIT and self.sources.says_changed(entry, standing):
                self._changed += 1
                yield self.look_request(url)
            for request in self._wanted([(url, standing)]):
                yield request

    async def parse_article(
        self, response: Response, hops: int = 0
    ) -> AsyncIterator[Request | Reading]:
        """An article, its files, and the articles that it links to.

        ``hops`` counts the articles between this one and a listing.
        """
        reading, page = await self._read_article(response)
        yield reading
        if isinstance(reading.outcome, Article):
            for request in self.go_on_looking():
                yield request
        for request in self._files(reading, page.stylesheets):
            yield request
        if self.follow_articles and hops < MAX_HOPS:
            met = filter(self.walk.meets, page.links.articles)
            pairs = ((url, self.sources.standing(url)) for url in met)
            for request in self._wanted(pairs, hops + 1):
                yield request

    async def parse_numbered(
        self, response: Response, number: int, misses: int, asked: int
    ) -> AsyncIterator[Request | Reading]:
        """An address of a walk of ids: an article or none, then the next below it."""
        found = False
        if response.status == 200:
            reading, page = await self._read_article(response)
            found = isinstance(reading.outcome, Article)
            yield reading
            for request in self._files(reading, page.stylesheets):
                yield request
        for request in self._next_id(number - 1, 0 if found else misses + 1, asked):
            yield request

    async def parse_file(self, response: Response) -> None:
        """A picture, style sheet or attachment: captured by the download handler, no more."""

    # What is asked next

    def _wanted(self, pairs: Iterable[tuple[str, Standing]], hops: int = 0) -> Iterator[Request]:
        """Requests for the articles that are new or due."""
        for url, standing in pairs:
            if not standing.due or not self.walk.admits_article(url):
                continue
            if standing.article:
                if not self.apart:
                    yield self.look_request(url)
            else:
                follow = {"hops": hops} if hops else {}
                yield self._request(url, self.parse_article, ARTICLE, cb_kwargs=follow)

    def _what_waited(self, source: Response) -> Iterator[Request]:
        """What waited for an answer of a feed or listing: sitemaps, and where nothing has changed
        there, the looks at known articles."""
        yield from self._sitemap_requests()
        if source.status == 304:
            yield from self.go_on_looking()

    def _begin_ids(self, seen: Sequence[str] = ()) -> Iterator[Request]:
        """The first address of the site's walk of ids: a little above the highest known, or above
        the highest of ``seen`` where that is higher."""
        walk = self.id_walk
        if walk is None:
            return
        known = max(self.sources.highest_id(walk), walk.newest)
        number = self.sources.highest_id(walk, seen) if seen else known
        if not seen or number > known:
            yield from self._next_id(number + walk.misses // 2)

    def _next_id(self, number: int, misses: int = 0, asked: int = 0) -> Iterator[Request]:
        """The next address downwards that is not known, if the walk goes on."""
        walk = self.id_walk
        if walk is None:
            return
        while number > 0 and misses < walk.misses and asked < walk.limit:
            url = canonical_url(walk.url.format(id=number), self._url_rules())
            standing = self.sources.standing(url)
            # Asked for already by its listing, it would be dropped as a duplicate, and with it
            # all below it.
            shown = self.walk.has_shown(article_key(url))
            if not shown and (not standing.known or standing.due):
                follow = {"number": number, "misses": misses, "asked": asked + 1}
                request = self._request(
                    url,
                    self.parse_numbered,
                    LISTING,
                    meta={"handle_httpstatus_list": _ABSENT},
                    cb_kwargs=follow,
                )
                request.errback = self.numbered_failed
                yield request
                return
            misses = 0 if shown or standing.article else misses + 1
            number -= 1

    def _files(self, reading: Reading, stylesheets: Sequence[str]) -> Iterator[Request]:
        """Requests for what an article shows and offers, as far as it is not captured yet."""
        article = reading.outcome
        if not isinstance(article, Article) or self.keeps == "none":
            return
        urls = [*stylesheets, *(image.url for image in article.images)]
        if self.keeps == "all":
            urls += [attachment.url for attachment in article.attachments]
        yield from self._file_requests(dict.fromkeys(urls))

    def _file_requests(self, urls: Iterable[str]) -> Iterator[Request]:
        for url in urls:
            if not refusal(url, self.hosts + self.file_hosts) and not is_captured(
                self.archive, url
            ):
                meta = {"download_maxsize": MAX_FILE_BYTES}
                yield self._request(url, self.parse_file, FILE, meta=meta)

    def _feed_request(self, feed: FeedSource) -> Request:
        follow = {"listings": list(feed.listings), "whole_site": feed.whole_site}
        request = self._source(feed.url, self.parse_feed, FEED, cb_kwargs=follow)
        request.errback = self.feed_failed
        return request

    def _inherits(self) -> bool:
        """Whether this crawl begins with what an unfinished walk has left to do."""
        stats = self.crawler.stats
        return bool(
            self.walk_all
            and stats.get_value("frontier/taken_up", 0)
            and not stats.get_value("frontier/resumed", 0)
        )

    def _beside_the_walk(
        self, sections: Sequence[str], following: str, unknown: bool
    ) -> Iterator[Request]:
        """What a page of a listing leads to while an unfinished walk has the rest in its queue:
        the next page as long as there is news, and whatever has never answered yet."""
        for url in (*sections, following):
            if self._own(url) and not self.sources.has_answered(url):
                if self.walk.admits_listing(url):
                    yield self._listing_request(url)
            elif url and url == following and unknown and self.walk.admits_listing(url):
                yield self._listing_request(url, newest_only=True)

    def _listing_request(
        self, url: str, *, start: bool = False, news: int = 0, newest_only: bool = False
    ) -> Request:
        follow = {"start": start, "news": news}
        if newest_only:
            follow["newest_only"] = True
        return self._source(url, self.parse_listing, LISTING, cb_kwargs=follow)

    def _sitemap_request(self, url: str) -> Request:
        return self._source(url, self.parse_sitemap, LISTING)

    def _sitemap_requests(self) -> Iterator[Request]:
        """Sitemaps that have become known and were not asked for; robots.txt is read meanwhile."""
        while self._named_sitemaps:
            url = self._named_sitemaps.pop()
            if self._own(url) and (self.walk_all or self.sources.sitemap_now(url)):
                yield self._sitemap_request(url)

    def _source(self, url: str, callback: Any, priority: int, **more: Any) -> Request:
        meta = {"handle_httpstatus_list": [304]}
        if not self.walk_all:
            meta["unchanged_since"] = self.sources.walked  # type: ignore[assignment]
        return self._request(url, callback, priority, meta=meta, **more)

    # What goes wrong

    def feed_failed(self, failure: Failure) -> Iterator[Request]:
        """A feed that gives nothing answers for no listing."""
        self.failed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]
        for url in request.cb_kwargs["listings"]:
            yield self._listing_request(url, start=True)

    def numbered_failed(self, failure: Failure) -> Iterator[Request]:
        """One id that gave no answer: the walk goes on below it, and is not whole."""
        self.failed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]
        if not isinstance(failure.value, IgnoreRequest):
            self.incomplete = self.incomplete or f"{request.url}: {failure.value}"[:300]
        follow = request.cb_kwargs
        yield from self._next_id(follow["number"] - 1, follow["misses"], follow["asked"])

    def _robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Take the sitemaps that robots.txt names."""
        rules: Any = getattr(robotparser, "rp", None)
        named = list(getattr(rules, "sitemaps", ()))[:50]
        self._named_sitemaps += [url for url in named if isinstance(url, str)]
