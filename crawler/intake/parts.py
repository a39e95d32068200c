"""A part of a WARC file read to what its captures say: the unit of work of a rebuild.

``read_file_part`` writes nothing and asks no database. What it returns depends on the bytes of
the part and on the program alone, so it may run in any process or on any machine that sees the
file, in any order, and twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from archive.articles import content_hash
from archive.awaiting import Place
from archive.database import ArchiveError
from archive.read_only import connect_read_only
from archive.rebuilding.bulk_load import Read
from archive.rebuilding.standing import Judged, judge, provinces_of
from archive.records import Article, Capture, Page, Site, Unreadable
from archive.warc.reader import (
    ContentTooLarge,
    ContentUndecodable,
    Damage,
    WarcError,
    WarcRecord,
    capture_of,
    read_page_at,
)
from archive.warc.stretches import Stretch, read_stretch, stretches
from crawler.catalogue import expects_article, site_crawled
from crawler.extract import extract
from crawler.extraction.urls import article_key
from crawler.intake.edition import edition
from crawler.intake.names import origin_of
from crawler.reading import Outcome, judged, needs_extraction, outcome_without_extraction, page_of

MAX_CONTENT_BYTES = 30_000_000
"""Bytes of a page after decompression; the limit of a crawl's download."""
PART_BYTES = 4 << 20
"""About so much of a file is read at a time: some hundred pages, one to three seconds of work."""

_BUNDLE_BYTES = 500_000
"""Of records, as the wire had them: some thirty pages."""
_ELSEWHERE: Final = "elsewhere"
"""Of a revisit that has to be read with another record's payload."""

Extract = Callable[[Page], Article | Unreadable]


@dataclass(frozen=True, slots=True)
class FilePart:
    """A stretch of a WARC file; ``file`` is its path below ``warc/``, with ``/``."""

    file: str
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Batch:
    """What a part of a file says."""

    part: FilePart
    edition: str
    """The program that read it."""
    records: int
    """Records of any type in it."""
    readings: tuple[Read, ...]
    sites: tuple[Site, ...]
    """The sites of these captures, as declared, or as hosts."""
    crawls: tuple[str, ...]
    damage: str = ""
    """File, byte and kind of each damage in it; "" where all is whole."""
    judged: Judged | None = None
    """In place of ``readings`` where they were compared with a database."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A whole WARC file: its size, checksum, and the parts that it is read in."""

    file: str
    bytes: int
    sha256: str
    parts: tuple[FilePart, ...]


def survey_file(folder: Path, file: str, part_bytes: int | None = None) -> FileFacts:
    """Checksum a file below ``folder`` and cut it into parts. Raises ArchiveError."""
    path = folder / file
    try:
        with path.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        size = path.stat().st_size
        found = tuple(
            FilePart(file, each) for each in stretches(path, size, part_bytes or PART_BYTES)
        )
    except (OSError, WarcError) as error:
        raise ArchiveError(str(error)) from error
    return FileFacts(file, size, sha256, found)


def read_file_part(
    folder: Path,
    part: FilePart,
    wanted: str | None = None,
    *,
    reader: Extract | None = None,
    only: Collection[str] | None = None,
) -> Batch:
    """Every capture of a part of a WARC file below ``folder``, read as far as the part allows.

    ``wanted`` is the ``edition`` that shall read; raises ArchiveError where this program is
    another one, so that workers of two versions cannot mix their readings. ``only``: ids of the
    captures that are wanted, where not all are. Damage is returned and not raised, with
    everything whole that stands before and behind it.
    """
    if wanted is not None and wanted != edition():
        raise ArchiveError(f"{wanted!r} was asked to read, but this program is {edition()!r}.")
    origin = origin_of(part.file)
    readings: list[Read] = []
    sites: dict[str, Site] = {}
    crawls: set[str] = set()
    records = 0
    damage: list[str] = []
    path = folder / part.file

    def damaged(found: Damage) -> None:
        damage.append(str(WarcError(path, found.offset, found.problem)))

    def wanted_records() -> Iterator[WarcRecord]:
        nonlocal records
        for record in read_stretch(path, part.stretch, damaged=damaged):
            records += 1
            if only is None or record.id in only:
                yield record

    try:
        for bundle in _bundles(wanted_records()):
            found = [(record, located(record, part.file, origin)) for record in bundle]
            captures = [(place[0], record) for record, place in found if place is not None]
            outcomes = [_outcome(each, record, reader or extract) for each, record in captures]
            readings += [
                _read(capture, outcome)
                for (capture, _), outcome in zip(captures, outcomes, strict=True)
            ]
            sites |= {place[1].name: place[1] for _, place in found if place is not None}
            crawls |= {capture.crawl for capture, _ in captures}
    except WarcError as error:
        damage.append(str(error))
    return Batch(
        part,
        edition(),
        records,
        tuple(readings),
        tuple(sites.values()),
        tuple(sorted(crawls)),
        "; ".join(damage),
    )


