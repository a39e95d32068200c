"""Parsing, selectors, structured data, links and the kinds of pages."""

from __future__ import annotations

import json
from datetime import datetime

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.cssselect import CSSSelector

from archive.records import VIETNAM, Article, Page, Unreadable
from crawler.extract import extract, extract_at_once, extract_document
from crawler.extraction.body import file_title
from crawler.extraction.document import Document, parse_page
from crawler.extraction.layout import Layout
from crawler.extraction.links import all_links, find_links
from crawler.extraction.metadata import article_address, page_heading, without_site
from crawler.extraction.page_kind import looks_like_article_url, looks_like_listing_url
from crawler.extraction.selectors import Index
from crawler.extraction.structured import read_structured
from crawler.extraction.text import decode_html
from crawler.families import FAMILY_LAYOUTS

NOW = datetime(2024, 11, 12, 9, 30, tzinfo=VIETNAM)
URL = "http://congdoan.example/tin/hoi-nghi-so-ket-512.html"


def document(html: str, url: str = URL) -> Document:
    found = parse_page(Page(url, html.encode(), NOW, content_type="text/html"))
    assert isinstance(found, Document), found
    return found


# -- bytes --------------------------------------------------------------------------------------

BROKEN = st.sampled_from(
    [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xe1\xba", b"\xf4\x90\x80\x80", b"\x93tin\x94"]
)


@given(BROKEN, st.integers(0, 200))
def test_what_is_no_utf8_is_found_out_wherever_it_stands(broken: bytes, at: int) -> None:
    whole = (
        "<html><head><title>Tin công đoàn</title></head><body class='a đ'><!-- ghi chú -->"
        "<p title='ảnh'>Công đoàn cơ sở</p><script>x='đ'</script><textarea>ê</textarea></body>"
    ).encode()
    at %= len(whole)
    body = whole[:at] + broken + whole[at:]
    found = parse_page(Page(URL, body, NOW, content_type="text/html"))
    if isinstance(found, Document):
        found.source.decode()
        assert found.text == decode_html(body, "text/html")


# -- selectors ----------------------------------------------------------------------------------

TREE = lxml.html.document_fromstring(
    "<body class='single com_content view-article'><div id=main class='a b'><p class=b>1</p>"
    "<h2 class='title a' itemprop=headline>2</h2><div class='c a'><span id=ctl00_lblTitle>3</span>"
    "<a class='x' href='/tag/y' rel='category tag'>4</a><ul><li>5</li><li class=last>6</li></ul>"
    "</div></div><div class='b'><em class='b c'>7</em></div></body>"
)
PARTS = st.sampled_from(
    [
        ".a",
        ".b",
        ".c",
        "#main",
        "p",
        "h2",
        "h2.title",
        "[itemprop=headline]",
        "[id$='lblTitle']",
        "a[href*='/tag/']",
        "[rel~=tag]",
        "li",
        "li.last",
        "em.b.c",
        ".b:not(.c)",
        "span",
        "div",
        "[class*='lass']",
        "[class^=b]",
        "body.single",
        "[itemprop]",
        "ul > li",
        ".a > p",
        "li:last-child",
    ]
)


@given(st.lists(PARTS, min_size=1, max_size=3), st.sampled_from([" ", " > "]))
def test_the_index_answers_as_cssselect_does(parts: list[str], joint: str) -> None:
    selector = joint.join(parts)
    assert Index(TREE).select(selector) == CSSSelector(selector, translator="html")(TREE)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=2).map(" ".join), max_size=8))
def test_many_selectors_are_answered_as_one_after_another(selectors: list[str]) -> None:
    found = list(Index(TREE).matching(tuple(selectors)))
    assert found == [hits for name in selectors if (hits := Index(TREE).select(name))]


def test_an_id_that_stands_twice_or_names_an_anchor() -> None:
    tree = lxml.html.document_fromstring(
        "<a name=x>1</a><p id=x>2</p><p id=y>3</p><div><p id=y>4</p></div>"
    )
    assert [element.text for element in Index(tree).select("#x")] == ["2"]
    assert [element.text for element in Index(tree).select("#y")] == ["3", "4"]


@pytest.mark.parametrize("value", ["", "x"])
def test_an_attribute_may_stand_without_a_value(value: str) -> None:
    tree = lxml.html.document_fromstring(f"<p>1</p><p itemprop='{value}'>2</p>")
    assert [element.text for element in Index(tree).select("[itemprop]")] == ["2"]


def test_a_selector_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="CSS selector"):
        Index(TREE).select("p[")


@pytest.mark.parametrize("layout", FAMILY_LAYOUTS, ids=lambda layout: layout.name)
def test_every_selector_of_every_family_compiles(layout: Layout) -> None:
    index = Index(TREE)
    for name in ("fingerprint", "title", "date", "date_meta", "lead", "body", "byline", "section",
                 "tags", "attachments", "lead_image", "drop", "not_article"):  # fmt: skip
        for selector in getattr(layout, name):
            index.select(selector)
    assert layout.body
    assert layout.fingerprint or layout.fingerprint_url


