"""What one crawl has seen of a site's listings, and where it stops: no page can trap it.

Calendars, filters, sort orders and paging can give a site more addresses than it has articles.
They are bounded by what they bring: a listing whose pages repeat themselves, a family of
addresses that differ in numbers alone and lead to nothing new. Limits on counts stand behind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import urlsplit

from crawler.extraction.paging import place_of
from crawler.extraction.urls import article_key

MAX_LISTINGS = 1_000
"""Listings (sections, tags, archives) that one crawl looks into."""
MAX_PAGES = 5_000
"""Pages of one listing; the deepest seen has 3,504."""
MAX_REPEATS = 3
"""Pages in succession that show only what their listing has shown already end it."""
MAX_BARREN = 30
"""Addresses in succession that differ in numbers alone and bring no new article end their kind."""
MAX_IDLE = 150
"""Pages of listings in succession without any new article: then only paging is followed."""
MAX_VARIANTS = 5
"""Addresses of one article that differ in what follows the question mark alone."""
MAX_REMEMBERED = 200_000
"""Addresses of articles that a crawl remembers to have come upon; then it begins anew."""
MAX_LENGTH = 1_000
MAX_PARAMETERS = 8
MAX_SEGMENTS = 14

_DIGITS = re.compile(r"\d+")
_T = TypeVar("_T")


class Walk:
    """Decides which addresses of a site a crawl still asks for. Keeps digests, no addresses."""

    def __init__(self) -> None:
        self._listings: Counter[str] = Counter()
        self._shown: dict[str, set[int]] = {}
        self._repeats: Counter[str] = Counter()
        self._barren: Counter[str] = Counter()
        self._articles: set[int] = set()
        self._idle = 0
        self._variants: dict[str, set[str]] = {}
        self._met: set[int] = set()
        self.stopped: dict[str, str] = {}
        """What was followed no further -> why; an address or a kind of addresses each."""

    def admits_listing(self, url: str) -> bool:
        """Whether a listing's page may be asked for, which it is once; counts it if so."""
        if hash(url) in self._met or self._refuses_form(url):
            return False
        place, kind = place_of(url), kind_of(url)
        reason = ""
        if self._repeats[place.listing] >= MAX_REPEATS:
            reason = f"{MAX_REPEATS} pages of it in succession repeat earlier ones"
        if not reason and self._barren[kind] >= MAX_BARREN:
            reason = f"{MAX_BARREN} such addresses in succession bring no new article"
            url = kind
        if not reason and place.listing not in self._listings:
            if self._idle >= MAX_IDLE:
                reason, url = f"{MAX_IDLE} pages in succession bring no new article", "listings"
            elif len(self._listings) >= MAX_LISTINGS:
                reason, url = f"more than {MAX_LISTINGS} listings", "listings"
        elif not reason and self._listings[place.listing] >= MAX_PAGES:
            reason = f"more than {MAX_PAGES} pages"
        if reason:
            self._stop(url, reason)
            return False
        self._listings[place.listing] += 1
        return self.meets(url)

    def saw_listing(self, url: str, articles: Iterable[str]) -> bool:
        """Note what a listing's page shows (article keys); whether its listing goes on.

        It does not when this page and those before it show nothing that the listing has not
        shown, as pages beyond the last one do.
        """
        place, kind = place_of(url), kind_of(url)
        keys = {_digest(article) for article in articles}
        shown = self._shown.setdefault(place.listing, set())
        self._repeats[place.listing] = 0 if keys - shown else self._repeats[place.listing] + 1
        shown |= keys
        # Paging is judged by its repeats alone: deep pages may all be known from another listing.
        if place.number is None:
            self._barren[kind] = 0 if keys - self._articles else self._barren[kind] + 1
        self._idle = 0 if keys - self._articles else self._idle + 1
        self._articles |= keys
        return self._repeats[place.listing] < MAX_REPEATS

    def has_shown(self, article: str) -> bool:
        """Whether a listing of this crawl has shown the article of this key."""
        return _digest(article) in self._articles

    def meets(self, url: str) -> bool:
        """Whether this crawl comes upon an address for the first time, as far as it remembers: the
        same columns stand beside every article of a site, the same paging on a listing's pages.

        What was met is in the frontier, so that nothing is lost by leaving it out.
        """
        digest = hash(url)
        if digest in self._met:
            return False
        if len(self._met) >= MAX_REMEMBERED:
            self._met.clear()
        self._met.add(digest)
        return True

    def first_met(self, urls: Iterable[str], known: Iterable[_T]) -> Iterator[tuple[str, _T]]:
        """Those of a source's articles that this crawl ``meets`` there, with what is known of
        each. Made into requests, the others would be dropped by the frontier one by one."""
        for url, standing in zip(urls, known, strict=True):
            if self.meets(url):
                yield url, standing

    def admits_article(self, url: str) -> bool:
        """Whether an article's address may be asked for: no endless variants of one page."""
        if self._refuses_form(url):
            return False
        path, sign, query = url.partition("?")
        if sign and not _DIGITS.search(query):
            known = self._variants.setdefault(path, set())
            if query[:200] not in known and len(known) >= MAX_VARIANTS:
                self._stop(path, f"more than {MAX_VARIANTS} variants")
                return False
            known.add(query[:200])
        return True

    def _refuses_form(self, url: str) -> bool:
        reason = malformed(url)
        # One address for each reason will do: a broken template makes thousands.
        if reason and reason not in self.stopped.values():
            self._stop(url, reason)
        return bool(reason)

    def _stop(self, what: str, reason: str) -> None:
        if len(self.stopped) < 50:
            self.stopped.setdefault(what[:300], reason)


def malformed(url: str) -> str:
    """Why an address is one that only a broken or hostile page links to, "" where it is not.

    >>> malformed("http://a.vn/tin/tin/tin/tin/bai.html")
    'a path that repeats itself'
    """
    if len(url) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > MAX_SEGMENTS:
        return f"deeper than {MAX_SEGMENTS} folders"
    if any(times > 3 for segment, times in Counter(segments).items() if not segment.isdigit()):
        return "a path that repeats itself"
    if _cycle(segments):
        return "a path that repeats itself"
    names = [part.partition("=")[0] for part in parts.query.split("&") if part]
    if len(names) > MAX_PARAMETERS:
        return f"more than {MAX_PARAMETERS} parameters"
    if any(times > 2 for times in Counter(names).values()):
        return "a parameter that repeats itself"
    return ""


def kind_of(url: str) -> str:
    """An address with every number made one, so that days of a calendar are of one kind.

    >>> kind_of("http://a.vn/lich/2024/05?ngay=7")
    'a.vn/lich/0/0?ngay=0'
    """
    return _DIGITS.sub("0", article_key(url))


def _cycle(segments: list[str]) -> bool:
    """Whether a run of two or more segments stands three times in succession."""
    for size in range(2, len(segments) // 3 + 1):
        for start in range(len(segments) - 3 * size + 1):
            run = segments[start : start + size]
            if (
                run
                == segments[start + size : start + 2 * size]
                == (segments[start + 2 * size : start + 3 * size])
            ):
                return True
    return False


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
