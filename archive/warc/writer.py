"""Writing WARC 1.1: each exchange with a server becomes a response and a request record.

The block of a record is the bytes of the wire, untouched. Every record is a gzip member of its
own, so that offset and length alone find it again, and it is on the disk before ``write``
returns, or ``settle``, where several are to be brought there together. A file carries the suffix
``.open`` until it is closed, and its writer holds a lock on it; ``recover`` closes what a crash
left open.

Standard: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import EIO
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from archive.records import Capture
from archive.warc.fields import warc_fields
from archive.warc.file import OPEN_SUFFIX, WarcFile, packed_from, sha1
from archive.warc.framing import WarcError, WarcTruncated
from archive.warc.http import HttpHead, parse_head
from archive.warc.record_headers import request_headers, response_headers, warc_date
from archive.warc.recovery import Recovered, recover

__all__ = [
    "Exchange",
    "PayloadRef",
    "Recovered",
    "WarcError",
    "WarcTruncated",
    "WarcWriter",
    "WrittenFile",
    "recover",
]

CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
LEVELS: dict[str, str] = {
    "wire": "Request and response blocks are the bytes of the wire: status line, header order "
    "and case, chunk framing and trailers as sent.",
    "payload": "Response payloads are as sent, without transfer encoding; request heads and "
    "response heads are rebuilt: order, case and reason phrase of the originals are lost.",
}
"""What ``level`` may be, with what warcinfo says of it."""

_REMEMBERED = 5_000
"""Payloads that a writer knows without asking ``seen_payload``, which knows them all: half a
kilobyte each, of which nothing else in a long crawl grows so much."""
_NOT_IN_URLS = re.compile(r"[\s\x00-\x1f\x7f<>]")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they crossed the wire."""

    url: str
    """As requested, without fragment."""
    request_bytes: bytes
    """As sent: request line, headers, body. b"" where unknown: no request record is written."""
    response_bytes: bytes
    """As received: status line, headers, body with its chunk framing. Not empty."""
    payload: bytes | memoryview
    """The body after transfer decoding and before content decoding."""
    started_at: datetime
    """When the request was sent; aware."""
    ip: str = ""
    """Address of the server; "" when unknown, as behind a proxy."""
    truncated: str = ""
    """Why the answer is not whole: "", "length", "time", "disconnect" or "unspecified"."""
    head: HttpHead | None = None
    """The head of ``response_bytes``, where it was read already."""


@dataclass(frozen=True, slots=True)
class PayloadRef:
    """An earlier capture that holds a payload: what a revisit record refers to."""

    id: str
    """Capture.id of it."""
    url: str
    date: datetime
    digest: str
    """``sha1:<base32>`` of the payload."""
    length: int
    """Bytes of the payload."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was written from its first byte to its last without a fault."""

    name: str
    bytes: int
    records: int
    captures: int
    sha256: str


