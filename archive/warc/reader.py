"""Reading WARC files of any origin, record by record, with flat memory.

``read_records`` goes through a file, ``read_page_at`` fetches one record by its offset, and
``capture_of`` makes of a record the same Capture that the writer returned for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

from archive.records import Capture
from archive.warc.content import ContentTooLarge, ContentUndecodable, decode_content
from archive.warc.fields import (
    MAX_ID,
    NO_TEXT,
    bare_id,
    is_web_address,
    normal_digest,
    parse_date,
    parse_fields,
    text_of,
)
from archive.warc.file import sha1
from archive.warc.framing import RawRecord, RecordStream, WarcError, WarcTruncated, WarcUnreadable
from archive.warc.http import HttpHead, HttpMessage, parse_head, parse_message
from archive.warc.salvage import Damage, salvage

__all__ = [
    "MAX_BYTES",
    "ContentTooLarge",
    "ContentUndecodable",
    "Damage",
    "WarcError",
    "WarcRecord",
    "WarcTruncated",
    "WarcUnreadable",
    "capture_of",
    "read_page_at",
    "read_records",
]

MAX_BYTES = 64 << 20
"""Default limit, in bytes, for a record's block and for its decoded content."""

_HTTP_TYPES = ("response", "request", "revisit")


@dataclass(slots=True)
class WarcRecord:
    """One record. What costs time (the HTTP head, payload, content) is worked out when asked."""

    path: Path
    offset: int
    """Where the record begins in the file, in bytes."""
    length: int
    """Its bytes in the file; 0 where it shares a gzip member and cannot be read alone."""
    version: str
    """"1.0" or "1.1"."""
    headers: list[tuple[str, str]]
    """The WARC headers, in order, as written."""
    content_length: int
    block: bytes = b""
    """The block; b"" when it is ``too_large`` or was not asked for."""
    too_large: bool = False
    """The block is larger than the limit and was passed over."""
    limit: int = MAX_BYTES
    """The limit, in bytes, with which it was read."""
    warcinfo: Mapping[str, str] = field(default_factory=dict)
    """Fields of the warcinfo record that this one belongs to, as far as read."""
    _message: HttpMessage | None = None
    _by_name: dict[str, str] | None = None

    def header(self, name: str) -> str:
        """The first value of a WARC header, "" where there is none."""
        if self._by_name is None:
            self._by_name = {key.lower(): value for key, value in reversed(self.headers)}
        return self._by_name.get(name.lower(), "")

    @property
    def type(self) -> str:
        """WARC-Type: "response", "request", "revisit", "warcinfo", "metadata", ..."""
        return self.header("WARC-Type").lower()

    @property
    def id(self) -> str:
        """WARC-Record-ID: the bare UUID, or what else the record uses, without brackets."""
        return bare_id(self.header("WARC-Record-ID"))

    @property
    def url(self) -> str:
        """WARC-Target-URI (some tools write it in angle brackets)."""
        return self.header("WARC-Target-URI").removeprefix("<").removesuffix(">")

    @property
    def date(self) -> datetime:
        """WARC-Date, in UTC. Raises WarcError when it is missing or no date."""
        return self._date("WARC-Date")

    @property
    def payload_digest(self) -> str:
        """WARC-Payload-Digest as ``algorithm:value``; sha1 in base32 whatever was written."""
        return normal_digest(self.header("WARC-Payload-Digest"))

    @property
    def refers_to(self) -> str:
        """Of a revisit: id of the record that holds the payload, when it says so."""
        return bare_id(self.header("WARC-Refers-To"))

    @property
    def refers_to_url(self) -> str:
        return self.header("WARC-Refers-To-Target-URI").removeprefix("<").removesuffix(">")

    @property
    def refers_to_date(self) -> datetime | None:
        """Of a revisit: WARC-Date of the record that holds the payload, when it says so."""
        name = "WARC-Refers-To-Date"
        return self._date(name) if self.header(name) else None

    @property
    def truncated(self) -> str:
        """WARC-Truncated: why the content is not whole; "" when it is."""
        return self.header("WARC-Truncated").lower()

    @property
    def unusable(self) -> str:
        """Why a response or revisit record is no capture that can be told apart, "" if it is one.

        Files of any origin hold such records; they stay in their file and get no row.
        """
        if not 0 < len(self.id) <= MAX_ID or NO_TEXT.search(self.id):
            return f"WARC-Record-ID is {self.header('WARC-Record-ID')[:80]!r}"
        if parse_date(self.header("WARC-Date")) is None:
            return f"WARC-Date is {self.header('WARC-Date')[:80]!r}"
        if not is_web_address(self.url):
            return f"WARC-Target-URI is {self.url[:80]!r}"
        return "" if self.status else "no HTTP answer in it"

    @property
    def http(self) -> HttpHead:
        """The HTTP head; an empty one (status 0) where the block is no HTTP message."""
        return self._http().head

    @property
    def status(self) -> int:
        """The HTTP status; 0 where there is none."""
        return self.http.status

    @property
    def http_headers(self) -> list[tuple[str, str]]:
        """The HTTP headers in order, as text."""
        pairs = self.http.headers
        return [(name.decode("latin-1"), text_of(value)) for name, value in pairs]

    @property
    def content_type(self) -> str:
        """Content-Type of the content: the HTTP header, or the record's own."""
        return self.http.get("Content-Type") if self.http.size else self.header("Content-Type")

    @property
    def payload(self) -> bytes | memoryview:
        """The payload: after transfer decoding, before content decoding.

        Raises ContentTooLarge when the block was larger than the limit. A revisit has none of
        its own: read the record that it refers to.
        """
        if self.too_large:
            raise ContentTooLarge(self.limit)
        return self._http().payload

    def content(self, max_bytes: int = MAX_BYTES) -> bytes:
        """The payload with its content encoding (gzip, deflate, br) undone.

        Raises ContentTooLarge beyond ``max_bytes``, ContentUndecodable for a broken encoding.
        """
        return decode_content(self.payload, self.http, max_bytes)

    def _http(self) -> HttpMessage:
        if self._message is None:
            if self.type in _HTTP_TYPES:
                self._message = parse_message(self.block, request=self.type == "request")
            else:
                self._message = HttpMessage(parse_head(b""), self.block, True)
        return self._message

    def _date(self, name: str) -> datetime:
        value = self.header(name)
        parsed = parse_date(value)
        if parsed is None:
            raise WarcError(self.path, self.offset, f"{name} is {value!r}")
        return parsed


