"""What a rebuild shall do, and what it did."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from archive.rebuilding.differences import Differences

MAX_LOST = 5.0
"""Percent of a site's articles: a rebuild that would lose more replaces nothing unless told to."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a rebuild shall do."""

    sites: tuple[str, ...] = ()
    """Only captures of these sites; of all, where none is named."""
    since: str = ""
    """Only captures from this day (in Vietnam) on, as ``2026-01-01``; of any day, where empty."""
    from_nothing: bool = False
    """Write every row anew, also where the old database has it already."""
    afresh: bool = False
    """Discard what an earlier rebuild has left."""
    dry_run: bool = False
    """Replace nothing."""
    max_lost: float = MAX_LOST
    """Percent of a site's articles."""
    jobs: int | None = None
    leave_damaged: bool = False
    """Do without what is damaged in WARC files."""
    dask: str = ""
    """Address of a dask scheduler whose workers read; "" for processes of this machine."""

    @property
    def whole(self) -> bool:
        return not self.sites and not self.since

    @property
    def kind(self) -> str:
        """What tells this rebuild from another one whose work cannot be taken up."""
        chosen = {"sites": sorted(self.sites), "since": self.since}
        return "whole" if self.whole else json.dumps(chosen)


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild made and found."""

    files: int = 0
    captures: int = 0
    articles: int = 0
    reread: int = 0
    """Captures that were read anew."""
    replaced: bool = False
    kept: Path | None = None
    """The new database, where it did not replace the old one."""
    differences: Differences | None = None
    """From the old database, where there was one."""
    left_out: list[str] = field(default_factory=list)
    """What is damaged in WARC files and was done without."""
    too_much_lost: tuple[str, ...] = ()
    """Sites that would lose more than the limit."""
    notes: list[str] = field(default_factory=list)
    """What a person should know of how it went."""


def told_kind(kind: str) -> str:
    """``Wishes.kind`` for people.

    >>> told_kind('{"sites": ["lang_son", "quan_1"], "since": "2026-01-01"}')
    'of the sites lang_son and quan_1, captures from 2026-01-01 on'
    """
    if kind == "whole":
        return "of everything"
    chosen = json.loads(kind)
    *others, last = chosen["sites"] or [""]
    sites = f"{', '.join(others)} and {last}" if others else last
    which = f"of the site{'s' if others else ''} {sites}" if sites else "of all sites"
    return f"{which}, captures from {chosen['since']} on" if chosen["since"] else which
