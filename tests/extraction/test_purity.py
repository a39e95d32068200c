"""Extraction computes: its source opens nothing, asks no network, no clock and no chance."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import crawler.extraction

FILES = sorted(Path(next(iter(crawler.extraction.__path__))).rglob("*.py"))

IMPURE_CALLS = {
    "open", "exec", "eval", "input", "print", "__import__", "compile",
    "now", "utcnow", "today",
    "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "touch", "rename",
    "urlopen", "fetch_url", "fetch_response",
}  # fmt: skip
"""Names of functions and methods that reach out. ``re.compile`` is told from ``compile``."""
IMPURE_MODULES = {"urllib.request", "urllib.error", "urllib.robotparser", "trafilatura.downloads"}
READS_ITS_OWN = {("boilerplate.py", "read_text")}
"""The word list beside the module, read when it is imported."""


def reaching_out(source: str) -> set[str]:
    """What of a module's source reaches out of it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in IMPURE_CALLS:
                found.add(called.id)
            if isinstance(called, ast.Attribute) and called.attr in IMPURE_CALLS - {"compile"}:
                found.add(called.attr)
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names} & IMPURE_MODULES
        elif isinstance(node, ast.ImportFrom):
            within = {f"{node.module}.{name.name}" for name in node.names} | {str(node.module)}
            found |= within & IMPURE_MODULES
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_module_reaches_out_for_nothing(path: Path) -> None:
    found = reaching_out(path.read_text("utf-8"))
    assert {name for name in found if (path.name, name) not in READS_ITS_OWN} == set()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("open('x')", "open"),
        ("from datetime import datetime\ndatetime.now()", "now"),
        ("from datetime import date\nx = [date.today() for _ in 'x']", "today"),
        ("def f():\n    import urllib.request", "urllib.request"),
        ("from urllib import request", "urllib.request"),
        ("from urllib.request import urlopen", "urllib.request"),
        ("Path('x').write_bytes(b'')", "write_bytes"),
    ],
)
def test_what_reaches_out_is_seen(source: str, name: str) -> None:
    assert name in reaching_out(source)
    assert reaching_out("import re\nre.compile('x')\nfrom urllib.parse import urljoin") == set()
