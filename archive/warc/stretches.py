"""Reading a stretch of a WARC file, and cutting a file into stretches that can be read apart.

A stretch begins where a record does that can be read from its offset alone, and brings the
warcinfo that stands before it in the file: so several processes read one file, each a stretch,
and together they read what one would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.warc.fields import bare_id, parse_fields
from archive.warc.framing import RawRecord, RecordStream, WarcError, WarcUnreadable
from archive.warc.reader import MAX_BYTES, WarcRecord, records_between
from archive.warc.salvage import Damage


@dataclass(frozen=True, slots=True)
class Stretch:
    """The records of a file that begin at byte ``start`` or later, and before byte ``end``."""

    start: int
    end: int
    warcinfo_id: str = ""
    warcinfo: tuple[tuple[str, str], ...] = ()
    """The fields of the warcinfo record that stands last before ``start``."""


def read_stretch(
    path: Path,
    stretch: Stretch,
    *,
    max_bytes: int = MAX_BYTES,
    damaged: Callable[[Damage], object] | None = None,
) -> Iterator[WarcRecord]:
    """Every record of a stretch, as ``archive.warc.reader.read_records`` gives them; of damage,
    too, what stands there holds here."""
    return records_between(
        path,
        stretch.start,
        stretch.end,
        warcinfo=dict(stretch.warcinfo),
        warcinfo_id=stretch.warcinfo_id,
        max_bytes=max_bytes,
        damaged=damaged,
    )


def stretches(path: Path, size: int, at_least: int) -> Iterator[Stretch]:
    """The file, ``size`` bytes long, in stretches of ``at_least`` bytes or somewhat more.

    A file that is not larger is one stretch and not looked at. Of a larger one every record is
    passed over, which costs a small part of reading it. Damage ends the cutting: the last
    stretch then reaches to the end of the file, and who reads it meets the damage. Raises
    WarcUnreadable where the disk does not give the file.
    """
    begun = Stretch(0, size)
    if size > at_least:
        warcinfo: tuple[tuple[str, str], ...] = ()
        warcinfo_id = ""
        with RecordStream(path) as stream:
            while (raw := _next(stream)) is not None:
                # Of records that share a gzip member only the first can be begun at.
                if raw.addressable and raw.offset - begun.start >= at_least:
                    yield Stretch(begun.start, raw.offset, begun.warcinfo_id, begun.warcinfo)
                    begun = Stretch(raw.offset, size, warcinfo_id, warcinfo)
                if raw.get("WARC-Type").lower() == "warcinfo":
                    warcinfo = tuple(parse_fields(_block(stream, raw)).items())
                    warcinfo_id = bare_id(raw.get("WARC-Record-ID"))
    yield begun


def _next(stream: RecordStream) -> RawRecord | None:
    """The next record's header; None at the end of what can be read."""
    try:
        return stream.next_record()
    except WarcUnreadable:
        raise
    except WarcError:
        return None


def _block(stream: RecordStream, raw: RawRecord) -> bytes:
    if raw.content_length > MAX_BYTES:
        return b""
    try:
        return b"".join(iter(stream.read, b""))
    except WarcUnreadable:
        raise
    except WarcError:
        return b""
