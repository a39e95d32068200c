"""What WARC files are called in the archive, and what their names tell."""

from __future__ import annotations

import re

from archive.warc.file import WARC_SUFFIXES


def imported_name(digest: str, name: str) -> str:
    """Where an imported file is kept: the same bytes under another name are the same file.

    >>> imported_name("0123456789abcdef9999", "Trang cũ.warc.gz")
    'imported/0123456789abcdef-Trang_c_.warc.gz'
    """
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
    return f"imported/{digest[:16]}-{safe if safe.endswith(WARC_SUFFIXES) else safe + '.warc.gz'}"


def origin_of(name: str) -> str:
    """The name that an imported file came under, "" for the archive's own files.

    >>> origin_of("imported/0123456789abcdef-old-site.warc.gz"), origin_of("lang_son-1.warc.gz")
    ('old-site.warc.gz', '')
    """
    return name.partition("-")[2] if name.startswith("imported/") else ""
