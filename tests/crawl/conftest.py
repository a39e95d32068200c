"""A crawl of the sample web, made once and read by many tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from crawler.catalogue import declared_sites
from crawler.crawling import SiteRun, run_crawls
from crawler.plan import Plan
from crawler.sample_web import SITES, SampleWeb

DERIVED = (
    "sites",
    "warc_files",
    "captures",
    "articles",
    "article_addresses",
    "revisions",
    "images",
    "attachments",
    "unreadable",
)


@dataclass(frozen=True)
class Crawled:
    data: Path
    runs: list[SiteRun]
    requests: list[Any]

    @property
    def db(self) -> Database:
        return Database(self.data / "archive.db")


def crawl_sample(
    data: Path, *, edition: int = 1, sites: list[str] | None = None, **plan: Any
) -> Crawled:
    with SampleWeb(edition=edition, slow_seconds=0.2) as web:
        plans = [
            Plan(site=site, data=str(data), sample_proxy=web.proxy_url, **plan)
            for site in sites or sorted(set(declared_sites()) & set(SITES))
        ]
        runs = run_crawls(plans, 2, lambda _: None)
        return Crawled(data, runs, list(web.requests))


@pytest.fixture(scope="session")
def first_crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """All five sites of the sample web, crawled once; tests only read it."""
    return crawl_sample(tmp_path_factory.mktemp("first") / "data")


@pytest.fixture
def copied(first_crawl: Crawled, tmp_path: Path) -> Path:
    """The first crawl's data, to be changed by a test."""
    return Path(shutil.copytree(first_crawl.data, tmp_path / "data"))


def rows(db: Database, tables: tuple[str, ...] = DERIVED) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the derived tables, sorted."""
    return {
        table: sorted(db.execute(f"select * from {table}").fetchall(), key=repr) for table in tables
    }


@pytest.fixture
def all_rows() -> Callable[[Database], dict[str, list[tuple[Any, ...]]]]:
    return rows
