"""What a job on a node has done so far, and how it ended: a file that the dispatcher reads."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import signals
from twisted.internet.task import LoopingCall

from crawler.progress import counters

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

INTERVAL_SECONDS = 2.0
KEPT_SECONDS = 30 * 86_400
_JOB = re.compile(r"[a-z0-9_]{1,100}-[0-9]{1,20}")


def job_name(site: str, token: int) -> str:
    """The name that scrapyd knows a job by: the same post twice is the same job.

    >>> job_name("lang_son", 7)
    'lang_son-7'
    """
    return f"{site}-{token}"


def write_report(folder: Path, job: str, said: dict[str, Any]) -> None:
    """Keep a report, whole or not at all. Raises ValueError for what is no name of a job."""
    path = _path(folder, job)
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    os.replace(part, path)


def read_report(folder: Path, job: str) -> dict[str, Any] | None:
    """A job's last report, None where there is none. Raises ValueError as ``write_report``."""
    try:
        said: Any = json.loads(_path(folder, job).read_text("utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    return said if isinstance(said, dict) else None


def forget_old_reports(folder: Path) -> None:
    """Remove reports that nobody has asked for in a month."""
    for path in folder.glob("*.json"):
        if path.stat().st_mtime < time.time() - KEPT_SECONDS:
            path.unlink(missing_ok=True)


def _path(folder: Path, job: str) -> Path:
    if not _JOB.fullmatch(job):
        raise ValueError(f"{job[:100]!r} is no name of a job")
    return folder / f"{job}.json"


class ReportProgress:
    """Extension that keeps the counters of a crawl in its job's report while it runs.

    Settings: NODE_REPORTS, the folder, and NODE_JOB, the job's name.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._folder = Path(str(crawler.settings["NODE_REPORTS"]))
        self._job = str(crawler.settings["NODE_JOB"])
        self._clock = LoopingCall(self._tell)
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReportProgress:
        return cls(crawler)

    def _opened(self) -> None:
        self._clock.start(INTERVAL_SECONDS, now=True)

    def _closed(self) -> None:
        if self._clock.running:
            self._clock.stop()

    def _tell(self) -> None:
        said = {"outcome": "running", "counters": counters(self._crawler)}
        write_report(self._folder, self._job, said)