class WarcWriter:
    """Writes the WARC files of one crawl of one site. Not for use by several threads.

    ``folder``: where files go; made when missing. ``site`` and ``crawl`` are named in warcinfo
    and in each Capture. ``software`` and ``operator`` go to warcinfo, as do the fields of
    ``info``. ``level`` is a key of LEVELS. A file that has reached ``max_bytes`` is closed and
    the next begun. ``fsync=False`` leaves the moment of writing to the operating system: safe
    against a killed process, not against a power cut.

    ``seen_payload``, when set, is asked for the capture that already holds a payload, by digest;
    what this writer wrote itself it remembers without help. Such payloads are not stored again:
    a revisit record takes the response's place.
    """

    def __init__(
        self,
        folder: Path,
        site: str,
        crawl: str,
        *,
        software: str,
        operator: str = "",
        level: str = "wire",
        max_bytes: int = 1_000_000_000,
        fsync: bool = True,
        robots: str = "obey",
        info: Mapping[str, str] | None = None,
        seen_payload: Callable[[str], PayloadRef | None] | None = None,
    ) -> None:
        if level not in LEVELS:
            raise ValueError(f"unknown capture level {level!r}; one of {', '.join(LEVELS)}")
        self.folder = Path(folder)
        self.site = site
        self.crawl = crawl
        self.seen_payload = seen_payload
        self._max_bytes = max_bytes
        self._fsync = fsync
        self._info = {
            "software": software,
            "format": "WARC File Format 1.1",
            "conformsTo": CONFORMS_TO,
            "robots": robots,
            "operator": operator,
            "isPartOf": crawl,
            "site": site,
            "captureLevel": level,
            "description": LEVELS[level],
            **(info or {}),
        }
        self._seen: dict[str, PayloadRef] = {}
        self._serial = 0
        self._file: WarcFile | None = None
        self._warcinfo_id = ""
        self._closed = False
        self._unsettled = False
        self._doubtful = False
        """Whether the disk has failed with something that was for later."""
        self._captures = 0
        self.written: list[WrittenFile] = []
        """The files that are closed, as far as they are known to be as this writer left them."""

    def __enter__(self) -> WarcWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def current_file(self) -> str:
        """Name of the file being written, without ``.open``; "" when none is."""
        return self._file.path.name if self._file else ""

    def write(
        self, exchange: Exchange, *, not_modified: PayloadRef | None = None, settled: bool = True
    ) -> Capture:
        """Store an exchange; what is returned is on the disk.

        ``not_modified``: the earlier capture that a 304 answer vouches for. ``settled=False``: it
        survives the end of this process, and a power cut only after ``settle``; until then nobody
        may be told that it is kept.

        Raises WarcError when the disk does not take it; the file then ends as before. Raises
        ValueError for an exchange that no WARC can hold.
        """
        if not exchange.response_bytes:
            raise ValueError(f"no answer to store for {exchange.url}")
        _check_url(exchange.url)
        if exchange.started_at.tzinfo is None:
            raise ValueError("started_at must be an aware datetime")
        file = self._have_file()
        head = exchange.head or parse_head(exchange.response_bytes)
        digest = sha1(exchange.payload)
        size = len(exchange.payload)
        earlier = self._earlier(exchange, head, digest, not_modified)
        record_id = str(uuid4())
        shared = self._of_both(exchange)
        block: bytes | memoryview = exchange.response_bytes
        if earlier:
            digest, size = earlier.digest, earlier.length
            block = block[: head.size]
        response = response_headers(shared, exchange, head, record_id, (digest, size), earlier)
        start = file.end
        try:
            length = file.append(response, block, packed_from=packed_from(head, block))
            if exchange.request_bytes:
                file.append(
                    request_headers(shared, exchange.request_bytes, record_id),
                    exchange.request_bytes,
                )
            if settled:
                self._settle(file)
        except OSError as error:
            raise file.undo(start, error) from error
        self._unsettled |= not settled
        self._captures += 1
        if not earlier and head.status == 200 and size and not exchange.truncated:
            self._remember(PayloadRef(record_id, exchange.url, exchange.started_at, digest, size))
        return Capture(
            id=record_id,
            url=exchange.url,
            site=self.site,
            crawl=self.crawl,
            fetched_at=exchange.started_at.astimezone(UTC),
            status=head.status,
            content_type=head.get("Content-Type"),
            record_type="revisit" if earlier else "response",
            warc_file=file.path.name,
            offset=start,
            length=length,
            payload_digest=digest,
            payload_bytes=size,
            ip=exchange.ip,
            truncated=exchange.truncated,
            location=head.location(exchange.url),
            etag=head.get("ETag"),
            last_modified=head.get("Last-Modified"),
            refers_to=earlier.id if earlier else "",
        )

    def settle(self) -> None:
        """Bring to the disk all that ``write`` was told not to. Raises WarcError.

        Once that has failed it fails for ever, and the file is left as it is, for a recovery to
        keep what is whole.
        """
        file = self._file
        if file is None or not self._unsettled:
            return
        try:
            self._settle(file)
        except OSError as error:
            file.give_up()
            problem = f"cannot be brought to the disk: {error}"
            raise WarcError(f"{file.path}{OPEN_SUFFIX}", file.end, problem) from error

    def _settle(self, file: WarcFile) -> None:
        # The system tells of an error once, and may have dropped what it could not write: fsync(2).
        if self._doubtful:
            raise OSError(EIO, "an earlier attempt failed")
        self._doubtful = self._unsettled
        file.settle()
        self._doubtful = self._unsettled = False

    def _of_both(self, exchange: Exchange) -> dict[str, str]:
        """What the headers of a response and of its request have in common."""
        shared = {
            "WARC-Target-URI": exchange.url,
            "WARC-Date": warc_date(exchange.started_at),
            "WARC-Warcinfo-ID": self._warcinfo_id,
        }
        if exchange.ip:
            shared["WARC-IP-Address"] = exchange.ip
        return shared

    def write_metadata(
        self, url: str, fields: Mapping[str, str], *, concurrent_to: str = ""
    ) -> str:
        """Store a metadata record (application/warc-fields) about ``url``; its id.

        ``concurrent_to``: id of the capture that the fields describe. Raises WarcError when the
        disk does not take it.
        """
        _check_url(url)
        file = self._have_file()
        record_id = str(uuid4())
        headers = {
            "WARC-Type": "metadata",
            "WARC-Record-ID": f"<urn:uuid:{record_id}>",
            "WARC-Target-URI": url,
            "WARC-Date": warc_date(datetime.now(UTC)),
            "WARC-Warcinfo-ID": self._warcinfo_id,
        }
        if concurrent_to:
            headers["WARC-Concurrent-To"] = f"<urn:uuid:{concurrent_to}>"
        headers["Content-Type"] = "application/warc-fields"
        start = file.end
        try:
            file.append(headers, warc_fields(fields))
            self._settle(file)
        except OSError as error:
            raise file.undo(start, error) from error
        return record_id

    def close(self) -> None:
        """Close the current file and give it its final name. Writing on is an error."""
        self._closed = True
        self._close_file()

    def _close_file(self) -> None:
        file = self._file
        if file is None or not file.usable:
            return
        if self._doubtful:
            file.give_up()
            return
        self._doubtful = self._unsettled
        file.close()
        self._doubtful = self._unsettled = False
        if file.sha256:
            self.written.append(
                WrittenFile(file.path.name, file.end, file.records, self._captures, file.sha256)
            )
        self._captures = 0

    def _earlier(
        self, exchange: Exchange, head: HttpHead, digest: str, not_modified: PayloadRef | None
    ) -> PayloadRef | None:
        """The capture whose payload makes this one a revisit, if there is one."""
        if exchange.truncated:
            return None
        if head.status == 304:
            return not_modified
        if head.status != 200 or not exchange.payload:
            return None
        found = self._seen.get(digest)
        if found is None and self.seen_payload is not None:
            found = self.seen_payload(digest)
        # A digest that fits and a length that does not is a forged collision, or a broken row.
        return found if found is not None and found.length == len(exchange.payload) else None

    def _remember(self, ref: PayloadRef) -> None:
        if len(self._seen) >= _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self._seen[ref.digest] = ref

    def _have_file(self) -> WarcFile:
        """The file to append to: the current one, or a new one with its warcinfo record."""
        if self._closed:
            raise WarcError(self.folder, 0, "this writer is closed")
        file = self._file
        if file is not None and file.usable and file.end < self._max_bytes:
            return file
        self._close_file()
        self._captures = 0
        self._file = file = self._create()
        self._warcinfo_id = f"<urn:uuid:{uuid4()}>"
        headers = {
            "WARC-Type": "warcinfo",
            "WARC-Record-ID": self._warcinfo_id,
            "WARC-Date": warc_date(datetime.now(UTC)),
            "WARC-Filename": file.path.name,
            "Content-Type": "application/warc-fields",
        }
        try:
            file.append(headers, warc_fields(self._info))
            file.settle()
            file.settle_folder()
        except OSError as error:
            raise file.undo(0, error) from error
        return file

    def _create(self) -> WarcFile:
        site = _NOT_IN_NAMES.sub("_", self.site) or "site"
        stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        file: WarcFile | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            while file is None:
                name = f"{site}-{stamp}-{self._serial:05d}-{os.getpid()}.warc.gz"
                self._serial += 1
                file = WarcFile.create(self.folder / name, fsync=self._fsync)
        except OSError as error:
            raise WarcError(self.folder, 0, f"no file can be created here: {error}") from error
        return file


def _check_url(url: str) -> None:
    if not url or _NOT_IN_URLS.search(url):
        raise ValueError(f"not a URL that a WARC can name: {url!r}")
