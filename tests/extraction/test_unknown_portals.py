"""Pages of portals and themes that no layout knows: short ones, rows of information, authors."""

from __future__ import annotations

from datetime import datetime

import pytest

from archive.records import VIETNAM, Article, Page, Unreadable
from crawler.extract import extract, extract_document
from crawler.extraction.document import Document, parse_page
from crawler.extraction.info_lines import info_row

NOW = datetime(2025, 8, 20, 10, 0, tzinfo=VIETNAM)
TITLE = "Công đoàn Công ty Bao bì Tân Phú bàn giao nhà cho đoàn viên nghèo"
LEAD = "Sáng 4/3, Công đoàn Công ty Bao bì Tân Phú bàn giao căn nhà thứ mười hai cho đoàn viên."
BODY = (
    "Căn nhà rộng 54 mét vuông, do quỹ Mái ấm và đồng nghiệp của chị Lữ Thị Hoa cùng góp sức.",
    "Chị Hoa nói từ nay mùa mưa hai mẹ con không còn phải chạy sang nhà hàng xóm ngủ nhờ.",
    "Công ty dự kiến bàn giao thêm ba căn nhà nữa cho đoàn viên trước dịp Quốc khánh năm nay.",
)
ROW = "Cập nhật: 05/03/2024 | Lượt xem: 32 | Người đăng: quantri"
OTHERS = "".join(
    f'<div class="x"><h3><a href="/tin/bai-{n}-khac-ve-hoat-dong.html">Bài số {n} về phong trào '
    "của công đoàn cơ sở</a></h3><p>Đoạn tóm tắt của bài viết khác này dài hơn hẳn một bản thông "
    "báo ngắn, nên dễ bị lấy làm nội dung.</p></div>"
    for n in range(1, 5)
)
VERSES = (
    "Chiều buông trên bến than dài",
    "Tiếng còi tan tầm gọi mãi",
    "Áo xanh ai còn đứng đợi",
    "Một người vừa hết ca ba",
    "Gió đưa mùi cơm mới chín",
    "Con đường nho nhỏ về nhà",
)


def _read(html: str, url: str = "http://congdoantanphu.test/xem.php?m=7") -> Article | Unreadable:
    document = parse_page(Page(url, html.encode(), NOW, content_type="text/html"))
    assert isinstance(document, Document)
    return extract_document(document, ())


def _article(html: str, url: str = "http://congdoantanphu.test/xem.php?m=7") -> Article:
    found = _read(html, url)
    assert isinstance(found, Article), found
    return found


def _page(inner: str, name: str = TITLE) -> str:
    return f"<html><head><title>{name}</title></head><body><div>{inner}</div></body></html>"


def _text(*paragraphs: str) -> str:
    return "".join(f"<p>{text}</p>" for text in paragraphs)


WHOLE = f"<div>{_text(LEAD, *BODY)}</div>"


# -- rows of information ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "authors"),
    [
        ("Tác giả: Hà Phương Ngày đăng: 5-3-2024 Lượt xem: 88", ["Tác giả: Hà Phương"]),
        (ROW, ["Người đăng: quantri"]),
        ("(Ngày đăng: 05/03/2024, 08:30 - Đã xem 391 lần)", []),
        ("05/03/2024 08:05 SA Cỡ chữ: A- A+ Đọc bài viết", []),
        (
            "Viết bởi Super User. Đăng ngày 5 Tháng 3 2024. Đăng trong Tin tức.",
            ["Viết bởi Super User"],
        ),
        ("Bởi Hà Thu Phương · 5 thg 3, 2024 · 13:20", ["Bởi Hà Thu Phương"]),
        ("Ngày 5/3/2024. Đăng trong lòng người một niềm tin không gì lay chuyển nổi.", None),
        ("Ngày đăng: 5-3-2024, hội nghị đã kết thúc tại thành phố.", None),
        ("Tác giả: là người đã gắn bó hai mươi năm với từng xưởng máy của nhà máy", None),
        ("Nguồn: từ ngày 5/3/2024 lương tối thiểu tăng", None),
        (LEAD, None),
    ],
)
def test_rows_of_information(row: str, authors: list[str] | None) -> None:
    assert info_row(row) == authors


