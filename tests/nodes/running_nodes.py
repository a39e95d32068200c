"""Real nodes on loopback, each scrapyd in a process group of its own, over the sample web."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from crawler.sample_web import SampleRequest, SampleWeb
from tests.free_ports import free_port


@dataclass
class RunningNode:
    """A node, and what tells its requests from others': the contact in its User-Agent."""

    name: str
    data: Path
    url: str
    process: subprocess.Popen[str]

    def requests(self, web: SampleWeb) -> list[SampleRequest]:
        mark = f"{self.name}@example.org"
        return [request for request in web.requests if mark in request.header("User-Agent")]

    def signal(self, number: int) -> None:
        """Send a signal to scrapyd alone; its jobs live on."""
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """SIGKILL to scrapyd and all its jobs, as when the machine goes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running_node(
    name: str, folder: Path, web: SampleWeb, *, delay: float, jobs: int = 2
) -> Iterator[RunningNode]:
    """Start a node and wait until it listens; its process group is killed at the end."""
    data, port = folder / name, free_port()
    options = {
        "--data": str(data),
        "--port": str(port),
        "--contact": f"{name}@example.org",
        "--sample-proxy": web.proxy_url,
        "--sample-delay": str(delay),
        "--jobs": str(jobs),
    }
    command = [sys.executable, "-m", "crawler.cli", "node"]
    log = folder / f"{name}.log"
    with log.open("a") as complaints:
        process = subprocess.Popen(
            command + [word for pair in options.items() for word in pair],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("This node listens"):
                break
        assert process.poll() is None, log.read_text()
        yield RunningNode(name, data, f"http://127.0.0.1:{port}", process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def dispatching(
    nodes: list[RunningNode], data: Path, *arguments: str, lease: float
) -> Iterator[subprocess.Popen[str]]:
    """A dispatcher at work; what is left of it at the end is killed."""
    command = [sys.executable, "-m", "crawler.cli", "dispatch", "--json", "--data", str(data)]
    command += ["--lease", str(lease), "--poll", str(lease / 8), "--patience", "240"]
    command += [word for node in nodes for word in ("--node", node.url)]
    with subprocess.Popen(
        command + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()
