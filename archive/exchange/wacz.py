"""WACZ 1.1.1: WARC files, index and list of pages in one ZIP that ReplayWeb.page and others open.

https://specs.webrecorder.net/wacz/1.1.1/. WARC files go in whole, so that every record with its
request and its warcinfo is there; index and pages list what was selected. What revisit records
refer to comes along, from whatever file it lies in.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from archive.database import ArchiveError
from archive.exchange.cdxj import cdxj_lines
from archive.exchange.selection import Selection
from archive.read_only import reading

WACZ_VERSION = "1.1.1"
LINES_IN_BLOCK = 300
"""Lines of the index in one gzip member: what a reader fetches to find one address."""
_PIECE = 1 << 20

Watch = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wacz:
    """What was written."""

    path: Path
    files: int
    pages: int
    captures: int
    bytes: int


def write_wacz(
    data: Path,
    target: Path,
    selection: Selection | None = None,
    *,
    title: str = "Công đoàn Archive",
    software: str = "congdoan-archive",
    watch: Watch | None = None,
) -> Wacz:
    """Write the selected captures of the archive in ``data`` as a WACZ file.

    Raises ArchiveError where nothing is selected, a WARC file is missing, ``target`` is there
    already or the disk does not take it; ``target`` appears only when whole.
    """
    selection = selection or Selection()
    if target.exists():
        raise ArchiveError(f"{target} is there already; nothing was written.")
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with reading(data) as db:
            db.execute("begin")
            selection.check(db)
            files = _files(db, data / "warc", selection)
            made = _write(db, data / "warc", part, files, selection, title, software, watch)
        os.replace(part, target)
    except (OSError, RuntimeError) as error:  # The latter for an index of more than 2 GB.
        raise ArchiveError(f"{target} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return Wacz(target, len(files), *made, target.stat().st_size)


def _files(db: sqlite3.Connection, folder: Path, selection: Selection) -> dict[str, str]:
    """The closed WARC files that are needed, with the names they get in ``archive/``."""
    where, values = selection.captures()
    rows = db.execute(
        f"""with chosen as (select id, warc_file, refers_to from captures where {where})
            select warc_file from chosen union
            select target.warc_file from chosen join captures target on target.id = chosen.refers_to
            order by 1""",
        values,
    )
    names = [row[0] for row in rows]
    there = [name for name in names if (folder / name).is_file()]
    missing = [
        name for name in names if name not in there and not (folder / f"{name}.open").is_file()
    ]
    if missing:
        raise ArchiveError(f"WARC files are missing: {', '.join(missing[:5])}. Run verify.")
    if not there:
        raise ArchiveError("Nothing to export: no closed WARC file holds what was selected.")
    return {name: name.replace("/", "-") for name in there}


def _write(
    db: sqlite3.Connection,
    folder: Path,
    part: Path,
    files: dict[str, str],
    selection: Selection,
    title: str,
    software: str,
    watch: Watch | None,
) -> tuple[int, int]:
    with zipfile.ZipFile(part, "w", allowZip64=True) as archive:
        package = _Package(archive)
        for name, short in files.items():
            if watch is not None:
                watch(name)
            with (folder / name).open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                with package.entry(f"archive/{short}", size=size) as out:
                    shutil.copyfileobj(file, out, _PIECE)
        index = _Index()
        with package.entry("indexes/index.cdx.gz") as out:
            for block in index.blocks(cdxj_lines(db, selection, filename=files.get)):
                out.write(block)
        if not index.lines:
            raise ArchiveError("Nothing to export: what was selected is still being written.")
        with package.entry("indexes/index.idx", packed=True) as out:
            out.write("".join(index.entries).encode())
        pages = 0
        with package.entry("pages/pages.jsonl", packed=True) as out:
            out.write(_json({"format": "json-pages-1.0", "id": "pages", "title": title}))
            for page in _pages(db, selection, files):
                out.write(_json(page))
                pages += 1
        package.close(title, f"{software}; {selection.described()}")
    return pages, index.lines


class _Package:
    """The ZIP, with what its datapackage.json says of each file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._now = datetime.now(UTC)
        self._resources: list[dict[str, object]] = []

    def entry(self, path: str, *, packed: bool = False, size: int = 0) -> _Entry:
        """A file to write. WARC and index files are stored as they are, for reading in parts.

        ``size`` is what it will have at least. The long form of sizes only where it is needed:
        ReplayWeb.page takes a local header to be as short as the directory's entry, and finds
        nothing in a file where only the one has the field for it.
        """
        info = zipfile.ZipInfo(path, self._now.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        out = self._archive.open(info, "w", force_zip64=size > zipfile.ZIP64_LIMIT)
        return _Entry(out, path, self._resources)

    def close(self, title: str, software: str) -> None:
        said = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "title": title,
            "created": self._now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "software": software,
            "resources": self._resources,
        }
        package = json.dumps(said, ensure_ascii=False, indent=2).encode()
        digest = {
            "path": "datapackage.json",
            "hash": f"sha256:{hashlib.sha256(package).hexdigest()}",
        }
        listed = list(self._resources)
        for path, content in (
            ("datapackage.json", package),
            ("datapackage-digest.json", json.dumps(digest, indent=2).encode()),
        ):
            with self.entry(path, packed=True) as out:
                out.write(content)
        self._resources[:] = listed


