"""The history of an invented site, written by the same verbs as a crawl's, at chosen times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlite_utils import Database

from archive.articles import save_capture, settle
from archive.crawl_log import begin_crawl, finish_crawl, save_fetch_error
from archive.database import save_site
from archive.health.judgement import Health, site_health
from archive.records import VIETNAM, Article, Byline, Capture, Published, Site, Unreadable

START = datetime(2026, 3, 1, 5, 0, tzinfo=VIETNAM)
_numbers = count(1)


@dataclass
class Newsroom:
    """``now`` is the clock; every crawl happens at it."""

    db: Database
    site: str = "thu_nghiem"
    host: str = "congdoan.example"
    now: datetime = START
    crawl: str = ""
    known: dict[int, str] = field(default_factory=dict)
    """Articles by number, with their layout."""

    def __post_init__(self) -> None:
        save_site(self.db, Site(self.site, hosts=(self.host,), declared=True))

    def later(self, **how: float) -> None:
        self.now += timedelta(**how)

    def begin(self) -> None:
        self.crawl = f"{self.site}-{next(_numbers)}"
        begin_crawl(self.db, self.crawl, self.site, "crawl", self.now, "test")

    def end(self, outcome: str = "finished", *, fetched: int = 5, detail: str = "") -> None:
        finish_crawl(
            self.db,
            self.crawl,
            self.now + timedelta(minutes=3),
            outcome,
            complete=outcome == "finished",
            counters={"fetched": fetched},
            detail=detail,
        )

    def fail(self, kind: str = "timeout", times: int = 3) -> None:
        """A crawl that brought nothing."""
        self.begin()
        for _ in range(times):
            url = f"https://{self.host}/tin"
            save_fetch_error(self.db, self.crawl, self.site, url, kind, kind, self.now)
        self.end("failed", fetched=0, detail=kind)

    def crawl_day(self, articles: int = 3, **article: Any) -> None:
        """A day: a crawl that finds so many new articles."""
        self.later(days=1)
        self.begin()
        for _ in range(articles):
            self.article(**article)
        self.end()

    def answer(
        self,
        path: str,
        outcome: Article | Unreadable | None = None,
        *,
        status: int = 200,
        payload: str = "",
        expected: bool = False,
        location: str = "",
    ) -> None:
        """A capture of any kind."""
        number = next(_numbers)
        capture = Capture(
            id=f"{number:08}",
            url=f"https://{self.host}{path}",
            site=self.site,
            crawl=self.crawl,
            fetched_at=self.now + timedelta(seconds=number % 100),
            status=status,
            content_type="text/html",
            record_type="response",
            warc_file="none.warc.gz",
            offset=number,
            length=1,
            payload_digest=f"sha1:{payload or number}",
            payload_bytes=1,
            location=location,
        )
        address = f"{self.host}{path}"
        save_capture(self.db, capture, address)
        settle(
            self.db,
            capture,
            address,
            outcome,
            extractor="test",
            article_address=address,
            expected=expected,
        )

    def article(
        self,
        number: int = 0,
        *,
        layout: str = "joomla_k2",
        dated: bool = True,
        fallbacks: tuple[str, ...] = (),
        published: datetime | None = None,
    ) -> int:
        """A reading of an article: a new one, or a known one by its number."""
        number = number or next(_numbers)
        self.known[number] = layout
        self.answer(
            f"/tin/{number}",
            Article(
                url=f"https://{self.host}/tin/{number}",
                title=f"Tin {number}",
                lead="",
                body=f"Nội dung {number}",
                body_html="",
                published=Published(published or self.now, "minute", "visible") if dated else None,
                byline=Byline(),
                layout=layout,
                fallbacks=fallbacks,
            ),
        )
        return number

    def unreadable(self, reason: str, number: int = 0) -> None:
        """An article's address that gives none."""
        self.answer(f"/tin/{number or next(_numbers)}", Unreadable(reason, reason), expected=True)


def health(room: Newsroom) -> Health:
    return site_health(room.db, room.site, room.now + timedelta(minutes=10))
