"""A bot check that is no more than a cookie: answered once, only where a site's file says so.

Some Vietnamese hosts answer the first request with status 200 and a script of 177 bytes that
sets one cookie and loads the page again. A crawl leaves it unanswered and calls the page a
``challenge``, unless the spider declares ``answers_cookie_stub = True``. Then the cookie that the
page itself names is sent back once per host; the stub, the answer and a note that the cookie was
sent are all in the WARC.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from archive.records import Capture
from crawler.extract import extract
from crawler.politeness.manners import pace_key
from crawler.reading import Reading, page_of
from crawler.recording.handler import recorder_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

logger = logging.getLogger(__name__)

MAX_STUB_BYTES = 2_000
_STUB = re.compile(
    rb"""document\.cookie\s*=\s*["']([A-Za-z0-9_.-]{1,64})=([A-Za-z0-9_.%+/=-]{1,256})["'; ]"""
)
_RELOAD = re.compile(rb"location\.(?:reload\s*\(|href\s*=|replace\s*\()|location\s*=")
_ANSWERED = "cookie_stub_answered"


def stub_cookie(body: bytes) -> tuple[str, str] | None:
    """Name and value of the cookie that a stub sets, None for a page that is no such stub.

    Only a literal value counts: a stub that makes its visitor compute something is another kind
    of check, and is never answered.

    >>> stub_cookie(b'<script>document.cookie="D1N=ab12"+"; path=/";window.location.reload(true);')
    ('D1N', 'ab12')
    >>> stub_cookie(b'<p>document.cookie="a=b"</p>') is None
    True
    """
    if len(body) > MAX_STUB_BYTES or not _RELOAD.search(body):
        return None
    found = _STUB.search(body)
    if found is None or len(re.findall(rb"document\.cookie", body)) != 1:
        return None
    return found[1].decode("ascii"), found[2].decode("ascii")


class CookieStub:
    """Downloader middleware; idle unless the spider's file says ``answers_cookie_stub``.

    Placed nearer to the engine than content decoding, so that it sees the page itself.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._cookies: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CookieStub:
        return cls(crawler)

    @property
    def _answers(self) -> bool:
        return bool(getattr(self.crawler.spider, "answers_cookie_stub", False))

    def process_request(self, request: Request) -> None:
        cookie = self._cookies.get(pace_key(request.url))
        if cookie:
            request.headers["Cookie"] = cookie

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if request.meta.pop(_ANSWERED, False):
            self._note_answer(request)
            return response
        if not self._answers or response.status != 200 or request.method != "GET":
            return response
        found = stub_cookie(response.body)
        if found is None:
            return response
        host = pace_key(request.url)
        cookie = f"{found[0]}={found[1]}"
        if self._cookies.get(host) == cookie:
            return response  # It was sent already and did not help: this is a challenge.
        self._cookies[host] = cookie
        self._settle_stub(request, response)
        logger.warning(
            "%s asked for the cookie %s; sent once, as the site's file says", host, found[0]
        )
        self.crawler.stats.inc_value("congdoan/stub_answered")
        again = request.replace(dont_filter=True)
        again.headers["Cookie"] = cookie
        again.meta[_ANSWERED] = True
        return again

    def _settle_stub(self, request: Request, response: Response) -> None:
        """The stub is a capture of its own; what it is goes through the one door."""
        capture = request.meta.get("capture")
        if isinstance(capture, Capture):
            outcome = extract(page_of(capture, response.body))
            shared: Any = self.crawler
            shared.saver.save_now(Reading(capture, outcome))

    def _note_answer(self, request: Request) -> None:
        capture = request.meta.get("capture")
        if isinstance(capture, Capture):
            name = self._cookies.get(pace_key(request.url), "").partition("=")[0]
            recorder_of(self.crawler).writer.write_metadata(
                capture.url,
                {
                    "cookie-stub": "answered",
                    "cookie-name": name,
                    "description": "The answer before this one was a script that sets a cookie; "
                    "the cookie was sent back once, as the site's file allows.",
                },
                concurrent_to=capture.id,
            )
