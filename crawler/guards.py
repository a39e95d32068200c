"""What a crawl may talk to: the site's own hosts over http and https, at public addresses.

A fetched page is hostile input, and so is the address that it redirects to. Two checks stand
apart, because each alone can be passed: the name in the URL (``OwnHostsOnly``), and the address
that this name resolves to at the moment of connecting (``PublicAddressResolver``).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Request
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scrapy.crawler import Crawler

PORTS = {None, 80, 443}
_HOLDING_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))


class ForbiddenAddress(IgnoreRequest):
    """The request leads where a crawl of this site has no business; the text says why."""


def refusal(url: str, hosts: Collection[str]) -> str:
    """Why ``url`` may not be requested by a crawl of ``hosts``, "" where it may.

    >>> refusal("https://congdoan.vn/tin", ["congdoan.vn"])
    ''
    >>> refusal("http://127.0.0.1/", ["congdoan.vn"])
    'host 127.0.0.1 is not one of the site'
    >>> refusal("file:///etc/passwd", ["congdoan.vn"])
    'scheme file is not http or https'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "not an address"
    if parts.scheme not in ("http", "https"):
        return f"scheme {parts.scheme} is not http or https"
    if parts.username is not None or parts.password is not None:
        return "credentials in the address"
    host = (parts.hostname or "").removesuffix(".")
    if host.removeprefix("www.") not in {known.removeprefix("www.") for known in hosts}:
        return f"host {host} is not one of the site"
    if port not in PORTS:
        return f"port {port} is not 80 or 443"
    return ""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: no loopback, private, link-local...

    >>> [is_public(a) for a in ("113.160.1.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "x")]
    [True, False, False, False, False]
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (parsed, *_embedded(parsed)))


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that a gateway would take an IPv6 address for: mapped and translated ones
    (RFC 4291, RFC 6052), 6to4 (RFC 3056) and Teredo (RFC 4380)."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _HOLDING_IPV4):
        found.append(IPv4Address(address.packed[-4:]))
    return [one for one in found if one is not None]


class OwnHostsOnly:
    """Downloader middleware: nothing leaves the declared hosts, redirects and robots included.

    Scrapy's own offsite filter lets ``dont_filter`` requests pass, and what they redirect to.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OwnHostsOnly:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        spider: Any = self.crawler.spider
        reason = refusal(request.url, spider.hosts + spider.file_hosts)
        if reason:
            raise ForbiddenAddress(reason)


class PrivateAddress(CannotResolveHostError):
    """The host's name leads to an address of a private network; the text says to which."""


_private: dict[str, str] = {}
"""Name -> its private address. Twisted takes any failure of a resolver for a name that does not
exist, and drops what it says."""


def told_private(url: str, error: Exception) -> Exception:
    """The failure of a request as what it is: PrivateAddress where that is why no name was had."""
    address = _private.get((urlsplit(url).hostname or "").removesuffix("."))
    if isinstance(error, CannotResolveHostError) and address:
        return PrivateAddress(f"{urlsplit(url).hostname} leads to {address}")
    return error


class PublicAddressResolver(CachingThreadedResolver):
    """Resolver that gives no address of a private network, whatever a name server says."""

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._public_only, name)

    def _public_only(self, address: Any, name: str) -> str:
        if not is_public(address):
            _private[name.removesuffix(".")] = str(address)
            raise DNSLookupError(f"{name} resolves to {address}, which is not a public address")
        _private.pop(name.removesuffix("."), None)
        return str(address)
