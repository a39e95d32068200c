"""Which site an address belongs to, what state a site is in, and which provinces are covered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner
from sqlite_utils import Database

from archive.crawl_log import begin_crawl, finish_crawl
from archive.database import open_archive, save_site
from archive.vietnamese.provinces import MERGED_FROM, PROVINCE_2025
from crawler.catalogue import declared_sites, site_crawled, site_record, spider_for
from crawler.commands.schedule import status
from crawler.commands.sites import sites
from crawler.extraction.urls import canonical_url
from crawler.holdings import coverage_of, site_rows
from crawler.operation.drifting import examined_health

NOW = datetime.now(UTC)
"""The clock of the commands."""
SITES = declared_sites()


def name_of(url: str) -> str:
    spider = spider_for(url)
    return spider.name if spider is not None else ""


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://laodong.vn/ldld-thanh-hoa/bai-1216021.ldo", "lao_dong_thanh_hoa"),
        ("https://www.laodong.vn/ldld-thanh-hoa", "lao_dong_thanh_hoa"),
        ("https://laodong.vn/cong-doan/bai-825671.ldo", "bao_lao_dong"),
        ("https://laodong.vn/ldld-thanh-hoa-khac/bai-1.ldo", "bao_lao_dong"),
        ("https://congdoanvietnam.laodong.vn/ldld-ca-mau/bai-925062.ldo", "lao_dong_ca_mau"),
        ("https://congdoanvietnam.laodong.vn/", "cong_doan_lao_dong"),
        ("https://baodongnai.com.vn/congdoan/hoatdongcongdoan/", "bao_dong_nai"),
        ("https://baodongnai.com.vn/kinh-te/", ""),
        (
            "http://congdoanbinhthuan.org.vn:80/../cong-doan-co-so-11/bai-viet-a-1.html",
            "binh_thuan",
        ),
    ],
)
def test_sites_that_share_a_host_are_told_apart_by_path(url: str, name: str) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize(
    ("name", "url"),
    [
        (
            "binh_thuan",
            "http://congdoanbinhthuan.org.vn:80/../a-11/bai-viet-cong-doan-a--b-19124.html",
        ),
        ("tay_ninh", "https://congdoan.tayninh.gov.vn/cap-tren/ldld-trao-nha-5333-5333.html"),
        ("thanh_hoa", "http://congdoanthanhhoa.org.vn/NewsDetail.aspx?Id=19289"),
        (
            "quang_nam",
            "http://congdoanquangnam.org.vn/Default.aspx?tabid=656&Group=10&NID=1373&a-b",
        ),
        ("giao_thong_van_tai", "https://congdoangiaothongvantai.com.vn/p/khoi-thi-dua-6-c24n386"),
        ("can_tho_org", "https://ldldct.org.vn/ldld-huyen-vinh-thanh-hien-mau-nam-2017-"),
        ("cao_bang", "http://ldld.caobang.gov.vn/news/savefile/CAP-TREN/LDLD-Quang-Hoa-1630.html"),
    ],
)
def test_addresses_of_articles_are_known_as_such(name: str, url: str) -> None:
    spider = SITES[name]
    rules = spider.layouts[0].canonical_rules if spider.layouts else ()
    assert re.search(spider.article_url, canonical_url(url, rules))


def test_what_sections_share_belongs_to_the_crawl_that_fetched_it() -> None:
    robots = "https://laodong.vn/robots.txt"
    assert site_crawled(robots, "lao_dong_phu_tho").name == "lao_dong_phu_tho"
    assert site_crawled(robots, "hai_phong").name == "bao_lao_dong"
    assert site_crawled(robots, "").name == "bao_lao_dong"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    found = open_archive(tmp_path / "archive.db")
    save_site(found, site_record(SITES["lang_son"]))
    yield found
    found.close()


def crawled(db: Database, days_ago: float, outcome: str, *, complete: bool = False) -> None:
    start = NOW - timedelta(days=days_ago)
    crawl = f"lang_son-{days_ago}"
    begin_crawl(db, crawl, "lang_son", "crawl", start, "test")
    if outcome != "running":
        end = start + timedelta(minutes=5)
        finish_crawl(
            db,
            crawl,
            end,
            outcome,
            complete=complete,
            counters={"fetched": 0 if outcome == "failed" else 5},
        )


def said_by(command: Command, data: Path, name: str) -> dict[str, tuple[str, str]]:
    """State and reason of every site as a command tells them in JSON."""
    told = CliRunner().invoke(command, ["--data", str(data), "--json"])
    key, word = ("name", "state") if name == "sites" else ("site", "word")
    return {row[key]: (row[word], row["reason"]) for row in json.loads(told.stdout)}


@pytest.mark.parametrize(
    ("crawls", "word"),
    [
        ([], "never"),
        ([(1, "finished", True)], "current"),
        ([(9, "finished", True)], "behind"),
        ([(1, "limited", False)], "behind"),
        ([(3, "finished", True), (0.001, "running", False)], "current"),
        ([(3, "finished", True), (2, "failed", False), (1, "failed", False)], "failing"),
        ([(40, "finished", True), (29, "failed", False), (1, "failed", False)], "gone"),
    ],
)
def test_sites_and_status_say_the_same(
    db: Database, tmp_path: Path, crawls: list[tuple[float, str, bool]], word: str
) -> None:
    for days_ago, outcome, complete in crawls:
        crawled(db, days_ago, outcome, complete=complete)
    listed, told = (said_by(sites, tmp_path, "sites"), said_by(status, tmp_path, "status"))
    assert listed == told
    assert listed["lang_son"][0] == word
    assert set(listed) == set(SITES)


def test_coverage_names_every_province_once() -> None:
    covered = coverage_of(site_rows(None, examined_health(None, Path("none"), NOW)))
    assert len(covered) == len(PROVINCE_2025) == 63
    assert {row["province_2025"] for row in covered} == set(MERGED_FROM)
    by_name = {row["province"]: row["sites"] for row in covered}
    assert by_name["Bắc Giang"] == "lao_dong_bac_giang"
    assert by_name["Bạc Liêu"] == ""
    assert set(by_name["Cần Thơ"].split(", ")) == {"can_tho", "can_tho_org"}
    assert sum(bool(sites) for sites in by_name.values()) >= 23


def test_the_command_lists_states_and_coverage(tmp_path: Path) -> None:
    told = CliRunner().invoke(sites, ["--data", str(tmp_path), "--json"])
    assert told.exit_code == 0
    found = {row["name"]: row for row in json.loads(told.stdout)}
    assert set(found) == set(SITES)
    assert found["da_nang"]["evidence"] == "link"
    assert {row["state"] for row in found.values()} == {"never"}
    told = CliRunner().invoke(sites, ["--data", str(tmp_path), "--coverage"])
    assert "of 63 provinces" in told.output
    assert "Lâm Đồng" in told.output
