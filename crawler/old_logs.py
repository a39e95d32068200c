"""Logs of crawls, one file each: kept for a while, and never more than a disk has to spare.

What a crawl did stands in the tables ``crawls`` and ``fetch_errors``, which are kept; its log is
for whoever looks into a failure soon after.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

logger = logging.getLogger(__name__)

FOLDER = "logs"
_OURS = re.compile(r"[a-z0-9_]+-\d{8}T\d{6}Z-[0-9a-f]+\.log")
"""Names after the id of a crawl. What else lies in the folder is not ours to remove."""
YOUNG = timedelta(days=2)
"""Kept whatever their size: they may be of crawls that are under way."""


@dataclass(frozen=True, slots=True)
class KeptLogs:
    """How long and how many logs are kept."""

    days: int = 90
    """Since a log was last written to; 0: for ever."""
    megabytes: int = 1000
    """Of all logs together, the oldest going first; 0: any number."""


def remove_old_logs(data: Path, kept: KeptLogs, now: datetime) -> int:
    """Remove the logs of an archive that are too old, or too many; how many they were.

    A file that cannot be removed stays, with a line in the log: nothing depends on it.
    """
    found: list[tuple[float, int, Path]] = []
    for path in (data / FOLDER).glob("*.log"):
        if not _OURS.fullmatch(path.name):
            continue
        try:
            known = path.lstat()
        except FileNotFoundError:
            continue  # Another process has just removed it.
        found.append((known.st_mtime, known.st_size, path))
    oldest = (now - timedelta(days=kept.days)).timestamp() if kept.days else 0.0
    young = (now - YOUNG).timestamp()
    room = kept.megabytes * 1_000_000 if kept.megabytes else sum(size for _, size, _ in found)
    removed = 0
    for written_at, size, path in sorted(found, reverse=True):
        room -= size
        if written_at >= young or (written_at >= oldest and room >= 0):
            continue
        try:
            path.unlink(missing_ok=True)
            removed += 1
        except OSError as error:
            logger.warning("The log %s cannot be removed: %s", path.name, error.strerror)
    return removed
