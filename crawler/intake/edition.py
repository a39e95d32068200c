"""Which program reads: two readings may be mixed only where this says the same of both."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

import archive
import crawler
import spiders
from crawler.reading import EXTRACTOR

_READERS = ("trafilatura", "lxml", "htmldate", "justext", "courlan", "datasketch")
"""Libraries that have a say in what a page is read as."""


@cache
def edition() -> str:
    """The extractor's version, and a digest of its source, its sites and its libraries.

    The version alone is not enough: whoever mends a site's layout rebuilds at once, and what an
    older layout had read must not stand beside it.
    """
    digest = hashlib.sha256(platform.python_version().encode())
    for name in _READERS:
        digest.update(f"{name} {version(name)}\n".encode())
    for package in (archive, crawler, spiders):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            digest.update(f"{path.relative_to(root)}\n".encode())
            digest.update(path.read_bytes())
    return f"{EXTRACTOR}, {digest.hexdigest()[:12]}"
