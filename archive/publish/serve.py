"""Starting the archive's face: as ``congdoan serve``, or by plain ``datasette``."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.utils import StartupError

from archive.crawled_web import web_kept
from archive.database import ArchiveError, open_archive
from archive.publish.openness import open_to_all
from archive.publish.owners_metadata import metadata_beside, read_metadata, with_settings
from archive.publish.processes import Face, Server, serve_by_several
from archive.publish.settings import PLUGIN, FaceSettings
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
    metadata's. Raises ArchiveError for settings that make no sense, or where Datasette refuses.
    """
    try:
        face = Datasette(
            [str(archive)],
            metadata=with_settings(metadata or {}, settings),
            template_dir=str(TEMPLATES),
            plugins_dir=str(PLUGINS),
            static_mounts=[("static", str(STATIC))],
            settings=dict(SETTINGS),
            secret=os.environ.get("DATASETTE_SECRET"),  # None: a new one each time
        )
    except StartupError as error:
        raise ArchiveError(f"Datasette cannot start: {error}") from error
    FaceSettings.of(face)
    return face


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
    return make_face(data / "archive.db", read_metadata(metadata_beside(data))).app()


def serve(
    data: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    metadata: Path | None = None,
    replay_origin: str | None = None,
    workers: int = 1,
    announce: Callable[[str], None] = print,
) -> None:
    """Show the archive in ``data`` on a web address until interrupted.

    ``metadata`` is the owner's own Datasette metadata (JSON or YAML): title, licence, password,
    plugin settings; ``metadata.yaml`` or ``metadata.json`` in ``data`` serves where none is
    named. Pages as captured are shown on an origin of their own, the next port; readers are sent
    to ``replay_origin`` (this one, else that in the metadata) where that names another way to it,
    and nothing of the kind is started where it is "" or where not everyone may see the archive.
    ``workers`` processes answer, each on a core of its own where there are as many.
    ``announce`` is told the address once it answers, and then in sentences what is amiss.

    Raises ArchiveError where there is no archive, the metadata cannot be read or makes no sense,
    or the address cannot be used.
    """
    archive = data / "archive.db"
    # Brings the schema up to date and refuses what is no archive; the face itself only reads.
    with open_archive(archive, create=False) as db:
        web_kept(db, data / "warc")
    written = metadata or metadata_beside(data)
    given = read_metadata(written)
    if replay_origin is not None:
        given = with_settings(given, {"replay_origin": replay_origin})
    asked = make_face(archive, given)  # Refuses settings that make no sense.
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(_listen(host, port)))
        chosen = listener.getsockname()[1]
        replay, notes = _replay(data, asked, given, host, chosen + 1)
        if replay is not None:
            stack.callback(replay.stop)
        shown_at = {"replay_origin": replay.url} if replay and not replay.address else {}
        told = [f"http://{_in_address(host)}:{chosen}/", *notes]

        def ready() -> None:
            for line in told:
                announce(line)

        if workers > 1:
            asked_for = {} if replay_origin is None else {"replay_origin": replay_origin}
            face = Face(archive, written, {**asked_for, **shown_at})
            serve_by_several(face, listener, workers, ready, announce)
        else:
            made = make_face(archive, given, **shown_at)
            Server(made.app(), ready).run(sockets=[listener])


CLOSED = (
    "Not everyone may see this archive, so pages as captured are not shown: the server for them"
    " stands beside Datasette and knows no passwords."
)


def _replay(
    data: Path, asked: Datasette, given: dict[str, Any], host: str, port: int
) -> tuple[ReplayServer | None, list[str]]:
    """The server for pages as captured, started, or None; and what the owner must know.

    It listens on ``port``, or on any free one where that is taken and readers are led to it by
    its own address; a proxy looks for it at ``port`` only.
    """
    settings = FaceSettings.of(asked)
    configured = "replay_origin" in given.get("plugins", {}).get(PLUGIN, {})
    if not open_to_all(asked):
        return None, [CLOSED] if settings.replay_origin or not configured else []
    if configured and not settings.replay_origin:
        return None, []
    if port <= 65535:
        server = ReplayServer(data, host=host, port=port, address=settings.replay_origin)
        with contextlib.suppress(ArchiveError):
            return server.start(), []
    if configured:
        where = f"Pages as captured are expected at {settings.replay_origin}"
        return None, [f"{where}; port {port} is taken, so none are shown from here."]
    return ReplayServer(data, host=host).start(), []


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


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
