"""Captures of other web archives taken in: dead sites come back, with their original dates.

A list of captures is fetched once and kept under ``imports/``; then its lines are gone through,
each wanted capture is fetched and written into a WARC file of our own, with the date at which it
was captured and a metadata record that says where it came from; and the files are taken in like
any other. The place in the list is kept in ``capture_lists``, and what the archive holds already
is not fetched again, so an import may be broken off at any moment.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive.crawled_web import LIVE, note_web, refuse_other
from archive.database import (
    ArchiveError,
    open_archive,
    precise_timestamp,
    timestamp,
    transaction,
)
from archive.warc.reader import WarcError, read_page_at
from archive.warc.writer import Exchange, WarcWriter
from crawler.cdx.fetch import Asker, NotThere, replayed_response
from crawler.cdx.lines import Listed, parse_list
from crawler.cdx.lists import Ways, keep_list, names_nothing, source_lines
from crawler.intake.derived import update_derived
from crawler.intake.ingest import recover_files, take_in_files
from crawler.locks import IMPORT, locked
from crawler.politeness.pacing import HostGivenUp
from crawler.reading import EXTRACTOR

logger = logging.getLogger(__name__)

CAPTURES_A_FILE = 500
"""Captures after which a WARC file is closed and taken in."""
STATUSES = (0, 200, 301, 302, 307, 308, 404, 410)
"""Pages, moves and takedowns; 0 where the list does not say."""
PAGE_TYPES = ("", "-", "unk", "text/html", "application/xhtml+xml", "warc/revisit")


@dataclass(slots=True)
class Imported:
    """What an import did. ``stopped`` says why it ended before the list's end."""

    source: str
    entries: int = 0
    fetched: int = 0
    known: int = 0
    passed_over: int = 0
    failed: int = 0
    new_articles: int = 0
    stopped: str = ""
    problems: list[str] = field(default_factory=list)
    """The first few captures that could not be had, and why."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def import_captures(
    source: str,
    data: Path,
    asker: Asker,
    ways: Ways,
    *,
    every: bool = False,
    again: bool = False,
    limit: int = 0,
    operator: str = "",
    stop: Callable[[], bool] = lambda: False,
) -> Imported:
    """Take the captures of a list into the archive, going on where an earlier import stopped.

    ``source``: address of a CDX query, or a file. ``every`` also fetches captures whose payload
    (by the list's digest) is held already; ``again`` asks for the list anew; ``limit`` bounds the
    captures fetched by this run; ``stop`` is asked before each capture.

    Raises ArchiveError where the list cannot be had or the archive not be used.
    """
    if not ways.replay and not ways.records:
        raise ArchiveError(
            f"It is not known where the captures of {source} are replayed: say --replay with "
            "{timestamp} and {url}, or --records."
        )
    name = hashlib.sha256(source.encode()).hexdigest()[:16]
    with (
        locked(data, IMPORT, doing="Another import or a rebuild"),
        open_archive(data / "archive.db") as db,
    ):
        refuse_other(db, data, LIVE)
        recover_files(db, data / "warc")
        note_web(db, LIVE)
        row = _list_row(db, source, data, asker, name, again=again)
        report = _Import(db, source, data, asker, ways, row, every, operator).run(limit, stop)
        if report.fetched:
            update_derived(db, data)
        return report


class _Import:
    def __init__(
        self,
        db: Database,
        source: str,
        data: Path,
        asker: Asker,
        ways: Ways,
        row: dict[str, Any],
        every: bool,
        operator: str,
    ) -> None:
        self._db = db
        self._source = source
        self._data = data
        self._asker = asker
        self._ways = ways
        self._row = row
        self._every = every
        self._operator = operator
        self._writer: WarcWriter | None = None
        self._written = 0
        self._place = 0
        self._kept: tuple[int, int, int] = (0, 0, 0)
        self.report = Imported(source, entries=row["entries"])

    def run(self, limit: int, stop: Callable[[], bool]) -> Imported:
        path = self._data / self._row["file"]
        self._place = self._row["cursor"]
        try:
            with path.open("rb") as lines:
                for listed in itertools.islice(parse_list(lines), self._place, None):
                    if stop():
                        self.report.stopped = "stopped as asked"
                    elif limit and self.report.fetched >= limit:
                        self.report.stopped = f"stopped after {limit} captures as asked"
                    else:
                        self._entry(listed)
                    if self.report.stopped:
                        break
                    self._place += 1
        except OSError as error:
            raise ArchiveError(f"The list {path} cannot be read: {error}") from error
        finally:
            self._close_file()
            self._keep_place()
        return self.report

    def _entry(self, listed: Listed | None) -> None:
        if listed is None or not is_wanted(listed):
            self.report.passed_over += 1
            return
        if is_held(self._db, listed, every=self._every):
            self.report.known += 1
            return
        try:
            self._fetch(listed)
        except NotThere as error:
            self.report.failed += 1
            logger.info("%s %s: %s", listed.timestamp, listed.url, error)
            if len(self.report.problems) < 20:
                self.report.problems.append(f"{listed.timestamp} {listed.url}: {error}")
        except HostGivenUp as error:
            self.report.stopped = str(error)

    def _fetch(self, listed: Listed) -> None:
        if self._ways.records and listed.filename and listed.offset >= 0 and listed.length > 0:
            address = self._ways.records + listed.filename
            exchange = self._record(listed, address)
        elif self._ways.replay:
            address = self._ways.replay.replace("{timestamp}", listed.timestamp)
            address = address.replace("{url}", listed.url)
            answer = self._asker.get(address)
            exchange = Exchange(
                url=listed.url,
                request_bytes=b"",
                response_bytes=replayed_response(answer, listed),
                payload=answer.body,
                started_at=listed.date,
            )
        else:
            raise NotThere("the list does not say in which WARC file it lies")
        writer = self._have_writer()
        capture = writer.write(exchange)
        same = "" if not listed.digest else str(capture.payload_digest == listed.digest).lower()
        writer.write_metadata(
            listed.url,
            {
                "source-uri": address,
                "source-list": self._source,
                "source-digest": listed.digest,
                "source-digest-matches": same,
                "fetched-from-source": timestamp(datetime.now(UTC)),
            },
            concurrent_to=capture.id,
        )
        self.report.fetched += 1
        self._written += 1
        if self._written >= CAPTURES_A_FILE:
            self._close_file()
            self._keep_place()

    def _record(self, listed: Listed, address: str) -> Exchange:
        """A capture from a range of bytes of a WARC file."""
        last = listed.offset + listed.length - 1
        answer = self._asker.get(address, byte_range=(listed.offset, last))
        if answer.status != 206:
            raise NotThere(f"HTTP {answer.status} in place of a part of {listed.filename}")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "record.warc.gz"
            path.write_bytes(answer.body)
            try:
                record = read_page_at(path, 0)
                if record.type != "response" or record.url != listed.url:
                    raise NotThere(f"the record is a {record.type} of {record.url[:200]}")
                return Exchange(
                    url=record.url,
                    request_bytes=b"",
                    response_bytes=record.block,
                    payload=record.payload,
                    started_at=record.date,
                    ip=record.header("WARC-IP-Address"),
                    truncated=record.truncated,
                )
            except (WarcError, ValueError) as error:
                raise NotThere(f"the record cannot be read: {error}") from error

    def _have_writer(self) -> WarcWriter:
        if self._writer is None:
            host = urlsplit(self._source).hostname or "list"
            self._writer = WarcWriter(
                self._data / "warc",
                f"from-{host}",
                f"import {host} {datetime.now(UTC):%Y%m%dT%H%M%SZ}",
                software=EXTRACTOR,
                operator=self._operator,
                level="payload",
                robots="ignore",
                info={
                    "source": self._source,
                    "description": "Captures of another web archive, at their original dates; "
                    "heads rebuilt from its replay. A metadata record beside each says where it "
                    "was fetched.",
                },
            )
        return self._writer

    def _close_file(self) -> None:
        """Close the WARC file and take it in."""
        if self._writer is None:
            return
        prefix = f"{self._writer.site}-"
        self._writer.close()
        self._writer, self._written = None, 0
        for taken in take_in_files(self._db, self._data / "warc", prefix=prefix):
            self.report.new_articles += taken.changes.get("new", 0)

    def _keep_place(self) -> None:
        """Keep the place in the list, and add what was done since it was last kept."""
        done = (self.report.fetched, self.report.known, self.report.failed)
        since = [now - before for now, before in zip(done, self._kept, strict=True)]
        self._kept = done
        finished = self._place >= self._row["entries"]
        with transaction(self._db):
            self._db.conn.execute(
                "update capture_lists set cursor = ?, fetched = fetched + ?, known = known + ?,"
                " failed = failed + ?, finished_at = ? where source = ?",
                (
                    self._place,
                    *since,
                    timestamp(datetime.now(UTC)) if finished else None,
                    self._source,
                ),
            )


def is_wanted(listed: Listed) -> bool:
    """Whether a listed capture may say something of an article: a page, a move, a takedown."""
    return listed.status in STATUSES and listed.mime in PAGE_TYPES


def is_held(db: Database, listed: Listed, *, every: bool) -> bool:
    """Whether the archive holds the capture; without ``every``, or another of the same payload."""
    begin, end = listed.date, listed.date + timedelta(seconds=1)
    row = db.conn.execute(
        "select 1 from captures where url = ? and fetched_at >= ? and fetched_at < ? limit 1",
        (listed.url, precise_timestamp(begin), precise_timestamp(end)),
    ).fetchone()
    if row is None and listed.digest and listed.status in (0, 200) and not every:
        row = db.conn.execute(
            "select 1 from captures where url = ? and payload_digest = ? limit 1",
            (listed.url, listed.digest),
        ).fetchone()
    return row is not None


def _list_row(
    db: Database, source: str, data: Path, asker: Asker, name: str, *, again: bool
) -> dict[str, Any]:
    """The row of ``capture_lists``; the list is fetched where it is new or asked for again."""
    known = next(iter(db.query("select * from capture_lists where source = ?", [source])), None)
    if known is not None and not again and _is_kept(data / known["file"]):
        return known
    file = f"imports/{name}.cdx"
    try:
        entries, digest = keep_list(source_lines(source, asker), data / file)
    except ArchiveError as error:
        raise ArchiveError(str(error) if source in str(error) else f"{source}: {error}") from error
    row: dict[str, Any] = {
        "source": source,
        "file": file,
        "sha256": digest,
        "listed_at": timestamp(datetime.now(UTC)),
        "entries": entries,
        "cursor": 0,
        "fetched": 0,
        "known": 0,
        "failed": 0,
        "finished_at": None,
    }
    with transaction(db):
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        db.conn.execute(f"insert or replace into capture_lists ({names}) values ({marks})", row)
    return row


def _is_kept(path: Path) -> bool:
    """Whether a list is there, and is one: earlier programs kept also what was none."""
    return path.exists() and not names_nothing(path)
