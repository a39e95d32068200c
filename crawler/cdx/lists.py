"""Lists of captures: where they are asked for, in how many parts, and how they are kept."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from archive.database import ArchiveError
from crawler.cdx.fetch import Asker, NotThere
from crawler.cdx.lines import is_no_list, resume_key
from crawler.cdx.unpacked import GZIP
from crawler.politeness.pacing import HostGivenUp

MAX_LIST_BYTES = 4_000_000_000
MAX_PARTS = 10_000
ENTRIES_AT_A_TIME = 20_000
"""Lines that a Wayback server is asked for at once."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How captures of a list are had: ``replay`` is an address with ``{timestamp}`` and
    ``{url}``; ``records`` one that is put before the WARC file names of the list."""

    replay: str = ""
    records: str = ""


def ways_of(source: str) -> Ways:
    """How the captures of a known kind of CDX server are had.

    >>> ways_of("http://127.0.0.1:8080/coll/cdx?url=a.vn/*").replay
    'http://127.0.0.1:8080/coll/{timestamp}id_/{url}'
    >>> ways_of("https://web.archive.org/cdx/search/cdx?url=a.vn/*").replay
    'https://web.archive.org/web/{timestamp}id_/{url}'
    >>> ways_of("https://index.commoncrawl.org/CC-MAIN-2025-05-index?url=a.vn/*").records
    'https://data.commoncrawl.org/'
    """
    parts = urlsplit(source)
    base = f"{parts.scheme}://{parts.netloc}"
    if parts.hostname == "web.archive.org":
        return Ways(replay=f"{base}/web/{{timestamp}}id_/{{url}}")
    if parts.hostname == "index.commoncrawl.org":
        return Ways(records="https://data.commoncrawl.org/")
    path = parts.path.rstrip("/")
    for ending in ("/cdx", "-cdx", "/index", "-index"):
        if parts.scheme in ("http", "https") and path.endswith(ending):
            return Ways(replay=f"{base}{path.removesuffix(ending)}/{{timestamp}}id_/{{url}}")
    return Ways()


def source_lines(source: str, asker: Asker) -> Iterator[bytes]:
    """The lines of a list: a file's, or what a server answers, in as many parts as it gives.

    Raises ArchiveError where it cannot be had.
    """
    if not source.startswith(("http://", "https://")):
        try:
            with _opened(Path(source)) as file:
                for line in file:
                    yield line.rstrip(b"\r\n")
        except (OSError, EOFError, zlib.error) as error:
            why = getattr(error, "strerror", None) or error
            raise ArchiveError(f"{source} cannot be read: {why}") from error
        return
    try:
        if urlsplit(source).hostname == "index.commoncrawl.org":
            counted = b"".join(asker.lines(_with(source, showNumPages="true"), 1 << 20))
            for number in range(_pages(counted)):
                yield from asker.lines(_with(source, page=str(number)), MAX_LIST_BYTES)
        else:
            yield from _resumed(source, asker)
    except (NotThere, HostGivenUp) as error:
        raise ArchiveError(f"The list {source} cannot be had: {error}") from error


def _opened(path: Path) -> IO[bytes]:
    """A list in a file, unpacked where it is packed."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return cast(IO[bytes], gzip.open(path)) if packed else path.open("rb")


def _resumed(source: str, asker: Asker) -> Iterator[bytes]:
    """A list in parts, where the server gives a key to go on with; else the one answer.

    Servers that do not know these words pass over them.
    """
    if dict(parse_qsl(urlsplit(source).query)).keys() & {"limit", "page", "resumeKey"}:
        yield from asker.lines(source, MAX_LIST_BYTES)
        return
    key, keys = "", set[str]()
    wayback = urlsplit(source).hostname == "web.archive.org" or "showResumeKey" in source
    more = {"limit": str(ENTRIES_AT_A_TIME), "showResumeKey": "true"} if wayback else {}
    while True:
        last: deque[bytes] = deque(maxlen=2)
        asked = _with(source, **more, **({"resumeKey": key} if key else {}))
        for line in asker.lines(asked, MAX_LIST_BYTES):
            last.append(line)
            yield line
        key = resume_key(list(last)) if wayback else ""
        if not key or key in keys:
            return
        keys.add(key)


def _pages(answer: bytes) -> int:
    """Parts of a list, by the answer to showNumPages: a JSON object, or (pywb) a bare number.

    >>> _pages(b'{"pages":3,"pageSize":5,"blocks":11}'), _pages(b"12"), _pages(b"<html>")
    (3, 12, 1)
    """
    try:
        told = json.loads(answer)
    except ValueError:
        return 1
    pages = told.get("pages") if isinstance(told, dict) else told
    return max(0, min(pages, MAX_PARTS)) if type(pages) is int else 1


def _with(source: str, **more: str) -> str:
    parts = urlsplit(source)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in more]
    return urlunsplit(parts._replace(query=urlencode([*query, *more.items()], safe="*/:,")))


def keep_list(lines: Iterable[bytes], path: Path) -> tuple[int, str]:
    """Write a list so that it is there whole or not at all; its lines and SHA-256.

    Raises ArchiveError for one that is too large, or says something and names no capture.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    digest, count, size = hashlib.sha256(), 0, 0
    try:
        with part.open("wb") as file:
            for line in lines:
                size += len(line) + 1
                if size > MAX_LIST_BYTES:
                    raise ArchiveError(f"The list is larger than {MAX_LIST_BYTES} bytes.")
                count += 1
                file.write(line + b"\n")
                digest.update(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if names_nothing(part):
            with part.open("rb") as file:
                begins = file.read(60).decode("utf-8", "replace")
            raise ArchiveError(f"No line of the list is one of CDX; it begins with {begins!r}.")
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return count, digest.hexdigest()


def names_nothing(path: Path) -> bool:
    """Whether a kept list says something, and names no capture: it is none. Raises OSError."""
    with path.open("rb") as lines:
        return is_no_list(lines)
