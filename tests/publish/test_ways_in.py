"""What is held, by province, month and site: the pages from which people begin."""

from __future__ import annotations

import re
from typing import Any

from tests.publish.pages import get, tree


async def test_home_tells_what_is_held(face: Any) -> None:
    page = tree((await get(face, "/")).text)
    held = dict(
        zip(page.xpath("//dl[@class='holdings']//dt/text()"),
            page.xpath("//dl[@class='holdings']//dd/text()"), strict=True)
    )  # fmt: skip
    assert held["bài viết"] == "32"
    assert held["giai đoạn"] == "2015–2025"
    rows = page.xpath("//table[contains(@class,'listing')]/tbody/tr")
    without = page.xpath("//details[contains(@class,'none-yet')]//li")
    assert (len(rows), len(rows) + len(without)) == (14, 63)
    assert "01/08/2025" in page.text_content()
    newest = page.xpath("//ol[@class='hits']/li[1]//h3")[0].text_content()
    assert newest == "Công đoàn hai tỉnh hợp nhất sau sáp nhập"
    assert page.xpath("//*[name()='svg'][@class='chart']")
    new_map = tree((await get(face, "/?map=2025")).text)
    rows = new_map.xpath("//table[contains(@class,'listing')]/tbody/tr")
    assert len(rows) + len(new_map.xpath("//details[contains(@class,'none-yet')]//li")) == 34


async def test_all_provinces_and_all_months_are_ways_in(face: Any) -> None:
    for path, count in (("/provinces", 63), ("/provinces?map=2025", 34)):
        page = tree((await get(face, path)).text)
        rows = page.xpath("//tbody/tr")
        assert len(rows) == count
        numbers = [int(row.xpath("string(td[1])")) for row in rows]
        assert sum(numbers) == 32 - 2  # a newspaper belongs to no province
        assert numbers == sorted(numbers, reverse=True)
        empty = [row.xpath("string(th)") for row in rows if row.xpath("string(td[1])") == "0"]
        assert empty.index("Cà Mau") < empty.index("Gia Lai") < empty.index("Tây Ninh")
        bars = page.xpath("//*[name()='rect']/@width")
        assert bars[0] == "100.0" and len(bars) == sum(number > 0 for number in numbers)
    page = tree((await get(face, "/months")).text)
    cells = page.xpath("//tbody//td[position() < 13]/a")
    undated = int(re.sub(r"\D", "", page.xpath("string(//p[@class='meta'])")))
    assert sum(int(cell.text) for cell in cells) + undated == 32
    month = tree((await get(face, cells[0].get("href"))).text)
    assert len(month.xpath("//li[@class='hit']")) == int(cells[0].text)


async def test_sites_tell_their_state(face: Any) -> None:
    vietnamese = tree((await get(face, "/sites")).text)
    states = dict(
        zip(
            vietnamese.xpath("//tbody//th/a/text()"),
            vietnamese.xpath("//tbody//span[contains(@class,'state')]/text()"),
            strict=True,
        )
    )
    assert states["Công đoàn Đắk Lắk"] == "bị chặn"
    assert states["Công đoàn Hà Nội"] == "lần gần nhất hoàn tất"
    assert "403 for all listings" in vietnamese.text_content()
    sites = (await get(face, "/sites.json")).json()["sites"]
    assert {site["name"]: site["state"] for site in sites}["dak_lak"] == "blocked"


async def test_coverage_counts_years_and_empty_months(face: Any) -> None:
    page = tree((await get(face, "/coverage")).text)
    rows = {
        row.xpath("string(th)"): [cell.text_content() for cell in row.xpath("td")]
        for row in page.xpath("//tbody/tr")
    }
    years = page.xpath("//thead//th/text()")[1:-1]
    assert years == [str(year) for year in range(2015, 2026)]
    # 2017-08, 2021-03, 2023-01, 2024-09: 86 months, four of them with an article.
    assert rows["Công đoàn Cần Thơ"][-1] == "82"
    assert rows["Công đoàn Cần Thơ"][years.index("2021")] == "1"
    assert rows["Công đoàn Cần Thơ"][years.index("2022")] == ""
    assert rows["Công đoàn Hòa Bình"][-1] == "0"
