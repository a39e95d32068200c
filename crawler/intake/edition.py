"""Which program reads: two readings may be mixed only where this says the same of both."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from crawler.reading import EXTRACTOR

_LIBRARIES = ("trafilatura", "lxml", "htmldate", "justext", "courlan")
_SOURCES = {
    "archive": ("articles.py", "records.py", "warc/*.py"),
    "crawler": (
        "catalogue.py",
        "declaration.py",
        "extract.py",
        "extraction/**/*.json",
        "extraction/**/*.py",
        "families/**/*.py",
        "reading.py",
        "site_reader.py",
        "site_spider.py",
    ),
    "spiders": ("**/*.py",),
}
"""What has a say in what a capture is read as."""


@cache
def edition() -> str:
    """The extractor's version, and a digest of its source, its sites and its libraries.

    The version alone is not enough: whoever mends a site's layout rebuilds at once, and what an
    older layout had read must not stand beside it.
    """
    digest = hashlib.sha256(platform.python_version().encode())
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for package, patterns in _SOURCES.items():
        root = _folder(package)
        for path in sorted({path for pattern in patterns for path in root.glob(pattern)}):
            digest.update(f"{path.relative_to(root)}\n".encode())
            digest.update(path.read_bytes())
    return f"{EXTRACTOR}, {digest.hexdigest()[:12]}"


def _folder(package: str) -> Path:
    """Where a package lies, without importing it: a machine that reads knows no site by name."""
    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])
