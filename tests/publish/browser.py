"""A face of the archive on loopback and a browser that can reach nothing else."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from archive.publish.serve import make_face
from tests.publish.conftest import close
from tests.waiting import PATIENCE, wait_for

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def chromium() -> str:
    named = os.environ.get("CHROMIUM", "")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser") or ""
    found = found or shutil.which("google-chrome") or ""
    if not found:
        pytest.skip("no chromium is installed (CHROMIUM names another browser)")
    return found


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        expect.set_options(timeout=1000 * PATIENCE)
        launched = playwright.chromium.launch(
            executable_path=chromium(), args=FLAGS, timeout=1000 * PATIENCE
        )
        try:
            yield launched
        finally:
            launched.close()


@contextlib.contextmanager
def served(archive: Path, **settings: Any) -> Iterator[str]:
    """The address of a face of ``archive``, in a thread of its own."""
    face = make_face(archive, **settings)
    config = uvicorn.Config(face.app(), port=0, log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started or not thread.is_alive(), "the face answering")
    assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        close(face)


def follow(page: Any, link: Any) -> None:
    """Click what leads to another page, and wait until that one is there, whole.

    A click alone returns before: what is looked at next may still be the old page, or half of the
    new one.
    """
    with page.expect_navigation(timeout=1000 * PATIENCE):
        link.click()


class Watch:
    """What a page asked of the network, broke of its policy, and said in its console.

    Its context's pages are waited for as long as a busy machine needs.
    """

    def __init__(self, context: Any, origins: tuple[str, ...]) -> None:
        self.foreign: list[str] = []
        self.violations: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        context.set_default_timeout(1000 * PATIENCE)
        context.on("response", lambda response: self._request(response.url, origins))
        context.on("requestfailed", lambda request: self._failed(request, origins))
        context.on("console", lambda message: self._console(message))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("dialog", self._dialog)
        context.add_init_script(
            "window.ran = []; document.addEventListener('securitypolicyviolation',"
            " e => console.log('CSP ' + e.violatedDirective + ' ' + e.blockedURI));"
        )

    def _request(self, url: str, origins: tuple[str, ...]) -> None:
        if not url.startswith((*origins, "data:", "about:", "blob:")):
            self.foreign.append(url)

    def _failed(self, request: Any, origins: tuple[str, ...]) -> None:
        # What the policy stops never leaves the browser; it is a violation, not a request.
        if "csp" not in (request.failure or "").lower():
            self._request(request.url, origins)

    def _console(self, message: Any) -> None:
        if message.text.startswith("CSP ") or "Content Security Policy" in message.text:
            self.violations.append(message.text)
        elif message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def assert_calm(self) -> None:
        assert self.foreign == []
        assert self.violations == []
        assert self.errors == []
        assert self.dialogs == []
