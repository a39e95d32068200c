"""What tells one request of a crawl from another, so that none is made twice."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from hashlib import sha1
from weakref import WeakKeyDictionary

from scrapy import Request

from .flight import Flight


class RequestKeys:
    """Keys of requests. ``fingerprint`` is Scrapy's, which the duplicate filter goes by."""

    def __init__(self, fingerprint: Callable[[Request], bytes]) -> None:
        self._fingerprint = fingerprint
        self._parents: WeakKeyDictionary[Request, Flight] = WeakKeyDictionary()
        self._starts: Counter[bytes] = Counter()

    def born(self, request: Request, flight: Flight) -> None:
        """A request outside the duplicate filter comes of this flight."""
        self._parents[request] = flight

    def key(self, request: Request, flight: Flight | None) -> bytes:
        """What this run must not do twice; ``flight`` is the one that the request takes over.

        A request outside the duplicate filter is told apart by where it comes from, so that a page
        that is read again after a crash does not queue it again.
        """
        fingerprint = self._fingerprint(request)
        if not request.dont_filter:
            return fingerprint
        parent = self._parents.pop(request, None)
        name = getattr(request.callback, "__name__", "").encode()
        alike = sha1(fingerprint + name, usedforsecurity=False).digest()
        if parent is not None:
            family, origin = parent.born, parent.lease.key
        elif request.meta.get("is_start_request") and flight is None:
            family, origin = self._starts, b"start"
        else:
            return os.urandom(20)
        family[alike] += 1
        place = origin + alike + family[alike].to_bytes(4, "big")
        return sha1(place, usedforsecurity=False).digest()
