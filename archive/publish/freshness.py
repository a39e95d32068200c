"""Pages that have not changed since a reader's last visit are not made again.

Every page of the archive is a function of the database, the request's address and language, and
the face's own files. Its ETag is made of these without reading any article: which files the
database and its log are, and their sizes and times, which every commit changes. A reader whose
copy bears it is told 304 Not Modified.
"""

from __future__ import annotations

import hashlib
import os
import re
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Request

from archive.publish.face import language_of
from archive.publish.snapshot import archive_database

HERE = Path(__file__).parent
NOT_KEPT = ("/-/", "/sites", "/health")
"""Beginnings of addresses whose pages also tell of the clock or of the server."""
_ARTICLE = re.compile(r"/articles/\d+")
PERSONAL = ("ds_actor", "ds_messages")


def _own_files() -> str:
    """A mark of the face's code, templates and styles."""
    marks = sorted(
        (str(path.relative_to(HERE)), path.stat().st_mtime_ns, path.stat().st_size)
        for path in HERE.rglob("*")
        if path.suffix in (".py", ".html", ".css", ".svg")
    )
    return hashlib.sha256(repr(marks).encode()).hexdigest()[:16]


_OWN = _own_files()


def _state(path: str | None) -> list[tuple[int, ...]]:
    """Which files the database and its log are, their sizes and times; a file that is not there
    counts too."""
    found: list[tuple[int, ...]] = []
    for ending in ("", "-wal"):
        try:
            told = os.stat(f"{path}{ending}")
            found.append((told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns))
        except OSError:
            found.append(())
    return found


async def etag(datasette: Any, request: Request) -> str:
    """The mark of the page that a request would get now, or "" for one that is always made anew.

    "" also where not everyone may see the archive: a page must not come out of a cache for
    someone who has logged out.
    """
    path = "/" + request.path.removeprefix(str(datasette.setting("base_url"))).lstrip("/")
    if request.method not in ("GET", "HEAD") or path.startswith(NOT_KEPT):
        return ""
    if "authorization" in request.headers or _personal(request.headers.get("cookie", "")):
        return ""
    try:
        database = archive_database(datasette)
    except Exception:
        return ""
    in_database = path.removeprefix(f"/{database.name}")
    if in_database != path and not _ARTICLE.fullmatch(in_database):
        return ""  # SQL may ask for the time
    for action, resource in (("view-instance", None), ("view-database", database.name)):
        if not await datasette.permission_allowed(None, action, resource=resource, default=True):
            return ""
    told = (
        _OWN,
        _state(database.path),
        request.path,
        request.query_string,
        request.headers.get("host", ""),
        language_of(request),
        datasette._metadata_local,  # what the owner has written
    )
    return f'W/"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'


def known_already(tag: str, if_none_match: str) -> bool:
    """Whether a reader's copy is the page of this mark (RFC 9110, 13.1.2: weak comparison).

    >>> known_already('W/"a"', '"x", "a"'), known_already('W/"a"', 'W/"b"'), known_already("", "*")
    (True, False, False)
    """
    if not tag or len(if_none_match) > 4000:
        return False
    wanted = tag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == wanted for part in if_none_match.split(","))


def _personal(header: str) -> bool:
    try:
        return any(name in SimpleCookie(header) for name in PERSONAL)
    except CookieError:
        return True
