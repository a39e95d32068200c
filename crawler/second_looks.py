"""Asking on, once the site has shown that it answers.

A site that has moved, refuses us or shows a bot check in place of every page would else be asked
for hundreds of its articles at every try, and for all its feeds and listings.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.site_reader import SiteReader

RECHECK = 0
"""Priority of looks at known articles: after everything else."""
PROBES = 5
"""Known articles that are looked at before the site has answered anything of use."""
DOUBTFUL_PROBES = 1
"""The same where the last crawl brought nothing."""
_SAID = (304, 404, 410)
"""Statuses of a known article that a site in order gives."""


class SecondLooks(SiteReader):
    """A spider that looks at known articles again."""

    _sources_held: Sequence[Request] = ()
    """Feeds and listings that wait for an answer of use."""
    _looks: Sequence[str] = ()
    """Known articles that are due and were not asked for yet."""
    _answered: bool = False

    @abstractmethod
    def parse_article(self, response: Response, hops: int = 0) -> Any:
        """Called with each of them that answers."""

    def begin_doubtfully(self, sources: Sequence[Request]) -> Iterator[Request]:
        """One of the sources, each day the next; the others follow when the site has answered.

        Where the last crawl brought nothing, one request tells whether this one would.
        """
        if self._answered or len(sources) < 2:
            yield from sources
            return
        chosen = sources[datetime.now(UTC).toordinal() % len(sources)]
        self._sources_held = [source for source in sources if source is not chosen]
        yield chosen

    def begin_looks(self, urls: Sequence[str], *, doubtful: bool = False) -> Iterator[Request]:
        """The first looks; the others follow when the site has answered, see ``go_on_looking``."""
        most = None if self._answered else DOUBTFUL_PROBES if doubtful else PROBES
        self._looks = urls[most:] if most else ()
        yield from map(self.look_request, urls[:most])

    def go_on_looking(self) -> Iterator[Request]:
        """What waited for an answer of use: a source with articles, or one unchanged, or a known
        article. The sources first, then the looks."""
        self._answered = True
        sources, self._sources_held = self._sources_held, ()
        yield from sources
        looks, self._looks = self._looks, ()
        yield from map(self.look_request, looks)

    def look_request(self, url: str) -> Request:
        """The request that looks at a known article again."""
        request = self._request(url, self.parse_article, RECHECK, meta={"known": True})
        request.errback = self.look_failed
        return request

    def look_failed(self, failure: Failure) -> Iterator[Request]:
        """A known article is unchanged or gone, which is an answer, or there was none."""
        self.failed(failure)
        if isinstance(failure.value, HttpError) and failure.value.response.status in _SAID:
            yield from self.go_on_looking()
