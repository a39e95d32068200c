"""Whole recorded sites crawled from their front page alone: ``python -m benchmarks.recorded_sites
FOLDER...``.

A folder holds WARC files and ``gold.jsonl``, a line per recorded address with ``url`` and
``page_type``. Each site is crawled as its family would be declared with nothing but the front page
(with ``--unknown`` as one of unknown software, with ``--surveyed`` as ``congdoan new-site`` would
declare it), then crawled again as it stands. Told are the articles found, requests per article,
and the requests of the second crawl.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive.records import Page
from benchmarks.replay_proxy import ReplayProxy
from crawler import catalogue, one_site
from crawler.extraction.document import parse_page
from crawler.extraction.layout_choice import knows_page
from crawler.extraction.urls import article_key
from crawler.families import FAMILIES
from crawler.families.unknown import UnknownSpider
from crawler.new_site.sketch import sketch_site
from crawler.new_site.survey import SurveyPlan
from crawler.new_site.writing import survey_site
from crawler.plan import Plan
from crawler.site_spider import SiteSpider


def family_of(page: Page) -> type[SiteSpider]:
    """The first family whose mark a page shows."""
    document: Any = parse_page(page)
    return next((f for f in FAMILIES if knows_page(document, f.layouts)), UnknownSpider)


def surveyed(home: str, folder: str, proxy: str) -> tuple[type[SiteSpider], dict[str, Any]]:
    """The family and the declarations that ``congdoan new-site`` would write."""
    plan = SurveyPlan(url=home, folder=folder, sample_proxy=proxy)
    survey, kinds, _ = survey_site(plan)
    sketch = sketch_site(survey, kinds)
    for line in [*sketch.found, *(f"MISSING {line}" for line in sketch.missing)]:
        print("   ", line)
    found: dict[str, Any] = {"start_urls": sketch.start_urls, "feeds": tuple(sketch.feeds)}
    found["sitemaps"] = tuple(sketch.sitemaps)
    if sketch.article_url:
        found["article_url"] = sketch.article_url
    return sketch.family, found


def crawl(
    home: str, family: type[SiteSpider], data: str, proxy: str, found: dict[str, Any]
) -> None:
    """Crawl one site in this process, which ends with it: a reactor runs only once."""
    host = catalogue.host_of(home)
    declared = {"name": "recorded", "title": host, "level": "national", "hosts": (host,)}
    declared |= {"start_urls": [home], "keeps": "none", **found}
    spider: Any = type(
        "RecordedSpider", (family,), {"title": host, "level": "national", **declared}
    )
    sites = {"recorded": spider}
    for module in (catalogue, one_site):
        module.declared_sites = lambda: sites  # type: ignore[attr-defined]
    result = one_site.crawl(Plan(site="recorded", data=data, sample_proxy=proxy))
    if result["outcome"] not in ("finished", "incomplete"):
        sys.exit(f"{home}: {result['outcome']}: {result['detail']}")


def in_a_process(*arguments: Any) -> None:
    process = multiprocessing.get_context("spawn").Process(target=crawl, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)


def measure(folder: Path, *, unknown: bool, survey: bool, show: bool) -> bool:
    """Crawl one recorded site twice and print what came of it; whether all was found."""
    gold = [json.loads(line) for line in (folder / "gold.jsonl").open(encoding="utf-8")]
    wanted = {article_key(row["url"]): row for row in gold if row["page_type"] == "article"}
    kinds = {article_key(row["url"]): row["page_type"] for row in gold}
    home = f"http://{urlsplit(gold[0]['url']).hostname}/"
    with (
        tempfile.TemporaryDirectory() as data,
        ReplayProxy(sorted(folder.glob("*.warc*"))) as proxy,
    ):
        body = proxy.answer(home)[2]
        family = UnknownSpider if unknown else family_of(Page(home, body, datetime.now(UTC)))
        found: dict[str, Any] = {}
        if survey:
            family, found = surveyed(home, f"{data}/survey", proxy.url)
        proxy.requests.clear()
        in_a_process(home, family, data, proxy.url, found)
        first, by_kind = (
            len(proxy.requests),
            Counter(kinds.get(article_key(url), "not recorded") for url in proxy.requests),
        )
        if show:
            for url in proxy.requests:
                print(f"    {kinds.get(article_key(url), '-'):12} {url}")
        proxy.requests.clear()
        in_a_process(home, family, data, proxy.url, found)
        db = Database(Path(data) / "archive.db")
        held = {
            address
            for (address,) in db.execute(
                "select address from article_addresses join articles on id = article_id"
            )
        }
        articles = db["articles"].count
        if show:
            print(*db.execute("select url, kind, detail from fetch_errors"), sep="\n    ")
        complete = db.execute("select min(complete) from crawls").fetchone()[0]
        db.close()
        missing = sorted(set(wanted) - held)
        print(
            f"{folder.name} ({family.__name__}): {len(wanted) - len(missing)} of {len(wanted)} "
            f"articles, {articles} rows, {first} requests, {first / len(wanted):.2f} per article;"
            f" second crawl {len(proxy.requests)} requests; complete {bool(complete)}"
        )
        print("   ", dict(by_kind.most_common()))
        for address in missing[:5]:
            print("    missing", address)
        return not missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--unknown", action="store_true", help="as of unknown software")
    parser.add_argument("--surveyed", action="store_true", help="as new-site would declare it")
    parser.add_argument("--show", action="store_true", help="print every request")
    given = parser.parse_args()
    found = [
        measure(folder, unknown=given.unknown, survey=given.surveyed, show=given.show)
        for folder in given.folders
    ]
    sys.exit(0 if all(found) else 1)


if __name__ == "__main__":
    main()
