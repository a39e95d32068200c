"""A server that sends hand-written bytes and keeps the bytes it got and sent.

It knows nothing of HTTP beyond where a request ends, so it can break every rule of it.
"""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.waiting import PATIENCE

T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """What a path answers: bytes to send, and numbers: seconds to wait between them."""

    parts: tuple[bytes | float, ...]
    close: bool = False
    """Close the connection afterwards."""

    @classmethod
    def of(cls, *parts: bytes | float, close: bool = False) -> Reply:
        return cls(parts, close)


@dataclass
class Served:
    """One request as received, and the answer as sent."""

    path: str
    connection: int
    request: bytes = b""
    sent: bytes = b""
    cut: bool = False
    """The client went away before everything was sent."""


@dataclass
class RawServer:
    """Serves ``replies`` by path on a loopback port, with TLS when given a context.

    A path with several replies gives them in turn, the last one for ever. Unknown paths get a
    404. ``log`` holds every exchange in order.
    """

    replies: Mapping[str, Reply | list[Reply]]
    tls: ssl.SSLContext | None = None
    log: list[Served] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> RawServer:
        self._thread.start()
        self._server = self._run(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls, limit=1 << 24)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)

    async def _stop(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def url(self, path: str, scheme: str = "") -> str:
        scheme = scheme or ("https" if self.tls else "http")
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def served(self, path: str) -> list[Served]:
        return [served for served in self.log if served.path == path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        with suppress(
            asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError, ssl.SSLError
        ):
            while await self._one(reader, writer, number):
                pass
        writer.close()
        with suppress(asyncio.CancelledError, ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def _one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        """Serve one request; False when the connection is to end."""
        request = await read_request(reader)
        path = request.split(b" ", 2)[1].decode("ascii")
        served = Served(path, number, request)
        self.log.append(served)
        choice = self.replies.get(path, NOT_FOUND)
        if isinstance(choice, list):
            turn = self._asked.get(path, 0)
            self._asked[path] = turn + 1
            choice = choice[min(turn, len(choice) - 1)]
        try:
            for part in choice.parts:
                if isinstance(part, float):
                    await asyncio.sleep(part)
                    continue
                served.sent += part
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            served.cut = True
            raise
        return not choice.close


NOT_FOUND = Reply.of(b"HTTP/1.1 404 Khong tim thay\r\nContent-Length: 5\r\n\r\nempty")


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """The bytes of one request, body included."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + (await reader.readexactly(length) if length else b"")


class RawProxy(RawServer):
    """A forward proxy: relays absolute-form requests, tunnels CONNECT; logs what it was told."""

    def __init__(self) -> None:
        super().__init__({})

    async def _one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        request = await read_request(reader)
        method, target, _ = request.split(b"\r\n")[0].split(b" ")
        served = Served(target.decode(), number, request)
        self.log.append(served)
        if method == b"CONNECT":
            host, _, port = target.decode().partition(":")
        else:
            host, _, port = target.decode().split("/", 3)[2].partition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\nVia: raw\r\n\r\n")
        else:
            path = b"/" + target.split(b"/", 3)[3]
            far_writer.write(request.replace(target, path, 1))
        await asyncio.gather(
            self._relay(far_reader, writer, served), self._relay(reader, far_writer, None)
        )
        return False

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, served: Served | None
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if served is not None:
                    served.sent += data
                writer.write(data)
                await writer.drain()
        writer.close()


def self_signed(folder: Path) -> ssl.SSLContext:
    """A TLS context for 127.0.0.1 with a certificate made on the spot."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
