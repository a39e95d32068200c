"""Turning the frontier on, and that it can be lifted out."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings

import crawler.frontier
from crawler.frontier import Frontier, FrontierError, SqliteScheduler, add_to
from crawler.frontier.addon import DEFAULTS
from crawler.frontier.downloading import LeasedDownloader
from crawler.frontier.reading import Accepted, LeaseReader
from crawler.frontier.scheduler import frontier_path
from tests.frontier.killing import ROOT
from tests.waiting import PATIENCE

PACKAGE = Path(crawler.frontier.__file__).parent


@pytest.mark.parametrize("module", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_it_imports_nothing_but_scrapy_twisted_and_the_standard_library(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level < 2, "it may not reach above itself"
            names = [] if node.level else [str(node.module)]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            assert top in sys.stdlib_module_names | {"scrapy", "twisted"}, name


def test_one_line_turns_it_on_beside_what_a_project_has() -> None:
    settings = Settings(
        {
            "SPIDER_MIDDLEWARES": {"tests.frontier.odd_crawl.TurnsAway": 500},
            "FRONTIER_TIES": "newest",
        }
    )
    Frontier().update_settings(settings)
    assert settings["SCHEDULER"] is SqliteScheduler
    assert settings["DOWNLOADER"] is LeasedDownloader
    middlewares = settings.getdict("SPIDER_MIDDLEWARES")
    assert middlewares.pop("tests.frontier.odd_crawl.TurnsAway") == 500
    assert middlewares[LeaseReader] < 0 < 1000 < middlewares[Accepted]
    assert settings["FRONTIER_TIES"] == "newest"
    assert settings["FRONTIER_PATH"] == DEFAULTS["FRONTIER_PATH"]


@pytest.mark.parametrize("name", ["SCHEDULER", "DOWNLOADER"])
def test_another_part_in_its_place_is_said(name: str) -> None:
    with pytest.raises(FrontierError, match=f"{name} is set to 'project.Own'"):
        add_to(Settings({name: "project.Own"}))


def test_a_frontier_without_its_other_parts_refuses_to_run(tmp_path: Path) -> None:
    script = """if True:
        import scrapy, sys
        from scrapy.crawler import AsyncCrawlerProcess
        class LoneSpider(scrapy.Spider):
            name = "lone"
            start_urls = ["http://127.0.0.1:9/"]
        process = AsyncCrawlerProcess({
            "SCHEDULER": "crawler.frontier.SqliteScheduler", "FRONTIER_PATH": sys.argv[1],
            "TELNETCONSOLE_ENABLED": False, "LOG_LEVEL": "ERROR",
        })
        process.crawl(LoneSpider)
        process.start()
    """
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "frontier.db")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert "LeaseReader and Accepted and LeasedDownloader missing" in ended.stderr
    assert not (tmp_path / "frontier.db").exists()


def test_a_spiders_name_cannot_lead_out_of_the_folder() -> None:
    assert frontier_path("data/{name}.db", "../../etc/x").as_posix() == "data/.._.._etc_x.db"
    assert frontier_path("đ/{name}", "tin tức").as_posix() == "đ/tin_tức"
