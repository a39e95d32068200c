"""What a crawl of one site is asked to do: passed from the starter to the crawl's process."""

from __future__ import annotations

from dataclasses import dataclass

from archive.crawled_web import LIVE, SAMPLE


@dataclass(frozen=True, slots=True)
class Plan:
    """What the starter decides about one crawl."""

    site: str
    data: str
    contact: str = ""
    sample_proxy: str = ""
    max_pages: int = 0
    recheck: bool = False
    walk_all: bool = False
    max_minutes: int = 0
    """After which the crawl ends, to be gone on with; 0: none."""
    fresh: bool = False
    """Look at feeds and listings again, whatever is left of an earlier crawl's queue."""
    by_hand: bool = False
    """A person waits for it: what failed before is asked again now, and not when it is due."""
    quiet_hours: str = ""
    """Hours in which the crawl asks nothing, such as "22:00-05:00" in Vietnam's time."""
    warc_max_bytes: int = 0
    """Bytes after which a WARC file is closed and the next begun; 0 for the default, 1 GB."""

    @property
    def web(self) -> str:
        """Which web is crawled, as ``archive.crawled_web`` says it."""
        return SAMPLE if self.sample_proxy else LIVE
