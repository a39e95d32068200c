"""What makes reading easy: said once, told apart, narrowed only where there is something."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from lxml import html

from archive.publish.article_html import article_html
from archive.publish.hits import load_hits
from archive.publish.home import chart_of_rows
from archive.publish.language import Speaker
from archive.search.query import parse
from tests.publish.browser import browser, served
from tests.publish.pages import get, tree

FIGURE = "<figure><img src='https://a.example/1.jpg' alt='{}'><figcaption>{}</figcaption></figure>"


def test_a_picture_that_is_not_held_does_not_say_its_caption_twice() -> None:
    same = article_html(FIGURE.format("Khởi công", "Khởi công  nhà ở"), "", "", "Ảnh")
    other = article_html(FIGURE.format("Nhà ở", "Ảnh: Văn Lộc"), "", "", "Ảnh")
    assert html.fromstring(str(same)).xpath("string(//a)") == "Ảnh"
    assert html.fromstring(str(other)).xpath("string(//a)") == "Ảnh: Nhà ở"


def test_articles_without_a_date_do_not_keep_a_chart_away() -> None:
    rows = [(None, 4), ("2023", 1), ("2024", 3), ("2025", 2)]
    assert "2024: 3" in chart_of_rows(["year", "n"], rows, Speaker("vi"))


async def test_a_chart_of_many_months_is_labelled_by_years(face: Any) -> None:
    page = tree((await get(face, "/")).text)
    labels = page.xpath("//*[local-name()='svg'][@class='chart']//*[local-name()='text']/text()")
    years = [label for label in labels if len(label) == 4]
    assert len(years) > 2 and years == sorted(set(years))
    assert not [label for label in labels if "/" in label]


async def test_a_province_without_articles_tells_whether_it_has_sites(face: Any) -> None:
    page = tree((await get(face, "/provinces/An Giang")).text).get_element_by_id("main")
    links = page.xpath(".//@href")
    assert "Chưa trang tin nào" in page.text_content()
    assert not [link for link in links if link.startswith(("/download", "/search"))]
    assert any(link.startswith("/feed.atom?province=An+Giang") for link in links)


async def test_nothing_found_is_not_sorted(face: Any) -> None:
    page = tree((await get(face, "/search?q=%22khongcotunay")).text)
    assert page.get_element_by_id("query-error") is not None
    assert "Không tìm thấy bài nào." in page.text_content()
    assert not page.xpath("//p[@class='sorts']")


async def test_versions_are_compared_with_the_first_too(face: Any, ids: dict[str, int]) -> None:
    key = ids["doi_thoai_dien_tu"]
    page = tree((await get(face, f"/articles/{key}/revisions")).text)
    listed = page.xpath("//ul[contains(@class, 'versions')]/li")
    assert [item.xpath("string(.//strong)") for item in listed] == ["Bản 2", ""]
    assert page.xpath("//p[@class='lead']/a/@href") == [f"/archive/articles/{key}"]


async def test_a_single_version_is_not_said_to_have_changed(face: Any, ids: dict[str, int]) -> None:
    page = tree((await get(face, f"/articles/{ids['nha_o']}/revisions")).text)
    assert "Chưa thấy thay đổi." in page.text_content()
    assert "đã đổi" not in page.text_content()
    assert not page.xpath("//ins | //del")


async def test_numbers_of_an_answer_stand_under_each_other(face: Any) -> None:
    answer = await get(face, "/archive?sql=select+site,+count(*)+as+n+from+articles+group+by+1")
    page = tree(answer.text)
    assert {"number" in cell.get("class") for cell in page.xpath("//td[contains(@class,'col-n')]")}
    assert not page.xpath("//td[contains(@class, 'col-site') and contains(@class, 'number')]")


def test_a_phone_shows_the_sites_as_cards(sample: tuple[Path, dict[str, int]]) -> None:
    with served(sample[0]) as address, browser() as chromium:
        page = chromium.new_context(viewport={"width": 390, "height": 844}).new_page()
        for path in ("/sites", "/health"):
            page.goto(f"{address}{path}")
            scrolled = page.locator(".table-scroll").first.evaluate(
                "box => box.scrollWidth - box.clientWidth"
            )
            assert scrolled <= 0, path
            assert page.locator("thead").first.is_hidden()
            told = page.locator("td[data-label]").first.evaluate(
                "cell => getComputedStyle(cell, '::before').content"
            )
            assert told.strip('"').rstrip(": ")


def test_a_feed_tells_leads_and_extracts_where_there_is_none(
    sample: tuple[Path, dict[str, int]],
) -> None:
    kept = sqlite3.connect(":memory:")
    with sqlite3.connect(sample[0]) as source:
        source.backup(kept)
    source.close()
    keys = [sample[1]["nha_o"], sample[1]["tai_nan"]]
    before = load_hits(kept, keys, parse("cong nhan"), leads=True)
    assert [hit.extract for hit in before] == [[(hit.row["lead"], False)] for hit in before]
    kept.execute("create temp table articles as select * from main.articles")
    kept.execute("update temp.articles set lead = ''")
    after = load_hits(kept, keys, parse("cong nhan"), leads=True)
    assert [hit.row["id"] for hit in after] == keys
    assert all(one.extract and one.extract[0][0] for one in after)
    kept.close()