class _Entry:
    """A file inside the ZIP that is measured while it is written."""

    def __init__(self, out: IO[bytes], path: str, resources: list[dict[str, object]]) -> None:
        self._out = out
        self._path = path
        self._resources = resources
        self._hash = hashlib.sha256()
        self._bytes = 0

    def __enter__(self) -> _Entry:
        return self

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self._bytes += len(data)
        return self._out.write(data)

    def __exit__(self, *error: object) -> None:
        self._out.close()
        self._resources.append(
            {
                "name": self._path.rpartition("/")[2].lower(),
                "path": self._path,
                "hash": f"sha256:{self._hash.hexdigest()}",
                "bytes": self._bytes,
            }
        )


class _Index:
    """A CDXJ index in gzip members of some hundred lines, and the index to these."""

    def __init__(self) -> None:
        meta = {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
        self.entries = [f"!meta 0 {json.dumps(meta)}\n"]
        self.lines = 0
        self._offset = 0

    def blocks(self, lines: Iterable[str]) -> Iterator[bytes]:
        block: list[str] = []
        for line in lines:
            block.append(line)
            if len(block) == LINES_IN_BLOCK:
                yield self._block(block)
                block = []
        if block:
            yield self._block(block)

    def _block(self, lines: list[str]) -> bytes:
        packer = zlib.compressobj(wbits=31)
        packed = packer.compress("".join(lines).encode()) + packer.flush()
        said = {
            "offset": self._offset,
            "length": len(packed),
            "digest": f"sha256:{hashlib.sha256(packed).hexdigest()}",
        }
        self.entries.append(f"{lines[0].partition('{')[0].strip()} {json.dumps(said)}\n")
        self._offset += len(packed)
        self.lines += len(lines)
        return packed


def _pages(
    db: sqlite3.Connection, selection: Selection, files: dict[str, str]
) -> Iterator[dict[str, object]]:
    """One page for each article: its newest reading that holds its content itself.

    Not a revisit: readers of WACZ have been seen to resolve one to a later version of the page.
    """
    where, values = selection.captures()
    rows = db.execute(
        f"""select captures.id, captures.url, captures.fetched_at, captures.warc_file,
                articles.title, articles.lead, max(captures.fetched_at)
            from captures join articles on articles.id = captures.article_id
            where captures.outcome in ('article', 'print') and captures.record_type = 'response'
              and {where} group by captures.article_id
            order by articles.published_at, articles.id""",
        values,
    )
    for key, url, fetched_at, file, title, lead, _ in rows:
        if file in files:
            moment = datetime.fromisoformat(fetched_at).astimezone(UTC)
            ts = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            yield {"id": key, "url": url, "ts": ts, "title": title, "text": lead, "seed": True}


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
