"""What one crawl knows of a site before it asks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from archive.crawl_log import finish_crawl
from crawler.sources import Sources
from tests.archive.small_archive import HOST, START, SmallArchive

SITE: Any = SimpleNamespace(feeds=(), listing_feed="", start_urls=[f"{HOST}/tin"], keeps="images")


def test_what_a_crawl_brings_is_news_in_the_second_in_which_the_last_walk_ended(
    tmp_path: Path,
) -> None:
    """Else a page of a listing that shows what a feed has just brought would end the listing."""
    ended = START + timedelta(minutes=5)
    with SmallArchive(tmp_path) as small:
        small.page("/tin-1.html", "<p>Một</p>", body="Một.")
        finish_crawl(small.db, small.crawl, ended, "finished", complete=True, counters={})
        sources = Sources(small.db, "mau", SITE, ended)
        new = f"{HOST}/tin-2.html"
        assert sources.standing(new).due
        small.page("/tin-2.html", "<p>Hai</p>", body="Hai.", at=ended)
        assert sources.standing(new).known
        assert not sources.standing(new).anchored
        assert sources.standing(f"{HOST}/tin-1.html").anchored