def read_records(
    path: Path | str,
    *,
    types: Collection[str] | None = None,
    max_bytes: int = MAX_BYTES,
    damaged: Callable[[Damage], object] | None = None,
) -> Iterator[WarcRecord]:
    """Every record of a WARC file, in order; only those of ``types``, when given.

    A block larger than ``max_bytes`` is passed over and the record marked ``too_large``. A
    revisit is given as it stands; its ``refers_to`` names the record with the payload.

    With ``damaged``, that is called for each stretch that cannot be read, and the reading goes
    on at the next whole record. Without, damage raises WarcError, and an end inside a record
    WarcTruncated, both after every whole record before that place. A file that is no WARC is
    damaged from byte 0. Raises WarcUnreadable when the disk does not give the file.
    """
    return records_between(Path(path), types=types, max_bytes=max_bytes, damaged=damaged)


def records_between(
    path: Path,
    start: int = 0,
    end: int | None = None,
    *,
    warcinfo: Mapping[str, str] | None = None,
    warcinfo_id: str = "",
    types: Collection[str] | None = None,
    max_bytes: int = MAX_BYTES,
    damaged: Callable[[Damage], object] | None = None,
) -> Iterator[WarcRecord]:
    """As ``read_records``, of the records that begin at byte ``start`` or later, before ``end``.

    ``warcinfo`` are the fields of the warcinfo record that stands last before ``start``, and
    ``warcinfo_id`` its id.
    """
    warcinfo = warcinfo or {}

    def block_of(raw: RawRecord, block: Iterator[bytes]) -> bytes | None:
        kind = raw.get("WARC-Type").lower()
        if types is not None and kind not in types and kind != "warcinfo":
            return b""
        return b"".join(block) if raw.content_length <= max_bytes else None

    for part in salvage(path, block_of, start, end):
        if isinstance(part, Damage):
            if damaged is None:
                kind_of_error = WarcTruncated if part.truncated else WarcError
                raise kind_of_error(path, part.offset, part.problem)
            damaged(part)
            continue
        record = _record(part.record, part.found, path, max_bytes)
        kind = record.type
        if kind == "warcinfo":
            warcinfo, warcinfo_id = parse_fields(record.block), record.id
        named = bare_id(record.header("WARC-Warcinfo-ID"))
        if kind == "warcinfo" or not named or named == warcinfo_id:
            record.warcinfo = warcinfo
        if types is None or kind in types:
            yield record


