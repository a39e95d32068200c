"""Every page in both languages: it answers, it is safe by construction, it says the right thing."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from lxml.html import HtmlElement

from archive.publish import plugin, row_counts
from archive.publish.language import Speaker, choose_language
from archive.publish.plugin import POLICY
from archive.publish.queries import PARAMETERS, QUESTIONS
from archive.publish.reasons import UNREAD_VI, failure_words, unread_words
from archive.publish.serve import TEMPLATES, make_face
from archive.publish.tutorial import STEPS
from archive.publish.words import WORDS
from archive.records import REASONS
from crawler.failures import KINDS
from tests.publish.conftest import close
from tests.publish.sample import sample_articles

ATOM = "{http://www.w3.org/2005/Atom}"
PAGES = [
    "/",
    "/?map=2025",
    "/search",
    "/search?q=cong+doan",
    "/search?q=%22khong+dong",
    "/search?q=khongcotunaynhuvay",
    "/search?q=công+đoàn&province=Nam+Định&sort=newest",
    "/search?topic=thi+đua&year=2022",
    "/search?month=2023-05&page=2",
    "/archive/articles/{nha_o}",
    "/archive/articles/{tai_nan}",
    "/archive/articles/{mai_am}",
    "/archive/articles/{khong_ngay}",
    "/articles/{doi_thoai_dien_tu}/revisions",
    "/articles/{nha_o}/revisions",
    "/provinces/Cần Thơ",
    "/provinces/An Giang",
    "/provinces-2025/Bắc Ninh",
    "/sites",
    "/sites/hai_phong",
    "/months/2024-05",
    "/months/1999-01",
    "/coverage",
    "/tutorial",
    "/provinces",
    "/provinces?map=2025",
    "/months",
    "/search?q=cong+dooan",
    "/archive/word_by_year?q=cong",
    "/archive",
    "/archive?_show_hidden=1",
    "/archive?sql=select+id,+title+from+articles",
    "/archive?sql=selec",
    "/archive/articles",
    "/archive/articles?_search=dai+hoi&site=nam_dinh",
    "/archive/crawls",
    "/archive/changed_articles",
    "/archive/sites/hai_phong",
    "/archive/taken_down",
    "/archive/workers_month?year=2024",
    "/no/such/page",
    "/sites/no_such_site",
    "/archive/articles/1",
]


def tree(text: str) -> Any:
    """The page as lxml sees it; its stubs promise too many kinds of result."""
    return lxml.html.document_fromstring(text)


async def get(face: Any, path: str, **headers: str) -> Any:
    return await face.client.get(path, headers=headers or None)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole_and_safe(
    face: Any, ids: dict[str, int], path: str, language: str
) -> None:
    response = await get(face, path.format(**ids), **{"accept-language": language})
    assert response.status_code in (200, 400, 404)
    assert response.status_code == 200 or re.search("no_?|no/|selec$|/1$", path)
    policy = POLICY.replace("img-src 'self'", "img-src 'self' http://127.0.0.1:9")
    assert response.headers["content-security-policy"] == policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "accept-language" in response.headers["vary"].lower()
    page = tree(response.text)
    assert page.get("lang") == language
    assert page.xpath("//title")[0].text.strip()
    assert len(page.xpath("//h1")) == 1
    for script in page.xpath("//script"):
        assert script.get("src", "").startswith("/") or script.get("type") == "application/ld+json"
    assert not page.xpath("//style | //@style | //iframe | //object | //embed | //base")
    assert not [name for name in page.xpath("//@*") if name.attrname.startswith("on")]
    for loaded in page.xpath("//img/@src | //script/@src | //link[@rel='stylesheet']/@href"):
        assert re.match(r"/[^/]|http://127\.0\.0\.1:9/web/", loaded)
    assert not [
        href for href in page.xpath("//@href") if re.match(r"(?i)\s*(javascript|data):", href)
    ]


def test_every_word_has_both_languages_and_the_same_places() -> None:
    for key, (vi, en) in WORDS.items():
        assert vi.strip() and en.strip(), key
        assert set(re.findall(r"\{(\w*)\}", vi)) == set(re.findall(r"\{(\w*)\}", en)), key
    used = set()
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        used |= set(re.findall(r"\bt\(\s*[\"'](\w+)[\"']\s*[,)]", text))
    assert used <= set(WORDS)
    assert {"search", "provenance", "run_sql"} <= used


@pytest.mark.parametrize(
    ("parameter", "cookie", "accept", "language"),
    [
        ("en", "vi", "vi", "en"),
        ("", "en", "vi", "en"),
        ("", "", "en-US,en;q=0.9", "en"),
        ("", "", "fr,vi;q=0.2,en;q=0.1", "vi"),
        ("", "", "", "vi"),
        ("xx", "yy", "en;q=high", "vi"),
    ],
)
def test_the_language_is_the_readers(
    parameter: str, cookie: str, accept: str, language: str
) -> None:
    assert choose_language(parameter, cookie, accept) == language


async def test_the_switch_is_remembered(face: Any) -> None:
    response = await get(face, "/search?q=abc&_lang=en", **{"accept-language": "vi"})
    assert "archive_lang=en" in response.headers["set-cookie"]
    assert 'lang="en"' in response.text
    page = tree(response.text)
    assert page.xpath("//a[@class='switch']/@href") == ["/search?q=abc&_lang=vi"]
    again = await face.client.get("/", cookies={"archive_lang": "en"})
    assert "Newest articles" in again.text


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


@pytest.mark.parametrize(
    ("path", "status", "vi"),
    [
        ("/nope", 404, "Không có địa chỉ này trong kho."),
        ("/archive/nope", 404, "Không có bảng này."),
        ("/archive/sites/nope", 404, "Không có dòng này trong bảng."),
        ("/archive?sql=delete+from+articles", 400, "Chỉ chạy được câu SELECT."),
        ("/archive/articles?_sort=nope", 400, "Cannot sort table by nope"),
        (
            "/archive?sql=with+recursive+c(x)+as+(select+1+union+all+select+x%2B1+from+c)"
            "+select+count(*)+from+c",
            400,
            "Câu hỏi này mất quá nhiều thời gian nên đã được dừng lại.",
        ),
    ],
)
async def test_an_error_is_told_in_words_and_without_markup(
    face: Any, path: str, status: int, vi: str
) -> None:
    response = await get(face, path, **{"accept-language": "vi"})
    assert response.status_code == status
    told = tree(response.text).xpath("//main")[0].text_content()
    assert vi in told
    assert "<" not in told


async def test_a_page_that_has_not_changed_is_not_sent_again(
    sample: tuple[Path, dict[str, int]], tmp_path: Path
) -> None:
    with sqlite3.connect(sample[0]) as source, sqlite3.connect(tmp_path / "archive.db") as copy:
        source.backup(copy)
    copy.execute("pragma journal_mode = wal")
    own = make_face(tmp_path / "archive.db")
    try:
        article = f"/archive/articles/{sample[1]['nha_o']}"
        for path in ("/", "/search?q=cong+doan", "/feed.atom", article):
            first = await get(own, path)
            tag = first.headers["etag"]
            again = await get(own, path, **{"if-none-match": tag})
            assert (again.status_code, again.content) == (304, b"")
            other = await get(own, path, **{"if-none-match": tag, "accept-language": "en"})
            assert other.status_code == 200
            with sqlite3.connect(tmp_path / "archive.db") as writer:
                writer.execute("update articles set title = title || '!'")
            changed = await get(own, path, **{"if-none-match": tag})
            assert changed.status_code == 200
        for path in ("/archive?sql=select+datetime('now')", "/health", "/-/versions.json"):
            assert "etag" not in (await get(own, path)).headers
    finally:
        close(own)
        copy.close()
        source.close()


async def test_what_only_some_may_see_is_never_kept(sample: tuple[Path, dict[str, int]]) -> None:
    own = make_face(sample[0], {"allow": {"id": "editor"}})
    try:
        cookie = own.sign({"a": {"id": "editor"}}, "actor")
        seen = await own.client.get("/", cookies={"ds_actor": cookie})
        assert seen.status_code == 200
        assert "etag" not in seen.headers
        assert (await get(own, "/", **{"if-none-match": "*"})).status_code == 403
    finally:
        close(own)


async def test_an_answer_over_time_is_drawn(face: Any) -> None:
    drawn = tree((await get(face, "/archive/word_by_year?q=cong")).text)
    assert drawn.xpath("//*[name()='svg'][@class='chart']")
    table = tree((await get(face, "/archive?sql=select+title,+words+from+articles")).text)
    assert not table.xpath("//*[name()='svg']")


async def test_asking_for_the_head_of_a_download_runs_none(face: Any) -> None:
    response = await face.client.head("/download/articles.csv")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/csv")


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
        "total_is_at_least", "articles", "facets", "next_url",
    }  # fmt: skip
    assert (data["total"], data["spelling"], data["order"]) == (2, "folded", "relevance")
    (article,) = data["articles"]
    assert article["id"] == ids["bao_hiem"]
    assert article["archive_url"].endswith(f"/archive/articles/{ids['bao_hiem']}")
    assert article["tags"] == ["bảo hiểm xã hội"]
    following = (await get(face, data["next_url"].partition("localhost")[2])).json()
    assert following["articles"][0]["id"] == ids["tu_van"]
    assert following["next_url"] is None


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


async def test_attached_files_are_searched_too(face: Any, ids: dict[str, int]) -> None:
    page = tree((await get(face, "/search?q=phu+luc+duong+noi+bo")).text)
    (found,) = page.xpath("//ul[contains(@class,'attached')]/li")
    assert found.xpath("a/@href") == [f"/archive/articles/{ids['nha_o']}"]
    assert found.xpath(".//mark/text()") == ["Phụ lục", "đường nội bộ"]
    assert not tree((await get(face, "/search?q=title:phu")).text).xpath(
        "//ul[contains(@class,'attached')]"
    )


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
    assert states["Công đoàn Hà Nội"] == "bình thường"
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
        "article", "capture", "captures", "revisions", "images", "attachments", "copies",
    }  # fmt: skip
    assert data["article"]["tags"] == ["nhà ở công nhân"]
    assert (await get(face, "/articles/5.json")).status_code == 404


async def test_feeds_are_atom_and_follow_a_search(face: Any, ids: dict[str, int]) -> None:
    whole = ET.fromstring((await get(face, "/feed.atom")).text)
    assert whole.tag == ATOM + "feed"
    assert len(whole.findall(ATOM + "entry")) == 32
    for needed in ("id", "title", "updated"):
        assert all(entry.find(ATOM + needed) is not None for entry in whole.iter(ATOM + "entry"))
    narrowed = ET.fromstring((await get(face, "/feed.atom?q=dai+hoi&site=nam_dinh")).text)
    entries = narrowed.findall(ATOM + "entry")
    assert [entry.findtext(ATOM + "title") for entry in entries] == [
        "Đại hội Công đoàn ngành Giáo dục tỉnh Nam Định"
    ]
    self_link = next(x for x in narrowed.findall(ATOM + "link") if x.get("rel") == "self")
    assert (self_link.get("href") or "").endswith("/feed.atom?q=dai+hoi&site=nam_dinh")


async def test_downloads_are_whole_and_readable(face: Any, ids: dict[str, int]) -> None:
    response = await get(face, "/download/articles.csv")
    rows = list(csv.DictReader(io.StringIO(response.text.lstrip("\ufeff"))))
    assert {int(row["id"]) for row in rows} == set(ids.values())
    texts = {sample.id: sample.article.body for sample in sample_articles()}
    assert all(row["body"] == texts[int(row["id"])] for row in rows)
    lines = (await get(face, "/download/articles.jsonl?q=hoa+binh")).text.splitlines()
    records = [json.loads(line) for line in lines]
    assert {record["id"] for record in records} == {
        ids["hoa_binh_lu"], ids["hoa_binh_van_nghe"], ids["hoa_binh_hoa"],
    }  # fmt: skip
    assert isinstance(records[0]["tags"], list)


async def test_robots_and_sitemap_are_the_owners_choice(
    face: Any, sample: tuple[Path, dict[str, int]]
) -> None:
    assert (await get(face, "/robots.txt")).text == "User-agent: *\nDisallow: /\n"
    assert (await get(face, "/sitemap.xml")).status_code == 404
    assert (await get(face, "/")).headers["x-robots-tag"] == "noindex, nofollow"
    open_face = make_face(sample[0], allow_indexing=True)
    try:
        robots = (await get(open_face, "/robots.txt")).text
        assert "Disallow: /\n" not in robots
        assert "/sitemap.xml" in robots
        index = ET.fromstring((await get(open_face, "/sitemap.xml")).text)
        assert any("2025-07" in (x.text or "") for x in index.iter())
        month = ET.fromstring((await get(open_face, "/sitemap-2025-07.xml")).text)
        assert len(list(month)) == 1
        assert "x-robots-tag" not in (await get(open_face, "/")).headers
    finally:
        close(open_face)


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_question_answers_and_is_told_in_both_languages(
    face: Any, name: str, language: str
) -> None:
    question = QUESTIONS[name]
    assert set(re.findall(r":(\w+)", question.sql)) == set(question.examples)
    response = await face.client.get(
        f"/archive/{name}", params=question.examples, headers={"accept-language": language}
    )
    assert response.status_code == 200
    place = 0 if language == "vi" else 1
    assert question.title[place] in html.unescape(response.text)
    assert 'role="alert"' not in response.text
    data = (await face.client.get(f"/archive/{name}.json", params=question.examples)).json()
    assert data.get("error") is None
    empty = await face.client.get(f"/archive/{name}")
    assert empty.status_code == 200 and 'role="alert"' not in empty.text


def test_every_parameter_of_a_question_has_a_name_in_both_languages() -> None:
    assert {name for question in QUESTIONS.values() for name in question.examples} == set(
        PARAMETERS
    )


async def test_titles_in_answers_lead_to_their_articles(face: Any, ids: dict[str, int]) -> None:
    page = (await face.client.get("/archive/title_changes?_lang=vi")).text
    key = ids["doi_thoai_dien_tu"]
    link = f'<td class="col-title"><a href="/archive/articles/{key}">'
    assert link in page
    # Of an SQL question of a person's own, too; a number that is no article's leads nowhere.
    sql = "select+12+as+id,+'x'+as+title"
    assert '<td class="col-title">x</td>' in (await face.client.get(f"/archive?sql={sql}")).text
    assert "Phần đã đổi" in (await face.client.get("/archive/changed_after_publication")).text


def test_there_are_questions_enough() -> None:
    assert len(QUESTIONS) >= 15


ANSWERS: dict[str, tuple[dict[str, str], str]] = {
    "workers_month": ({"year": "2024"}, "thang_cong_nhan_mo"),
    "titles_with_phrase": ({"phrase": "ĐẠI HỘI công đoàn"}, "dai_hoi"),
    "full_text": ({"q": '"nợ bảo hiểm" -hoa'}, "bao_hiem"),
    "attachments_named": ({"contains": "ke hoach"}, "nha_o"),
    "words_in_attachments": ({"q": "mong coc"}, "nha_o"),
    "taken_down": ({"site": ""}, "tai_nan"),
    "title_changes": ({}, "doi_thoai_dien_tu"),
    "changed_after_publication": ({"site": "hai_phong", "part": "body"}, "doi_thoai_dien_tu"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_question_gives_the_right_articles(
    face: Any, ids: dict[str, int], name: str
) -> None:
    parameters, key = ANSWERS[name]
    data = (
        await face.client.get(f"/archive/{name}.json", params={**parameters, "_shape": "objects"})
    ).json()
    found = {row.get("id") or row.get("article_id") for row in data["rows"]}
    assert ids[key] in found
    assert len(found) <= 2


async def test_most_republished(face: Any) -> None:
    data = (
        await face.client.get(
            "/archive/most_republished.json",
            params={"since": "2023-01-01", "until": "2023-02-01", "_shape": "objects"},
        )
    ).json()
    assert [(row["sites"], row["articles"]) for row in data["rows"]] == [(2, 2)]


@pytest.mark.parametrize("typed", ["đại hội", "dai hoi", "ĐẠI HỘI", "đa\u0323i ho\u0302\u0323i"])
async def test_the_table_search_of_datasette_folds_too(face: Any, typed: str) -> None:
    response = await face.client.get(
        "/archive/articles.json", params={"_search": typed, "_shape": "objects", "_col": "title"}
    )
    titles = [row["title"] for row in response.json()["rows"]]
    assert titles == ["Đại hội Công đoàn ngành Giáo dục tỉnh Nam Định"]


@pytest.mark.parametrize(("counted", "told"), [(5, "hơn 5 dòng"), (10**6, "dòng")])
async def test_rows_of_a_table_are_counted_up_to_a_bound(
    sample: tuple[Path, dict[str, int]], monkeypatch: pytest.MonkeyPatch, counted: int, told: str
) -> None:
    monkeypatch.setattr(row_counts, "COUNTED", counted)
    monkeypatch.setattr(plugin, "COUNTED", counted)
    face = make_face(sample[0])
    try:
        for path in (
            "/archive/articles",
            "/archive/latest_articles",
            "/archive/captures?status=200",
        ):
            page = (await face.client.get(path)).text
            assert told in page and ("hơn" in page) == (counted == 5)
        body = (await face.client.get("/archive/articles.json")).json()
        everything = len(sample_articles())
        assert body["filtered_table_rows_count"] == min(everything, counted + 1)
        # What a person asks for in SQL is counted to its end.
        sql = (await face.client.get("/archive.json?sql=select+count(*)+from+articles")).json()
        assert sql["rows"] == [[everything]]
    finally:
        close(face)


def test_every_failure_and_every_unread_page_has_words_in_both_languages() -> None:
    assert set(UNREAD_VI) == set(REASONS)
    for kind in KINDS:
        vietnamese, english = failure_words(kind)
        assert kind not in (vietnamese, english) and vietnamese != english
    assert failure_words("máy lạ") == unread_words("máy lạ") == ("máy lạ", "máy lạ")


async def test_the_tutorial_runs_each_of_its_queries(face: Any) -> None:
    page: HtmlElement = lxml.html.fromstring((await face.client.get("/tutorial?_lang=vi")).text)
    links: list[str] = [
        link.get("href", "")
        for section in page.find_class("step")
        for link in section.iterdescendants("a")
    ]
    assert len(links) == sum(len(step.queries) for step in STEPS) >= 10
    for link in links:
        answer = await face.client.get(link)
        assert (answer.status_code == 200 and "rows-and-columns" in answer.text) or "unit" in link
    shown = str(page.text_content())
    assert "Hai bảng" in shown and "Two tables" not in shown


async def test_tables_explain_their_columns(face: Any) -> None:
    vietnamese = (await get(face, "/archive/crawls", **{"accept-language": "vi"})).text
    english = (await get(face, "/archive/crawls", **{"accept-language": "en"})).text
    assert "Số yêu cầu" in vietnamese and "Nhật ký các lần thu thập." in vietnamese
    assert "Failed requests" in english and "The log of crawls and imports." in english


@pytest.mark.parametrize(
    "sql",
    ["delete from articles", "insert into sites (name) values ('x')", "attach 'x' as y",
     "pragma journal_mode = delete"],
)  # fmt: skip
async def test_sql_only_reads(face: Any, sample: tuple[Path, dict[str, int]], sql: str) -> None:
    response = await face.client.get("/archive.json", params={"sql": sql})
    assert response.status_code == 400
    count = sqlite3.connect(sample[0]).execute("select count(*) from articles").fetchone()[0]
    assert count == 32


async def test_endless_sql_is_stopped(face: Any) -> None:
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    face._settings["sql_time_limit_ms"], before = 100, face._settings["sql_time_limit_ms"]
    face.sql_time_limit_ms, kept = 100, face.sql_time_limit_ms
    try:
        response = await face.client.get("/archive.json", params={"sql": sql})
    finally:
        face._settings["sql_time_limit_ms"], face.sql_time_limit_ms = before, kept
    assert response.status_code == 400
    assert "nterrupted" in response.text
    assert before <= 5000


@pytest.mark.parametrize("path", [page for page in PAGES if "no" not in page[:4]])
async def test_a_private_archive_shows_nothing(
    sample: tuple[Path, dict[str, int]], private_face: Any, path: str
) -> None:
    response = await private_face.client.get(path.format(**sample[1]))
    assert response.status_code in (403, 404)
    assert "Công đoàn Hải Phòng" not in response.text


@pytest.mark.parametrize(
    "path",
    ["/search.json?q=cong", "/feed.atom", "/download/articles.csv", "/sites.json",
     "/articles/{nha_o}.json", "/articles/{nha_o}.bib", "/archive.json?sql=select+1"],
)  # fmt: skip
async def test_a_private_archive_tells_machines_nothing(
    sample: tuple[Path, dict[str, int]], private_face: Any, path: str
) -> None:
    response = await private_face.client.get(path.format(**sample[1]))
    assert response.status_code == 403


@pytest.fixture(scope="module")
def private_face(sample: tuple[Path, dict[str, int]]) -> Any:
    made = make_face(sample[0], {"allow": {"id": "editor"}})
    yield made
    close(made)


def test_dates_and_numbers_are_said_as_people_say_them() -> None:
    vi, en = Speaker("vi"), Speaker("en")
    stamp = "2023-10-04T15:42:00+07:00"
    assert (vi.date(stamp), en.date(stamp)) == ("04/10/2023 15:42", "4 October 2023, 15:42")
    assert (vi.date(stamp, "day"), en.date(stamp, "month")) == ("04/10/2023", "October 2023")
    assert (vi.date(None), en.date("")) == ("không rõ ngày", "undated")
    assert (vi.number(1234567), en.number(1234567)) == ("1.234.567", "1,234,567")
    assert vi.about(187654) == "190.000"
    assert vi.month("2023-99") == "2023-99"
