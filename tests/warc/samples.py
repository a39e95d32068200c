"""Exchanges for the tests that need no network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.records import Capture
from archive.warc.http import parse_message
from archive.warc.writer import Exchange, WarcWriter

START = datetime(2024, 5, 1, 3, 4, 5, 678901, UTC)
PAGE = (
    "<html><head><title>Công đoàn cơ sở</title></head><body>"
    "<h1>Bữa cơm công đoàn ở xưởng dệt Bình Yên</h1>"
    "<p>Sáng 1/5, hơn ba trăm đoàn viên cùng ngồi lại sau ca đêm.</p></body></html>"
).encode()


def chunked(body: bytes, size: int = 100, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    """A body in chunks, with an extension on each and a trailer."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
    return framed + b"0\r\n" + trailer + b"\r\n"


def answer(
    body: bytes = PAGE, *headers: bytes, status: bytes = b"200 OK", length: bool = True
) -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Type: text/html; charset=utf-8", *headers]
    if length:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def exchange(path: str = "/tin-1.html", response: bytes | None = None, **fields: Any) -> Exchange:
    response = answer() if response is None else response
    values: dict[str, Any] = {
        "url": f"http://congdoan.example.vn{path}",
        "request_bytes": f"GET {path} HTTP/1.1\r\nHost: congdoan.example.vn\r\n\r\n".encode(),
        "response_bytes": response,
        "payload": parse_message(response).payload,
        "started_at": START,
        "ip": "192.0.2.7",
    }
    return Exchange(**{**values, **fields})


def writer(folder: Path, **options: Any) -> WarcWriter:
    values = {"software": "test/1", "fsync": False, **options}
    return WarcWriter(folder, "lang_son", "lang_son-1", **values)


def write_pages(folder: Path, count: int, **options: Any) -> tuple[Path, list[Capture]]:
    """One closed file with ``count`` pages that all differ."""
    with writer(folder, **options) as out:
        captures = [
            out.write(
                exchange(
                    f"/tin-{number}.html",
                    answer(PAGE + b"<!-- %d -->" % number),
                    started_at=START + timedelta(seconds=number),
                )
            )
            for number in range(count)
        ]
        name = out.current_file
    return folder / name, captures