def read_page_at(path: Path | str, offset: int, *, max_bytes: int = MAX_BYTES) -> WarcRecord:
    """The one record that begins at ``offset`` bytes.

    Raises WarcError when no record begins there or it is damaged, WarcTruncated when it is cut.
    """
    path = Path(path)
    with RecordStream(path, offset) as stream:
        raw = stream.next_record()
        if raw is None:
            raise WarcError(path, offset, "the file ends before this offset")
        if raw.offset != offset:
            raise WarcError(path, offset, "no record begins here")
        fits = raw.content_length <= max_bytes
        block = b"".join(iter(stream.read, b"")) if fits else None
        stream.finish_record()
        return _record(raw, block, path, max_bytes)


def _record(raw: RawRecord, block: bytes | None, path: Path, limit: int) -> WarcRecord:
    return WarcRecord(
        path=path,
        offset=raw.offset,
        length=raw.length,
        version=raw.version,
        headers=raw.headers,
        content_length=raw.content_length,
        block=block or b"",
        too_large=block is None,
        limit=limit,
    )


def capture_of(record: WarcRecord, warc_file: str, site: str, crawl: str) -> Capture:
    """The Capture of a response or revisit record, as the writer would have returned it.

    ``warc_file``: path of the file relative to the ``warc/`` folder. The payload digest of a
    response is worked out anew, since many tools take it over the wrong bytes; of a revisit, and
    of a record too large to hold, it is the one that the record states.

    Raises ValueError for a record of another type, WarcError for one without a usable date.
    """
    kind = record.type
    if kind not in ("response", "revisit"):
        raise ValueError(f"a {kind or 'nameless'} record is no capture")
    head = record.http
    stated = record.header("WARC-Payload-Length")
    if kind == "revisit":
        digest, length = record.payload_digest, stated or head.get("Content-Length")
        size = int(length) if length.isascii() and length.isdigit() else 0
    elif record.too_large:
        digest, size = record.payload_digest, record.content_length
    else:
        digest, size = sha1(record.payload), len(record.payload)
    return Capture(
        id=record.id,
        url=record.url,
        site=site,
        crawl=crawl,
        fetched_at=record.date,
        status=head.status,
        content_type=head.get("Content-Type"),
        record_type=cast(Literal["response", "revisit"], kind),
        warc_file=warc_file,
        offset=record.offset,
        length=record.length,
        payload_digest=digest,
        payload_bytes=size,
        ip=record.header("WARC-IP-Address"),
        truncated=record.truncated,
        location=head.location(record.url),
        etag=head.get("ETag"),
        last_modified=head.get("Last-Modified"),
        refers_to=record.refers_to,
    )
