"""The general rules on pages whose names say nothing: titles, dates, authors, addresses."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from archive.records import VIETNAM, Article, Page, Unreadable
from crawler.evaluation.gold import read_pair
from crawler.extract import extract, extract_document
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.dates import parse_relative, parse_visible
from crawler.extraction.document import Document, parse_page
from crawler.extraction.person_names import is_account, is_person_name
from crawler.extraction.shown_title import is_frame_title

NOW = datetime(2025, 8, 20, 10, 0, tzinfo=VIETNAM)
TITLE = "Công đoàn Công ty Sợi Phú Lộc tặng quà công nhân đón Tết xa quê"
LEAD = "Chiều 3/2, Công đoàn Công ty Sợi Phú Lộc tặng 85 suất quà cho công nhân ở lại đón Tết."
BODY = (
    "Mỗi suất quà trị giá 700.000 đồng, gồm bánh chưng, giò lụa, dầu ăn và tiền mặt.",
    "Chị Hồ Thị Lựu, công nhân tổ sợi con, cho biết đây là năm thứ hai chị không về quê ăn Tết.",
    "Ban Giám đốc công ty cũng bố trí ba chuyến xe đưa công nhân về các huyện miền núi.",
)
ADDRESS = "https://congdoanphuloc.test/tin-tuc/tang-qua-cong-nhan-don-tet-xa-que-1204.html"


def _page(html: str, url: str = ADDRESS) -> Page:
    return Page(url, html.encode(), NOW, content_type="text/html; charset=utf-8")


def _general(html: str, url: str = ADDRESS) -> Article:
    document = parse_page(_page(html, url))
    assert isinstance(document, Document)
    found = extract_document(document, ())
    assert isinstance(found, Article), found
    return found


def _html(
    above: str = "", line: str = "", title: str = TITLE, name: str = TITLE, head: str = ""
) -> str:
    paragraphs = "".join(f"<p>{text}</p>" for text in (LEAD, *BODY))
    return (
        f"<html><head><title>{name}</title>{head}</head><body><div>{above}<h1>{title}</h1>{line}"
        f"<div>{paragraphs}</div></div></body></html>"
    )


def test_text_of_a_plain_page() -> None:
    found = _general(_html(line="<div>05/02/2024</div>"))
    assert (found.title, found.lead) == (TITLE, LEAD)
    assert tuple(found.body.split("\n")) == BODY


# -- titles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("Chi tiết tin - LĐLĐ tỉnh Phú Lộc", True),
        ("Tin tức - Sự kiện", True),
        ("..:: LIÊN ĐOÀN LAO ĐỘNG TỈNH PHÚ LỘC ::..", True),
        ("Cổng thông tin điện tử tỉnh Phú Lộc", True),
        ("Trang chủ", True),
        ("Tin vui đến với công nhân nghèo", False),
        ("Công đoàn Y tế thăm, tặng quà bệnh nhân", False),
        ("LĐLĐ huyện Tân Sơn tổng kết năm 2020", False),
    ],
)
def test_names_that_title_no_article(text: str, frame: bool) -> None:
    assert is_frame_title(text) is frame


@pytest.mark.parametrize(
    "shown",
    [
        '<span class="NewsTitle">{}</span><br>',
        '<p class="tieu-de">{}</p>',
        '<div style="font-size:20px">{}</div>',
        '<font size="4">{}</font><br>',
        "<p><strong>{}</strong></p>",
        "<table width='100%'><tr><td><b>{}</b></td></tr></table>",
        "<h3>{} <small>(05/02/2024)</small></h3>",
    ],
)
def test_a_title_is_found_by_how_it_is_set(shown: str) -> None:
    html = _html(name="Chi tiết tin").replace(f"<h1>{TITLE}</h1>", shown.format(TITLE))
    found = _general(html.replace("<div><p>", "<div>05/02/2024</div><div><p>", 1))
    assert found.title == TITLE
    assert tuple(found.body.split("\n")) == BODY


def test_a_badge_is_no_part_of_a_title() -> None:
    html = _html(title=f"<span class='b'>Mới</span>{TITLE}", line="<div>05/02/2024</div>")
    assert _general(html).title == TITLE


# -- dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Thứ Ba, ngày 5 tháng 8 năm 2025", "2025-08-05"),
        ("05/08/2025 2:05:00 CH", "2025-08-05T14:05"),
        ("2025-08-05T07:30:00Z", "2025-08-05T14:30"),
        ("08/13/2025 2:30 PM", "2025-08-13T14:30"),
        ("05/08/2025 00:00:00", "2025-08-05"),
        ("Ngày tạo: 05/08/2025 - Ngày cập nhật: 10/08/2025", "2025-08-05"),
        ("<span>14:30</span> <span>05/08/2025</span> | Người đăng: quantri", "2025-08-05T14:30"),
        ("quantri 05/08/25 Lượt xem: 12.052.020", "2025-08-05"),
        ("3 ngày trước", "2025-08-17"),
    ],
)
@pytest.mark.parametrize(
    "clock", ["", "<p>Hôm nay: 20/08/2025</p>", "<p>Phú Lộc, ngày 20 tháng 8 năm 2025</p>"]
)
def test_dates_are_found_by_their_place(printed: str, expected: str, clock: str) -> None:
    found = _general(_html(above=clock, line=f"<div class='x1'>{printed}</div>"))
    assert found.published is not None
    shape = "%Y-%m-%dT%H:%M" if found.published.precision == "minute" else "%Y-%m-%d"
    assert found.published.at.astimezone(VIETNAM).strftime(shape) == expected
    assert (found.lead, tuple(found.body.split("\n"))) == (LEAD, BODY)


def test_a_date_just_above_the_title() -> None:
    found = _general(_html(above="<p>Thứ ba, 31 Tháng 12 2019 17:16</p>"))
    assert found.published and found.published.iso() == "2019-12-31T17:16:00+07:00"


def test_future_dates_never() -> None:
    head = '<meta property="og:type" content="article">'
    line = "<div>Ngày đăng: 05/08/2026</div>"
    assert _general(_html(line=line, head=head)).published is None


@pytest.mark.parametrize("text", ["Hôm nay: 2660", "Hôm nay:1.204", "Hôm qua 312"])
def test_counts_of_visitors_are_no_day(text: str) -> None:
    assert parse_relative(text, NOW) is None
    assert parse_visible(text, NOW) is None


def test_date_lines() -> None:
    assert is_date_line("Ngày đăng: 3/3/2023 Cập nhật lúc: 08:00 01/01/2024")
    assert not is_date_line("Sáng 3/3/2023, tại hội trường huyện")


def _renamed(html: str) -> str:
    names: dict[str, str] = {}
    rng = random.Random(7)

    def other(found: re.Match[str]) -> str:
        words = [
            names.setdefault(word, "".join(rng.choices("bcdfgqvxz", k=7)))
            for word in found[2].split()
        ]
        return f' {found[1]}="{" ".join(words)}"'

    return re.sub(r'\s(class|id)="([^"]*)"', other, html)


FAMILIES = Path(__file__).parent.parent / "families"


@pytest.mark.parametrize(
    "name",
    [
        "nukeviet/egov",
        "nukeviet/v3-modern",
        "drupal/v9-node",
        "joomla/v4-cassiopeia",
        "wordpress/classic",
        "wordpress/newspaper-theme",
        "aspnet/webforms-detail",
        "dotnetnuke/easydnn-module",
        "mastercms/article",
    ],
)
def test_renamed_classes_change_neither_title_nor_day(name: str) -> None:
    case = read_pair(FAMILIES / f"{name}.html")
    assert case.article is not None
    body = _renamed(case.page.body.decode()).encode()
    document = parse_page(replace(case.page, body=body))
    assert isinstance(document, Document)
    found = extract_document(document, ())
    assert isinstance(found, Article), found
    assert found.title == case.article.title
    assert found.published and case.article.published
    assert found.published.iso()[:10] == case.article.published[:10]


# -- authors ----------------------------------------------------------------------------------


ACCOUNTS = """
admin, Quản trị viên, Ban biên tập web, BBT, congdoanpl, Nguyenvanhung, Super User, VNPT, TTXVN,
LĐLĐ tỉnh Phú Lộc, CĐVC, bientap@phuloc.test, Admin Phú Lộc, Ban bien tap, Phú Lộc Online, Bởi
"""


@pytest.mark.parametrize("account", [name.strip() for name in ACCOUNTS.split(",")])
def test_accounts_and_desks_are_never_persons(account: str) -> None:
    data = {"@type": "NewsArticle", "headline": TITLE, "author": {"name": account}}
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    line = f'<div>05/02/2024</div><span class="author">{account}</span>'
    assert _general(_html(line=line, head=head)).byline.persons == ()


@pytest.mark.parametrize("name", ["Y Wen Niê", "H’Len Niê", "Ksor Hlinh", "Giàng A Páo"])
def test_names_of_the_highlands(name: str) -> None:
    assert is_person_name(name)
    html = _html(line="<div>05/02/2024</div>").replace(
        "</p></div>", f'</p><p style="text-align:right"><b>{name}</b></p></div>'
    )
    assert _general(html).byline.persons == (name,)


@pytest.mark.parametrize(
    ("word", "account"), [("Phong", False), ("HVL", False), ("M.Chi", False), ("Hungnv", True)]
)
def test_one_word(word: str, account: bool) -> None:
    assert is_account(word) is account


def test_structured_data_completes_a_byline_with_a_layout() -> None:
    data = {
        "@type": "NewsArticle",
        "headline": TITLE,
        "author": [{"name": "Hồ Thu Lan"}, {"name": "Vũ Minh Khôi"}],
    }
    html = _html(
        line='<div data-role="publishdate">05/02/2024 08:00</div>'
        '<div data-role="author">Hồ Thu Lan</div>',
        head=f'<script type="application/ld+json">{json.dumps(data)}</script>',
    ).replace("<div><p>", '<div class="detail-content afcbc-body"><p>')
    found = extract(_page(html))
    assert isinstance(found, Article), found
    assert found.layout == "vccorp"
    assert found.byline.persons == ("Hồ Thu Lan", "Vũ Minh Khôi")


# -- addresses and frames -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "article"),
    [
        ("/vi/news/print/tin/tang-qua-1204.html", "/vi/news/tin/tang-qua-1204.html"),
        ("/news/savefile/tin/tang-qua-1204.html", "/news/tin/tang-qua-1204.html"),
        ("/tin/12-tang-qua?tmpl=component&print=1", "/tin/12-tang-qua"),
        (
            "/cps/WebParts/Quanlytin/DetailContent/printcontent.aspx?id=16&borderstyle=Gray",
            "/cps/WebParts/Quanlytin/DetailContent/detailcontent.aspx?id=16",
        ),
        ("/print/node/1204", "/node/1204"),
    ],
)
def test_print_views_join_their_articles_by_address(printed: str, article: str) -> None:
    host = "https://congdoanphuloc.test"
    found = _general(_html(line="<div>05/02/2024</div>"), host + printed)
    assert found.url == host + article
    assert found.variant == "print"


@pytest.mark.parametrize(
    "line",
    [
        "Bản in | Gửi phản hồi | Chia sẻ:",
        "In trang Gửi email",
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH PHÚ LỘC - Địa chỉ: 5 Lê Lợi - Điện thoại: 0299 382 111",
        "Đánh giá bài viết: 0/5 (0 đánh giá)",
    ],
)
def test_rows_of_labels_and_contacts_are_frame(line: str) -> None:
    assert boilerplate_kind(line)


@pytest.mark.parametrize(
    "line",
    [
        "Hôm nay, tin mới nhất về lương tối thiểu được công bố.",
        "Chia sẻ khó khăn với công nhân",
        "Tin mới, bài hay về công nhân",
    ],
)
def test_sentences_are_no_rows_of_labels(line: str) -> None:
    assert not boilerplate_kind(line)


def test_readers_without_comments_are_no_missing_page() -> None:
    html = _html(line="<div>05/02/2024</div>").replace(
        "</body>", "<h4>Không có nhận xét nào</h4></body>"
    )
    assert _general(html).title == TITLE


def test_a_lead_between_title_and_body_that_no_selector_names() -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in BODY)
    found = extract(
        _page(
            f"<html><head><title>{TITLE}</title></head><body><div class='detail'>"
            f"<h1 class='detail-title'>{TITLE}</h1><div data-role='publishdate'>05/02/2024</div>"
            f"<div class='zq'>{LEAD}</div>"
            f"<div class='detail-content afcbc-body'>{paragraphs}</div></div></body></html>"
        )
    )
    assert isinstance(found, Article), found
    assert (found.layout, found.lead) == ("vccorp", LEAD)
    assert "lead" in found.fallbacks


def test_a_family_without_its_names_is_read_by_general_rules() -> None:
    html = _html(line="<i>05/02/2024</i><br>", name="Chi tiết tin").replace(
        "</body>", '<p>Designed by <a href="http://danaweb.vn">DANAWEB.vn</a></p></body>'
    )
    found = extract(_page(html))
    assert isinstance(found, Article), found
    assert (found.layout, found.title) == ("generic", TITLE)
    assert tuple(found.body.split("\n")) == BODY


def test_a_short_page_without_a_title_is_no_article() -> None:
    html = (
        f"<html><head><title>Video</title></head><body><p>{LEAD}</p><p>{BODY[0]}</p></body></html>"
    )
    document = parse_page(_page(html, "https://congdoanphuloc.test/videos/12.html"))
    assert isinstance(document, Document)
    assert isinstance(extract_document(document, ()), Unreadable)


@pytest.mark.parametrize(
    ("path", "heading"),
    [("/tin-tuc", "Tin tức"), ("/hoi-dap-phap-luat.html", "Hỏi đáp pháp luật")],
)
def test_a_section_with_one_dated_teaser_is_no_article(path: str, heading: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in (LEAD, *BODY))
    html = (
        '<html lang="vi"><head><meta charset="utf-8"><meta name="generator" content="DotNetNuke">'
        f'<title>{heading}</title></head><body><div id="dnn_ContentPane"><h1>{heading}</h1>'
        f"<div>12/08/2025</div>{text}</div></body></html>"
    )
    page = Page(f"https://congdoan.test{path}", html.encode(), NOW, content_type="text/html")
    assert isinstance(extract(page), Unreadable)
    titled = replace(page, body=html.replace(heading, TITLE).encode())
    assert getattr(extract(titled), "title", "") == TITLE
