"""Office documents made for the tests, as small as their formats allow."""

from __future__ import annotations

import io
import struct
import zlib

from docx import Document
from openpyxl import Workbook


def pdf(*pages: str, compress: bool = True) -> bytes:
    """A PDF whose text is found through its ToUnicode map, as Word writes it."""
    letters = sorted({letter for page in pages for letter in page} | {" "})
    codes = {letter: code for code, letter in enumerate(letters, 1)}
    mapped = "\n".join(f"<{codes[x]:04x}> <{x.encode('utf-16-be').hex()}>" for x in letters)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{mapped}\nendbfchar endcmap end end"
    ).encode()
    count = len(pages)
    kids = " ".join(f"{6 + 2 * at} 0 R" for at in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Mau /Encoding /Identity-H"
        b" /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Mau /DW 500"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        _stream(cmap, compress),
    ]
    for at, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * at} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>".encode()
        )
        shown = "".join(f"{codes[letter]:04x}" for letter in page)
        objects.append(_stream(f"BT /F 12 Tf 72 700 Td <{shown}> Tj ET".encode(), compress))
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def _stream(data: bytes, compress: bool) -> bytes:
    more = b" /Filter /FlateDecode" if compress else b""
    data = zlib.compress(data) if compress else data
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(data), more, data)


def docx(*paragraphs: str, rows: list[list[str]] | None = None, font: str = "") -> bytes:
    document = Document()
    for text in paragraphs:
        run = document.add_paragraph().add_run(text)
        if font:
            run.font.name = font
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for at, row in enumerate(rows):
            for place, text in enumerate(row):
                table.cell(at, place).text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def xlsx(rows: list[list[object]], title: str = "Bảng") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def doc(*pieces: str | bytes, encrypted: bool = False, version: int = 0x00C1) -> bytes:
    """A Word 97 file: text pieces as UTF-16, byte pieces as Windows-1252."""
    fib = bytearray(1024)
    struct.pack_into("<HH", fib, 0, 0xA5EC, version)
    struct.pack_into("<H", fib, 0x0A, 0x0200 | (0x0100 if encrypted else 0))
    text = bytearray()
    bounds, places = [0], []
    for piece in pieces:
        where = len(fib) + len(text)
        if isinstance(piece, bytes):
            places.append(where * 2 | 0x40000000)
            text += piece
        else:
            places.append(where)
            text += piece.encode("utf-16-le")
        bounds.append(bounds[-1] + len(piece))
    struct.pack_into("<I", fib, 0x4C, bounds[-1])
    plc = b"".join(struct.pack("<I", bound) for bound in bounds)
    plc += b"".join(struct.pack("<HIH", 0, place, 0) for place in places)
    clx = b"\x01\x02\x00ab" + b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<II", fib, 0x01A2, 0, len(clx))
    return compound({"WordDocument": bytes(fib + text), "1Table": clx})


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file ([MS-CFB]) with the streams in its root; each in whole sectors."""
    sectors: list[bytes] = []
    fat: list[int] = []

    def store(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        for at, piece in enumerate(pieces):
            sectors.append(piece)
            fat.append(first + at + 1 if at + 1 < len(pieces) else 0xFFFFFFFE)
        return first

    placed = {name: (store(data.ljust(4096, b"\0")), max(len(data), 4096))
              for name, data in streams.items()}  # fmt: skip
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)]
    names = list(placed)
    for at, name in enumerate(names):
        right = at + 2 if at + 1 < len(names) else 0xFFFFFFFF
        entries.append(_entry(name, 2, *placed[name], right=right))
    while len(entries) % 4:
        entries.append(b"\0" * 128)
    directory = store(b"".join(entries))
    where = len(sectors)
    fat += [0xFFFFFFFD]
    assert len(fat) <= 128
    table = b"".join(struct.pack("<I", number) for number in fat).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", where) + b"\xff" * (4 * 108)
    return header + b"".join(sectors) + table


def _entry(
    name: str, kind: int, start: int, size: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF
) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    head = coded.ljust(64, b"\0") + struct.pack("<HBB", len(coded), kind, 1)
    head += struct.pack("<III", 0xFFFFFFFF, right, child) + bytes(36)
    return head + struct.pack("<IQ", start, size)
