"""The paths that a person takes, in a real browser, wide and narrow, light and dark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.publish.browser import Watch, browser, follow, served

pytestmark = [pytest.mark.browser]

Sample = tuple[Path, dict[str, int]]
REPLAY = "http://127.0.0.1:9"
SCREENS = {"wide": (1280, 900), "narrow": (360, 740)}


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def address(sample: Sample) -> Iterator[str]:
    with served(sample[0], replay_origin=REPLAY) as url:
        yield url


@pytest.fixture(params=SCREENS)
def page(request: pytest.FixtureRequest, chrome: Any, address: str) -> Iterator[Any]:
    width, height = SCREENS[request.param]
    context = chrome.new_context(
        viewport={"width": width, "height": height}, locale="vi-VN", base_url=address
    )
    watch = Watch(context, (address, REPLAY))
    opened = context.new_page()
    yield opened
    context.close()
    watch.assert_calm()


def titles(page: Any) -> list[str]:
    found: list[str] = page.locator("ol.hits h3").all_inner_texts()
    return found


def test_search_filter_read(page: Any) -> None:
    page.goto("/")
    page.get_by_role("searchbox").first.fill("bao hiem xa hoi")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert titles(page) == [
        "Đòi nợ bảo hiểm xã hội cho người lao động",
        "Tư vấn pháp luật lưu động tại xóm trọ",
    ]
    assert page.locator("ol.hits mark").first.inner_text() == "bảo hiểm xã hội"
    follow(page, page.locator("#facet-year a", has_text="2020"))
    assert titles(page) == ["Đòi nợ bảo hiểm xã hội cho người lao động"]
    assert "2 bài" not in page.locator("#count").inner_text()
    follow(page, page.locator("a.chip"))
    assert len(titles(page)) == 2
    follow(page, page.get_by_role("link", name="Đòi nợ bảo hiểm xã hội"))
    expect(page.locator("h1")).to_have_text(
        "Đòi nợ bảo hiểm xã hội cho người lao động", ignore_case=True
    )
    assert "hồ sơ còn thiếu sổ của 12 người" in page.locator(".text").inner_text()


def test_marks_matter_when_they_are_typed(page: Any) -> None:
    page.goto("/search?q=công+đoạn")
    assert titles(page) == ["Thi công đoạn đường vào nông trường"]
    follow(page, page.get_by_role("link", name="Bỏ qua dấu"))
    assert len(titles(page)) > 5
    follow(page, page.get_by_role("link", name="Đúng dấu"))
    assert len(titles(page)) == 1
    page.goto("/search?q=tai+nãn")
    assert page.locator("#widened").is_visible()
    assert len(titles(page)) == 1


def test_an_error_is_explained_and_the_words_are_still_found(page: Any) -> None:
    page.goto('/search?q="tai nan')
    assert "dấu ngoặc kép" in page.locator("#query-error").inner_text()
    assert titles(page) == ["Điều tra vụ tai nạn lao động tại xưởng đúc"]


def test_see_what_changed(page: Any, ids: dict[str, int]) -> None:
    page.goto(f"/archive/articles/{ids['doi_thoai_dien_tu']}")
    follow(page, page.get_by_role("link", name="So sánh"))
    assert page.locator(".diff ins").all_inner_texts() == [" Nam Trà", "mười"]
    assert page.locator(".diff del").all_inner_texts() == ["bảy"]
    follow(page, page.get_by_role("link", name="Về bài viết"))
    assert page.url.endswith(str(ids["doi_thoai_dien_tu"]))


def test_the_captures_link_leads_to_the_replay(page: Any, ids: dict[str, int]) -> None:
    page.goto(f"/archive/articles/{ids['nha_o']}")
    link = page.get_by_role("link", name="Xem trang như khi thu thập")
    assert link.get_attribute("href") == f"{REPLAY}/capture/00000000-0000-4000-8000-000000000019"


def test_download_and_follow(page: Any) -> None:
    page.goto("/search?q=sáng+kiến")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    text = started.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["title"] for row in rows} == set(titles(page))
    feed = page.locator("#follow").get_attribute("href")
    answer = page.request.get(feed)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.text().count("<entry>") == len(rows)


def test_ask_in_sql(page: Any) -> None:
    page.goto("/")
    follow(page, page.get_by_role("link", name="Bảng và SQL"))
    follow(page, page.get_by_role("link", name="Tiêu đề có một cụm từ"))
    page.get_by_label("Cụm từ").fill("dai hoi")
    follow(page, page.get_by_role("button", name="Chạy"))
    cells = page.locator("table.rows-and-columns td.col-title").all_inner_texts()
    assert cells == ["Đại hội Công đoàn ngành Giáo dục tỉnh Nam Định"]
    follow(page, page.locator("td.col-title a"))
    expect(page.locator("h1")).to_have_text(cells[0], ignore_case=True)


def test_write_sql(page: Any) -> None:
    page.goto("/archive")
    page.get_by_label("Câu SQL của bạn").fill("select site, count(*) as n from articles group by 1")
    follow(page, page.get_by_role("button", name="Chạy"))
    expect(page.locator("table.rows-and-columns tbody tr")).to_have_count(15)
    page.get_by_label("SQL", exact=True).fill("select title frm articles")
    follow(page, page.get_by_role("button", name="Chạy"))
    expect(page.locator("main")).to_contain_text("syntax error")


def test_the_language_switch_stays(page: Any) -> None:
    page.goto("/search?q=doi+thoai")
    follow(page, page.get_by_role("link", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "2 articles" in page.locator("#count").inner_text()
    page.goto("/sites")
    expect(page.locator("h1")).to_have_text("Sites", ignore_case=True)
    follow(page, page.get_by_role("link", name="Tiếng Việt"))
    expect(page.locator("h1")).to_have_text("Các trang tin", ignore_case=True)


def test_provinces_before_and_after_the_merger(page: Any) -> None:
    page.goto("/")
    follow(page, page.get_by_role("link", name="34 tỉnh, thành (từ 1/7/2025)"))
    follow(page, page.locator("table.listing").get_by_role("link", name="Bắc Ninh"))
    assert "Bắc Giang" in page.locator("main > .meta").first.inner_text()
    assert len(titles(page)) == 4
    follow(page, page.get_by_role("link", name="Bắc Giang", exact=True).first)
    expect(page.locator("h1")).to_have_text("Bắc Giang", ignore_case=True)
    assert len(titles(page)) == 2


def test_the_chart_leads_to_its_months(page: Any, ids: dict[str, int]) -> None:
    page.goto("/provinces/Cần Thơ")
    assert page.locator("svg.chart rect").count() > 12
    page.get_by_text("Số liệu của biểu đồ").click()
    follow(page, page.locator("table.figures a").first)
    expect(page.locator("h1")).to_have_text("Tháng 9/2024", ignore_case=True)


def test_the_keyboard_reaches_the_text(page: Any) -> None:
    page.goto("/sites")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Đến nội dung"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")


LOOKED_AT = [
    "/", "/search?q=cong+doan", "/search?q=%22x", "/archive/articles/{nha_o}",
    "/archive/articles/{tai_nan}", "/articles/{doi_thoai_dien_tu}/revisions",
    "/provinces/Cần Thơ", "/provinces", "/months", "/search?q=cong+dooan",
    "/archive/word_by_year?q=cong", "/sites", "/sites/hai_phong", "/months/2024-05",
    "/coverage", "/archive", "/tutorial", "/health",
    "/archive/crawls", "/archive/titles_with_phrase?phrase=cong+doan",
    "/archive?sql=select+*+from+sites", "/no/page",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SCREENS)
def test_nothing_serious_for_axe_and_nothing_overflows(
    chrome: Any, address: str, ids: dict[str, int], size: str, scheme: str
) -> None:
    width, height = SCREENS[size]
    # axe is put into the page by the test, which the archive's own policy rightly forbids.
    context = chrome.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
    )
    watch = Watch(context, (address,))
    page = context.new_page()
    faults = []
    for path in LOOKED_AT:
        page.goto(address + path.format(**ids))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: wider than the screen")
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                where = fault["nodes"][0]["target"]
                faults.append(
                    f"{path}: {fault['id']} {where} {fault['nodes'][0]['failureSummary']}"
                )
    context.close()
    assert faults == []
    watch.assert_calm()


def test_a_citation_and_the_permanent_address_are_copied_by_a_button(
    chrome: Any, address: str, ids: dict[str, int]
) -> None:
    context = chrome.new_context(permissions=["clipboard-read", "clipboard-write"], locale="vi-VN")
    watch = Watch(context, (address,))
    page = context.new_page()
    page.goto(f"{address}/archive/articles/{ids['nha_o']}")
    page.locator("#permalink + button").click()
    expect(page.locator("#permalink + button")).to_have_text("Đã chép")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"/archive/articles/{ids['nha_o']}")
    page.get_by_text("APA", exact=True).click()
    page.locator("details[open] button", has_text="Chép").click()
    page.locator("details[open] button", has_text="Đã chép").wait_for()
    told = page.locator("details[open] .citation").inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == told
    context.close()
    watch.assert_calm()


def test_an_article_prints_as_an_article(chrome: Any, address: str, ids: dict[str, int]) -> None:
    page = chrome.new_page()
    page.emulate_media(media="print")
    page.goto(f"{address}/archive/articles/{ids['nha_o']}")
    assert page.locator("article .text").is_visible()
    assert page.locator(".facts").is_visible()
    assert not page.locator("header.top").is_visible()
    assert not page.locator(".actions").is_visible()
    assert not page.locator("#permalink + button").is_visible()
    page.close()
