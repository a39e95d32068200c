"""A leased request on its way through the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .store import Leased

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


@dataclass(slots=True, eq=False)
class Flight:
    """A leased request on its way through the engine, and the evidence of what became of it."""

    lease: Leased
    response: Response | None = None
    accepted: bool = False
    """The response has reached the spider's callback."""
    exhausted: bool = False
    """The callback (or errback) has given all that it had to give."""
    items_out: int = 0
    items_settled: int = 0
    given_back: bool = False
    """The callback asked for the crawl to be closed: its request is to be read again."""
    failure: str = ""
    final: bool = False
    """The failure is a decision; trying again would not change it."""
    postponed: float | None = None
    """Seconds after which it is to be made, where the failure is that it was not even sent."""
    heir: Request | None = None
    """The request that a retry or redirect puts in its place."""
    born: Counter[bytes] = field(default_factory=Counter)
    """How many alike requests outside the duplicate filter came of it."""

    def shortcoming(self, retry_statuses: Collection[int]) -> tuple[str, bool]:
        """Why the request cannot count as answered, "" if it can; and whether that is final.

        Asked when the engine has let go of the request. Only evidence of a good end counts.
        """
        if self.failure:
            return self.failure, self.final
        if self.heir is not None:
            return f"{self.heir} was to follow it and was not accepted", True
        if self.response is not None and not self.accepted:
            status = self.response.status
            if 200 <= status < 300:
                return "a spider middleware turned its response away", True
            return f"HTTP {status}", status not in retry_statuses
        if not self.exhausted:
            return "its callback did not come to its end", False
        if self.items_settled < self.items_out:
            lost = self.items_out - self.items_settled
            return f"{lost} of its items did not come through the pipelines", False
        return "", False
