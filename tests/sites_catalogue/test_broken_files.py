"""One broken site's file is named, and takes no other site with it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from click.testing import CliRunner
from scrapy.http import Request
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from archive.database import ArchiveError
from crawler import catalogue, settings
from crawler.catalogue import SITES, declared_sites, load_sites, refuse_broken
from crawler.commands.rebuild import rebuild
from crawler.commands.sites import sites
from crawler.intake.importing import import_files

WHOLE = """
from crawler.site_spider import SiteSpider
class {name}(SiteSpider):
    name = "{name}"
    hosts = ("{name}.example",)
    start_urls = ["http://{name}.example/"]
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of sites' files, under a name that no other test has loaded."""
    folder = tmp_path / f"sites_of_{tmp_path.name.replace('-', '_')}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name in ("mot", "hai"):
        (folder / f"{name}.py").write_text(WHOLE.format(name=name))
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('"""C:\\users"""', "SyntaxError"),
        ('"""', "SyntaxError"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError"),
        (WHOLE.format(name="mot"), "it declares mot"),
        ("from crawler.site_spider import SiteSpider\nclass A(SiteSpider):\n x = y", "NameError"),
    ],
)
def test_one_broken_file(package: Path, text: str, why: str) -> None:
    (package / "vo.py").write_text(text)
    loaded = load_sites(package.name)
    assert list(loaded.sites) == ["hai", "mot"]
    assert list(loaded.broken) == [f"{package.name}/vo.py"]
    assert why in loaded.broken[f"{package.name}/vo.py"]
    with pytest.raises(ArchiveError, match=rf"{package.name}/vo\.py cannot be loaded"):
        refuse_broken(loaded.broken)


def test_commands_go_on_without_it_or_say_so(
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (package / "vo.py").write_text("1 / 0")
    monkeypatch.setattr(catalogue.load_sites, "__defaults__", (package.name,))
    catalogue._loaded.cache_clear()
    catalogue._by_host.cache_clear()
    try:
        with caplog.at_level(logging.ERROR):
            listed = CliRunner().invoke(sites, ["--data", str(tmp_path / "data"), "--json"])
        assert listed.exit_code == 0 and '"mot"' in listed.stdout
        assert f"{package.name}/vo.py cannot be loaded" in caplog.text
        refused = CliRunner().invoke(rebuild, ["--data", str(tmp_path / "data")])
        assert refused.exit_code == 1 and f"{package.name}/vo.py" in refused.stderr
        with pytest.raises(ArchiveError, match=r"vo\.py"):
            import_files([], tmp_path / "data")
    finally:
        monkeypatch.undo()
        catalogue._loaded.cache_clear()
        catalogue._by_host.cache_clear()


def test_every_file_here_is_whole_and_scrapy_finds_the_same() -> None:
    assert load_sites(SITES).broken == {}
    project = Settings()
    project.setmodule(settings)
    loader = get_spider_loader(project)
    assert loader.list() == list(declared_sites())
    spider = loader.load("lang_son")
    assert spider is declared_sites()["lang_son"]
    assert loader.find_by_request(Request(f"http://{spider.hosts[0]}/")) == ["lang_son"]
    assert loader.find_by_request(Request("http://nobody.example/")) == []
    with pytest.raises(KeyError):
        loader.load("no_such_site")
