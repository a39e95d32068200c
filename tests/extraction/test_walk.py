"""Blocks, captions and safe HTML of fragments, in the markups that editors leave behind."""

from __future__ import annotations

from html import escape

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import Image
from crawler.extraction.blocks import Block, Figure, is_attachment
from crawler.extraction.captions import attach_captions
from crawler.extraction.html import body_html, sanitise
from crawler.extraction.images import split_credit
from crawler.extraction.walk import read_blocks

BASE = "http://congdoan.example/tin/bai-1.html"
LONG = "Hội nghị đã nghe báo cáo kết quả hoạt động và thảo luận phương hướng thời gian tới."


def blocks(fragment: str) -> list[Block]:
    element = lxml.html.fragment_fromstring(fragment, create_parent="div")
    return attach_captions(read_blocks(element, BASE))


def lines(fragment: str) -> list[str]:
    return [block.text for block in blocks(fragment) if block.text]


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<p>Một</p><p>&nbsp;</p><p>Hai</p>", ["Một", "Hai"]),
        ("<div>Một<br>\n&nbsp;</div><div>Hai<br /> &nbsp;</div>", ["Một", "Hai"]),
        ("Một<br><br>Hai<br/><br/>Ba", ["Một", "Hai", "Ba"]),
        ("<span>Ngày <b>12</b>/<i>7</i></span>", ["Ngày 12/7"]),
        ("<p>chữ<span> liền</span>\n  nhau</p>", ["chữ liền nhau"]),
        (
            "<p class=MsoNormal><span>Lãnh đạo</span><span>&nbsp;huyện<o:p></o:p></span></p>",
            ["Lãnh đạo huyện"],
        ),
        ("<p>Hội nghị<br>điển hình tiên tiến</p>", ["Hội nghị điển hình tiên tiến"]),
        ("<p>Kết thúc.<br>nhưng chưa hết</p>", ["Kết thúc.", "nhưng chưa hết"]),
        ("<p>Nguyễn Văn A<br>Trần Thị B</p>", ["Nguyễn Văn A", "Trần Thị B"]),
        ("<!-- x --><p>Một</p><script>x()</script><style>p{}</style>", ["Một"]),
        (
            "<p>Một</p><div style='display:none'>ẩn</div><p hidden>ẩn</p><i class='sr-only'>ẩn</i>",
            ["Một"],
        ),
        ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>", ["a", "b", "c"]),
        (
            "<table><tr><td><p>Hộp thông tin</p><p>dòng hai</p></td></tr></table>",
            ["Hộp thông tin", "dòng hai"],
        ),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", []),
        ("<pre>dòng một\ndòng hai</pre>", ["dòng một", "dòng hai"]),
        ("<p>Hoa\u0300 bi\u0300nh</p>", ["Hoà bình"]),
        ("<p>TiÕng ViÖt rÊt hay vµ ®Ñp</p>", ["Tiếng Việt rất hay và đẹp"]),
    ],
)
def test_lines(fragment: str, expected: list[str]) -> None:
    assert lines(fragment) == expected


IMG = "<img src='/a.jpg'>"