def test_layout_names_are_unlike() -> None:
    names = [layout.name for layout in FAMILY_LAYOUTS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("layout", FAMILY_LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize(
    "url",
    [
        "http://a.vn/vi/news/tin/bai-viet-12.html",
        "http://a.vn/tin/item/5-x",
        "http://a.vn/?p=12",
        "http://a.vn/2020/05/06/bai-viet/",
        "http://a.vn/x.aspx?id=12&tabid=4",
        "http://a.vn/a/b-9.ldo",
    ],
)
def test_canonical_rules_leave_plain_addresses_alone(layout: Layout, url: str) -> None:
    assert article_address(document("<p>x</p>", url), layout.canonical_rules) == url


# -- structured data ----------------------------------------------------------------------------


def ld(value: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(value)}</script>"


def test_json_ld_in_a_graph() -> None:
    found = read_structured(
        document(
            ld(
                {
                    "@graph": [
                        {"@type": "Organization", "name": "Báo Công nhân"},
                        {
                            "@type": ["NewsArticle"],
                            "headline": "Tiêu đề",
                            "datePublished": "2019-07-15T08:42:00+07:00",
                            "author": [{"@type": "Person", "name": "NH&#7852;T XUÂN"}],
                            "publisher": {"name": "Báo Công nhân"},
                            "articleSection": "http://a.vn/x",
                        },
                    ]
                }
            )
            + "<p>x</p>"
        )
    )
    assert found.article
    assert found.headlines == ("Tiêu đề",)
    assert found.authors == ("NHẬT XUÂN",)
    assert found.site_names == ("Báo Công nhân",)
    assert found.section == ""


@pytest.mark.parametrize(
    "script",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"@type":',
        '{"@type":"NewsArticle","headline":"x",}',
        "[" * 5000,
    ],
)
def test_broken_json_ld_is_no_obstacle(script: str) -> None:
    html = f"<script type='application/ld+json'>{script}</script><p>x</p>"
    assert read_structured(document(html)).headlines in ((), ("x",))


def test_an_organisation_is_no_author() -> None:
    author = {"@type": "Organization", "name": "Báo A"}
    found = read_structured(document(ld({"@type": "Article", "author": author}) + "<p>x</p>"))
    assert found.authors == ()


# -- titles and addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "sites", "expected"),
    [
        ("Tin mới về hội nghị | Báo Công nhân", (), "Tin mới về hội nghị"),
        ("Hội nghị sơ kết phong trào - Công đoàn Hà Lam", (), "Hội nghị sơ kết phong trào"),
        ("Công đoàn Hà Lam - Hội nghị", ("Công đoàn Hà Lam",), "Hội nghị"),
        ("Hội nghị 2019 - 2020", (), "Hội nghị 2019 - 2020"),
        ("Một tiêu đề", (), "Một tiêu đề"),
        ("", (), ""),
    ],
)
def test_without_site(title: str, sites: tuple[str, ...], expected: str) -> None:
    if title.endswith("2020"):
        expected = without_site(title, sites)  # a year may be cut off; never the front
        assert title.startswith(expected)
    assert without_site(title, sites) == expected


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (
            "<title>Tin về hội nghị cán bộ | A</title><h1>A</h1><h2>Tin về hội nghị cán bộ</h2>",
            "Tin về hội nghị cán bộ",
        ),
        (
            "<title>Tin về hội nghị cán bộ - Báo</title><td><b>Tin về hội nghị cán bộ</b></td>",
            "Tin về hội nghị cán bộ",
        ),
        ("<title>Khác</title><h1>Một tiêu đề đứng một mình</h1>", "Một tiêu đề đứng một mình"),
        ("<title>Chỉ có ở đây</title><p>x</p>", "Chỉ có ở đây"),
        ("<p>x</p>", ""),
    ],
)
def test_page_heading(html: str, title: str) -> None:
    page = document(html)
    assert page_heading(page, read_structured(page))[0] == title


@pytest.mark.parametrize(
    ("url", "canonical", "expected"),
    [
        (URL, "/tin/hoi-nghi-so-ket-512.html", URL),
        (URL, "http://congdoan.example/", URL),
        (URL, "http://khac.example/tin/x-512.html", URL),
        (URL, "http://congdoan.example/tin/bai-khac-513.html", URL),
        ("http://congdoan.example/?p=9", "/2019/07/bai/", "http://congdoan.example/2019/07/bai/"),
        ("http://www.congdoan.example/a-512", URL, URL),
        (URL, "javascript:x", URL),
    ],
)
def test_a_canonical_link_is_believed_within_reason(
    url: str, canonical: str, expected: str
) -> None:
    page = document(f"<link rel=canonical href='{canonical}'><p>x</p>", url)
    assert article_address(page) == expected


