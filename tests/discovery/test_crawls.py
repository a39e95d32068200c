"""Whole crawls of small sites: what is found, what is asked for again, and what is left alone."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from crawler.second_looks import PROBES
from tests.discovery.small_web import (
    HOME,
    NOT_FOUND,
    Answer,
    SmallWeb,
    article,
    crawl,
    feed,
    held,
    listing,
    rows,
)

pytestmark = pytest.mark.slow

PER_PAGE = 5
ARTICLE = {"article_url": r"/bai-\d+\.html$", "listing_url": r"/tin-tuc(?:/page-\d+)?$"}


class News:
    """A site with one listing, newest first, in pages; every answer of it may be replaced."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.robots = "User-agent: *\nDisallow:\n"
        self.feed: list[int] | None = None
        self.extra: dict[str, Answer] = {}

    def __call__(self, path: str, headers: dict[str, str]) -> Answer:
        if path in self.extra:
            return self.extra[path]
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, self.robots.encode()
        if path == "/rss" and self.feed is not None:
            tag = f'"{self.feed[0]}-{len(self.feed)}"'
            if headers.get("if-none-match") == tag:
                return 304, {"ETag": tag}, b""
            status, answered, body = feed(f"{HOME}bai-{n}.html" for n in self.feed)
            return status, {**answered, "ETag": tag}, body
        if path.startswith("/bai-"):
            number = int(path[5:-5])
            return article(number) if 0 < number <= self.count else NOT_FOUND
        if path == "/" or path.startswith("/tin-tuc"):
            page = int(path.partition("page-")[2] or 1)
            newest = self.count - (page - 1) * PER_PAGE
            links = [
                (f"/bai-{n}.html", f"Bài {n}")
                for n in range(newest, newest - PER_PAGE, -1)
                if n > 0
            ]
            if newest <= 0:
                return NOT_FOUND
            if newest > PER_PAGE:
                # The last link is dead, as those of sections that were deleted are.
                links += [(f"/tin-tuc/page-{page + 1}", str(page + 1)), ("/tin-tuc/page-99", "99")]
            return listing(links)
        return NOT_FOUND

    def paths(self) -> set[str]:
        return {f"/bai-{n}.html" for n in range(1, self.count + 1)}


START = {**ARTICLE, "start_urls": [HOME + "tin-tuc"]}


def test_a_quiet_site_costs_one_request_and_news_what_it_must(tmp_path: Path) -> None:
    site = News(23)
    with SmallWeb(site) as web:
        assert crawl(web, tmp_path, START)["complete"]
        assert held(tmp_path) == site.paths()
        web.pages()
        assert crawl(web, tmp_path, START)["complete"]
        assert web.pages() == ["/tin-tuc"]
        site.count += 7
        assert crawl(web, tmp_path, START)["complete"]
        asked = web.pages()
    assert held(tmp_path) == site.paths()
    # Seven articles on two pages; the second page holds known ones, which is the overlap.
    assert (
        sorted(path for path in asked if "tin-tuc" in path)
        == ["/tin-tuc", "/tin-tuc/page-2", "/tin-tuc/page-3"][: len(asked) - 7]
    )
    assert len(asked) <= 7 + 3


def test_known_articles_are_looked_at_once_the_site_has_answered(tmp_path: Path) -> None:
    site = News(23)
    refused: Answer = (403, {"Content-Type": "text/html"}, b"<h1>Forbidden</h1>")

    def looked_at(answer: Any) -> list[str]:
        web.answer = answer
        web.pages()
        crawl(web, tmp_path, START, recheck=True)
        return [path for path in web.pages() if path.startswith("/bai-")]

    with SmallWeb(site) as web:
        crawl(web, tmp_path, START)
        assert len(looked_at(site)) == 23
        # Refused everywhere; then where its listings have gone and its articles stand.
        assert 0 < len(looked_at(lambda path, headers: refused)) <= PROBES
        site.extra["/tin-tuc"] = NOT_FOUND
        assert len(looked_at(site)) == 23


