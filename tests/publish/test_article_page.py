"""An article: its page, versions, copies, pictures, citations and JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.publish.pages import get, tree


async def test_the_articles_page_tells_all(face: Any, ids: dict[str, int]) -> None:
    page = tree((await get(face, f"/archive/articles/{ids['nha_o']}")).text)
    text = page.text_content()
    for told in (
        "Khởi công khu nhà ở cho công nhân thuê", "432 căn hộ", "Phối cảnh khu nhà",
        "Kế hoạch số 12/KH-LĐLĐ", "bac_giang/bac_giang-00001.warc.gz",
        "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", "LĐLĐ tỉnh Bắc Giang", "Bắc Ninh", "18/03/2025",
    ):  # fmt: skip
        assert told in text, told
    assert not page.xpath("//img"), "this picture was not captured"
    assert page.xpath("//a[@id='replay']/@href") == [
        "http://127.0.0.1:9/capture/00000000-0000-4000-8000-000000000019"
    ]
    data = json.loads(page.xpath("//script[@type='application/ld+json']")[0].text)
    assert data["@type"] == "NewsArticle"
    assert data["url"] == "https://bac-giang.example/nha_o.html"
    assert data["datePublished"] == "2025-03-18T09:15:00+07:00"
    assert page.xpath("//meta[@property='og:title']/@content") == [
        "Khởi công khu nhà ở cho công nhân thuê"
    ]


async def test_a_captured_picture_is_shown_from_the_replay(face: Any, ids: dict[str, int]) -> None:
    page = tree((await get(face, f"/archive/articles/{ids['mai_am']}")).text)
    assert page.xpath("//img/@src") == [
        "http://127.0.0.1:9/web/20250731233000im_/https://dak-lak.example/nha%20moi.jpg"
    ]
    assert page.xpath("//img/@alt") == ["Căn nhà mới"]


async def test_copies_versions_and_takedowns_are_shown(face: Any, ids: dict[str, int]) -> None:
    copy = await get(face, f"/archive/articles/{ids['tet_sum_vay']}")
    assert f"/archive/articles/{ids['tet_sum_vay_copy']}" in copy.text
    gone = await get(face, f"/archive/articles/{ids['tai_nan']}")
    assert "đã bị gỡ khỏi trang gốc (ghi nhận ngày 04/08/2025" in gone.text
    page = tree((await get(face, f"/articles/{ids['doi_thoai_dien_tu']}/revisions")).text)
    main = page.xpath("//section[@class='diff']")
    assert [part.xpath("string(h2)") for part in main] == ["tiêu đề", "nội dung"]
    assert [x.text for x in page.xpath("//section[@class='diff']//ins")] == [" Nam Trà", "mười"]
    assert [x.text for x in page.xpath("//section[@class='diff']//del")] == ["bảy"]


@pytest.mark.parametrize(("ending", "beginning"), [("bib", "@online{"), ("ris", "TY  - ELEC")])
async def test_citations_download(
    face: Any, ids: dict[str, int], ending: str, beginning: str
) -> None:
    response = await get(face, f"/articles/{ids['nha_o']}.{ending}")
    assert response.text.startswith(beginning)
    assert f".{ending}" in response.headers["content-disposition"]
    assert (await get(face, f"/articles/{ids['nha_o']}")).status_code == 302


async def test_article_json(face: Any, ids: dict[str, int]) -> None:
    data = (await get(face, f"/articles/{ids['nha_o']}.json")).json()
    assert set(data) == {
        "article", "capture", "captures", "revisions", "images", "attachments", "copies", "web",
    }  # fmt: skip
    assert data["article"]["tags"] == ["nhà ở công nhân"]
    assert (await get(face, "/articles/5.json")).status_code == 404
