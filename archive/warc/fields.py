"""Single values of WARC headers: ids, digests, dates, addresses, and the fields of a warcinfo."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

MAX_ID = 200
"""Characters of a record id that can be a key; a UUID has 36."""
_DATE = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d))?(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?"
    r"(?:Z|([+-])(\d\d):?(\d\d))?"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""What stands in no line of text, and in no key or address."""


def bare_id(value: str) -> str:
    """A record id without brackets and, for UUIDs, without ``urn:uuid:`` and in lower case.

    >>> bare_id("<urn:uuid:4E170BB4-6637-4940-AFF4-3AE43227F349>")
    '4e170bb4-6637-4940-aff4-3ae43227f349'
    """
    bare = value.strip().removeprefix("<").removesuffix(">")
    return bare[9:].lower() if bare[:9].lower() == "urn:uuid:" else bare


def normal_digest(value: str) -> str:
    """A digest with a lower-case algorithm; a sha1 in hexadecimal becomes base32.

    >>> normal_digest("SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709")
    'sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    algorithm, _, digest = value.strip().partition(":")
    algorithm = algorithm.lower().replace("-", "")
    if algorithm == "sha1":
        if len(digest) == 40:
            try:
                digest = base64.b32encode(binascii.unhexlify(digest)).decode("ascii")
            except (binascii.Error, ValueError):
                return value
        digest = digest.upper()
    return f"{algorithm}:{digest}" if digest else ""


def parse_date(value: str) -> datetime | None:
    """A W3C date-time as WARC-Date has it, to the microsecond; None for what is none.

    WARC 1.1 allows it to be cut to the minute, day or month, and nine digits of a fraction.
    Before 1990 nothing was captured, and the year 9999 has no time left for other time zones.
    """
    found = _DATE.fullmatch(value.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, sign, off_hour, off_minute = found.groups()
    micro = int(((fraction or "") + "000000")[:6])
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            micro,
            UTC,
        )
        if sign:
            shift = timedelta(hours=int(off_hour), minutes=int(off_minute))
            moment -= shift if sign == "+" else -shift
    except (ValueError, OverflowError):
        return None
    return moment if 1990 <= moment.year < 9999 else None


def is_web_address(url: str) -> bool:
    """Whether an address is one of http or https that can be taken apart and written again."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not NO_TEXT.search(url)


def parse_fields(block: bytes) -> dict[str, str]:
    """The fields of an application/warc-fields block; of a repeated name, the first."""
    fields: dict[str, str] = {}
    last = ""
    for line in text_of(block).splitlines():
        if line[:1] in (" ", "\t") and last:
            fields[last] += f" {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip() not in fields:
            last = name.strip()
            fields[last] = value.strip()
        else:
            last = ""
    return fields


def text_of(value: bytes) -> str:
    """A header's bytes as UTF-8, or as Latin-1 where they are none."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def warc_fields(fields: Mapping[str, str]) -> bytes:
    """Fields as application/warc-fields; empty ones are left out, line ends become spaces."""
    lines = (
        f"{_CONTROL.sub(' ', name).replace(':', ' ').strip()}: {_CONTROL.sub(' ', value).strip()}"
        for name, value in fields.items()
        if value.strip()
    )
    return "".join(f"{line}\r\n" for line in lines).encode()
