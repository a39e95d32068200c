"""The files that pages refer to: small, whole and made on the spot.

Pictures are told apart by their address: colours are a function of its CRC, so that two
addresses give two files and one address always the same.
"""

from __future__ import annotations

import re
import struct
import zlib
from importlib import resources

from crawler.sample_web.answers import Answer, Ask

_JPEG = resources.files(__package__).joinpath("photo.jpg").read_bytes()
_ICON = re.compile(r"/(?:bullet|arrow|print|pdf|rss|icon[\w-]*|\d)\.png$")
_GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
"""One transparent pixel."""


def file_answer(ask: Ask) -> Answer | None:
    """The file at an address that ends like a picture, a PDF or an icon; ``None`` for others."""
    path = ask.target.partition("?")[0].lower()
    for ending, (content_type, make) in _KINDS.items():
        if path.endswith(ending):
            return Answer(
                200, make(path), content_type, (("Cache-Control", "public, max-age=86400"),)
            )
    return None


def png(seed: str, width: int = 96, height: int = 64) -> bytes:
    """A PNG of three bands in the colours of ``seed``.

    >>> png("a")[:8] == bytes([137, 80, 78, 71, 13, 10, 26, 10])
    True
    """
    mark = zlib.crc32(seed.encode())
    colours = [bytes([mark >> shift & 255, mark >> 8 & 255, 160]) for shift in (0, 12, 24)]
    lines = b"".join(b"\0" + colours[row * 3 // height] * width for row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines, 9))
        + chunk(b"IEND", b"")
    )


def jpeg(seed: str) -> bytes:
    """A JPEG whose comment carries ``seed``, so that addresses differ in bytes."""
    comment = seed.encode()[:200]
    return _JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + _JPEG[2:]


def svg(seed: str) -> bytes:
    """A round emblem."""
    colour = f"#{zlib.crc32(seed.encode()) & 0xFFFFFF:06x}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80" width="80" height="80">'
        f'<circle cx="40" cy="40" r="38" fill="{colour}"/>'
        '<path d="M40 12 48 34h24L53 48l7 22-20-13-20 13 7-22L8 34h24z" fill="#ffde00"/></svg>'
    ).encode()


def pdf(seed: str) -> bytes:
    """A PDF of one page that shows the file's name, cross-reference table and all."""
    name = "".join(c for c in seed.rpartition("/")[2] if c.isascii() and c not in "()\\")
    text = f"BT /F1 14 Tf 72 760 Td (Ke hoach kem theo: {name}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


_KINDS = {
    ".jpg": ("image/jpeg", jpeg),
    ".jpeg": ("image/jpeg", jpeg),
    ".png": ("image/png", lambda path: png(path, 12, 12) if _ICON.search(path) else png(path)),
    ".gif": ("image/gif", lambda _: _GIF),
    ".ico": ("image/png", png),
    ".svg": ("image/svg+xml", svg),
    ".pdf": ("application/pdf", pdf),
}
