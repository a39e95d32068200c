"""SiteSpider: walks a site's listings to its articles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive.articles import is_captured
from archive.crawl_log import has_complete_crawl, save_fetch_error
from archive.records import Article, Unreadable
from archive.revisits import due_articles, is_due
from crawler.declaration import Declaration
from crawler.extraction.document import parse_page
from crawler.extraction.links import Links, find_links, find_stylesheets
from crawler.extraction.urls import article_key
from crawler.failures import failure_kind
from crawler.guards import refusal
from crawler.reading import Reading, page_of

if TYPE_CHECKING:
    from sqlite_utils import Database

ARTICLE, FILE, LISTING, RECHECK = 30, 20, 10, 0
"""Priorities: the articles of a page, then their files, then its next page: the newest first."""

MAX_FILE_BYTES = 20_000_000
"""A picture or attachment larger than this is kept in part and marked as truncated."""


class SiteSpider(Declaration, scrapy.Spider):
    """One site, declared. A family is a SiteSpider without a name and with a complete layout."""

    # What a run sets (crawler.one_site).
    crawl_id: str = ""
    walk_all: bool = False
    """Follow paging to its end even where every article of a page is known."""
    recheck: bool = False
    """Look at every known article again, due or not."""
    max_rechecks: int = 500

    incomplete: str = ""
    """Why this crawl cannot count as having walked the whole site, "" while it can."""

    @property
    def archive(self) -> Database:
        db: Database = self.crawler.archive  # type: ignore[attr-defined]
        return db

    async def start(self) -> AsyncIterator[Request]:
        """Listings first, then known articles whose time has come."""
        self.walk_all = self.walk_all or not has_complete_crawl(self.archive, self.name)
        for url in self.start_urls:
            yield self._request(url, self.parse_listing, LISTING, dont_filter=True)
        now = datetime.now(UTC)
        due = due_articles(self.archive, self.name, now, every=self.recheck)
        for url in due if self.recheck else due[: self.max_rechecks]:
            yield self._request(url, self.parse_article, RECHECK, meta={"known": True})

    async def parse_listing(self, response: Response) -> AsyncIterator[Request | Reading]:
        """A listing: its articles, and its next pages unless nothing on it is news."""
        reading, links, _ = await self._read(response)
        yield reading
        articles = list(self._wanted(links.articles))
        for request in articles:
            yield request
        if articles or self.walk_all:
            for url in links.listings:
                yield self._request(url, self.parse_listing, LISTING)

    async def parse_article(self, response: Response) -> AsyncIterator[Request | Reading]:
        """An article, its files, and the articles that it links to."""
        reading, links, stylesheets = await self._read(response)
        yield reading
        for request in self._files(reading, stylesheets):
            yield request
        for request in self._wanted(links.articles):
            yield request

    async def parse_file(self, response: Response) -> None:
        """A picture, style sheet or attachment: captured by the download handler, no more."""

    async def _read(self, response: Response) -> tuple[Reading, Links, tuple[str, ...]]:
        assert response.request is not None
        capture = response.request.meta["capture"]
        page = page_of(capture, response.body)
        document = parse_page(page)
        if isinstance(document, Unreadable):
            return Reading(capture, document), Links(), ()
        links = find_links(document, self.article_url, self.listing_url, self._url_rules())
        outcome = await self.crawler.extractor.extract(document)  # type: ignore[attr-defined]
        return Reading(capture, outcome), links, find_stylesheets(document)

    def _url_rules(self) -> tuple[tuple[str, str], ...]:
        return self.layouts[0].canonical_rules if self.layouts else ()

    def _wanted(self, urls: tuple[str, ...]) -> Iterator[Request]:
        now = datetime.now(UTC)
        for url in urls:
            due = is_due(self.archive, article_key(url), now)
            if due is None:
                yield self._request(url, self.parse_article, ARTICLE)
            elif due:
                yield self._request(url, self.parse_article, RECHECK, meta={"known": True})

    def _files(self, reading: Reading, stylesheets: tuple[str, ...]) -> Iterator[Request]:
        """Requests for what an article shows and offers, as far as it is not captured yet."""
        article = reading.outcome
        if not isinstance(article, Article) or self.keeps == "none":
            return
        urls = [*stylesheets, *(image.url for image in article.images)]
        if self.keeps == "all":
            urls += [attachment.url for attachment in article.attachments]
        for url in dict.fromkeys(urls):
            if not refusal(url, self.hosts + self.file_hosts) and not is_captured(
                self.archive, url
            ):
                meta = {"download_maxsize": MAX_FILE_BYTES}
                yield self._request(url, self.parse_file, FILE, meta=meta)

    def _request(self, url: str, callback: Any, priority: int, **more: Any) -> Request:
        return Request(url, callback=callback, errback=self.failed, priority=priority, **more)

    def failed(self, failure: Failure) -> None:
        """Keep why a request brought nothing; a listing that failed leaves the walk incomplete."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        kind, detail = failure_kind(error)
        listing = getattr(request.callback, "__name__", "") == "parse_listing"
        if listing and _leaves_a_gap(error, first=request.url in self.start_urls):
            self.incomplete = self.incomplete or f"{request.url}: {detail}"
        if isinstance(error, HttpError) and not listing:
            return  # The status is in captures, and what follows from it is settled there.
        self.crawler.stats.inc_value("congdoan/errors")
        save_fetch_error(
            self.archive, self.crawl_id, self.name, request.url, kind, detail, datetime.now(UTC)
        )


def _leaves_a_gap(error: BaseException | None, *, first: bool) -> bool:
    """Whether a listing that failed may have led to articles that nobody else leads to.

    Past its last page a site answers 404, and what robots.txt forbids is no part of the walk;
    but the first page of a listing has to be there.
    """
    if isinstance(error, HttpError):
        return first or error.response.status not in (404, 410)
    return not isinstance(error, IgnoreRequest)