@pytest.mark.parametrize(
    ("row", "persons", "hour"),
    [
        ("<p>Tác giả: Hà Thu Phương Ngày đăng: 5-3-2024 Lượt xem: 88</p>", ("Hà Thu Phương",), 0),
        (f"<p>{ROW}</p>", (), 0),
        ("<p>Hà Thu Phương</p><p>Thứ Ba, 05/03/2024 | 08:05 GMT+7</p>", ("Hà Thu Phương",), 8),
        ("<ul><li>Ban Tuyên giáo</li><li>5 Tháng 3, 2024</li><li>20:05</li></ul>", (), 20),
        ("<p>05/03/2024 08:05 CH\n<span>Cỡ chữ: A- A+ Xem với cỡ chữ</span></p>", (), 20),
    ],
)
def test_a_row_below_the_title_is_read_and_no_text(
    row: str, persons: tuple[str, ...], hour: int
) -> None:
    found = _article(_page(f"<h1>{TITLE}</h1>{row}{WHOLE}"))
    assert found.published and found.published.at == datetime(
        2024, 3, 5, hour, 5 if hour else 0, tzinfo=VIETNAM
    )
    assert found.byline.persons == persons
    assert (found.lead, tuple(found.body.split("\n"))) == (LEAD, BODY)


# -- several authors ----------------------------------------------------------------------------


AUTHORS = ("Lữ Thị Hoa", "Trần Quang Minh", "H’Len Niê")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("".join(f'<span class="author">{name}</span>' for name in AUTHORS), AUTHORS),
        ("".join(f'<li><a rel="author" href="/tg">{name}</a></li>' for name in AUTHORS), AUTHORS),
        (
            '<p class="author">' + "".join(f"<a href='/t'>{name}</a>" for name in AUTHORS) + "</p>",
            AUTHORS,
        ),
        (
            '<span class="author">Lữ Thị Hoa</span><span class="author">admin</span>'
            '<span class="author">Ban biên tập</span><span class="author">Báo Tân Phú</span>',
            ("Lữ Thị Hoa",),
        ),
        (
            '<span class="author">Tác giả: Lữ Thị Hoa</span>'
            '<span class="author">Người đăng: Trần Quang Minh</span>',
            ("Lữ Thị Hoa",),
        ),
    ],
)
@pytest.mark.parametrize("layout", [False, True])
def test_authors_side_by_side(named: str, expected: tuple[str, ...], layout: bool) -> None:
    head = '<meta property="og:site_name" content="Báo Tân Phú">'
    if layout:
        named = named.replace("<a rel", '<a data-role="author" rel')
        named = named.replace('class="author"', 'data-role="author"')
        inner = (
            f"<h1>{TITLE}</h1><div data-role='publishdate'>05/03/2024 08:00</div><div>{named}</div>"
            f'<div class="detail-content afcbc-body">{_text(LEAD, *BODY)}</div>'
        )
        page = _page(inner).replace("</head>", f"{head}</head>")
        found = extract(Page("http://baotanphu.test/tin-12345.htm", page.encode(), NOW))
        assert isinstance(found, Article), found
        assert found.layout == "vccorp"
    else:
        row = f"<div><i>05/03/2024</i>{named}</div>"
        page = _page(f"<h1>{TITLE}</h1>{row}{WHOLE}").replace("</head>", f"{head}</head>")
        found = _article(page)
    assert found.byline.persons == expected


# -- short pages --------------------------------------------------------------------------------


def test_a_notice_of_two_sentences_among_teasers() -> None:
    date = "<p>05/03/2024</p>"
    found = _article(
        _page(f"<div><h1>{TITLE}</h1>{date}{_text(LEAD, BODY[1])}</div><div>{OTHERS}</div>")
    )
    assert (found.lead, found.body) == (LEAD, BODY[1])


def test_verses_without_any_paragraph() -> None:
    lines = "<br>".join(VERSES)
    found = _article(_page(f"<h1>Bến than chiều</h1><p>05/03/2024</p><div><p>{lines}</p></div>"))
    assert tuple(found.body.split("\n")) == VERSES


def test_pictures_with_hardly_any_text() -> None:
    shown = "".join(
        f'<figure><img src="/anh/{n}.jpg" width="800"><figcaption>Cảnh {n} của hội thao công nhân'
        "</figcaption></figure>"
        for n in range(4)
    )
    found = _article(_page(f"<h1>{TITLE}</h1><p>05/03/2024</p><p>{LEAD}</p><div>{shown}</div>"))
    assert [image.caption for image in found.images] == [
        f"Cảnh {n} của hội thao công nhân" for n in range(4)
    ]