def test_a_site_that_failed_is_asked_one_thing_until_it_answers(tmp_path: Path) -> None:
    site = News(12)
    declared = {**START, "feeds": (HOME + "rss",)}
    site.feed = list(range(12, 2, -1))
    refused: Answer = (403, {"Content-Type": "text/html"}, b"<h1>Forbidden</h1>")
    with SmallWeb(site) as web:
        crawl(web, tmp_path, declared)
        web.answer = lambda path, headers: refused
        assert crawl(web, tmp_path, declared)["outcome"] == "failed"
        web.pages()
        assert crawl(web, tmp_path, declared)["outcome"] == "failed"
        assert len(web.pages()) <= 3
        web.answer = site
        site.count, site.feed = 14, list(range(14, 4, -1))
        assert crawl(web, tmp_path, declared)["outcome"] != "failed"
    assert held(tmp_path) == site.paths()


def test_the_page_behind_the_newest_known_articles_is_left(tmp_path: Path) -> None:
    """News above articles that are known shows that no news stands behind them."""
    site = News(23)
    with SmallWeb(site) as web:
        crawl(web, tmp_path, START)
        web.pages()
        for news, pages in ((2, ["/tin-tuc"]), (4, ["/tin-tuc", "/tin-tuc/page-2"])):
            site.count += news
            assert crawl(web, tmp_path, START)["complete"]
            assert [path for path in web.pages() if "tin-tuc" in path] == pages
            assert held(tmp_path) == site.paths()


def test_what_a_broken_off_crawl_left_out_is_found_by_the_next(tmp_path: Path) -> None:
    site = News(12)
    with SmallWeb(site) as web:
        assert crawl(web, tmp_path, START)["complete"]
        site.count += 22
        assert crawl(web, tmp_path, START, max_pages=4)["outcome"] == "limited"
        assert held(tmp_path) != site.paths()
        assert crawl(web, tmp_path, START)["complete"]
    assert held(tmp_path) == site.paths()


def test_a_feed_answers_for_the_listings(tmp_path: Path) -> None:
    site = News(12)
    site.feed = list(range(12, 2, -1))
    declared = {**START, "feeds": (HOME + "rss",)}
    with SmallWeb(site) as web:
        crawl(web, tmp_path, declared)
        assert held(tmp_path) == site.paths()
        web.pages()
        crawl(web, tmp_path, declared)
        assert web.pages() == ["/rss"]
        site.count, site.feed = 14, list(range(14, 4, -1))
        crawl(web, tmp_path, declared)
        assert sorted(web.pages()) == ["/bai-13.html", "/bai-14.html", "/rss"]
        # A gap that is wider than the feed: the listing is asked.
        site.count, site.feed = 29, list(range(29, 19, -1))
        crawl(web, tmp_path, declared)
    assert held(tmp_path) == site.paths()
    assert rows(tmp_path, "select record_type, outcome from captures where status = 304") == [
        ("revisit", "not_modified")
    ]


def test_a_feed_that_fails_answers_for_nothing(tmp_path: Path) -> None:
    site = News(6)
    site.feed = [6, 5, 4]
    declared = {**START, "feeds": (HOME + "rss",)}
    bomb: Answer = (200, {}, b"<!DOCTYPE a [<!ENTITY b 'c'>]><rss/>")
    standing_still = feed([f"{HOME}bai-{n}.html" for n in (3, 2, 1)])
    with SmallWeb(site) as web:
        crawl(web, tmp_path, declared)
        for answer in (NOT_FOUND, feed([]), bomb, standing_still):
            site.count += 6
            site.extra["/rss"] = answer
            crawl(web, tmp_path, declared)
            assert held(tmp_path) == site.paths()


