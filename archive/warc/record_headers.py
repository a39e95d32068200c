"""The headers of the two records that keep an exchange: an answer, and the request for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from archive.warc.file import sha1
from archive.warc.http import HttpHead, head_end

if TYPE_CHECKING:
    from archive.warc.writer import Exchange, PayloadRef

IDENTICAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


def warc_date(moment: datetime) -> str:
    """A WARC-Date of WARC 1.1, in UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def response_headers(
    shared: Mapping[str, str],
    exchange: Exchange,
    head: HttpHead,
    record_id: str,
    payload: tuple[str, int],
    earlier: PayloadRef | None,
) -> dict[str, str]:
    """The headers of the record that keeps an answer; of a revisit where ``earlier`` is known.

    ``payload``: its digest, and how many bytes it has.
    """
    headers = {"WARC-Type": "response", "WARC-Record-ID": f"<urn:uuid:{record_id}>", **shared}
    digest, size = payload
    if earlier:
        headers |= {
            "WARC-Type": "revisit",
            "WARC-Profile": NOT_MODIFIED if head.status == 304 else IDENTICAL_PAYLOAD,
            "WARC-Refers-To": f"<urn:uuid:{earlier.id}>",
            "WARC-Refers-To-Target-URI": earlier.url,
            "WARC-Refers-To-Date": warc_date(earlier.date),
            # Not of the standard (which lets readers pass over it): a revisit's head does
            # not tell how long the payload was when that was sent in chunks.
            "WARC-Payload-Length": str(size),
        }
    if exchange.truncated:
        headers["WARC-Truncated"] = exchange.truncated
    headers["WARC-Payload-Digest"] = digest
    headers["Content-Type"] = (
        "application/http; msgtype=response" if head.status > 0 else "application/octet-stream"
    )
    return headers


def request_headers(shared: Mapping[str, str], request: bytes, answered_by: str) -> dict[str, str]:
    """The headers of the record that keeps a request; ``answered_by`` is the id of its answer's."""
    body = head_end(request)
    body = len(request) if body < 0 else body  # One whose head never ends is all head.
    return {
        "WARC-Type": "request",
        "WARC-Record-ID": f"<urn:uuid:{uuid4()}>",
        **shared,
        "WARC-Concurrent-To": f"<urn:uuid:{answered_by}>",
        "WARC-Payload-Digest": sha1(request[body:]),
        "Content-Type": "application/http; msgtype=request",
    }
