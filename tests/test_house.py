"""The habits of the house that a machine can check."""

from __future__ import annotations

import ast
import inspect
import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

from archive.vietnamese.provinces import MERGED_FROM, PROVINCE_2025
from crawler import settings
from crawler.catalogue import declared_sites
from crawler.declaration import EVIDENCE
from crawler.families import FAMILIES
from crawler.families.unknown import UnknownSpider
from crawler.site_spider import SiteSpider

ROOT = Path(__file__).parent.parent
SITES = declared_sites()
ROOMS = ("archive", "crawler", "spiders")


def test_no_dependency_ships_a_package_of_our_names() -> None:
    """The ``scrapy`` script appends the project to sys.path: another ``archive`` would win."""
    for distribution in distributions():
        if distribution.metadata["Name"] == "congdoan-archive":
            continue
        tops = {Path(str(file)).parts[0] for file in distribution.files or ()}
        clash = tops & {name for room in ROOMS for name in (room, f"{room}.py")}
        assert not clash, distribution.metadata["Name"]


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = {"utils.py", "util.py", "common.py", "base.py", "helpers.py", "misc.py"}
    assert [
        path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name in empty
    ] == []


@pytest.mark.parametrize("name", sorted(SITES))
def test_a_site_is_a_short_declaration(name: str) -> None:
    spider = SITES[name]
    file = Path(inspect.getfile(spider))
    assert file.parent == ROOT / "spiders"
    assert file.stem == name
    assert spider.__name__ == "".join(part.capitalize() for part in name.split("_")) + "Spider"
    source = file.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "a docstring says which CMS, and how recognised"
    assert len(source.splitlines()) <= 25


@pytest.mark.parametrize("name", sorted(SITES))
def test_a_site_says_what_it_must(name: str) -> None:
    spider = SITES[name]
    assert spider.title
    assert spider.hosts
    assert all(host == host.lower() and not host.startswith("www.") for host in spider.hosts)
    assert spider.start_urls
    assert spider.layouts or UnknownSpider in spider.__mro__
    assert spider.evidence in EVIDENCE
    assert spider.province in PROVINCE_2025 or (
        spider.province == "" and spider.level in ("national", "industry", "newspaper")
    )
    for pattern in (spider.article_url, spider.listing_url):
        assert pattern
        re.compile(pattern)
    for url in spider.start_urls:
        assert not re.search(spider.article_url, url), f"{url} is a listing, not an article"


@pytest.mark.parametrize("name", sorted(SITES))
def test_no_site_is_less_polite_than_the_default(name: str) -> None:
    custom = SITES[name].custom_settings or {}
    assert custom.get("ROBOTSTXT_OBEY", True)
    assert custom.get("DOWNLOAD_DELAY", settings.DOWNLOAD_DELAY) >= settings.DOWNLOAD_DELAY
    assert "USER_AGENT" not in custom
    assert custom.get("CONCURRENT_REQUESTS_PER_DOMAIN", 1) <= 1


OWN_GOLDENS = {"can_tho", "hai_phong", "lang_son", "lao_dong_thu_do", "quan_1"}
"""Sites whose own pages are held to the letter; of the others, their family's are."""


def kinds_of_goldens(folder: Path) -> set[str]:
    return {
        "none" if '"unreadable"' in path.read_text(encoding="utf-8") else "article"
        for path in folder.glob("*.json")
    }


def goldens_of_family(family: type[SiteSpider]) -> set[str]:
    names = {family.__module__.rpartition(".")[2], *(layout.name for layout in family.layouts)}
    folders = [ROOT / "tests" / "families" / name for name in names]
    folders += [
        ROOT / "tests" / "sites" / name for name in OWN_GOLDENS if issubclass(SITES[name], family)
    ]
    return set().union(*map(kinds_of_goldens, folders))


@pytest.mark.parametrize("name", sorted(SITES))
def test_a_site_has_goldens_of_an_article_and_a_listing(name: str) -> None:
    """Its own, or its family's while no page of its own may be shown."""
    folder = ROOT / "tests" / "sites" / name
    if name in OWN_GOLDENS or folder.exists():
        assert kinds_of_goldens(folder) == {"article", "none"}
    elif UnknownSpider in SITES[name].__mro__:
        assert kinds_of_goldens(ROOT / "tests" / "families" / "generic") == {"article", "none"}
    else:
        assert "article" in goldens_of_family(SITES[name].__mro__[1])


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_a_family_has_goldens_of_an_article(family: type[SiteSpider]) -> None:
    assert "article" in goldens_of_family(family)


def test_families_have_no_name_and_sites_do() -> None:
    assert not getattr(SiteSpider, "name", None)
    places = [(host, spider.part) for spider in SITES.values() for host in spider.hosts]
    assert len(set(places)) == len(places)


def test_the_merger_counts() -> None:
    assert len(MERGED_FROM) == 34
    assert len(PROVINCE_2025) == 63


ODD = re.compile(
    r"(?<![\w.:])/(?:work|home|root|tmp)/[a-z.]|files\.pythonhosted|pypi\.org/simple|pypi-more"
)
"""Addresses of one machine or registry."""
WRITTEN = (".py", ".md", ".toml", ".lock", ".cfg", ".json", ".html", ".css", ".js", ".sql", ".yml",
           ".yaml", ".service", ".timer", ".txt", "")  # fmt: skip


def published() -> list[Path]:
    """Every text that is published: the files at the root, and all below the folders that are."""
    folders = ("docs", "tests", "benchmarks", "deploy", ".ci", *ROOMS)
    found = [path for path in ROOT.iterdir() if path.is_file()]
    found += [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [
        path
        for path in found
        if path.suffix in WRITTEN and "__pycache__" not in path.parts and path != Path(__file__)
    ]


def test_the_project_speaks_only_of_itself() -> None:
    """No address of one machine or registry in anything that is published."""
    texts = published()
    names = {path.name for path in texts}
    assert names >= {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Containerfile", "crontab"}
    assert {path.parts[len(ROOT.parts)] for path in texts} >= {"tests", "benchmarks", "deploy"}
    found = [
        f"{path.relative_to(ROOT)}: {odd[0]}"
        for path in texts
        if (odd := ODD.search(path.read_text("utf-8", "replace")))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("cd /home/an/archive", True),
        ("see /tmp/out.txt", True),
        ("https://pypi.org/simple", True),
        ("https://union.example/home/tin", False),
        ("/opt/congdoan and /var/lib/congdoan", False),
    ],
)
def test_what_an_address_of_one_machine_is(text: str, odd: bool) -> None:
    assert bool(ODD.search(text)) is odd