def test_sitemaps_that_robots_names_lead_to_what_no_listing_shows(tmp_path: Path) -> None:
    site = News(40)
    site.robots += f"Sitemap: {HOME}so-do.xml\nSitemap: http://elsewhere.test/sitemap.xml\n"
    inner = "".join(f"<url><loc>{HOME}bai-{n}.html</loc></url>" for n in range(1, 41))
    xml = {"Content-Type": "application/xml"}
    site.extra = {
        "/tin-tuc": listing([("/bai-40.html", "Bài 40")]),
        "/so-do.xml": (200, xml, (
            f"<sitemapindex><sitemap><loc>{HOME}tin.xml.gz</loc></sitemap>"
            f"<sitemap><loc>{HOME}hong.xml</loc></sitemap>"
            f"<sitemap><loc>{HOME}so-do.xml</loc></sitemap></sitemapindex>").encode()),
        "/tin.xml.gz": (200, {}, gzip.compress(f"<urlset>{inner}</urlset>".encode())),
        "/hong.xml": (200, xml, b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset/>"),
    }  # fmt: skip
    with SmallWeb(site) as web:
        result = crawl(web, tmp_path, START)
        assert result["complete"]
        web.pages()
        crawl(web, tmp_path, START)
        assert web.pages() == ["/tin-tuc"]
    assert held(tmp_path) == site.paths()
    kinds = dict(rows(tmp_path, "select url, kind from fetch_errors"))
    assert kinds == {HOME + "hong.xml": "unparsable"}


def test_ids_are_walked_downwards_and_not_twice(tmp_path: Path) -> None:
    site = News(60)
    there = {n for n in range(1, 61) if n % 7 and not 20 < n < 27}
    site.extra = {f"/bai-{n}.html": NOT_FOUND for n in range(1, 61) if n not in there}
    site.extra["/tin-tuc"] = listing([(f"/bai-{n}.html", f"Bài {n}") for n in (60, 59, 58)])
    walk: dict[str, Any] = {"url": HOME + "bai-{id}.html", "newest": 50, "misses": 8}
    declared = {**START, "id_walk": walk}
    with SmallWeb(site) as web:
        assert crawl(web, tmp_path, declared)["complete"]
        assert len(web.pages()) <= 60 + 4 + 2
        assert held(tmp_path) == {f"/bai-{n}.html" for n in there}
        again = crawl(web, tmp_path, declared, walk_all=True)
        assert again["counters"]["new"] == 0
        # Above the newest, where something may have come; below it everything is known.
        assert len(web.pages()) <= 1 + 4 + 8


def test_traps_are_left_and_everything_real_is_found(tmp_path: Path) -> None:
    """A calendar, filters, paging that never ends, a listing of itself, folders in folders."""
    site = News(20)

    def trapped(path: str, headers: dict[str, str]) -> Answer:
        if path.startswith("/lich"):
            year, month, day = (int(part) for part in path.split("/")[2:5])
            near = [("/bai-20.html", "Bài 20")]
            return listing([*near, (f"/lich/{year}/{month}/{day + 1}", "sau"),
                            (f"/lich/{year + 1}/{month}/{day}", "năm sau")])  # fmt: skip
        if path.startswith("/loc"):
            more = [(path + "x", "xếp"), (f"{path}?a={len(path)}", "lọc")]
            return listing([("/bai-20.html", "Bài"), *more, (f"{path}&a=1&a=2&a=3", "lọc")])
        if path.startswith("/mai"):
            number = int(path.partition("page-")[2] or 1)
            return listing([("/bai-19.html", "Bài 19"), (f"/mai/page-{number + 1}", "sau")])
        if path.startswith("/tep"):
            return listing([(path.rstrip("/") + "/tep/", "vào"), ("/tep/", "ra"), (path, "đây")])
        if path == "/":
            more = [
                ("/lich/2024/5/1", "Lịch"),
                ("/loc", "Lọc"),
                ("/mai", "Mãi"),
                ("/tep/", "Tệp"),
                ("/", "Nhà"),
            ]
            return listing([*more, ("/tin-tuc", "Tin")])
        return site(path, headers)

    declared = {
        "article_url": ARTICLE["article_url"],
        "listing_url": r"/(?:tin-tuc|lich|loc|mai|tep)",
    }
    with SmallWeb(trapped) as web:
        result = crawl(web, tmp_path, declared)
        asked = web.pages()
    assert result["outcome"] == "finished"
    assert held(tmp_path) == site.paths()
    assert len(asked) < 1_200
    told = " ".join(
        detail
        for (detail,) in rows(tmp_path, "select detail from fetch_errors where kind = 'trap'")
    )
    assert "no new article" in told
    assert "repeat" in told


def test_a_chain_of_articles_without_end_is_left(tmp_path: Path) -> None:
    def endless(path: str, headers: dict[str, str]) -> Answer:
        if path == "/robots.txt":
            return NOT_FOUND
        if path == "/":
            return listing([("/bai-1.html", "Bài 1")])
        number = int(path[5:-5])
        return article(number, [f"/bai-{number + 1}.html"])

    with SmallWeb(endless) as web:
        result = crawl(web, tmp_path, ARTICLE)
        assert result["outcome"] == "finished"
        assert 30 < len(web.pages()) < 60
