"""Programs that serve, and what they answer."""

from __future__ import annotations

import contextlib
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator

from tests.waiting import PATIENCE, wait_for


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
        return text


@contextlib.contextmanager
def running(arguments: list[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def answer_of(url: str, process: subprocess.Popen[str]) -> str:
    """The page, as soon as the process listens."""
    pages: list[str] = []

    def answered() -> bool:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            pages.append(fetch(url))
        assert process.poll() is None, process.stdout and process.stdout.read()
        return bool(pages)

    wait_for(answered, url)
    return pages[0]
