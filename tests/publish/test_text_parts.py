"""The pure parts: word diff, citations, safe HTML, snippets, charts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.publish.article_html import article_html, safe_link, shown_host
from archive.publish.atom import text as atom_text
from archive.publish.charts import column_chart
from archive.publish.citations import Cited, apa, bibtex, chicago, ris
from archive.publish.downloads import csv_lines
from archive.publish.home import fill_months
from archive.publish.snippets import marked, snippet
from archive.publish.worddiff import around_changes, word_diff
from archive.search.query import parse

LINES = st.lists(
    st.sampled_from(["một hai ba", "bốn", "năm sáu.", "", "bảy tám chín mười"]), max_size=6
)


@given(LINES.map("\n".join), LINES.map("\n".join))
def test_a_diff_holds_both_texts(old: str, new: str) -> None:
    lines = word_diff(old, new)
    pieces = [piece for line in lines for piece in line]
    for text, unwanted in ((old, "added"), (new, "removed")):
        kept = "".join(piece.text for piece in pieces if piece.kind != unwanted)
        assert kept.replace("\n", "") == text.replace("\n", "")
    assert (old == new) == all(piece.kind == "same" for piece in pieces) or "\n" in old + new


def test_a_diff_is_by_word_and_shows_only_what_changed() -> None:
    old = "\n".join(["a"] * 5 + ["Có 12 công nhân bị nạn."] + ["b"] * 5)
    new = old.replace("12 công nhân", "15 người")
    shown = around_changes(word_diff(old, new))
    assert shown[0] is None and shown[-1] is None
    changed = [(p.kind, p.text) for line in shown if line for p in line if p.kind != "same"]
    assert changed == [
        ("removed", "12"), ("added", "15"), ("removed", "công nhân"), ("added", "người"),
    ]  # fmt: skip


@pytest.mark.timeout(60)  # Compared word by word, the two would take hours.
def test_a_giant_diff_is_told_whole_and_not_word_by_word() -> None:
    old, new = "từ " * 60_000, "khác " * 60_000
    pieces = [piece for line in word_diff(old, new) for piece in line]
    assert len(pieces) < 10
    for text, kind in ((old, "removed"), (new, "added")):
        assert "".join(piece.text for piece in pieces if piece.kind == kind).split() == text.split()


CITED = Cited(
    key="langson123", title="Hội nghị {100%} & “điển hình”", author="LĐLĐ huyện Chi Lăng",
    site="Công đoàn Lạng Sơn", url="https://lang-son.example/a_b?x={1}",
    published="2019-12-31T17:16:00+07:00", precision="minute",
    captured="2025-08-01T06:30:00+07:00", archive_url="http://a.example/archive/articles/123",
    archive_title="Công đoàn Archive",
)  # fmt: skip


def test_citations() -> None:
    assert chicago(CITED) == (
        "LĐLĐ huyện Chi Lăng. “Hội nghị {100%} & “điển hình”.” Công đoàn Lạng Sơn, "
        "December 31, 2019. https://lang-son.example/a_b?x={1}. Archived August 1, 2025, at "
        "Công đoàn Archive, http://a.example/archive/articles/123."
    )
    assert apa(CITED).startswith("LĐLĐ huyện Chi Lăng. (2019, December 31). Hội nghị {100%}")
    entry = bibtex(CITED)
    assert r"title = {{Hội nghị \{100\%\} \& “điển hình”}}" in entry
    assert entry.count("{") - entry.count(r"\{") == entry.count("}") - entry.count(r"\}")
    assert "DA  - 2019/12/31\r\n" in ris(CITED)
    assert ris(CITED).endswith("ER  - \r\n")


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_title_or_address_breaks_a_citation_file(title: str, url: str) -> None:
    hostile = Cited("k", title, "", "s", url, "", "day", "2025-08-01", "http://a/", "A")
    lines = ris(hostile).split("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines if line)
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert bibtex(hostile).endswith(",\n}\n")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", " javascript:x", "//evil.vn",
     "/path", "", "http://", "vbscript:x", "file:///etc/passwd", "http://[bad", "\x01javascript:x"],
)  # fmt: skip
def test_a_link_leads_to_the_web_or_nowhere(url: str) -> None:
    assert safe_link(url) == ""


def test_hosts_show_look_alikes() -> None:
    assert shown_host("https://congdoan.vn/") == "congdoan.vn"
    assert shown_host("https://cоngdoan.vn/").startswith("xn--")
    assert shown_host("http://[bad") == ""


HOSTILE = [
    "<script>alert(1)</script><p>ok</p>",
    "<p onclick=alert(1) style='background:url(//x)'>ok</p>",
    "<img src=x onerror=alert(1)>ok",
    "<img src='javascript:alert(1)'>ok",
    "<a href='javascript:alert(1)'>ok</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>ok</a>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>ok",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math><p>ok",
    "<style>body{display:none}</style>ok",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>ok",
    "<form action=//x><input name=q><button>ok</button></form>",
    "<base href=//evil.vn><link rel=stylesheet href=//evil.vn/a.css>ok",
    "<meta http-equiv=refresh content='0;url=//evil.vn'>ok",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>ok</p>",
    "<p class='top note skip'>ok</p>",
    "<p id=main>ok</p><table><tr><td style='position:fixed'>ok</table>",
    "<![CDATA[<script>alert(1)</script>]]>ok",
    "<p>ok\x00<scr\x00ipt>alert(1)</script>",
    "<!--<script>alert(1)</script>--><p>ok",
    "<a href='https://ok.vn' target=_top rel=opener>ok</a>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_no_article_brings_anything_that_runs_or_loads(html: str) -> None:
    shown = str(article_html(html, "ok", "", "Ảnh"))
    assert "ok" in shown
    assert not re.search(
        r"(?i)<(script|style|svg|math|iframe|form|input|base|link|meta|img)", shown
    )
    assert not re.search(r"(?i)\s(on\w+|style|id|target|srcdoc)\s*=", shown)
    assert not re.search(r"(?i)(javascript|data):", re.sub(r">[^<]*<", "><", shown))
    assert set(re.findall(r'class="([^"]*)"', shown)) <= {"lead", "picture", "table-scroll", ""}
    assert "opener" not in shown.replace("noopener", "")


@settings(max_examples=150)
@given(st.text(alphabet="<>/\"'=abp scriptonimg:&;\n", max_size=200))
def test_wild_markup_never_fails(html: str) -> None:
    shown = str(article_html(html, "body", "lead", "Ảnh"))
    assert "<script" not in shown and "<img" not in shown


def test_pictures_become_links_and_tables_scroll() -> None:
    html = (
        "<p>Mở đầu.</p><figure><img src='https://a.example/x.jpg' alt='Chợ'><figcaption>Chú thích"
        "</figcaption></figure><table><tr><td>1</td></tr></table>"
    )
    shown = str(article_html(html, "", "Mở đầu.", "Ảnh"))
    assert '<p class="lead">Mở đầu.</p>' in shown
    assert (
        '<a href="https://a.example/x.jpg" rel="noopener noreferrer nofollow">Ảnh: Chợ</a>' in shown
    )
    assert '<div class="table-scroll" tabindex="0"><table>' in shown
    held = {"https://a.example/x.jpg": "http://127.0.0.1:8002/web/2024im_/https://a.example/x.jpg"}
    photo = str(article_html(html + "<img src='http://127.0.0.1:8002/other'>", "", "", "Ảnh", held))
    assert re.findall(r'<img src="([^"]*)"', photo) == list(held.values())
    assert 'alt="Chợ"' in photo
    added = str(article_html("<p>Thân bài.</p>", "", "Sapo riêng.", "Ảnh"))
    assert added.startswith('<p class="lead">Sapo riêng.</p>')
    assert str(article_html("", "a\n<b>", "", "")) == "<p>a</p>\n<p>&lt;b&gt;</p>"


def test_a_megabyte_is_shown_as_text() -> None:
    shown = str(article_html("<b>" * 600_000, "chữ", "", ""))
    assert shown == "<p>chữ</p>"


@pytest.mark.timeout(120)  # Far less than what grows with the square of the depth.
@pytest.mark.parametrize("tag", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<p>", "<i><b>"])
def test_deep_nesting_takes_no_time(tag: str) -> None:
    assert "chữ" in article_html(tag * 40_000 + "chữ", "chữ", "", "")


def test_snippets_find_the_place_and_keep_the_letters() -> None:
    query = parse("bao hiem")
    text = "Mở đầu. " * 80 + "Công ty nợ Bảo Hiểm xã hội. " + "Kết. " * 80
    pieces = snippet(text, query.marks(), exact=False)
    assert ("Bảo Hiểm", True) in pieces
    assert pieces[0][0].startswith("…") and pieces[-1][0].endswith("…")
    assert len("".join(piece for piece, _ in pieces)) < 320
    assert snippet("Không có gì", query.marks(), exact=False) == [("Không có gì", False)]
    assert marked("x" * 900, query.marks(), exact=False, limit=10) == [
        ("x" * 10, False),
        ("…", False),
    ]


@given(st.text(max_size=400), st.sampled_from(["a b", '"a b"', "đa", "*ab* b", "x OR y"]))
def test_a_snippet_is_made_of_the_text(text: str, query: str) -> None:
    parsed = parse(query)
    for exact in (False, True):
        pieces = snippet(text, parsed.marks(exact), exact)
        whole = "".join(piece for piece, _ in pieces).removeprefix("… ").removesuffix(" …")
        assert whole in text


def test_a_chart_is_well_formed_and_runs_nothing() -> None:
    values = [(f"2020-{month:02}", month * 1234) for month in range(1, 13)]
    svg = column_chart(
        values, link=lambda key: f"/months/{key}", title=lambda key, n: f"<{key}> & {n}",
        tick=lambda key: key[5:], number=str,
    )  # fmt: skip
    root = ET.fromstring(svg)
    assert len(root.findall(".//rect")) == 12
    assert next(title.text for title in root.iter("title")) == "<2020-01> & 1234"
    assert {link.get("href") for link in root.iter("a")} == {f"/months/{key}" for key, _ in values}
    assert not re.search(r"style=|<script|xlink", svg)
    assert column_chart(values[:1], link=str, title=str, tick=str, number=str) == ""  # type: ignore[arg-type]
    flat = [("a", 0), ("b", 0)]
    assert column_chart(flat, link=str, title=lambda k, n: k, tick=str, number=str)


def test_months_are_filled_and_bounded() -> None:
    assert fill_months([("2023-11", 2), ("2024-02", 1)]) == [
        ("2023-11", 2), ("2023-12", 0), ("2024-01", 0), ("2024-02", 1),
    ]  # fmt: skip
    assert fill_months([]) == []
    assert len(fill_months([("0001-01", 1), ("9999-12", 1)])) == 2400


def test_cells_do_not_run_in_a_spreadsheet() -> None:
    line = csv_lines([(5, "=HYPERLINK(1)", "+1", "-2", "@x", "bình thường", None, 'a"b\nc')])
    assert line == "5,'=HYPERLINK(1),'+1,'-2,'@x,bình thường,,\"a\"\"b\nc\"\r\n"


def test_feeds_drop_what_xml_cannot_hold() -> None:
    assert atom_text("a\x00\x0b<b>\ud800\uffff") == "a&lt;b&gt;"
