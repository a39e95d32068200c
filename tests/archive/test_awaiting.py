"""Revisits that wait for their payload are told each once, ordered by where it stands."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from archive.articles import save_capture
from archive.awaiting import awaiting
from archive.database import open_archive, transaction
from archive.records import Capture

COUNT = 130
"""More than are told together."""


def capture(number: int, *, again: bool) -> Capture:
    return Capture(
        id=f"{'again' if again else 'first'}-{number}",
        url=f"http://mau.example.vn/{number}",
        site="mau.example.vn",
        crawl="c",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        status=200,
        content_type="text/html",
        record_type="revisit" if again else "response",
        warc_file=f"file-{'9' if again else number % 3}.warc.gz",
        offset=number,
        length=1,
        payload_digest=f"sha1:{number}",
        payload_bytes=1,
        # Some are found by what they refer to, some by their digest, one by neither.
        refers_to=f"first-{number}" if again and number % 2 else "",
    )


def test_each_once_by_file_and_place_though_they_are_settled_meanwhile(tmp_path: Path) -> None:
    numbers = list(range(COUNT))
    random.Random(1).shuffle(numbers)
    with open_archive(tmp_path / "archive.db") as db:
        with transaction(db):
            for number in numbers:
                if number:
                    save_capture(db, capture(number, again=False), f"mau/{number}", "")
                save_capture(db, capture(number, again=True), f"mau/{number}", "")
            db.execute("update captures set outcome = 'article' where record_type = 'response'")
        for _ in range(2):
            told = []
            for places in awaiting(db):
                assert len(places) <= 100
                told += [(place.file, place.offset, place.capture.id) for place in places]
                with transaction(db):
                    db.execute("update captures set detail = 'read' where outcome is null")
            wanted = [(f"file-{n % 3}.warc.gz", n, f"again-{n}") for n in numbers if n]
            assert told == [("", 0, "again-0"), *sorted(wanted)]
            db.execute("update captures set outcome = 'article' where id <> 'again-0'")
            db.conn.commit()
            numbers = [0]