def test_a_list_above_the_first_paragraph() -> None:
    items = [f"Hộ đoàn viên số {n}, tổ sản xuất {n}" for n in range(1, 6)]
    listed = "".join(f"<li>{item}</li>" for item in items)
    inner = (
        f"<h1>{TITLE}</h1><p>05/03/2024</p><div class='sapo'>{LEAD}</div>"
        f"<div class='z'><ol>{listed}</ol>{_text(*BODY)}</div>"
    )
    assert tuple(_article(_page(inner)).body.split("\n")) == (*items, *BODY)


@pytest.mark.parametrize(
    "inner",
    [
        f"<h1>Tin trong ngành</h1><h3><a href='/tin/nganh/12-nha-moi.html'>{TITLE}</a></h3>"
        f"<p>05/03/2024</p>{WHOLE}",
        f"<h1>Tin trong ngành</h1><p>05/03/2024</p>{OTHERS}",
        "<h1>Lịch công tác</h1><p>05/03/2024</p><ul><li>Sáng: họp</li><li>Chiều: họp</li></ul>",
    ],
    ids=["one whole item", "teasers", "calendar"],
)
def test_sections_stay_sections(inner: str) -> None:
    found = _read(_page(inner, "Tin trong ngành"), "http://congdoantanphu.test/tin/nganh")
    assert isinstance(found, Unreadable), found


# -- titles, leads, pictures, links -------------------------------------------------------------


@pytest.mark.parametrize(
    "inner",
    [
        f"<p class='h4'><a href='#'>Quay lại</a> <span>{TITLE}</span></p><p>05/03/2024</p>{WHOLE}",
        f"<a class='title'>{TITLE}</a><p>05/03/2024</p><p class='tt'>{LEAD}</p>"
        f"<div><h3>I. Về ngôi nhà mới</h3>{_text(*BODY)}</div>",
        f"<h3 class='panel-title'>{TITLE}</h3><div><p>{ROW}</p><p><b>{LEAD[:-1]}!</b></p>"
        f"{_text(*BODY)}</div>",
    ],
    ids=["label beside it", "subheading in the text", "bold lead in the text"],
)
def test_a_title_that_the_page_does_not_name(inner: str) -> None:
    assert _article(_page(f"<div>{inner}</div>", "Chi tiết tin")).title == TITLE


def test_a_lead_set_as_a_heading_and_a_picture_above_the_title() -> None:
    picture = '<div class="full relative"><img src="/anh/nha.jpg" width="700"></div>'
    found = _article(
        _page(f"<div>{picture}<h1>{TITLE}</h1><p>05/03/2024</p><h2>{LEAD}</h2>{_text(*BODY)}</div>")
    )
    assert found.lead == LEAD
    assert [image.url for image in found.images] == ["http://congdoantanphu.test/anh/nha.jpg"]


@pytest.mark.parametrize("label", ["&gt;&gt; Xem thêm: ", "Đọc thêm: ", "» ", "Tin liên quan: "])
def test_a_link_behind_a_label_is_no_text(label: str) -> None:
    link = f"<p><b>{label}<a href='/tin/khac-12.html'>Mười hai căn nhà trong một năm</a></b></p>"
    inner = f"<h1>{TITLE}</h1><p>05/03/2024</p><div>{_text(LEAD, BODY[0])}{link}{_text(*BODY[1:])}"
    assert tuple(_article(_page(f"{inner}</div>")).body.split("\n")) == BODY


def test_a_heading_of_the_menu_above_a_joomla_article() -> None:
    related = '<div itemprop="blogPost"><h2><a href="/tin/9-khac">Tin khác của tỉnh</a></h2></div>'
    page = _page(
        '<div class="com-content-article item-page"><div class="page-header"><h1>Tin tức</h1></div>'
        f'<div class="page-header"><h2>{TITLE}</h2></div>'
        '<dl class="article-info"><dd class="published"><time datetime="2024-03-05T08:00:00+07:00">'
        "05 Tháng 3 2024</time></dd></dl>"
        f'<div class="com-content-article__body">{_text(LEAD, *BODY)}</div></div>{related}'
    ).replace("<body>", '<body class="site com_content view-article">')
    found = extract(Page("http://congdoantanphu.test/tin-tuc/8-nha-moi", page.encode(), NOW))
    assert isinstance(found, Article), found
    assert (found.layout, found.title) == ("joomla_article", TITLE)
