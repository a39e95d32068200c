"""What a crawl has fetched and read goes into the database, several pages in one transaction.

A transaction costs about as much as writing a page's rows, and the full-text index far more where
every page is a transaction of its own. So pages that are ready together are written together: a
reading waits until the others that the crawl has in hand have come so far, or for a moment. Until
it is written it has not left the pipeline, so that the frontier still counts its request as under
way; and its capture is in the WARC, from where the next crawl takes what a kill left unwritten.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlite_utils import Database

from archive.articles import Change
from archive.database import transaction
from archive.records import Capture
from crawler.reading import Reading, note_capture, settle_reading

MOST = 16
"""Readings that are written together at most; the database is locked for some 20 ms then."""
WAIT_SECONDS = 0.1
"""The longest time for which a capture or a reading waits to be written."""

logger = logging.getLogger(__name__)

_Waiting = tuple[Reading, "asyncio.Future[Change]"]


class Saver:
    """Writes the captures and readings of one crawl, in the order in which they came.

    ``count`` is told what each has changed. ``in_hand`` tells how many requests the crawl has
    under way: when all of them wait to be written, nothing more is waited for.
    """

    def __init__(
        self, db: Database, count: Callable[[Change], None], in_hand: Callable[[], int]
    ) -> None:
        self._db = db
        self._count = count
        self._in_hand = in_hand
        self._entries: list[Capture | _Waiting] = []
        self._readings = 0
        self._timer: asyncio.TimerHandle | None = None
        self._failure: Exception | None = None

    def note(self, capture: Capture) -> None:
        """Take a capture that is in the WARC. Raises what made an earlier one fail."""
        if self._failure is not None:
            raise self._failure
        self._entries.append(capture)
        self._write_soon()

    async def save(self, reading: Reading) -> None:
        """Write what a capture, noted before, said; returns when that is written.

        Raises what makes this reading (or its capture) one that cannot be written.
        """
        written: asyncio.Future[Change] = asyncio.get_running_loop().create_future()
        self._entries.append((reading, written))
        self._readings += 1
        if self._readings >= min(MOST, self._in_hand()):
            self.write()
        else:
            self._write_soon()
        await written

    def save_now(self, reading: Reading) -> None:
        """As ``save``, where nobody can wait."""
        self.write()
        settle_reading(self._db, reading)

    def write(self) -> None:
        """Write everything that waits, now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        entries, self._entries, self._readings = self._entries, [], 0
        if not entries:
            return
        try:
            with transaction(self._db):
                changes = [self._write(entry) for entry in entries]
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
            self._timer = loop.call_later(WAIT_SECONDS, self.write)

    def _write(self, entry: Capture | _Waiting) -> Change:
        if isinstance(entry, Capture):
            return note_capture(self._db, entry)
        return settle_reading(self._db, entry[0])

    def _write_alone(self, entry: Capture | _Waiting) -> None:
        try:
            if self._failure is not None:
                raise self._failure
            change = self._write(entry)
        except Exception as error:
            if isinstance(entry, Capture):
                logger.critical("%s cannot be written to the database", entry.url, exc_info=error)
                self._failure = error
            elif not entry[1].done():
                entry[1].set_exception(error)
        else:
            self._tell(entry, change)

    def _tell(self, entry: Capture | _Waiting, change: Change) -> None:
        if not isinstance(entry, Capture):
            self._count(change)
            if not entry[1].done():
                entry[1].set_result(change)
        elif change in ("gone", "unreadable"):
            self._count(change)

    @property
    def failure(self) -> Exception | None:
        """What made a capture one that could not be written; None while all could."""
        return self._failure
