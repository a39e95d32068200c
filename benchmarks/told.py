"""Where a benchmark puts what it found: on the screen, and between marks of a document.

A section of the document stands between ``<!-- measured: NAME -->`` and ``<!-- end: NAME -->``;
what is between them is the benchmark's alone, what is around them people's.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Told:
    """One section: its name and the lines of Markdown."""

    name: str
    lines: Sequence[str]


def told_parser(about: str | None) -> argparse.ArgumentParser:
    """A parser for a benchmark's command, of which ``about`` tells; it knows ``--write``."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="replace the measured section of this document"
    )
    return parser


def machine() -> str:
    """On what was measured, in general terms."""
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {date.today():%Y-%m-%d}"
    )


def told_to(document: Path | None, told: Told) -> None:
    """Print a section, and write it into the document if one is given.

    Raises ``SystemExit`` where the document has no such section.
    """
    text = "\n".join(told.lines).strip()
    print(text, flush=True)
    if document is None:
        return
    before = document.read_text("utf-8")
    section = re.compile(
        rf"(<!-- measured: {re.escape(told.name)} -->\n).*?(<!-- end: {re.escape(told.name)} -->)",
        re.S,
    )
    if not section.search(before):
        raise SystemExit(f"{document} has no section for {told.name!r}")
    written = f"\n{text}\n\nMeasured on {machine()}.\n\n"
    document.write_text(
        section.sub(lambda match: match[1] + written + match[2], before), encoding="utf-8"
    )
