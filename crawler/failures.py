"""Names for the ways in which a request can bring no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from OpenSSL.SSL import Error as TlsError
from scrapy import exceptions as scrapy_errors
from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet import error as twisted_errors
from twisted.web.client import ResponseFailed

from crawler.guards import ForbiddenAddress, PrivateAddress
from crawler.politeness.pacing import HostGivenUp

KINDS: dict[str, str] = {
    "dns": "the host name could not be resolved",
    "private": "the host name leads to a private address, which is never asked",
    "refused": "the host refused the connection",
    "timeout": "no answer, or none to its end, within the time limit",
    "cut": "the answer ended before its announced length",
    "tls": "the secure connection could not be made",
    "http": "an error status in place of a listing",
    "robots": "robots.txt forbids the address",
    "forbidden": "the address is not one that a crawl of this site may ask",
    "too_large": "larger than the size limit",
    "given_up": "the host kept failing or asked for a long pause, so it was asked no more",
    "unparsable": "a feed or sitemap that cannot be read as one",
    "trap": "addresses without end or without news, followed no further",
    "other": "another failure, named in the detail",
}
"""Every word of ``fetch_errors.kind``, with its meaning."""


def failure_kind(error: BaseException | None) -> tuple[str, str]:
    """The word for a failure, and its detail for people."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, HttpError):
        return "http", f"HTTP {error.response.status}"
    if isinstance(error, ForbiddenAddress):
        return "forbidden", str(error)
    if isinstance(error, PrivateAddress):
        return "private", str(error)
    if isinstance(error, HostGivenUp):
        return "given_up", str(error)
    if isinstance(error, IgnoreRequest):
        text = str(error).lower()
        if "robots" in text:
            return "robots", str(error)
        return ("too_large" if "size" in text else "other"), detail
    if isinstance(error, ResponseFailed):
        reasons = [getattr(reason, "value", reason) for reason in error.reasons]
        if any(isinstance(reason, TlsError) for reason in reasons):
            return "tls", detail
        return "cut", detail
    for kind, types in _KINDS_BY_TYPE.items():
        if isinstance(error, types):
            return kind, detail
    if isinstance(error, TlsError):
        return "tls", detail
    return "other", detail


_KINDS_BY_TYPE: dict[str, tuple[type[BaseException], ...]] = {
    "dns": (scrapy_errors.CannotResolveHostError, twisted_errors.DNSLookupError),
    "refused": (
        scrapy_errors.DownloadConnectionRefusedError,
        twisted_errors.ConnectionRefusedError,
    ),
    "timeout": (
        scrapy_errors.DownloadTimeoutError,
        twisted_errors.TimeoutError,
        twisted_errors.TCPTimedOutError,
    ),
    "too_large": (scrapy_errors.DownloadCancelledError,),
    "cut": (
        scrapy_errors.ResponseDataLossError,
        scrapy_errors.DownloadFailedError,
        twisted_errors.ConnectionLost,
        twisted_errors.ConnectionDone,
    ),
}


def nothing_of_use(kinds: Mapping[str, int], statuses: Mapping[int, int]) -> str:
    """Why a crawl brought nothing of use, for people: see ``archive.crawl_log.failures_of``.

    >>> nothing_of_use({"dns": 3}, {})
    'no page could be fetched: the host name could not be resolved'
    >>> nothing_of_use({"forbidden": 1}, {301: 2})
    'no page could be fetched: redirects to another host (HTTP 301)'
    """
    told: Counter[str] = Counter()
    for status, times in statuses.items():
        told[_words_of(status)] += times
    # What follows from an answer (a redirect that leads elsewhere, say) is told by the answer.
    if not told:
        for kind, times in kinds.items():
            told[KINDS.get(kind, kind)] += times
    reasons = "; ".join(words for words, _ in told.most_common(2))
    return f"no page could be fetched: {reasons}" if reasons else "no page could be fetched"


def _words_of(status: int) -> str:
    if status == 0:
        return "a bot check in place of every page"
    if 300 <= status < 400:
        return f"redirects to another host (HTTP {status})"
    if status in (401, 403, 429, 451):
        return f"it refuses us (HTTP {status})"
    return f"errors in place of pages (HTTP {status})"


def leaves_a_gap(error: BaseException | None, *, first: bool) -> bool:
    """Whether a listing that failed may have led to articles that nobody else leads to.

    Past its last page a site answers 404, and what robots.txt forbids (or leads to another host)
    is no part of the walk; but the ``first`` page of a listing has to be there.
    """
    if isinstance(error, HttpError):
        return first or error.response.status not in (404, 410)
    return first or not isinstance(error, IgnoreRequest)
