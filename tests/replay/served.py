"""The archive as people see it: ``congdoan serve``, and a browser whose network is cut."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.publish.browser import browser
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def serving(data: Path) -> Iterator[str]:
    """``congdoan serve`` in a process of its own; gives the address that it prints."""
    command = [sys.executable, "-u", "-m", "crawler.cli", "serve", "--data", str(data)]
    process = subprocess.Popen(
        [*command, "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                yield found[0].rstrip("/")
                break
        else:
            raise AssertionError(f"it is not served: {said}")
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@contextlib.contextmanager
def cut_off() -> Iterator[tuple[Any, list[str]]]:
    """A tab of a browser that reaches nothing but loopback, and what it tried to reach.

    Two walls: names other than 127.0.0.1 do not resolve, and every request is looked at before it
    leaves the browser; one to anywhere else is noted and dropped.
    """
    tried: list[str] = []

    def watch(route: Any) -> None:
        url = route.request.url
        if url.startswith("data:") or urlsplit(url).hostname == "127.0.0.1":
            route.continue_()
        else:
            tried.append(url)
            route.abort()

    with browser() as launched:
        context = launched.new_context(service_workers="block")
        context.set_default_timeout(1000 * PATIENCE)
        context.route("**/*", watch)
        yield context.new_page(), tried
        context.close()
