"""The words that every room of the house shares: frozen values, no behaviour beyond themselves.

Terms follow the WARC 1.1 standard (capture, WARC-Target-URI, payload digest, revisit) and the
newsroom (byline, lead). All times are aware datetimes; the archive writes them in Vietnam's
time, ``+07:00``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal

VIETNAM = timezone(timedelta(hours=7), "+07:00")

Precision = Literal["minute", "day", "month"]
DateEvidence = Literal["visible", "structured", "url", "text"]


@dataclass(frozen=True, slots=True)
class Capture:
    """One exchange with a server, kept as a record in a WARC file.

    ``offset`` and ``length`` are bytes in the (compressed) file: exactly one gzip member.
    Digests are written as in the WARC, ``sha1:<base32>``; the payload digest is taken over the
    entity body after transfer decoding and before content decoding (WARC 1.1, 5.9).
    """

    id: str
    """WARC-Record-ID of the response (or revisit) record: the bare UUID, lower case."""
    url: str
    """WARC-Target-URI, as requested, without fragment."""
    site: str
    crawl: str
    """Identifier of the crawl or import that wrote the record (isPartOf in warcinfo)."""
    fetched_at: datetime
    """WARC-Date."""
    status: int
    content_type: str
    record_type: Literal["response", "revisit"]
    warc_file: str
    """Path of the WARC relative to the data folder's ``warc/``, with ``/`` separators."""
    offset: int
    length: int
    payload_digest: str
    payload_bytes: int
    ip: str = ""
    truncated: str = ""
    """WARC-Truncated: "", "length", "time" or "disconnect"."""
    location: str = ""
    """Location header of a redirect, made absolute."""
    etag: str = ""
    last_modified: str = ""
    refers_to: str = ""
    """Of a revisit: the id of the capture that holds the payload, when known."""


@dataclass(frozen=True, slots=True)
class Page:
    """A response as extraction sees it. ``body`` is content-decoded, charset not yet applied."""

    url: str
    body: bytes
    fetched_at: datetime
    """When it was captured: the only clock that extraction knows."""
    site: str = ""
    """Name of the declared site, or the host where none is declared."""
    status: int = 200
    content_type: str = ""
    """The Content-Type header, charset parameter included."""
    capture_id: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A publication date with the precision and the evidence that the page supports."""

    at: datetime
    """Aware, +07:00. Of precision "day": midnight. Of "month": midnight of the first."""
    precision: Precision
    evidence: DateEvidence
    raw: str = ""
    """The characters it was read from."""

    def iso(self) -> str:
        """``2023-10-04T15:42:00+07:00``, a whole timestamp whatever the precision."""
        return self.at.astimezone(VIETNAM).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    """Absolute."""
    caption: str = ""
    credit: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    url: str
    """Absolute."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Byline:
    """Who signed, split. ``text`` is the signature as printed, lines joined by " / "."""

    text: str = ""
    persons: tuple[str, ...] = ()
    unit: str = ""
    """The union body that signed or reports, such as "LĐLĐ quận Thốt Nốt"."""
    source: str = ""
    """Whom the text was taken from ("Theo báo ...", "Nguồn: ..."), "" when original."""


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says, cleaned. Text is NFC; a paragraph a line; nothing of the site's frame."""

    url: str
    """Canonical URL."""
    title: str
    lead: str
    body: str
    """Plain text, a paragraph a line, without lead, captions, table cells and signature."""
    body_html: str
    """Safe HTML of the whole text: lead, headings, lists, tables, images in their places."""
    published: Published | None
    byline: Byline
    section: str = ""
    table_text: str = ""
    """Cells of the body's tables, a row a line, tab between cells."""
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = "vi"
    words: int = 0
    variant: Literal["main", "print"] = "main"
    """"print": read from a print or save view, which a main view of the same article outranks."""
    layout: str = "generic"
    """Name of the layout that matched, "generic" where none did."""
    fallbacks: tuple[str, ...] = field(default=())
    """Fields whose layout selectors found nothing, so that a general rule served."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a page gave no article. ``reason`` is one of REASONS; ``detail`` is for people."""

    reason: str
    detail: str = ""


REASONS: dict[str, str] = {
    "listing": "a list of articles, a front page or a section",
    "soft_404": "status 200, but the page says that the article does not exist",
    "challenge": "a bot check or cookie stub in place of the page",
    "login": "a login or registration form",
    "search": "a page of search results",
    "static": "a standing page of the site, such as contact or terms, not news",
    "empty": "no text, or too little to be an article",
    "not_html": "not an HTML page, whatever its address promised",
    "truncated": "the answer was cut off before its end",
    "http_error": "the server answered with an error status",
    "too_large": "larger than the limit that keeps extraction safe",
    "no_title": "text, but no title",
    "no_body": "a title, but no body",
    "broken": "extraction failed on this page",
}
"""Every reason that ``Unreadable.reason`` and the database use, with its meaning."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place that publishes: declared by a spider, or a host met in an imported WARC."""

    name: str
    title: str = ""
    level: str = ""
    hosts: tuple[str, ...] = ()
    home: str = ""
    province: str = ""
    """One of the 63 provinces before 1 July 2025, "" for a national site."""
    declared: bool = False
