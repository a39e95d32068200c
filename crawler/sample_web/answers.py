"""What a client asks of the sample web, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as a site sees it."""

    method: str
    url: str
    """Absolute, as asked for."""
    target: str
    """Path and query, percent escapes undone."""
    headers: Mapping[str, str]
    """Names in lower case; of a repeated header the last."""
    body: bytes
    edition: int
    visit: int
    """Which request this is on the whole web, from 1: drives counters and tickers."""
    tries: int
    """How often this very URL was asked for before."""
    today: date
    """The real date in Vietnam, for page clocks."""
    slow_seconds: float

    @property
    def cookies(self) -> dict[str, str]:
        """Name -> value of the Cookie header."""
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, sign, value in pairs if sign}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. The body is as the client shall see it after all decoding."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    compress: bool = False
    """Send with gzip coding where the client accepts it."""
    chunked: bool = False
    """Send in chunks, without a length, to a client of HTTP/1.1."""
    delay: float = 0.0
    """Seconds before the first byte."""
    cut: bool = False
    """Promise the whole length, send a third and close."""


def redirect(location: str, status: Literal[301, 302] = 301) -> Answer:
    """Send the client elsewhere, with the short page that servers write."""
    page = (
        f"<html><head><title>{status} Moved</title></head><body>"
        f'<h1>Document Moved</h1>This document may be found <a href="{location}">here</a>'
        "</body></html>"
    )
    return Answer(status, page.encode(), headers=(("Location", location),))


def http_date(moment: datetime) -> str:
    """``Tue, 31 Dec 2019 10:16:00 GMT``"""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
