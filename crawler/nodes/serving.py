"""A node: scrapyd with this project's sites, runner and lease service, in the foreground.

scrapyd is set up in the program and not by a file, so that nothing can be forgotten: of its
services only those are there that the dispatcher needs. There is no way to upload code.
"""

from __future__ import annotations

import json
import os
import sys
from configparser import RawConfigParser
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from archive.database import ArchiveError
from crawler.catalogue import declared_sites
from crawler.intake.ingest import open_recovered
from crawler.nodes.node_settings import NodeSettings
from crawler.nodes.reports import forget_old_reports

PROJECT = "congdoan"
RUNNER = "crawler.nodes.job"
POLL_SECONDS = 0.5
_SERVICES = {
    "schedule.json": "scrapyd.webservice.Schedule",
    "cancel.json": "scrapyd.webservice.Cancel",
    "listjobs.json": "scrapyd.webservice.ListJobs",
    "daemonstatus.json": "scrapyd.webservice.DaemonStatus",
    "lease.json": "crawler.nodes.lease_service.LeaseService",
}


def scrapyd_config(node: NodeSettings, host: str, port: int, slots: int) -> dict[str, Any]:
    """Sections of scrapyd's configuration; user and password come later, from the environment."""
    folder = Path(node.data) / "node"
    return {
        "scrapyd": {
            "bind_address": host,
            "http_port": str(port),
            "max_proc": str(slots),
            "poll_interval": str(POLL_SECONDS),
            "runner": RUNNER,
            "dbs_dir": str(folder / "queue"),
            "eggs_dir": str(folder / "eggs"),
            "logs_dir": "",
            "items_dir": "",
            "jobs_dir": "",
            "finished_to_keep": "100",
        },
        "settings": {PROJECT: "crawler.settings"},
        "services": _SERVICES,
    }


def serve_node(
    node: NodeSettings, host: str, port: int, slots: int, user: str, password: str
) -> None:
    """Serve until SIGTERM or SIGINT; jobs under way then end in good order.

    Raises ArchiveError where scrapyd is not installed, the data folder cannot be used, the sites
    cannot be loaded, or the port is taken.
    """
    try:
        from scrapyd.config import Config
        from scrapyd.webservice import spider_list
    except ImportError:
        raise ArchiveError(
            "A node needs scrapyd. In the project's folder: .venv/bin/pip install -e '.[nodes]'"
        ) from None
    data = Path(node.data)
    open_recovered(data, partial(print, flush=True)).close()
    forget_old_reports(node.reports)
    os.environ["CONGDOAN_NODE"] = json.dumps(asdict(node))
    # Built from nothing: a scrapyd.conf that lies about decides nothing here.
    config = Config(values={})
    config.cp = RawConfigParser()
    sections = scrapyd_config(node, host, port, slots)
    sections["scrapyd"] |= {"username": user, "password": password}
    config.cp.read_dict(sections)
    try:
        # Told now: scrapyd would start a process to ask, and answer nobody meanwhile.
        spider_list.cache[PROJECT][None] = list(declared_sites())
    except Exception as error:
        raise ArchiveError(f"The sites cannot be loaded: {error}") from error
    _run(config, host, port)


def _run(config: Any, host: str, port: int) -> None:
    from scrapyd import get_application
    from twisted.application import app
    from twisted.internet import reactor
    from twisted.internet.error import CannotListenError
    from twisted.logger import globalLogBeginner, textFileLogObserver

    running: Any = reactor
    start: Any = app.startApplication
    observer: Any = textFileLogObserver(sys.stderr)
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
    application = get_application(config)
    try:
        start(application, False)
    except CannotListenError as error:
        raise ArchiveError(f"Cannot listen on {host}:{port}: {error.socketError}") from error
    print(f"This node listens on http://{host}:{port}", flush=True)
    running.run()
