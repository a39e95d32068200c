"""What a crawl has fetched and read goes into the database, several pages in one transaction.

A transaction costs about as much as writing a page's rows, and the full-text index far more where
every page is a transaction of its own. So pages that are ready together are written together: a
reading waits until the others that the crawl has in hand have come so far, or for a moment, and a
capture that is being read waits for what it says, so that its row is written once. Until a reading
is written it has not left the pipeline, so that the frontier still counts its request as under
way; and its capture is in the WARC, from where the next crawl takes what a kill left unwritten.
Their records are brought to the disk together, too, before the transaction begins.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlite_utils import Database

from archive.articles import Change
from archive.database import transaction
from archive.rebuilding.bulk_load import Read, save_together, settle_read
from archive.records import Capture
from crawler.reading import (
    EXTRACTOR,
    Reading,
    needs_extraction,
    outcome_without_extraction,
    read_of,
    settle_reading,
)
from crawler.recording.handler import SETTLES

MOST = 64
"""Readings that are written together at most; the database is locked for some 40 ms then."""
WAIT_SECONDS = 0.3
"""The longest time for which a reading, or a capture that is not read, waits to be written."""
HELD_SECONDS = 2.0
"""The longest time for which a capture waits for its reading; then its row is written without."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Entry:
    """A capture, and what it said as soon as that is known."""

    capture: Capture
    read: Read | None = None
    """None as long as the capture is being read."""
    written: asyncio.Future[Change] | None = None
    """Who waits for it to be written; None for a capture that nothing is said of here."""
    since: float = 0.0
    """When it was noted, by the clock of the event loop."""


class Saver:
    """Writes the captures and readings of one crawl.

    ``count`` is told what each has changed. ``in_hand`` tells how many requests the crawl has
    under way: when all of them wait to be written, nothing more is waited for. ``settle`` brings
    the records of all captures that were noted to the disk, or raises.
    """

    def __init__(
        self,
        db: Database,
        count: Callable[[Change], None],
        in_hand: Callable[[], int],
        settle: Callable[[], None],
    ) -> None:
        self._db = db
        self._count = count
        self._in_hand = in_hand
        self._settle = settle
        self._entries: dict[str, _Entry] = {}
        """By the id of the capture, in the order in which they came."""
        self._readings = 0
        self._timer: asyncio.TimerHandle | None = None
        self._late: asyncio.TimerHandle | None = None
        self.failure: Exception | None = None
        """What made a capture one that could not be written; None while all could."""

    def note(self, capture: Capture) -> str:
        """Take a capture that is in the WARC. Raises what made an earlier one fail.

        Returns SETTLES where its record will be brought to the disk here. That of a capture which
        is not going to be read has to be there before the crawl goes on: its request is done
        with, whether its row is written or not.
        """
        if self.failure is not None:
            raise self.failure
        loop = asyncio.get_running_loop()
        if needs_extraction(capture):
            self._entries[capture.id] = _Entry(capture, since=loop.time())
            if self._late is None:
                self._late = loop.call_later(HELD_SECONDS, self._write_late)
            return SETTLES
        read = read_of(capture, outcome_without_extraction(capture))
        self._entries[capture.id] = _Entry(capture, read)
        self._write_soon()
        return ""

    async def save(self, reading: Reading) -> None:
        """Write what a capture, noted before, said; returns when that is written.

        Raises what makes this reading (or its capture) one that cannot be written.
        """
        written: asyncio.Future[Change] = asyncio.get_running_loop().create_future()
        capture = reading.capture
        try:
            read = read_of(capture, reading.outcome)
        except Exception:
            # Its capture's row stays, so that a later version may read it.
            self._entries[capture.id] = _Entry(capture, read_of(capture, waiting=True))
            self._write_soon()
            raise
        self._entries[capture.id] = _Entry(capture, read, written)
        self._readings += 1
        if self._readings >= min(MOST, self._in_hand()):
            self._write_ready()
        else:
            self._write_soon()
        await written

    def save_now(self, reading: Reading) -> None:
        """As ``save``, where nobody can wait."""
        self.write()
        if self.failure is not None:
            raise self.failure
        settle_reading(self._db, reading)

    def write(self) -> None:
        """Write everything that waits, now: also captures whose readings have not come."""
        if self._late is not None:
            self._late.cancel()
            self._late = None
        entries, self._entries = self._entries, {}
        self._write(list(entries.values()))

    def _write_ready(self) -> None:
        """Write what is read, or is not going to be."""
        entries = list(self._entries.values())
        self._entries = {entry.capture.id: entry for entry in entries if entry.read is None}
        self._write([entry for entry in entries if entry.read is not None])

    def _write_late(self) -> None:
        """Write captures that have waited for long, together with what is ready."""
        loop = asyncio.get_running_loop()
        held = [entry for entry in self._entries.values() if entry.read is None]
        for entry in held:
            if entry.since + HELD_SECONDS <= loop.time() + 0.001:
                entry.read = read_of(entry.capture, waiting=True)
        left = [entry.since for entry in held if entry.read is None]
        self._late = loop.call_at(min(left) + HELD_SECONDS, self._write_late) if left else None
        if len(left) < len(held):
            self._write_ready()

    def _write(self, entries: list[_Entry]) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._readings = 0
        if not entries:
            return
        try:
            self._settle()
        except Exception as error:
            for entry in entries:
                self._give_up(entry, error)
            return
        try:
            reads = [entry.read or read_of(entry.capture, waiting=True) for entry in entries]
            with transaction(self._db):
                changes = save_together(self._db, reads, EXTRACTOR)
        except Exception:
            # One that cannot be written must not take the others with it.
            for entry in entries:
                self._write_alone(entry)
            return
        for entry, change in zip(entries, changes, strict=True):
            self._tell(entry, change)

    def _write_soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(WAIT_SECONDS, self._write_ready)

    def _write_alone(self, entry: _Entry) -> None:
        try:
            read = entry.read or read_of(entry.capture, waiting=True)
            self._keep(read)
            with transaction(self._db):
                change = settle_read(self._db, read, EXTRACTOR)
        except Exception as error:
            if entry.written is None:
                self._fail(entry.capture, error)
            elif not entry.written.done():
                entry.written.set_exception(error)
        else:
            self._tell(entry, change)

    def _give_up(self, entry: _Entry, error: Exception) -> None:
        """Nothing may be written of a capture that the disk may not have."""
        self._fail(entry.capture, error)
        if entry.written is not None and not entry.written.done():
            entry.written.set_exception(error)

    def _keep(self, read: Read) -> None:
        """Write the row of a capture alone: it stays where what it says cannot be written."""
        if self.failure is not None:
            raise self.failure
        try:
            with transaction(self._db):
                settle_read(self._db, read._replace(elsewhere=True), EXTRACTOR)
        except Exception as error:
            self._fail(read.capture, error)
            raise

    def _fail(self, capture: Capture, error: Exception) -> None:
        if self.failure is None:
            logger.critical(
                "%s cannot be written down: the crawl ends", capture.url, exc_info=error
            )
            self.failure = error

    def _tell(self, entry: _Entry, change: Change) -> None:
        if entry.written is not None:
            self._count(change)
            if not entry.written.done():
                entry.written.set_result(change)
        elif change in ("gone", "unreadable", "unchanged"):
            self._count(change)
