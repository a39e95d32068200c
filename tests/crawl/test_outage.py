"""An outage that has passed leaves no trace in the next crawl that a person starts."""

from __future__ import annotations

import socket
from pathlib import Path

from crawler.crawling import run_crawls
from crawler.frontier.looking import look
from crawler.plan import Plan
from tests.crawl.conftest import crawl_sample


def test_what_failed_is_asked_again_by_the_crawl_that_follows(copied: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # And does not listen.
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        plan = Plan("lang_son", str(copied), sample_proxy=proxy, by_hand=True)
        failed = run_crawls([plan], 1, lambda _: None)[0]
    assert (failed.outcome, failed.counters["fetched"]) == ("failed", 0)
    left = [url for url, _, again in look(copied / "frontier" / "lang_son.db").failed if again]
    assert left
    after = crawl_sample(copied, sites=["lang_son"], by_hand=True)
    assert (after.runs[0].outcome, after.runs[0].complete) == ("finished", True), after.runs
    assert not [1 for _, _, again in look(copied / "frontier" / "lang_son.db").failed if again]
