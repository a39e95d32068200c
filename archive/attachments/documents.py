"""The text of an office document, by its bytes: PDF, Word, Excel.

Documents are hostile: ``extract_text`` runs in this process and may take long or much memory.
``archive.attachments.texts`` runs this module as a process of its own, with limits on both:
``python -m archive.attachments.documents`` reads a document from standard input and writes JSON.
Nothing of a document is looked at outside of that process.
"""

from __future__ import annotations

import io
import json
import logging
import re
import resource
import sys
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from archive.attachments.word97 import UnreadableWord, word97_text
from archive.vietnamese.tcvn3 import from_tcvn3, looks_like_tcvn3

MAX_CHARACTERS = 2_000_000
MAX_PAGES = 1_000
MAX_CELLS = 500_000
MAX_UNPACKED = 400 << 20
"""Bytes that a zipped document may claim to unpack to."""

_BLANKS = re.compile(r"[ \t\u00a0]*\n[ \t\u00a0]*")
_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What a document says. ``outcome`` is "text", or why there is none: "empty" (as scans are),
    "encrypted", "unsupported", "damaged"."""

    kind: str
    """"pdf", "docx", "xlsx", "doc", "xls", ..., "" for what is no document."""
    outcome: str
    text: str = ""
    pages: int = 0
    """Pages or sheets, where the kind has them."""
    detail: str = ""


def kind_of(data: bytes) -> str:
    """What a document is, by its own bytes; its name and Content-Type often lie.

    It reads a ZIP's list of files: hostile input, like everything else here.

    >>> kind_of(b"%PDF-1.4"), kind_of(b"<html>")
    ('pdf', '')
    """
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:5] == b"{\\rtf":
        return "rtf"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        for stream, kind in (("WordDocument", "doc"), ("Workbook", "xls"), ("PowerPoint", "ppt"),
                             ("EncryptedPackage", "encrypted")):  # fmt: skip
            if stream.encode("utf-16-le") in data:
                return kind
        return "ole"
    if data[:4] == b"PK\x03\x04":
        try:
            names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
        except MemoryError:
            raise
        except Exception:  # zipfile raises a dozen kinds, NotImplementedError among them.
            return "zip"
        for name, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"),
                           ("ppt/presentation.xml", "pptx"), ("content.xml", "odf")):  # fmt: skip
            if name in names:
                return kind
        return "zip"
    return ""


def extract_text(data: bytes) -> DocumentText:
    """Read a document. Never raises, but for MemoryError where there are limits."""
    kind = kind_of(data)
    read = {"pdf": _pdf, "docx": _docx, "xlsx": _xlsx, "doc": _doc}.get(kind)
    if kind == "encrypted":
        return DocumentText("", "encrypted")
    if read is None:
        return DocumentText(kind, "unsupported")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logging.disable(logging.CRITICAL)
            text, pages = read(data)
    except _Encrypted:
        return DocumentText(kind, "encrypted")
    except UnreadableWord as error:
        return DocumentText(kind, "encrypted" if "encrypted" in str(error) else "damaged",
                            detail=str(error))  # fmt: skip
    except MemoryError:
        raise
    except Exception as error:  # Of three libraries, on documents made to break them.
        return DocumentText(kind, "damaged", detail=f"{type(error).__name__}: {error}"[:300])
    finally:
        logging.disable(logging.NOTSET)
    text = clean(text)
    return DocumentText(kind, "text" if text else "empty", text, pages)


def clean(text: str) -> str:
    """NFC, Unicode letters, no control characters, no trailing blanks, at most one empty line."""
    if looks_like_tcvn3(text):
        text = from_tcvn3(text)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n"))
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = unicodedata.normalize("NFC", text[:MAX_CHARACTERS])
    return _LINES.sub("\n\n", _BLANKS.sub("\n", text)).strip()


class _Encrypted(Exception):
    pass


def _pdf(data: bytes) -> tuple[str, int]:
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError, WrongPasswordError

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _Encrypted
        texts = []
        size = 0
        for page in reader.pages[:MAX_PAGES]:
            try:
                texts.append(page.extract_text())
            except (FileNotDecryptedError, MemoryError, RecursionError):
                raise
            except Exception:  # One broken page does not take the others along.
                texts.append("")
            size += len(texts[-1])
            if size > MAX_CHARACTERS:
                break
        return "\n\n".join(texts), len(reader.pages)
    except (FileNotDecryptedError, WrongPasswordError) as error:
        raise _Encrypted from error


def _docx(data: bytes) -> tuple[str, int]:
    from docx import Document

    _refuse_bomb(data)
    return "\n".join(_blocks(Document(io.BytesIO(data)))), 0


def _blocks(container: Any) -> Iterator[str]:
    """Paragraphs and tables in their order, tables a row a line."""
    for block in container.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield "\t".join(" ".join(_blocks(cell)) for cell in row.cells)
        else:
            fonts = {run.font.name or "" for run in block.runs}
            text = str(block.text)
            old = bool(fonts) and all(name.startswith(".Vn") for name in fonts)
            yield from_tcvn3(text) if old else text


def _xlsx(data: bytes) -> tuple[str, int]:
    from openpyxl import load_workbook

    _refuse_bomb(data)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    lines: list[str] = []
    cells = 0
    for sheet in book.worksheets:
        lines.append(str(sheet.title))
        for row in sheet.iter_rows(values_only=True):
            cells += len(row)
            if cells > MAX_CELLS:
                break
            said = "\t".join("" if value is None else str(value) for value in row).rstrip()
            if said:
                lines.append(said)
        lines.append("")
    return "\n".join(lines), len(book.worksheets)


def _doc(data: bytes) -> tuple[str, int]:
    return word97_text(data, MAX_CHARACTERS), 0


def _refuse_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
            raise ValueError("unpacks to more than any document needs")


def main() -> None:
    """Read a document from standard input, within the limits that the arguments give.

    Writes two lines of JSON: its kind, which stands there whatever becomes of the rest, and the
    fields of DocumentText.
    """
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    kind = ""
    try:
        data = sys.stdin.buffer.read()
        kind = kind_of(data)
        print(json.dumps(kind), flush=True)
        said = extract_text(data)
    except MemoryError:
        said = DocumentText(kind, "too_large", detail="needs more memory than is allowed")
    print(json.dumps(asdict(said)))


if __name__ == "__main__":
    main()