def compared(archive: Path, batch: Batch) -> Batch:
    """A batch with what has to be done about its captures in place of all that they say.

    ``archive`` is the database in which their rows may stand. Raises sqlite3.Error.
    """
    db = connect_read_only(archive)
    try:
        judged = judge(db, batch.readings, provinces_of(batch.sites))
    finally:
        db.close()
    return replace(batch, readings=(), judged=judged)


def _bundles(records: Iterator[WarcRecord]) -> Iterator[list[WarcRecord]]:
    """Some records at a time, so that each step is done for several before the next: steps taken
    in turn for every page cost twice as much, since one drives the other from the fast memory."""
    bundle: list[WarcRecord] = []
    size = 0
    while True:
        try:
            record = next(records, None)
        except WarcError:
            # What is whole before the damage is read.
            if bundle:
                yield bundle
            raise
        if record is None:
            break
        bundle.append(record)
        size += len(record.block)
        if size > _BUNDLE_BYTES:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle


def located(record: WarcRecord, file: str, origin: str) -> tuple[Capture, Site] | None:
    """The capture of a record, and its site; None for what no crawl could have asked.

    ``origin`` as ``crawler.intake.names.origin_of`` gives it.
    """
    if record.type not in ("response", "revisit") or record.unusable:
        return None
    site = site_crawled(record.url, record.warcinfo.get("site", ""))
    if not site.name:
        return None
    ours = record.warcinfo.get("site") and record.warcinfo.get("isPartOf")
    crawl = str(ours) if ours else f"import {origin or file}"
    return capture_of(record, file, site.name, crawl), site


def read_capture(capture: Capture, holder: WarcRecord | None, reader: Extract) -> Read:
    """What a capture says. ``holder`` is the record with its payload, None where that is missing.

    A revisit that has to be read is given back as ``elsewhere`` when ``holder`` is itself.
    """
    return _read(capture, _outcome(capture, holder, reader))


def _read(capture: Capture, outcome: Outcome | Literal["elsewhere"]) -> Read:
    address = article_key(capture.url)
    leads_to = article_key(capture.location) if capture.location else ""
    if outcome == _ELSEWHERE:
        return Read(capture, address, leads_to, None, elsewhere=True)
    if outcome is not None:
        outcome = judged(capture.url, outcome)
    expected = expects_article(capture.url)
    if not isinstance(outcome, Article):
        return Read(capture, address, leads_to, outcome, expected=expected)
    key = article_key(outcome.url)
    digest = content_hash(outcome)
    return Read(capture, address, leads_to, outcome, key, digest, expected)


def _outcome(
    capture: Capture, holder: WarcRecord | None, reader: Extract
) -> Outcome | Literal["elsewhere"]:
    if not needs_extraction(capture):
        return outcome_without_extraction(capture)
    if holder is None:
        return Unreadable("broken", "the record that this revisit refers to is missing")
    if holder.type == "revisit":
        return _ELSEWHERE
    try:
        body = holder.content(MAX_CONTENT_BYTES)
    except ContentTooLarge:
        return Unreadable("too_large", f"over {MAX_CONTENT_BYTES} bytes")
    except ContentUndecodable as error:
        return Unreadable("broken", str(error))
    return reader(page_of(capture, body))


def read_places(
    folder: Path,
    places: Iterable[Place],
    wanted: str | None = None,
    *,
    reader: Extract | None = None,
) -> list[Read]:
    """Read single captures anew, each with the payload at its place.

    Raises ArchiveError where a record is not where it should be, and as ``read_file_part``.
    """
    if wanted is not None and wanted != edition():
        raise ArchiveError(f"{wanted!r} was asked to read, but this program is {edition()!r}.")
    return list(_read_places(folder, places, reader or extract))


def _read_places(folder: Path, places: Iterable[Place], reader: Extract) -> Iterator[Read]:
    for place in places:
        holder = None
        if place.file:
            try:
                holder = read_page_at(folder / place.file, place.offset)
            except WarcError as error:
                raise ArchiveError(str(error)) from error
        yield read_capture(place.capture, holder, reader)
