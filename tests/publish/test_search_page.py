"""The page of a search and its JSON: filters, counts, errors, and what would find more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from archive.publish.words import WORDS
from tests.publish.pages import get, tree


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("/search?q=cong+dooan", "spelling", "cong doan"),
        ("/search?q=thoa+uoc&year=1999", "unfiltered", "thoa uoc"),
        ("/search?q=%22doan+cong%22+hoi", "loose", "doan cong hoi"),
        ("/search?q=doi+thoai+xyzzy", "fewer", "doi thoai"),
    ],
)
async def test_a_search_without_hits_says_what_would_find_some(
    face: Any, path: str, kind: str, text: str
) -> None:
    page = tree((await get(face, path)).text)
    offers = page.xpath("//ul[@id='suggestions']/li")
    said = {offer.text.strip(): offer.xpath("string(a)") for offer in offers}
    assert said[WORDS[f"suggest_{kind}"][0]] == text
    for offer in offers:
        led_to = tree((await get(face, "/search" + offer.xpath("a/@href")[0])).text)
        assert led_to.xpath("string(//*[@id='count'])") == offer.xpath("string(*[@class='n'])")


async def test_pages_are_counted_and_their_end_is_told(face: Any) -> None:
    second = tree((await get(face, "/search?q=cong&size=10&page=2")).text)
    assert second.xpath("//a[@rel='prev']/@href") == ["?q=cong&size=10"]
    assert "Trang 2/3" in second.text_content()
    past = tree((await get(face, "/search?q=cong&size=10&page=9")).text)
    assert "chỉ có 3 trang" in past.xpath("string(//*[@id='past-end'])")
    assert not past.xpath("//ul[@id='suggestions'] | //a[@rel='next'] | //a[@rel='prev']")


async def test_search_filters_carry_counts_that_are_right(face: Any, ids: dict[str, int]) -> None:
    page = tree((await get(face, "/search?q=cong+doan")).text)
    total = int(re.sub(r"\D", "", page.xpath("string(//*[@id='count'])")))
    links = page.xpath("//section[@id='facet-site']//a")
    assert len(links) > 3
    assert sum(int(a.xpath("string(.//*[@class='n'])")) for a in links) == total
    first = links[0]
    narrowed = tree((await get(face, "/search" + first.get("href"))).text)
    count = int(re.sub(r"\D", "", narrowed.xpath("string(//*[@id='count'])")))
    assert count == int(first.xpath("string(.//*[@class='n'])"))
    chip = narrowed.xpath("//a[@class='chip']")
    assert [a.get("href") for a in chip] == ["?q=cong+doan"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ('"tap the', "dấu ngoặc kép mở mà không đóng"),
        ("a AND", "cần có từ ở hai bên"),
        ("(a", "mở mà không đóng"),
        ("-a", "cần ít nhất một từ muốn tìm"),
        ("!!!", "không có từ nào để tìm"),
        ("x" * 900, "câu quá dài"),
    ],
)
async def test_an_error_is_explained_in_the_page_and_in_json(
    face: Any, query: str, words: str
) -> None:
    response = await face.client.get("/search", params={"q": query})
    assert response.status_code == 200
    page = tree(response.text)
    assert words in page.xpath("string(//*[@id='query-error'])")
    for path in ("/search.json", "/download/articles.csv"):
        machine = await face.client.get(path, params={"q": query})
        assert machine.status_code == 400
        assert set(machine.json()) == {"error", "message", "at"}
    assert (await face.client.get("/feed.atom", params={"q": query})).status_code == 400


async def test_search_json_has_stable_fields(face: Any, ids: dict[str, int]) -> None:
    data = (await get(face, "/search.json?q=bao+hiem+xa+hoi&size=1")).json()
    assert set(data) == {
        "query", "filters", "spelling", "widened", "order", "total", "total_is_exact",
        "total_is_at_least", "articles", "facets", "next_url", "web",
    }  # fmt: skip
    assert (data["total"], data["spelling"], data["order"]) == (2, "folded", "relevance")
    (article,) = data["articles"]
    assert article["id"] == ids["bao_hiem"]
    assert article["archive_url"].endswith(f"/archive/articles/{ids['bao_hiem']}")
    assert article["tags"] == ["bảo hiểm xã hội"]
    following = (await get(face, data["next_url"].partition("localhost")[2])).json()
    assert following["articles"][0]["id"] == ids["tu_van"]
    assert following["next_url"] is None


async def test_attached_files_are_searched_too(face: Any, ids: dict[str, int]) -> None:
    page = tree((await get(face, "/search?q=phu+luc+duong+noi+bo")).text)
    (found,) = page.xpath("//ul[contains(@class,'attached')]/li")
    assert found.xpath("a/@href") == [f"/archive/articles/{ids['nha_o']}"]
    assert found.xpath(".//mark/text()") == ["Phụ lục", "đường nội bộ"]
    assert not tree((await get(face, "/search?q=title:phu")).text).xpath(
        "//ul[contains(@class,'attached')]"
    )
