"""Lists of captures as CDX servers and files give them, line by line. Pure.

Read are: CDXJ (``urlkey timestamp {json}``, pywb), a JSON object a line (pywb, Common Crawl),
JSON rows under a row of names (Wayback, ``output=json``), and plain CDX with or without its
header (Wayback's default of seven columns, and the older formats that name their columns by
letters).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MAX_LINE_BYTES = 1 << 20
_PLAIN = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_LETTERS = {
    "N": "urlkey",
    "b": "timestamp",
    "a": "original",
    "m": "mimetype",
    "s": "statuscode",
    "k": "digest",
    "S": "length",
    "V": "offset",
    "g": "filename",
}
_URL = re.compile(r"https?://[^\s\x00-\x1f\x7f<>\"]{1,4000}", re.I)
_SHA1 = re.compile(r"[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True)
class Listed:
    """A capture that some archive says it holds."""

    url: str
    timestamp: str
    """Fourteen digits, UTC."""
    mime: str = ""
    status: int = 0
    """0 where the list does not say."""
    digest: str = ""
    """``sha1:<base32>`` of the payload, "" where the list has none in this form."""
    filename: str = ""
    offset: int = -1
    length: int = -1
    """The record's place in a WARC file, where the list says it; else -1."""

    @property
    def date(self) -> datetime:
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def parse_list(lines: Iterable[bytes]) -> Iterator[Listed | None]:
    """Every line as a capture; None for a line that is none (headers, resume keys, damage).

    One item for each line, so that a number of lines is a place in the list.

    >>> list(parse_list([b'vn,a)/ 20150102030405 http://a.vn/ text/html 200 - 512']))[0].status
    200
    """
    names: Sequence[str] = _PLAIN
    for raw in lines:
        line = raw[:MAX_LINE_BYTES].decode("utf-8", "replace").strip()
        if line.startswith("["):
            row = _json_row(line)
            if row is not None and "timestamp" in row:
                names = [str(name) for name in row]
                yield None
            else:
                yield _listed(dict(zip(names, row, strict=False))) if row else None
        elif line.startswith("CDX "):
            names = [_LETTERS.get(letter, "") for letter in line.split()[1:]]
            yield None
        elif line.startswith("{"):
            yield _listed(_json_object(line))
        else:
            key, _, rest = line.partition(" ")
            stamp, _, fields = rest.partition(" ")
            if fields.startswith("{"):
                yield _listed({"urlkey": key, "timestamp": stamp} | _json_object(fields))
            else:
                words = line.split(" ")
                yield _listed(dict(zip(names, words, strict=False))) if len(words) > 4 else None


def is_no_list(lines: Iterable[bytes]) -> bool:
    """Whether lines say something, and nothing of it is a capture: a page of HTML, noise.

    An empty list, with or without names of columns, is a list. Reads as far as the first capture.

    >>> is_no_list([b"<html>"]), is_no_list([b""]), is_no_list([b'[["urlkey","timestamp"]]'])
    (True, False, False)
    """
    says = False
    lines, parsed = itertools.tee(lines)
    for raw, listed in zip(lines, parse_list(parsed), strict=True):
        if listed is not None:
            return False
        said = raw[:MAX_LINE_BYTES].strip(b" \t\r\n[],")
        heading = said.startswith(b"CDX ") or (said[:1] == b'"' and b'"timestamp"' in said)
        says = says or (bool(said) and not heading)
    return says


def resume_key(last_lines: Sequence[bytes]) -> str:
    """The key with which a Wayback server goes on, "" where the list is at its end.

    ``last_lines`` are the last two lines of the answer: an empty line (or empty row) and the key.

    >>> resume_key([b"", b"vn%2Ca%29%2F+20150102030405"])
    'vn%2Ca%29%2F+20150102030405'
    >>> resume_key([b"[],", b'["vn,a)/ 2015"]]'])
    'vn,a)/ 2015'
    """
    if len(last_lines) < 2 or last_lines[-2].strip(b" \r\n,") not in (b"", b"[]"):
        return ""
    key = last_lines[-1].decode("utf-8", "replace").strip()
    if key.startswith("["):
        row = _json_row(key)
        return str(row[0]) if row and len(row) == 1 else ""
    return key if key and " " not in key else ""


def _json_row(line: str) -> list[Any] | None:
    """A row of a JSON array of rows that has a line for each."""
    text = line.rstrip(",")
    if text.startswith("[["):
        text = text[1:]
    while text.endswith("]]"):
        text = text[:-1]
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, list) else None


def _json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _listed(fields: dict[str, Any]) -> Listed | None:
    url = str(fields.get("url") or fields.get("original") or "")
    stamp = str(fields.get("timestamp") or "")
    if not _URL.fullmatch(url) or not re.fullmatch(r"\d{14}", stamp, re.ASCII):
        return None
    digest = str(fields.get("digest") or "").removeprefix("sha1:")
    listed = Listed(
        url=url.partition("#")[0],
        timestamp=stamp,
        mime=str(fields.get("mime") or fields.get("mimetype") or "").lower()[:100],
        status=_number(fields.get("status") or fields.get("statuscode"), 0),
        digest=f"sha1:{digest}" if _SHA1.fullmatch(digest) else "",
        filename=str(fields.get("filename") or "")[:1000],
        offset=_number(fields.get("offset"), -1),
        length=_number(fields.get("length"), -1),
    )
    try:
        listed.date  # noqa: B018 - raises for digits that are no moment
    except ValueError:
        return None
    return listed


def _number(value: Any, default: int) -> int:
    text = str(value)
    return int(text) if re.fullmatch(r"\d{1,15}", text, re.ASCII) else default
