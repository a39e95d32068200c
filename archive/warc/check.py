"""Checking a WARC file: is every record whole, and does it say what its digests say?

What the usual tools miss (measured): ``warcio check`` passes a file that ends inside its last
record, and it and ``fastwarc check -p`` reject a correct payload digest of an answer that came in
chunks, since they hash the chunk framing, too. Here the payload is what the standard says: the
body after transfer decoding.

Nothing is ever changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from archive.warc.fields import bare_id, normal_digest, parse_date
from archive.warc.framing import PIECE, RawRecord, WarcError
from archive.warc.http import MessageReader
from archive.warc.salvage import Damage, salvage

Kind = Literal["damaged", "truncated", "header", "block_digest", "payload_digest", "note"]
_Found = Callable[[Kind, str], None]
_ALGORITHMS = {"sha1": 20, "sha256": 32, "sha512": 64, "md5": 16}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at ``offset`` bytes. A "note" is odd but harms nothing."""

    kind: Kind
    offset: int
    problem: str
    record_id: str = ""

    def __str__(self) -> str:
        record = f" (record {self.record_id})" if self.record_id else ""
        return f"byte {self.offset}{record}: {self.problem}"


@dataclass(frozen=True, slots=True)
class RevisitTarget:
    """What a revisit record needs from elsewhere to be shown: for the caller to look up."""

    offset: int
    record_id: str
    refers_to: str
    refers_to_url: str
    refers_to_date: str
    payload_digest: str
    not_modified: bool


@dataclass(slots=True)
class Report:
    """What ``check_file`` found."""

    path: Path
    size: int
    sha256: str
    """Of the file as it lies there."""
    records: Counter[str] = field(default_factory=Counter)
    """Whole records, by WARC-Type."""
    digests: int = 0
    """Digests that were worked out and fit."""
    findings: list[Finding] = field(default_factory=list)
    revisits: list[RevisitTarget] = field(default_factory=list)
    ids: list[tuple[int, str]] = field(default_factory=list)
    """Offset and id of every whole record, in order."""

    @property
    def ok(self) -> bool:
        """Is nothing damaged?"""
        return all(finding.kind == "note" for finding in self.findings)


def check_file(path: Path | str) -> Report:
    """Check a whole file; goes on after damage, so that all of it is named.

    Raises WarcError only when the file cannot be opened or read.
    """
    path = Path(path)
    try:
        report = Report(path, path.stat().st_size, _sha256(path))
        if not report.size:
            report.findings.append(Finding("damaged", 0, "the file is empty"))
        for part in salvage(path, _Inspection):
            if isinstance(part, Damage):
                kind: Kind = "truncated" if part.truncated else "damaged"
                problem = f"{part.problem} ({part.end - part.offset} bytes)"
                report.findings.append(Finding(kind, part.offset, problem))
            else:
                part.found.report(report)
    except OSError as error:
        raise WarcError(path, 0, f"cannot be read: {error}") from error
    return report


class _Inspection:
    """One record, its block read through: every digest that its header states is worked out."""

    def __init__(self, record: RawRecord, block: Iterator[bytes]) -> None:
        self._record = record
        self._kind = record.get("WARC-Type").lower()
        self._stated = {
            name: normal_digest(record.get(name))
            for name in ("WARC-Block-Digest", "WARC-Payload-Digest")
        }
        is_http = "application/http" in record.get("Content-Type").lower()
        reader = MessageReader(request=self._kind == "request") if is_http else None
        whole = _hash(self._stated["WARC-Block-Digest"])
        payload = _hash(self._stated["WARC-Payload-Digest"])
        # Many tools take the payload digest before transfer decoding: known, to be told apart.
        framed = _hash(self._stated["WARC-Payload-Digest"])
        for piece in block:
            if whole:
                whole.update(piece)
            if not payload or not framed:
                continue
            if reader is None:
                payload.update(piece)
                continue
            had_head = reader.head is not None
            payload.update(reader.feed(piece))
            if had_head:
                framed.update(piece)
            elif reader.head is not None:
                framed.update(reader.first_body)
        if payload and reader:
            payload.update(reader.finish())
        self._block = whole.digest() if whole else None
        self._payload = payload.digest() if payload else None
        self._framed = framed.digest() if framed else None

    def report(self, report: Report) -> None:
        record = self._record
        record_id = bare_id(record.get("WARC-Record-ID"))
        report.records[self._kind] += 1
        report.ids.append((record.offset, record_id))

        def found(kind: Kind, problem: str) -> None:
            report.findings.append(Finding(kind, record.offset, problem, record_id))

        for name in ("WARC-Type", "WARC-Record-ID", "WARC-Date"):
            if not record.get(name):
                found("header", f"no {name}")
        if record.get("WARC-Date") and parse_date(record.get("WARC-Date")) is None:
            found("header", f"WARC-Date is {record.get('WARC-Date')!r}")
        if not record.closed:
            found("note", "no two empty lines after the block")
        if not record.addressable:
            found("note", "not in a gzip member of its own: it cannot be read by its offset")
        self._compare(report, found)
        if self._kind == "revisit":
            report.revisits.append(
                RevisitTarget(
                    offset=record.offset,
                    record_id=record_id,
                    refers_to=bare_id(record.get("WARC-Refers-To")),
                    refers_to_url=record.get("WARC-Refers-To-Target-URI").strip("<>"),
                    refers_to_date=record.get("WARC-Refers-To-Date"),
                    payload_digest=self._stated["WARC-Payload-Digest"],
                    not_modified=record.get("WARC-Profile").endswith("server-not-modified"),
                )
            )

    def _compare(self, report: Report, found: _Found) -> None:
        for name, computed in (
            ("WARC-Block-Digest", self._block),
            ("WARC-Payload-Digest", None if self._kind == "revisit" else self._payload),
        ):
            stated = self._stated[name]
            if not stated:
                continue
            if computed is None:
                if self._kind != "revisit":
                    found("note", f"{name} {stated!r} is of an unknown kind")
                continue
            if _raw_digest(stated) == computed:
                report.digests += 1
            elif name == "WARC-Payload-Digest" and _raw_digest(stated) == self._framed:
                found("note", "the payload digest was taken before transfer decoding")
            else:
                kind: Kind = "block_digest" if name == "WARC-Block-Digest" else "payload_digest"
                found(kind, f"{name} does not fit: {stated} is stated")


def _hash(stated: str) -> hashlib._Hash | None:
    """A hash of the kind that a stated digest is; None where it is of no known kind."""
    if _raw_digest(stated) is None:
        return None
    return hashlib.new(stated.partition(":")[0], usedforsecurity=False)


def _raw_digest(stated: str) -> bytes | None:
    """A stated digest (hexadecimal or base32) as bytes."""
    algorithm, _, text = stated.partition(":")
    size = _ALGORITHMS.get(algorithm)
    if size is None:
        return None
    try:
        if len(text) == size * 2:
            return binascii.unhexlify(text)
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == size else None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
