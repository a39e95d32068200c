"""From a capture to what it says: which captures are read at all, and how failure is named."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from sqlite_utils import Database

from archive.articles import Change, content_hash, save_capture, settle
from archive.rebuilding.bulk_load import Read
from archive.records import Article, Capture, Page, Unreadable
from crawler import VERSION
from crawler.catalogue import expects_article, is_listing
from crawler.extraction.urls import article_key

EXTRACTOR = f"congdoan {VERSION}, trafilatura {version('trafilatura')}"
"""What every article row names as the program that read it."""

Outcome = Article | Unreadable | None

_NO_ARTICLE_HERE = ("listing", "search", "login")


@dataclass(frozen=True, slots=True)
class Reading:
    """A capture and what extraction said of it."""

    capture: Capture
    outcome: Outcome


def needs_extraction(capture: Capture) -> bool:
    """Whether a capture may hold an article: a whole answer of status 200 that calls itself HTML.

    An answer that says nothing of its type is looked at too.
    """
    kind = capture.content_type.partition(";")[0].strip().lower()
    return capture.status == 200 and not capture.truncated and (not kind or "html" in kind)


def outcome_without_extraction(capture: Capture) -> Outcome:
    """What a capture means that ``needs_extraction`` rules out."""
    if capture.status >= 400:
        return Unreadable("http_error", f"HTTP {capture.status}")
    if capture.truncated:
        return Unreadable("truncated", f"cut: {capture.truncated}")
    if capture.status == 200 and expects_article(capture.url):
        return Unreadable("not_html", capture.content_type)
    return None


def page_of(capture: Capture, body: bytes) -> Page:
    """The page that extraction reads; ``body`` is content-decoded."""
    return Page(
        url=capture.url,
        body=body,
        fetched_at=capture.fetched_at,
        site=capture.site,
        status=capture.status,
        content_type=capture.content_type,
        capture_id=capture.id,
    )


def judged(url: str, outcome: Article | Unreadable) -> Article | Unreadable:
    """What extraction said, weighed with what the site's file says of the address.

    A list of articles at an article's own address says that the article is not there (NukeViet
    answers an unknown article with its news front page and status 200), and what looks like an
    article at a listing's address is a teaser.
    """
    if (
        isinstance(outcome, Unreadable)
        and outcome.reason in _NO_ARTICLE_HERE
        and expects_article(url)
    ):
        return Unreadable("soft_404", f"{outcome.reason} in place of the article")
    if isinstance(outcome, Article) and is_listing(url):
        return Unreadable("listing", "the address of a listing")
    return outcome


def keep_capture(db: Database, capture: Capture) -> bool:
    """Keep a capture's row; see ``archive.articles.save_capture``."""
    leads_to = article_key(capture.location) if capture.location else ""
    return save_capture(db, capture, article_key(capture.url), leads_to)


def read_of(capture: Capture, outcome: Outcome = None, *, waiting: bool = False) -> Read:
    """What ``archive.rebuilding.bulk_load`` has to know of a capture.

    ``waiting``: it is yet to be read.
    """
    address = article_key(capture.url)
    leads_to = article_key(capture.location) if capture.location else ""
    if outcome is not None:
        outcome = judged(capture.url, outcome)
    expected = expects_article(capture.url)
    if not isinstance(outcome, Article):
        return Read(capture, address, leads_to, outcome, expected=expected, elsewhere=waiting)
    key, digest = article_key(outcome.url), content_hash(outcome)
    return Read(capture, address, leads_to, outcome, key, digest, expected)


def settle_reading(db: Database, reading: Reading) -> Change:
    """Write what a capture said; see ``archive.articles.settle``."""
    outcome = reading.outcome
    if isinstance(outcome, (Article, Unreadable)):
        outcome = judged(reading.capture.url, outcome)
    return settle(
        db,
        reading.capture,
        article_key(reading.capture.url),
        outcome,
        extractor=EXTRACTOR,
        article_address=article_key(outcome.url) if isinstance(outcome, Article) else "",
        expected=expects_article(reading.capture.url),
    )
