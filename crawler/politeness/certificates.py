"""When the certificates of the crawled hosts expire, noted in passing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import signals

from archive.operation import save_certificate
from crawler.politeness.manners import pace_key

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response


class Certificates:
    """Extension: keeps expiry and issuer of the certificate of every host, once per crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._seen: set[str] = set()
        crawler.signals.connect(self._downloaded, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Certificates:
        return cls(crawler)

    def _downloaded(self, response: Response, request: Request) -> None:
        shared: Any = self.crawler
        host = pace_key(request.url)
        if response.certificate is None or host in self._seen or not hasattr(shared, "archive"):
            return
        self._seen.add(host)
        found = expiry_and_issuer(response.certificate)
        if found is not None:
            save_certificate(shared.archive, host, *found, datetime.now(UTC))


def expiry_and_issuer(certificate: Any) -> tuple[datetime, str] | None:
    """Expiry and issuer of a Twisted Certificate; None for one that tells no expiry."""
    original = certificate.original
    stamp = original.get_notAfter()
    try:
        expires = datetime.strptime((stamp or b"").decode("ascii"), "%Y%m%d%H%M%SZ")
    except ValueError:
        return None
    issuer = original.get_issuer()
    return expires.replace(tzinfo=UTC), str(issuer.O or issuer.CN or "")
