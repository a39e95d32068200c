"""The text of old Word files (.doc, Word 97 to 2003): what stands in the main document.

Follows [MS-DOC]: the piece table (2.8.35) in the table stream tells where the text lies in the
WordDocument stream. Tables become lines with tabs; instructions of fields are left out; headers,
footnotes, text boxes and pictures are not read. Word 95 and older, and encrypted files, are told
apart by what they raise.
"""

from __future__ import annotations

import io
import re
import struct

import olefile

_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14|\x13[^\x13\x14\x15]*(?=\x15)")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")


class UnreadableWord(ValueError):
    """A .doc file that holds no text that can be read; the text says why."""


def word97_text(data: bytes, limit: int) -> str:
    """The text of a .doc file, at most ``limit`` characters. Raises UnreadableWord."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if not ole.exists("WordDocument"):
                raise UnreadableWord("no Word document in the file")
            document = ole.openstream("WordDocument").read()
            flags = _number(document, 0x0A, 2)
            if _number(document, 0, 2) != 0xA5EC or _number(document, 2, 2) < 0x00C1:
                raise UnreadableWord("written by Word 95 or older")
            if flags & 0x0100:
                raise UnreadableWord("encrypted")
            table = ole.openstream("1Table" if flags & 0x0200 else "0Table").read()
    except (OSError, ValueError, IndexError, struct.error) as error:
        if isinstance(error, UnreadableWord):
            raise
        raise UnreadableWord(f"damaged: {error}") from error
    return _cleaned(_pieces(document, table, limit))


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data) or at < 0:
        raise UnreadableWord("damaged: it ends too soon")
    return int.from_bytes(data[at : at + size], "little")


def _pieces(document: bytes, table: bytes, limit: int) -> str:
    start, size = _number(document, 0x01A2, 4), _number(document, 0x01A6, 4)
    clx = table[start : start + size]
    at = 0
    while _number(clx, at, 1) == 1:  # Formatting of pieces: passed over.
        at += 3 + _number(clx, at + 1, 2)
    if _number(clx, at, 1) != 2:
        raise UnreadableWord("damaged: no piece table")
    plc = clx[at + 5 : at + 5 + _number(clx, at + 1, 4)]
    count = (len(plc) - 4) // 12
    left = min(_number(document, 0x4C, 4), limit)
    texts = []
    for piece in range(count):
        length = _number(plc, 4 * piece + 4, 4) - _number(plc, 4 * piece, 4)
        where = _number(plc, 4 * (count + 1) + 8 * piece + 2, 4)
        length = max(min(length, left), 0)
        if where & 0x40000000:
            offset = (where & 0x3FFFFFFF) // 2
            texts.append(document[offset : offset + length].decode("cp1252", "replace"))
        else:
            raw = document[where : where + 2 * length]
            texts.append(raw.decode("utf-16-le", "replace"))
        left -= length
        if left <= 0:
            break
    return "".join(texts)


def _cleaned(text: str) -> str:
    for _ in range(8):  # Fields may lie in fields.
        shorter = _FIELD.sub("", text)
        if shorter == text:
            break
        text = shorter
    text = text.replace("\x07\x07", "\n").replace("\x07", "\t").replace("\x0b", "\n")
    text = text.replace("\r", "\n").replace("\x0c", "\n").replace("\x1e", "-").replace("\xa0", " ")
    return _CONTROL.sub("", text)
