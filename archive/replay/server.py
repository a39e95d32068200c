"""Running the replay beside another server: in a thread of its own, on a port of its own."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from types import TracebackType

import uvicorn

from archive.database import ArchiveError
from archive.replay.app import replay_app

_PATIENCE_SECONDS = 10.0


class ReplayServer:
    """The replay of one archive, serving while it is entered (or between start and stop).

    ``port`` 0 takes any free one; ``url`` tells which. ``address`` is the public one that a proxy
    before it has, "" for none (see ``replay_app``). The thread is a daemon: it does not keep
    the process alive.
    """

    def __init__(
        self, data: Path, *, host: str = "127.0.0.1", port: int = 0, address: str = ""
    ) -> None:
        self._data = data
        self._host = host
        self._port = port
        self.address = address
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.url = ""
        """``http://127.0.0.1:8002`` once started."""

    def start(self) -> ReplayServer:
        """Listen, and return when it answers.

        Raises ArchiveError where the address is taken or not ours.
        """
        listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
        except OSError as error:
            listener.close()
            raise ArchiveError(
                f"Cannot listen on {self._host} port {self._port} for archived pages: "
                f"{error.strerror or error}"
            ) from error
        port = listener.getsockname()[1]
        shown = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"http://{shown}:{port}"
        config = uvicorn.Config(
            replay_app(self._data, self.address),
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="on",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="replay", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise ArchiveError("The server for archived pages did not start.")
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """End it in good order; safe to repeat."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_PATIENCE_SECONDS)
        self._server = self._thread = None

    def page_url(self, capture_id: str) -> str:
        """Where the page of a capture is shown."""
        return replay_path(self.url, capture_id)

    def __enter__(self) -> ReplayServer:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def replay_path(base: str, capture_id: str) -> str:
    """The address of a capture's page under a replay at ``base``.

    >>> replay_path("http://127.0.0.1:8002", "0c3e")
    'http://127.0.0.1:8002/capture/0c3e'
    """
    return f"{base.rstrip('/')}/capture/{capture_id}"
