"""Starting the archive's face: as ``congdoan serve``, or by plain ``datasette``."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.utils import StartupError, parse_metadata

from archive.crawled_web import web_kept
from archive.database import ArchiveError, open_archive
from archive.publish.settings import PLUGIN
from archive.replay.server import ReplayServer

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"
PLUGINS = HERE / "plugins"

SETTINGS: dict[str, int | bool] = {
    "default_page_size": 20,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 2000,
    "suggest_facets": False,
    "facet_time_limit_ms": 500,
    "truncate_cells_html": 160,
    "max_csv_mb": 0,
    "allow_csv_stream": True,
    "allow_download": False,
    "default_cache_ttl": 0,
    "num_sql_threads": 4,
}
"""Datasette's settings: time and row limits for people's SQL, no cap on CSV, nothing cached."""


def datasette_arguments(archive: Path, metadata: Path | None = None) -> list[str]:
    """The command that serves the same face with plain ``datasette``, as a list of arguments."""
    arguments = ["datasette", "serve", str(archive)]
    arguments += ["--template-dir", str(TEMPLATES), "--plugins-dir", str(PLUGINS)]
    arguments += ["--static", f"static:{STATIC}"]
    if metadata is not None:
        arguments += ["--metadata", str(metadata)]
    for name, value in SETTINGS.items():
        shown = ("on" if value else "off") if isinstance(value, bool) else str(value)
        arguments += ["--setting", name, shown]
    return arguments


def make_face(
    archive: Path, metadata: dict[str, Any] | None = None, **settings: str | int | bool
) -> Datasette:
    """A Datasette that shows ``archive``. The file is opened read-only and never as immutable,
    so that a crawl may go on writing to it.

    ``settings`` are those of ``FaceSettings`` (``replay_origin=...``); they outrank the
    metadata's.
    """
    given = json.loads(json.dumps(metadata or {}))
    if settings:
        given.setdefault("plugins", {}).setdefault(PLUGIN, {}).update(settings)
    return Datasette(
        [str(archive)],
        metadata=given,
        template_dir=str(TEMPLATES),
        plugins_dir=str(PLUGINS),
        static_mounts=[("static", str(STATIC))],
        settings=dict(SETTINGS),
        secret=os.environ.get("DATASETTE_SECRET"),  # None: a new one each time
    )


def application() -> Any:
    """The face as an ASGI application, for servers that run several processes::

        CONGDOAN_DATA=data uvicorn --factory archive.publish.serve:application --workers 4

    The metadata is that in the folder; pages as captured are shown where it says
    (``replay_origin``), since no process of many can start the replay. Processes recognise each
    other's sign-in cookies by the environment's ``DATASETTE_SECRET``. Raises ArchiveError where
    ``CONGDOAN_DATA`` names no archive.
    """
    data = Path(os.environ.get("CONGDOAN_DATA", "data"))
    open_archive(data / "archive.db", create=False).close()
    return make_face(data / "archive.db", _read_metadata(_own_metadata(data))).app()


def serve(
    data: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    metadata: Path | None = None,
    replay_origin: str | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Show the archive in ``data`` on a web address until interrupted.

    ``metadata`` is the owner's own Datasette metadata (JSON or YAML): title, licence, password,
    plugin settings; ``metadata.yaml`` or ``metadata.json`` in ``data`` serves where none is
    named. Pages as captured are shown on an origin of their own, the next free port, unless
    ``replay_origin`` names another place ("" for nowhere). ``announce`` is told the address once
    it answers. Raises ArchiveError where there is no archive, the metadata cannot be read, or
    the address cannot be used.
    """
    archive = data / "archive.db"
    # Brings the schema up to date and refuses what is no archive; the face itself only reads.
    with open_archive(archive, create=False) as db:
        web_kept(db, data / "warc")
    given = _read_metadata(metadata or _own_metadata(data))
    configured = given.get("plugins", {}).get(PLUGIN, {}).get("replay_origin")
    if replay_origin is None and configured is not None:
        replay_origin = str(configured)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(_listen(host, port)))
        chosen = listener.getsockname()[1]
        if replay_origin is None:
            replay = _replay(data, host, chosen + 1)
            stack.callback(replay.stop)
            replay_origin = replay.url
        try:
            face = make_face(archive, given, replay_origin=replay_origin)
        except StartupError as error:
            raise ArchiveError(f"Datasette cannot start: {error}") from error
        address = f"http://{_in_address(host)}:{chosen}/"
        config = uvicorn.Config(
            face.app(), log_level="warning", lifespan="on", access_log=False, server_header=False
        )
        _Server(config, lambda: announce(address)).run(sockets=[listener])


def _replay(data: Path, host: str, port: int) -> ReplayServer:
    """The replay, started on ``port``, or on any free one where that is taken."""
    if port <= 65535:
        with contextlib.suppress(ArchiveError):
            return ReplayServer(data, host=host, port=port).start()
    return ReplayServer(data, host=host).start()


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _own_metadata(data: Path) -> Path | None:
    names = ("metadata.yaml", "metadata.yml", "metadata.json")
    return next((data / name for name in names if (data / name).exists()), None)


def _read_metadata(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        parsed: dict[str, Any] = parse_metadata(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArchiveError(f"Cannot read the metadata file {path}: {error}") from error
    except Exception as error:
        raise ArchiveError(f"{path} is neither JSON nor YAML: {error}") from error
    return parsed


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ArchiveError(
            f"Cannot serve on {host}:{port}: {error.strerror or error}. "
            "Is something running there already? Choose another port with --port."
        ) from error
    return listener
