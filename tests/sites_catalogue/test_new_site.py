"""From an address to a site's file: on the sample web, and on sites that give little."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.records import Article, Page
from crawler.catalogue import declared_sites
from crawler.commands.sites import new_site
from crawler.evaluation.gold import read_pair
from crawler.extract import extract
from crawler.families.unknown import UnknownSpider
from crawler.new_site.choice import MAX_PAGES, Survey, form_of
from crawler.new_site.sketch import derive_pattern, sketch_site
from crawler.new_site.writing import (
    NewSiteError,
    checked_address,
    leaving_nothing,
    source_of,
    write_site,
)
from tests.discovery.small_web import HOME, article, listing


def declare(tmp_path: Path, *arguments: str) -> Result:
    into = ["--into", str(tmp_path / "project"), "--data", str(tmp_path / "data")]
    return CliRunner().invoke(new_site, [*arguments, *into])


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and vars(value).get("name") == path.stem
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hai_phong", "lang_son", "can_tho"])
def test_a_sample_site_is_declared_as_it_was_by_hand(tmp_path: Path, name: str) -> None:
    by_hand = declared_sites()[name]
    told = declare(tmp_path, by_hand.home, "--sample")
    assert told.exit_code == 0, told.output
    spider = load(tmp_path / "project" / "spiders" / f"{name}.py")
    assert spider.__mro__[1] is by_hand.__mro__[1]
    for word in ("hosts", "home", "province", "level", "evidence"):
        assert getattr(spider, word) == getattr(by_hand, word), word
    assert spider.start_urls
    lines = (tmp_path / "project" / "spiders" / f"{name}.py").read_text("utf-8").splitlines()
    assert len(lines) <= 25
    folder = tmp_path / "project" / "tests" / "sites" / name
    for source in sorted(folder.glob("*.html")):
        assert json.loads(source.with_suffix(".json").read_text("utf-8"))["reviewed"] is False
        case = read_pair(source)
        outcome = extract(case.page)
        assert isinstance(outcome, Article) == (case.article is not None)
    assert len(list(folder.glob("*.html"))) == 2
    assert told.output.count("words,") == 3, "a preview of three articles"
    again = declare(tmp_path, by_hand.home, "--sample")
    assert again.exit_code == 1
    assert "exists already" in again.output


@pytest.mark.slow
def test_an_address_where_nothing_answers_writes_nothing(tmp_path: Path) -> None:
    told = declare(tmp_path, "http://congdoan-khong-co.test/", "--sample")
    assert told.exit_code == 1
    assert "could not be read" in told.output
    assert not (tmp_path / "project").exists()


def test_a_declared_host_is_refused() -> None:
    told = CliRunner().invoke(new_site, ["https://congdoanhaiphong.vn/", "--sample"])
    assert told.exit_code == 1
    assert "spiders/hai_phong.py" in told.output


def test_a_live_survey_says_who_asks() -> None:
    told = CliRunner().invoke(
        new_site, ["http://congdoan-hopban.test/"], env={"CONGDOAN_CONTACT": ""}
    )
    assert told.exit_code == 2
    assert "--contact" in told.output


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3:80/", "http://localhost/"]
)
def test_a_private_address_is_called_that(text: str) -> None:
    with pytest.raises(NewSiteError, match="private network"):
        checked_address(text)


@pytest.mark.parametrize("there", [False, True])
def test_a_survey_that_fetched_nothing_leaves_nothing(there: bool, tmp_path: Path) -> None:
    data = tmp_path / "data"
    if there:
        (data / "locks" / "hosts").mkdir(parents=True)
    folder = data / "surveys" / "mau.example-1"
    with pytest.raises(NewSiteError), leaving_nothing(data, folder):
        folder.mkdir(parents=True)
        (data / "locks" / "hosts").mkdir(parents=True, exist_ok=True)
        (folder / "survey.log").touch()
        raise NewSiteError("no answer")
    assert data.exists() == there
    assert not (data / "surveys").exists()


@pytest.mark.parametrize("text", ["", "congdoan", "ftp://a.vn/", "javascript:alert(1)", "http://"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(NewSiteError):
        checked_address(text)


def page(url: str, body: bytes) -> Page:
    return Page(
        url, body, datetime(2026, 1, 2, tzinfo=UTC), content_type="text/html; charset=utf-8"
    )


def surveyed(answer: Callable[[str], bytes | None]) -> tuple[Survey, dict[str, str]]:
    """A survey without any network: what it asks for is answered by a function."""
    survey, kinds = Survey(HOME), {HOME: "home"}
    waiting = [(HOME, "home")]
    while waiting:
        url, kind = waiting.pop(0)
        body = answer(url)
        if body is not None:
            kinds[url] = kind
            waiting += survey.seen(page(url, body), kind)
    return survey, kinds


def small_site(url: str) -> bytes | None:
    """An unknown CMS: sections of a name, articles of a folder of their own, paging in words."""
    headlines = [
        (
            f"/bai-viet/le-trao-nha-mai-am-cong-doan-lan-{'abcdefgh'[n]}",
            f"Lễ trao nhà Mái ấm lần thứ {n}",
        )
        for n in range(8)
    ]
    path = url.removeprefix(HOME.rstrip("/"))
    if path == "/":
        return listing([("/hoat-dong", "Hoạt động"), ("/lien-he", "Liên hệ"), *headlines[:4]])[2]
    if path.startswith("/hoat-dong"):
        return listing([*headlines, ("/hoat-dong/trang-2", "Trang sau")])[2]
    if path.startswith("/bai-viet/"):
        return article("abcdefgh".index(path[-1]) + 1)[2]
    return None


def test_an_unknown_site_is_sketched_from_its_pages() -> None:
    survey, kinds = surveyed(small_site)
    sketch = sketch_site(survey, kinds)
    assert len(sketch.articles) >= 3
    assert sketch.start_urls[-1] == HOME + "hoat-dong"
    assert HOME + "lien-he" not in kinds
    assert sketch.home == HOME
    told = " ".join(sketch.missing)
    assert "province" in told and "level" in told
    assert "paging" not in told
    compile(source_of(sketch), "spider.py", "exec")


def test_a_site_that_shows_nothing_says_what_is_missing(tmp_path: Path) -> None:
    survey, kinds = surveyed(lambda url: b"<html><body><p>Trang dang nang cap</p></body></html>")
    sketch = sketch_site(survey, kinds)
    assert sketch.family is UnknownSpider
    told = " ".join(sketch.missing)
    for word in ("articles", "listing", "title", "province", "level", "paging", "family"):
        assert word in told
    written = write_site(replace(sketch, name="trong"), tmp_path)
    assert written.goldens == ()
    load(written.spider)


HOSTILE = [
    "C:\\users\\x",
    '"""\nimport os\n"""',
    '"""\\N{nothing}\\U',
    "a\x00b\x1b[31m",
    "nul \u2028 \u202e dev \ud800 \U000e0041",
    "' + str(__import__('os')) + '",
    "\\",
    "Công đoàn " * 30,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_a_site_says_of_itself_is_only_text(tmp_path: Path, words: str) -> None:
    survey, kinds = surveyed(small_site)
    sketch = replace(
        sketch_site(survey, kinds),
        name="xau",
        title=words,
        home=HOME + words,
        start_urls=[HOME + words, HOME],
        feeds=[words],
        article_url=re.escape(words),
    )
    written = write_site(sketch, tmp_path)
    spider = load(written.spider)
    assert (spider.title, spider.home, spider.article_url) == (
        words,
        HOME + words,
        re.escape(words),
    )
    assert spider.start_urls[0] == HOME + words
    text = written.spider.read_text("utf-8")
    assert all(line.isprintable() for line in text.split("\n"))
    assert all(len(line) <= 100 or "noqa: E501" in line for line in text.split("\n"))