@pytest.mark.parametrize(
    ("fragment", "caption", "left"),
    [
        (
            f"<figure>{IMG}<figcaption>Quang cảnh</figcaption></figure><p>{LONG}</p>",
            "Quang cảnh",
            1,
        ),
        (
            f"<p align=center>{IMG}</p><p align=center><em>Quang cảnh</em></p><p>{LONG}</p>",
            "Quang cảnh",
            1,
        ),
        (
            f"<p style='text-align:center'>{IMG}<br><i>Quang cảnh</i></p><p>{LONG}</p>",
            "Quang cảnh",
            1,
        ),
        (
            f"<p>{IMG}</p><p style='text-align: center'>Lãnh đạo trao quà</p><p>{LONG}</p>",
            "Lãnh đạo trao quà",
            1,
        ),
        (
            f"<table><tr><td>{IMG}</td></tr><tr><td>Quang cảnh</td></tr></table><p>{LONG}</p>",
            "Quang cảnh",
            1,
        ),
        (
            f"<div class='wp-caption'>{IMG}<p class='wp-caption-text'>Quang cảnh</p></div>"
            f"<p>{LONG}</p>",
            "Quang cảnh",
            1,
        ),
        (
            f"<div class='VCSortableInPreviewMode'><div>{IMG}</div><div class='PhotoCMS_Caption'>"
            f"<p>Quang cảnh</p></div></div><p>{LONG}</p>",
            "Quang cảnh",
            1,
        ),
        (f"<p>{IMG}</p><p>Ảnh: Thanh Mai</p><p>{LONG}</p>", "Ảnh: Thanh Mai", 1),
        (
            f"<p>{IMG}</p><p><em>Quang cảnh.</em></p><p><em>Ảnh: Mai</em></p><p>{LONG}</p>",
            "Quang cảnh. Ảnh: Mai",
            1,
        ),
        (f"<p>{IMG}</p><p>{LONG}</p>", "", 1),
        (f"<p>{IMG}{LONG} {LONG}</p>", "", 1),
        (
            f"<p>{LONG}</p><p align=center>{IMG}</p><p align=center><b>Tin, ảnh: Mai Lan</b></p>",
            "",
            2,
        ),
        (
            f"<p align=center>{IMG}</p><p align=center><b>NHIỆM VỤ TRỌNG TÂM</b></p><p>{LONG}</p>",
            "",
            2,
        ),
        (f"<p align=center>{IMG}</p><p align=right><em>Mai Lan</em></p>", "", 1),
        (f"<p align=center>{IMG}</p><p>File đính kèm: <a href='/a.pdf'>Kế hoạch</a></p>", "", 1),
    ],
)
def test_captions(fragment: str, caption: str, left: int) -> None:
    found = blocks(fragment)
    figures = [block.figure for block in found if block.figure]
    assert len(figures) == 1
    assert figures[0].caption == caption
    assert [image.caption for image in figures[0].images] == [caption]
    assert sum(1 for block in found if block.text) == left


def test_two_pictures_in_a_table_have_their_own_captions() -> None:
    found = blocks(
        "<table><tr><td><img src=/1.jpg></td><td><img src=/2.jpg></td></tr>"
        "<tr><td>Ảnh một</td><td>Ảnh hai</td></tr></table>"
    )
    assert [(b.figure.images[0].url[-5:], b.figure.caption) for b in found if b.figure] == [
        ("1.jpg", "Ảnh một"),
        ("2.jpg", "Ảnh hai"),
    ]


def test_a_data_table_keeps_rows_and_its_pictures() -> None:
    found = blocks(
        "<table border=1><tr><td>STT</td><td>Họ tên</td></tr><tr><td>1</td><td>Mai "
        "<img src=/m.jpg></td></tr><tr><td colspan=2></td></tr></table>"
    )
    assert [block.kind for block in found] == ["table", "figure"]
    assert found[0].rows == (("STT", "Họ tên"), ("1", "Mai"))


@pytest.mark.parametrize(
    "markup",
    [
        "<img src='/icon-print.png'>",
        "<img src='/spacer.gif'>",
        "<img src='/a.jpg' width=1 height=1>",
        "<img src='data:image/gif;base64,R0lGOD'>",
        "<img class='emoji' src='/x.png'>",
        "<img>",
        "<img src='/themes/default/images/logo.png'>",
        "<img src='http://0.gravatar.com/avatar/1'>",
        "<img src='/images/M_images/printButton.png'>",
        "<img src='javascript:x'>",
        "<img src='  '>",
    ],
)
def test_what_is_no_picture(markup: str) -> None:
    assert not [block for block in blocks(f"<p>{markup}</p><p>{LONG}</p>") if block.figure]


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ("<img src=anh/1.jpg>", "http://congdoan.example/tin/anh/1.jpg"),
        ("<img src=/blank.gif data-src=/that.jpg>", "http://congdoan.example/that.jpg"),
        ("<img data-original='//cdn.example/b.webp'>", "http://cdn.example/b.webp"),
        (
            "<img src='data:image/png;base64,AA' srcset='/s.jpg 300w, /l.jpg 900w'>",
            "http://congdoan.example/l.jpg",
        ),
        ("<picture><source srcset='/p.webp 1x'><img></picture>", "http://congdoan.example/p.webp"),
        ("<a href=/to.jpg><img src='/nho.jpg'></a>", "http://congdoan.example/nho.jpg"),
    ],
)
def test_addresses_of_pictures(markup: str, url: str) -> None:
    assert [b.figure.images[0].url for b in blocks(f"<p>{markup}</p>") if b.figure] == [url]


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("Quang cảnh hội nghị. Ảnh: Thanh Mai", "Thanh Mai"),
        ("Quang cảnh (Ảnh: LĐLĐ huyện)", "LĐLĐ huyện"),
        ("Một bó hoa - Ảnh: H.Y.T.", "H.Y.T"),
        ("Ảnh minh họa - Nguồn: LĐLĐ quận", "LĐLĐ quận"),
        ("Toàn cảnh đại hội", ""),
        ("Các đại biểu chụp ảnh lưu niệm", ""),
    ],
)
def test_credits(caption: str, credit: str) -> None:
    assert split_credit(caption) == credit


