"""What a spider of one site does whatever it walks: ask, read what answers, say what went wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive.crawl_log import save_fetch_error
from archive.records import Page, Unreadable
from crawler.declaration import Declaration
from crawler.extraction.document import Document, parse_page
from crawler.extraction.links import Links
from crawler.failures import KINDS, failure_kind, leaves_a_gap
from crawler.guards import refusal
from crawler.reading import Reading, needs_extraction, page_of
from crawler.walk import Walk
from crawler.whole_page import Wanted, WholePage, links_of

if TYPE_CHECKING:
    from sqlite_utils import Database


class SiteReader(Declaration, scrapy.Spider):
    """One site as it is asked and read; ``crawler.site_spider`` says which page leads where."""

    # What a run sets (crawler.one_site).
    crawl_id: str = ""
    walk_all: bool = False
    """Follow paging to its end even where every article of a page is known."""
    apart: bool = False
    """Walk all beside the daily crawls, and leave them what is due to be looked at again."""
    recheck: bool = False
    """Look at every known article again, due or not."""
    max_rechecks: int = 500

    incomplete: str = ""
    """Why this crawl cannot count as having walked the whole site, "" while it can."""

    walk: Walk

    @property
    def archive(self) -> Database:
        db: Database = self.crawler.archive  # type: ignore[attr-defined]
        return db

    def _request(self, url: str, callback: Any, priority: int, **more: Any) -> Request:
        return Request(url, callback=callback, errback=self.failed, priority=priority, **more)

    # Reading

    async def _read(self, response: Response) -> tuple[Reading, Links, Document | None]:
        assert response.request is not None
        capture = response.request.meta["capture"]
        page = page_of(capture, response.body)
        document = parse_page(page)
        if isinstance(document, Unreadable):
            return Reading(capture, document), Links(), None
        links = links_of(document, self._wanted_of(page))
        outcome = await self.crawler.extractor.extract(document)  # type: ignore[attr-defined]
        return Reading(capture, outcome), links, document

    async def _read_article(self, response: Response) -> tuple[Reading, WholePage]:
        """As ``_read`` where the page itself is not needed any more."""
        assert response.request is not None
        capture = response.request.meta["capture"]
        wanted = self._wanted_of(page_of(capture, response.body))
        whole: WholePage = await self.crawler.extractor.read(wanted)  # type: ignore[attr-defined]
        return Reading(capture, whole.outcome), whole

    def _wanted_of(self, page: Page) -> Wanted:
        return Wanted(
            page, self.article_url, self.listing_url, self._url_rules(), self.keeps != "none"
        )

    async def _page_reading(self, response: Response) -> Reading | None:
        """The reading of a feed or sitemap that was sent as if it were a page."""
        assert response.request is not None
        if not needs_extraction(response.request.meta["capture"]):
            return None
        return (await self._read(response))[0]

    def _url_rules(self) -> tuple[tuple[str, str], ...]:
        return self.layouts[0].canonical_rules if self.layouts else ()

    def _own(self, url: str) -> bool:
        return bool(url) and not refusal(url, self.hosts)

    def _is_article(self, url: str) -> bool:
        return bool(self.article_url and re.search(self.article_url, url))

    def failed(self, failure: Failure) -> None:
        """Keep why a request brought nothing; a listing that failed leaves the walk incomplete."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        kind, detail = failure_kind(error)
        called = getattr(request.callback, "__name__", "")
        asked = [request.url, *request.meta.get("redirect_urls", ())]
        first = any(url in self.start_urls for url in asked)
        if called == "parse_listing" and leaves_a_gap(error, first=first):
            self.incomplete = self.incomplete or f"{asked[-1]}: {KINDS.get(kind, kind)} ({detail})"
        if isinstance(error, HttpError) and called in ("parse_article", "parse_file"):
            return  # The status is in captures, and what follows from it is settled there.
        self._note(request.url, kind, detail)

    def _note(self, url: str, kind: str, detail: str) -> None:
        self.crawler.stats.inc_value("congdoan/errors")
        now = datetime.now(UTC)
        save_fetch_error(self.archive, self.crawl_id, self.name, url, kind, detail, now)

    def closed(self, reason: str) -> None:
        """Tell what the walk did not follow to its end, and why."""
        for what, why in self.walk.stopped.items():
            self.logger.warning("Not followed further: %s: %s", what, why)
            self._note(what, "trap", why)