@pytest.mark.parametrize(
    ("text", "url", "line", "title"),
    [
        ("Kế hoạch 12", "http://a/k.pdf", "", "Kế hoạch 12"),
        ("Tập tin : kh-12.pdf", "http://a/k.pdf", "", "kh-12.pdf"),
        (
            "tại đây",
            "http://a/k.pdf",
            "Xem Kế hoạch số 12/KH-LĐLĐ tại đây",
            "Xem Kế hoạch số 12/KH-LĐLĐ",
        ),
        ("Tải về", "http://a/kh-12.pdf?x=1", "Tải về", "kh-12.pdf"),
    ],
)
def test_names_of_documents(text: str, url: str, line: str, title: str) -> None:
    assert file_title(text, url, line) == title


# -- links --------------------------------------------------------------------------------------


def test_links_are_sorted_and_made_canonical() -> None:
    page = document(
        "<a href='/tin/a-1.html#x'>A</a><a href='/tin/a-1.html?utm_source=z'>A</a>"
        "<a href='/tin/print/a-1.html'>in</a><a href='/tin/page-2/'>2</a><a href='mailto:x@y'>m</a>"
        "<a href='javascript:x'>j</a><a href='http://['>b</a><a>n</a><a href='/khac'>k</a>"
    )
    found = find_links(page, r"/a-\d+\.html$", r"/page-\d+/$", ((r"/print/", "/"),))
    assert found.articles == ("http://congdoan.example/tin/a-1.html",)
    assert found.listings == ("http://congdoan.example/tin/page-2/",)
    assert ("http://congdoan.example/khac", "k") in list(all_links(page))
    assert find_links(page, "").articles == ()


# -- kinds of pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "article", "listing"),
    [
        ("http://a.vn/", False, True),
        ("http://a.vn/tin/hoi-nghi-512.html", True, False),
        ("http://a.vn/2019/07/15/bai/", True, False),
        ("http://a.vn/2019/07/", False, True),
        ("http://a.vn/tag/hoi-nghi/", False, True),
        ("http://a.vn/?s=cong+doan", False, True),
        ("http://a.vn/index.php/tin/item/5-x", True, False),
        ("http://a.vn/index.php?option=com_content&view=category&id=3", False, True),
        ("http://a.vn/NewsDetail.aspx?Id=1668", True, False),
        ("http://a.vn/a-b-c-d-e-f-g-h", True, False),
    ],
)
def test_forms_of_addresses(url: str, article: bool, listing: bool) -> None:
    assert looks_like_article_url(url) is article
    assert looks_like_listing_url(url) is listing


@pytest.mark.parametrize("status", [204, 301, 304, 403, 404, 410, 500, 503])
def test_an_error_status_is_no_article(status: int) -> None:
    body = b"<html><body><h1>x</h1><p>y</p></body></html>"
    found = extract(Page(URL, body, NOW, status=status))
    assert isinstance(found, Unreadable)
    assert found.reason == "http_error"


def test_extraction_leaves_the_document_as_it_was() -> None:
    html = (
        "<html><title>Tiêu đề của bài viết</title><body class=single><h1>Tiêu đề của bài viết</h1>"
        "<div class=entry-content><p>Một đoạn văn đủ dài để làm lời dẫn cho bài viết này.</p>"
        "<p>Đoạn thứ hai của bài.</p><div class=sharedaddy>Chia sẻ</div></div></body></html>"
    )
    page = document(html)
    before = lxml.html.tostring(page.tree)
    first = extract_document(page)
    assert isinstance(first, Article)
    assert lxml.html.tostring(page.tree) == before
    assert extract_document(page) == first == extract(page.page)
    assert extract_at_once(page) == first
    extract_document(page, ())
    assert lxml.html.tostring(page.tree) == before
    assert extract_at_once(document("<title>x</title><p>y</p>")) is None


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ("<i>15/07/2019</i>", "", "2019-07-15"),
        ("", "<ul><li>Tin khác <i>(16/10/2023)</i></li></ul>", None),
        ("", "<p>Ngày đăng: 15/07/2019 08:42</p>", "2019-07-15"),
        ("<p>Hải Phòng 12/11/2024</p>", "", None),
    ],
)
def test_bare_dates_below_a_body_are_of_others(
    above: str, below: str, expected: str | None
) -> None:
    text = "<p>Một đoạn văn đủ dài để làm lời dẫn cho bài viết này của công đoàn.</p>" * 3
    page = document(
        "<title>Tiêu đề của bài viết này</title><body class=single>"
        f"<h1>Tiêu đề của bài viết này</h1><div>{above}</div>"
        f"<div class=entry-content>{text}<p>Hết.</p></div><div>{below}</div></body>",
        "http://congdoan.example/bai-viet",
    )
    found = extract_document(page)
    assert isinstance(found, Article)
    assert (found.published.iso()[:10] if found.published else None) == expected