def test_a_file_that_python_would_not_read_is_not_written(tmp_path: Path) -> None:
    survey, kinds = surveyed(small_site)
    sketch = replace(sketch_site(survey, kinds), name="xau-qua")
    with pytest.raises(NewSiteError, match=r"xau-qua\.py would be no file"):
        write_site(sketch, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_page_of_ten_thousand_links_asks_for_a_handful() -> None:
    def many(url: str) -> bytes:
        return listing(
            [
                (f"/tin/bai-so-mot-hai-ba-{n}.html", f"Bài viết dài số {n} của trang")
                for n in range(9000)
            ]
        )[2]

    survey, _ = surveyed(many)
    assert len(survey.asked) <= MAX_PAGES


@pytest.mark.parametrize(
    ("urls", "others"),
    [
        (["http://a.vn/tin/le-trao-nha-mai-am-12.html", "http://a.vn/nu/hoi-nghi-nu-cong-7.html"],
         ["http://a.vn/tin/", "http://a.vn/lien-he.html"]),
        (["http://a.vn/DetailView/99219/4/Lien-doan-Lao-dong-tinh.html"], ["http://a.vn/List/4.html"]),
        (["http://a.vn/NewsDetail.aspx?Id=19289", "http://a.vn/NewsDetail.aspx?Id=3"],
         ["http://a.vn/NewsList.aspx?Id=3", "http://a.vn/Default.aspx"]),
        (["http://a.vn/le-ra-mat-cong-doan-xa", "http://a.vn/hoi-thao-cong-doan-nganh"],
         ["http://a.vn/tin-tuc", "http://a.vn/muc/le-ra-mat-cong-doan-xa"]),
        (["http://a.vn/phong-trao/khoi-thi-dua-6-c24n386", "http://a.vn/phong-trao/hoi-nghi-a-b-c1n2"],
         ["http://a.vn/phong-trao"]),
    ],
)  # fmt: skip
def test_a_pattern_is_derived_from_addresses(urls: list[str], others: list[str]) -> None:
    pattern = derive_pattern(urls)
    assert all(re.search(pattern, url) for url in urls), pattern
    assert not any(re.search(pattern, url) for url in others), pattern


def test_the_month_of_the_survey_is_no_part_of_a_pattern() -> None:
    seen = [f"http://a.vn/tin/nam-2026/03/hoi-nghi-cong-doan-{n}.html" for n in (41, 42, 43)]
    pattern = derive_pattern(seen)
    assert re.search(pattern, "http://a.vn/tin/nam-2019/11/hoi-nghi-cong-doan-7.html"), pattern
    assert not re.search(pattern, "http://a.vn/anh/nam-2019/11/hoi-nghi-cong-doan-7.html"), pattern


def test_forms_of_addresses() -> None:
    assert form_of("http://a.vn/") == "/"
    assert form_of("http://a.vn/2024/05/06/le-trao-nha-mai-am/") == "/N/N/N/slug/"