def test_videos_and_documents_become_links() -> None:
    found = blocks(
        "<p><iframe src='https://www.youtube.com/embed/abc' title='Lễ ký'></iframe></p>"
        "<iframe src='https://docs.google.com/viewer?url=http%3A%2F%2Fa.example%2Fkh.pdf'></iframe>"
        "<video><source src='/v.mp4'></video><iframe src='//ads.example/banner.html'></iframe>"
    )
    assert [(block.kind, block.url) for block in found] == [
        ("video", "https://www.youtube.com/embed/abc"),
        ("file", "http://a.example/kh.pdf"),
        ("video", "http://congdoan.example/v.mp4"),
    ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.vn/b.pdf", True),
        ("http://a.vn/b.DOCX?x=1", True),
        ("http://a.vn/tai.aspx?f=kh.xlsx", True),
        ("http://a.vn/pdf/bai.html", False),
        ("http://[", False),
    ],
)
def test_attachments(url: str, expected: bool) -> None:
    assert is_attachment(url) is expected


SAID = st.text(
    st.one_of(
        st.sampled_from("aàệ.,\"'-<>&\u00a0\n\ufeff"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=12,
)


@given(st.lists(SAID, min_size=1, max_size=4), st.sampled_from(["", "strong", "em"]), SAID)
def test_what_is_plain_is_as_the_cleaner_would_have_it(
    lines: list[str], tag: str, alt: str
) -> None:
    def block(text: str) -> Block:
        markup = escape(text, quote=False)
        return Block("paragraph", text, f"{markup}<{tag}>{markup}</{tag}>" if tag else markup)

    picture = Figure((Image("https://a.vn/x.jpg", alt=alt),), lines[0])
    blocks = [*map(block, lines), Block("figure", "", figure=picture)]
    parts = body_html([block("mở đầu")], blocks)
    assert parts == sanitise(parts)


def test_body_html_keeps_structure_and_nothing_else() -> None:
    found = blocks(
        "<h2>Đề mục</h2><p>Chữ <b>đậm</b>, <a href='/x' onclick='y'>liên kết</a> &lt;3</p>"
        "<ol><li>một<ul><li>trong</li></ul></li><li>hai</li></ol>"
        "<blockquote>Lời nói</blockquote><table><tr><th>A</th><td colspan=2>B</td></tr></table>"
        "<p style='color:red' onclick=x>Cuối</p><p><img src=/a.jpg alt='&quot;><script>'></p>"
    )
    html = body_html([], found)
    rel = 'rel="nofollow noopener noreferrer"'
    assert html.replace("\n", "") == (
        "<h2>Đề mục</h2><p>Chữ <strong>đậm</strong>, "
        f'<a href="http://congdoan.example/x" {rel}>liên kết</a> &lt;3</p>'
        "<ol><li>một<ul><li>trong</li></ul></li><li>hai</li></ol>"
        "<blockquote><p>Lời nói</p></blockquote>"
        '<table><tbody><tr><th>A</th><td colspan="2">B</td></tr></tbody></table>'
        "<p>Cuối</p>"
        '<figure><img src="http://congdoan.example/a.jpg" alt="&quot;&gt;&lt;script&gt;"></figure>'
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:x'>y</a>",
        "<svg><script>x</script></svg>",
        "<iframe src='http://a'></iframe>",
        "<style>*{}</style>",
        "<p style='background:url(javascript:x)'>z</p>",
        "<a href='data:text/html,x'>y</a>",
        "<math><mi xlink:href='javascript:x'>",
        "<form action=x><input></form>",
        "<p class='x'>y</p>",
    ],
)
def test_sanitise_leaves_no_way_in(hostile: str) -> None:
    clean = sanitise(hostile).lower()
    traces = (
        "script",
        "onerror",
        "<svg",
        "<iframe",
        "<style",
        "style=",
        "data:",
        "<form",
        'class="x',
    )
    assert [trace for trace in traces if trace in clean] == []
