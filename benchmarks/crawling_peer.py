"""news-please's own crawler on generated sites: its command line, its settings, its files.

The other measurement of news-please (``peer_extractors``) calls it as a library, page by page, and
stores nothing. This one is the whole program: ``news-please -c FOLDER`` walks each site from its
front page with its RecursiveCrawler (Scrapy below it), tells articles from other pages, extracts
them and keeps the HTML and a JSON file of each, all as its default configuration has it; the only
changes are the folder that it writes to and one site at a time. It is not polite by default, so
nothing slows it down. Starting a site's process is told apart by crawling sites of two sizes.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generated_origin import Origin

SIZES = (20, 100)
"""Articles of a site, the smaller and the larger."""
LIMIT_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Crawled:
    """What it did with some sites. CPU seconds are of all its processes."""

    pages: int
    """Articles and pages of their listings."""
    articles: int
    """Of them there are so many."""
    cpu: float
    texts: dict[str, str]
    """Address -> what it has extracted and saved."""


def crawl(environment: Path, origin: Origin) -> Crawled:
    """Crawl all sites of an origin that has front pages.

    Raises RuntimeError where it does not end, or has saved nothing.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _configure(environment, folder, [f"http://{site.host}/" for site in origin.sites])
        asked = {**os.environ, "http_proxy": origin.url, "https_proxy": origin.url}
        asked |= {"no_proxy": "", "HOME": name}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        log = folder / "log.txt"
        with log.open("wb") as stream:
            subprocess.run(
                [environment / "bin" / "news-please", "-c", f"{folder}/config/"],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=asked,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        saved = [json.loads(file.read_bytes()) for file in (folder / "data").rglob("*.json")]
        if not saved:
            raise RuntimeError(f"news-please has saved nothing: {log.read_text('utf-8')[-1500:]}")
    return Crawled(
        sum(len(site.paths) for site in origin.sites),
        sum(len(site.articles) for site in origin.sites),
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        {str(article["url"]): str(article.get("maintext") or "") for article in saved},
    )


def _configure(environment: Path, folder: Path, sites: Sequence[str]) -> None:
    [defaults] = environment.glob("lib/python*/site-packages/newsplease/config/config.cfg")
    text = defaults.read_text("utf-8")
    for name, value in (("working_path", f"{folder}/"), ("number_of_parallel_crawlers", "1")):
        line = re.search(rf"(?m)^{name} = .*$", text)
        if line is None:
            raise RuntimeError(f"news-please's configuration has no {name}")
        text = f"{text[: line.start()]}{name} = {value}{text[line.end() :]}"
    (folder / "config").mkdir()
    (folder / "config" / "config.cfg").write_text(text, encoding="utf-8")
    listed = [{"url": url, "crawler": "RecursiveCrawler"} for url in sites]
    (folder / "config" / "sitelist.hjson").write_text(
        json.dumps({"base_urls": listed}), encoding="utf-8"
    )
