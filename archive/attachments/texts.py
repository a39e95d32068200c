"""The text of captured attachments, worked out in processes with limits, searchable in SQL.

A document is read once for each payload, whatever number of articles and captures show it.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database

from archive.attachments.documents import DocumentText
from archive.database import article_id, transaction
from archive.read_only import reading
from archive.replay.lookup import Held, ReplayError, capture_by_id, payload_capture, read_record
from archive.warc.reader import ContentTooLarge, ContentUndecodable

EXTRACTOR = "document_text/1"
"""Raised when documents have to be read anew."""
MAX_BYTES = 64 << 20
MEMORY_BYTES = 1 << 30
SECONDS = 60
"""Limits of one document: its size, and the memory and processor time of reading it."""

NOT_GIVEN = "not_given"
"""Outcome where the archive could not give the document (its WARC file is missing or damaged), or
no process could be started: it says nothing of the document, is not kept, and is tried again."""

logger = logging.getLogger(__name__)

Watch = Callable[[int, int], None]
"""Called with attachments read and attachments to read."""


@dataclass(slots=True)
class Read:
    """What ``read_attachments`` did: documents by outcome."""

    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def documents(self) -> int:
        return sum(self.outcomes.values())


_WANTED = """
    select min(captures.id) from attachments
    join captures on captures.url = attachments.url
    left join attachment_texts on attachment_texts.payload_digest = captures.payload_digest
        and attachment_texts.extractor = ?
    where captures.status = 200 and captures.truncated = '' and attachment_texts.id is null
    group by captures.payload_digest order by captures.payload_digest
"""


def read_attachments(
    db: Database, data: Path, *, jobs: int | None = None, watch: Watch | None = None
) -> Read:
    """Read every captured attachment that has not been read: after a crawl, import or rebuild.

    Safe to break off and to repeat. A document that cannot be read leaves a row that says why, one
    that the archive cannot give at present (``NOT_GIVEN``) a line in the log. Raises sqlite3.Error
    where the database cannot be used, and for nothing that a document holds.
    """
    wanted = [row[0] for row in db.execute(_WANTED, [EXTRACTOR])]
    done = Read()
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for found in pool.map(lambda key: attachment_text(data, key), wanted):
            if found is not None:
                if found[1].outcome == NOT_GIVEN:
                    logger.warning("attachment %s: %s", found[0], found[1].detail)
                else:
                    save_attachment_text(db, *found)
                done.outcomes[found[1].outcome] += 1
            if watch is not None:
                watch(done.documents, len(wanted))
    return done


def attachment_text(data: Path, capture_id: str) -> tuple[str, DocumentText] | None:
    """Payload digest and text of the document that a capture holds; None for an unknown one."""
    with reading(data) as db:
        held = capture_by_id(db, capture_id)
        if held is None:
            return None
        try:
            payload = payload_capture(db, held)
        except ReplayError as error:
            return held.payload_digest, DocumentText("", NOT_GIVEN, detail=str(error))
    return held.payload_digest, _text_of(data, payload)


def _text_of(data: Path, payload: Held) -> DocumentText:
    """What the document of a capture says, or why not; one bad document never stops the others."""
    try:
        content = read_record(data, payload, MAX_BYTES).content(MAX_BYTES)
        return bounded_text(content)
    except ContentTooLarge:
        return DocumentText("", "too_large", detail=f"over {MAX_BYTES} bytes")
    except ContentUndecodable as error:
        return DocumentText("", "damaged", detail=str(error))
    except (ReplayError, OSError) as error:
        return DocumentText("", NOT_GIVEN, detail=str(error))
    except Exception as error:  # Whatever a stranger's bytes bring about on their way here.
        return DocumentText("", "damaged", detail=f"{type(error).__name__}: {error}"[:300])


def bounded_text(
    content: bytes, *, memory: int = MEMORY_BYTES, seconds: int = SECONDS
) -> DocumentText:
    """The text of a document, read in a process of its own that may not use more than this.

    ``memory`` in bytes, ``seconds`` of processor time (and thrice that on the clock). Raises
    OSError where no process can be started.
    """
    command: Sequence[str] = (
        sys.executable, "-m", "archive.attachments.documents", str(memory), str(seconds),
    )  # fmt: skip
    root = str(Path(__file__).resolve().parents[2])
    try:
        ran = subprocess.run(
            command,
            input=content,
            capture_output=True,
            timeout=3 * seconds,
            cwd=root,
            env={"PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath},
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        kind, _ = _told(late.stdout or b"")
        return DocumentText(kind, "timeout", detail=f"over {3 * seconds} s")
    kind, said = _told(ran.stdout)
    if ran.returncode == 0 and said is not None:
        return said
    if ran.returncode in (-9, -24):  # SIGKILL and SIGXCPU end what exceeds its processor time.
        return DocumentText(kind, "timeout", detail=f"over {seconds} s of processor time")
    last = ran.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:300]
    outcome = "too_large" if "MemoryError" in last else "damaged"
    return DocumentText(kind, outcome, detail=last or f"ended with {ran.returncode}")


def _told(output: bytes) -> tuple[str, DocumentText | None]:
    """The kind of a document and what it says, as far as its reader came to tell."""
    first, _, rest = output.partition(b"\n")
    kind, said = "", None
    try:
        kind = str(json.loads(first))
        said = DocumentText(**json.loads(rest))
    except (ValueError, TypeError):
        pass  # It was ended before; how, its exit code tells.
    return kind, said


def save_attachment_text(db: Database, payload_digest: str, said: DocumentText) -> None:
    """Keep what a document says, in place of an earlier reading."""
    row = {
        "id": article_id(payload_digest),
        "payload_digest": payload_digest,
        "kind": said.kind,
        "outcome": said.outcome,
        "detail": said.detail,
        "pages": said.pages,
        "characters": len(said.text),
        "text": said.text,
        "extractor": EXTRACTOR,
    }
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    with transaction(db):
        db.execute("delete from attachment_texts where id = ?", [row["id"]])
        db.execute(f"insert into attachment_texts ({names}) values ({marks})", row)
