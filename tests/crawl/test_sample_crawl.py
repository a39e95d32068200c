"""The whole line on the sample web: the very spiders and settings that crawl the live one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlite_utils import Database

from crawler.catalogue import declared_sites
from crawler.extraction.urls import article_key
from crawler.sample_web import SITES, ExpectedArticle, expected_articles
from tests.crawl.conftest import Crawled, crawl_sample

ARTICLES: list[tuple[str, ExpectedArticle]] = [
    (site, article) for site in sorted(SITES) for article in expected_articles(site)
]
READABLE = [article for _, article in ARTICLES if not article.challenged]


def stored(db: Database, url: str) -> dict[str, Any]:
    found = list(
        db.query(
            "select * from articles where id ="
            " (select article_id from article_addresses where address = ?)",
            [article_key(url)],
        )
    )
    assert found, f"no article at {url}"
    return found[0]


def test_every_site_is_walked_to_its_end(first_crawl: Crawled) -> None:
    assert {run.site: run.outcome for run in first_crawl.runs} == dict.fromkeys(
        sorted(SITES), "finished"
    )
    assert all(run.complete for run in first_crawl.runs)


def test_every_article_is_found_and_nothing_else(first_crawl: Crawled) -> None:
    """All but the one behind the cookie stub, which is not answered; that one has its reason."""
    wanted = {article_key(article.url) for _, article in ARTICLES if not article.challenged}
    held = {article_key(row["url"]) for row in first_crawl.db["articles"].rows}
    assert held == wanted
    reasons = {row["url"]: row["reason"] for row in first_crawl.db["unreadable"].rows}
    for _, article in ARTICLES:
        if article.challenged:
            assert reasons[article.url] == "challenge"


@pytest.mark.parametrize("article", READABLE, ids=lambda article: f"{article.site} {article.title}")
def test_an_article_is_right_to_the_letter(first_crawl: Crawled, article: ExpectedArticle) -> None:
    row = stored(first_crawl.db, article.url)
    assert row["title"] == article.title
    # Where a site marks no lead, the first paragraph serves as one.
    lines = [line for line in (row["lead"], *row["body"].split("\n")) if line]
    assert lines == [line for line in (article.lead, *article.body) if line]
    if article.lead:
        assert row["lead"] == article.lead
    if article.published:
        assert row["published_at"] == article.published.iso()
        assert row["published_precision"] == article.published.precision
    else:
        # A page without a date may still tell one in its text, and the row says so.
        assert row["published_evidence"] in (None, "text")
    assert row["author"] == ", ".join(article.persons)
    assert row["source"] == article.source
    assert row["unit"] == article.unit
    assert row["section"] == article.section
    assert sorted(json.loads(row["tags"])) == sorted(article.tags)
    db = first_crawl.db
    sql = "select url, caption from images where article_id = ? order by position"
    assert db.execute(sql, [row["id"]]).fetchall() == [
        (image.url, image.caption) for image in article.images
    ]
    sql = "select url, title from attachments where article_id = ? order by url"
    assert db.execute(sql, [row["id"]]).fetchall() == sorted(
        (attachment.url, attachment.title) for attachment in article.attachments
    )
    table = [tuple(line.split("\t")) for line in row["table_text"].split("\n") if line]
    assert table == list(article.table_rows)
    for address in article.aliases:
        known = db.execute(
            "select article_id from article_addresses where address = ?", [article_key(address)]
        ).fetchone()
        assert known is None or known[0] == row["id"]


def test_manners(first_crawl: Crawled) -> None:
    """robots.txt first at every host, nothing forbidden, nothing off-site, no print view twice."""
    asked: dict[str, list[str]] = {}
    for request in first_crawl.requests:
        if request.method == "CONNECT":
            continue
        asked.setdefault(urlsplit(request.url).hostname or "", []).append(request.url)
    hosts = {
        host for name, spider in declared_sites().items() if name in SITES for host in spider.hosts
    }
    assert set(asked) <= hosts
    for urls in asked.values():
        assert urls[0].endswith("/robots.txt")
    twice = [
        url
        for urls in asked.values()
        for url, times in Counter(urls).items()
        if times > 3 and not url.endswith("/robots.txt")
    ]
    assert twice == []


def test_every_capture_has_an_outcome(first_crawl: Crawled) -> None:
    assert first_crawl.db.execute(
        "select count(*) from captures where outcome is null"
    ).fetchone() == (0,)


def test_the_hard_things_left_their_reasons(first_crawl: Crawled) -> None:
    outcomes = {row[0] for row in first_crawl.db.execute("select distinct outcome from captures")}
    assert {
        "article",
        "listing",
        "challenge",
        "soft_404",
        "gone",
        "redirect",
        "truncated",
    } <= outcomes
    kinds = {row[0] for row in first_crawl.db.execute("select distinct kind from fetch_errors")}
    assert "robots" in kinds


def test_a_second_crawl_asks_for_listings_only(copied: Path) -> None:
    before = Database(copied / "archive.db")
    known = before["articles"].count
    rows = sorted(before.execute("select id, revisions, content_hash from articles").fetchall())
    before.close()
    second = crawl_sample(copied)
    assert (
        sorted(second.db.execute("select id, revisions, content_hash from articles").fetchall())
        == rows
    )
    asked = [request for request in second.requests if request.method != "CONNECT"]
    assert len(asked) < known / 2
    assert all(run.counters["new"] == 0 for run in second.runs)


def test_edits_and_takedowns_are_noticed(copied: Path) -> None:
    with Database(copied / "archive.db") as before_it:
        known = dict(before_it.execute("select site, count(*) from articles group by 1").fetchall())
    second = crawl_sample(copied, edition=2, recheck=True)
    db = second.db
    for run in second.runs:  # Print views of one are looked at too; also where the answer is 304.
        told = run.counters
        assert told["unchanged"] + told["changed"] + told["gone"] >= known[run.site], told
    for site in sorted(SITES):
        before = {article.url for article in expected_articles(site, 1)}
        edited = gone = new = 0
        for article in expected_articles(site, 2):
            if article.challenged:
                continue
            row = stored(db, article.url)
            lines = [line for line in (row["lead"], *row["body"].split("\n")) if line]
            assert lines == [line for line in (article.lead, *article.body) if line]
            assert bool(row["gone_at"]) == bool(row["gone_reason"]) == (article.status == "gone")
            assert row["revisions"] == (2 if article.edited else 1), article.url
            gone += article.status == "gone"
            edited += article.edited
            new += article.url not in before
            if article.edited:
                changed = db.execute(
                    "select changed from revisions where article_id = ? and number = 2", [row["id"]]
                ).fetchone()
                assert "body" in json.loads(changed[0])
        assert (edited, gone, new) == (1, 1, 1), site


def test_a_rebuild_gives_the_same_rows(
    copied: Path, all_rows: Callable[[Database], dict[str, list[tuple[Any, ...]]]]
) -> None:
    from crawler.intake.rebuild import rebuild

    before = Database(copied / "archive.db")
    wanted = all_rows(before)
    before.close()
    for database in ("there", "not there"):
        if database == "not there":
            for path in copied.glob("archive.db*"):
                path.unlink()
        rebuild(copied, jobs=2)
        after = Database(copied / "archive.db")
        got = all_rows(after)
        after.close()
        for table, rows in wanted.items():
            assert got[table] == rows, (database, table)
