"""Hostile and broken pages: never a crash, a hang or a full memory, always an answer."""

from __future__ import annotations

import re
import time
import tracemalloc
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.records import REASONS, VIETNAM, Article, Page, Unreadable
from crawler.extract import extract
from crawler.extraction.document import MAX_BYTES, MAX_TAGS, Document, parse_page

NOW = datetime(2024, 11, 12, 9, 30, tzinfo=VIETNAM)
URL = "http://congdoan.example/tin/hoi-nghi-so-ket-phong-trao-thi-dua-512.html"
PARAGRAPH = (
    "<p>Hội nghị đã nghe báo cáo kết quả hoạt động công đoàn sáu tháng đầu năm và thảo luận "
    "phương hướng, nhiệm vụ trọng tâm trong thời gian tới của các công đoàn cơ sở.</p>"
)
ARTICLE = (
    "<html><head><title>Hội nghị sơ kết phong trào thi đua</title></head><body class='single'>"
    "<article class='type-post'><h1 class='entry-title'>Hội nghị sơ kết phong trào thi đua</h1>"
    "<time class='entry-date' datetime='2019-07-15T08:42:00+07:00'>15/07/2019</time>"
    f"<div class='entry-content'>{PARAGRAPH * 4}</div></article></body></html>"
)


def page(body: bytes, content_type: str = "text/html", url: str = URL) -> Page:
    return Page(url, body, NOW, content_type=content_type)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\x00" * 5000, "not_html"),
        (b"%PDF-1.4 \xe2\xe3\xcf\xd3 obj", "not_html"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 900, "not_html"),
        (b"PK\x03\x04" + bytes(range(256)) * 20, "not_html"),
        (b"just words, no markup", "not_html"),
        (b'{"error": "none"}', "not_html"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", "not_html"),
        (b"<html><body></body></html>", "empty"),
        (b"<html><body>" + b"a" * 50_000_000 + b"</body></html>", "too_large"),
        (b"<html><body>" + b"<br>" * (MAX_TAGS + 1), "too_large"),
        (b"<div>" * 100_000 + b"x" + b"</div>" * 100_000, "broken"),
        (b"<font>" * 5_000 + PARAGRAPH.encode(), "broken"),
        (b"<table><tr><td>" * 30_000 + PARAGRAPH.encode(), "broken"),
    ],
)
def test_what_is_no_page_gets_its_reason(body: bytes, reason: str) -> None:
    found = extract(page(body, ""))
    assert isinstance(found, Unreadable)
    assert found.reason == reason, found


def test_the_tag_limit_lies_below_the_size_limit() -> None:
    # Otherwise the tree of a page of the shortest tags would not be bounded by either.
    assert MAX_TAGS * len("<b>") < MAX_BYTES


@pytest.mark.parametrize("depth", [50, 140, 160, 300, 590])
def test_deep_nesting_keeps_the_text(depth: int) -> None:
    """Unclosed tags of pasted Word text nest a few hundred deep."""
    body = ARTICLE.replace(PARAGRAPH * 4, "<span>" * depth + PARAGRAPH * 4)
    found = extract(page(body.encode()))
    assert isinstance(found, Article), found
    assert "Hội nghị đã nghe báo cáo" in found.lead + found.body


@pytest.mark.parametrize("share", [0.55, 0.7, 0.9])
def test_an_answer_cut_in_the_article_is_truncated(share: float) -> None:
    whole = ARTICLE.encode()
    body = whole[: whole.index(b"entry-content") + int(len(PARAGRAPH.encode()) * 4 * share)]
    found = extract(page(body))
    assert isinstance(found, Unreadable)
    assert found.reason == "truncated"


def test_an_answer_cut_below_the_article_is_whole() -> None:
    body = ARTICLE.replace("</article>", "</article><footer><p>Bản quy").encode()
    found = extract(page(body[: body.index(b"B\xe1\xba\xa3n quy") + 8]))
    assert isinstance(found, Article), found


@pytest.mark.parametrize("odd", ["\x01", "\x1b", "\uffff", "&#1;", "&#x1f;", "&#xFFFF;"])
@pytest.mark.parametrize("classes", [True, False])
def test_one_character_that_xml_forbids_costs_no_article(odd: str, classes: bool) -> None:
    whole = ARTICLE if classes else re.sub(r" class='[^']*'", "", ARTICLE)
    clean = extract(page(whole.encode()))
    found = extract(page(whole.replace("sáu tháng", f"sáu{odd} tháng", 1).encode()))
    assert isinstance(clean, Article)
    assert isinstance(found, Article), found
    assert found.body == clean.body


def test_nuls_and_odd_control_characters_disappear() -> None:
    body = ARTICLE.replace("Hội nghị đã", "Hội\x00 ngh\x01ị đã").encode()
    found = extract(page(body))
    assert isinstance(found, Article)
    assert (found.lead or found.body).startswith("Hội nghị đã nghe")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_encodings(encoding: str) -> None:
    found = extract(page(ARTICLE.encode(encoding), "text/html; charset=iso-8859-1"))
    assert isinstance(found, Article)
    assert found.title == "Hội nghị sơ kết phong trào thi đua"


def test_one_endless_line_stays_in_bounds() -> None:
    words = "công đoàn cơ sở " * 20_000
    body = (
        f"<html><title>Bài viết rất dài của công đoàn</title><body class='single'><h1>{words[:150]}"
    )
    body += f"</h1><div class='entry-content'><p>{words}</p><p>{words}.</p></div></body></html>"
    tracemalloc.start()
    begun = time.process_time()
    found = extract(page(body.encode()))
    spent, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, Article | Unreadable)
    assert spent < 20
    assert peak < 60_000_000


@pytest.mark.parametrize(
    "inner",
    [
        "<li>" * 3000 + PARAGRAPH,
        "<b><i>" * 120 + PARAGRAPH * 3,
        "<br>" * 20_000 + PARAGRAPH * 3,
        "<img src='a.jpg'>" * 5_000 + PARAGRAPH * 3,
        "<a href='http://b.vn/x'>" + "x" * 100_000 + "</a>" + PARAGRAPH,
        "<table>" + "<tr><td>1</td><td>2</td></tr>" * 8_000 + "</table>" + PARAGRAPH * 3,
        "<p style='" + "text-align:" * 20_000 + "'>x</p>" + PARAGRAPH * 3,
        "<p>" + "Ảnh: " * 20_000 + "</p>" + PARAGRAPH * 3,
        "<p>" + "Nguồn" * 20_000 + ":</p>" + PARAGRAPH * 3,
        "<p>" + "(" * 50_000 + "</p>" + PARAGRAPH * 3,
        "<p>" + "1.2.2019 " * 20_000 + "</p>" + PARAGRAPH * 3,
    ],
    ids=lambda inner: inner[:24],
)
@pytest.mark.parametrize("shape", ["layout", "generic"])
def test_heaps_of_one_thing_take_bounded_time(inner: str, shape: str) -> None:
    body = ARTICLE.replace(PARAGRAPH * 4, inner)
    if shape == "generic":
        for name in ("single", "type-post", "entry-content", "entry-title"):
            body = body.replace(name, "x")
    begun = time.process_time()
    found = extract(page(body.encode()))
    assert time.process_time() - begun < 15
    assert isinstance(found, Article | Unreadable)
    if isinstance(found, Unreadable):
        assert found.reason in REASONS
        assert found.reason != "broken", found


FRAGMENTS = st.sampled_from(
    [
        "<div class='entry-content'>", "</div>", "<p>", "</p>", "<table>", "<tr>", "<td>",
        "</table>", "<img src=x.jpg alt='", "'>", "<!--", "-->", "<![CDATA[", "]]>", "<script>",
        "</script>", "<a href='javascript:alert(1)'>", "<svg onload=x>", "<figure>", "&nbsp;",
        "<iframe src='//youtube.com/embed/1'>", "<figcaption>", "&#0;", "&#xD800;", "&bogus;",
        "\x00", "\ufffe", "<br>", "<h1>", "</h1>", "<li>", "<ul>", "<o:p>", "15/07/2019", "<title>",
        "Tin, ảnh: Trần Văn Bình", "<base href='http://[bad'>", "<meta charset=utf-16>", "<body>",
        "</html>", PARAGRAPH, "<link rel=canonical href='http://['>", "<form>", "<", ">", "\"", "=",
        "<script type='application/ld+json'>{\"@type\":[", "<input type=password>",
        "<time datetime='9999-99-99'>", "<td colspan=-1>",
    ]
)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FRAGMENTS, max_size=60), st.booleans())
def test_tag_soup_never_raises(pieces: list[str], framed: bool) -> None:
    soup = "".join(pieces)
    body = ARTICLE.replace(PARAGRAPH * 4, soup) if framed else soup
    found = extract(page(body.encode("utf-8", "replace")))
    assert isinstance(found, Article | Unreadable)
    if isinstance(found, Unreadable):
        assert found.reason in REASONS
        assert found.reason != "broken", found.detail
    else:
        low = found.body_html.lower()
        assert "<script" not in low
        assert "javascript:" not in low
        assert "<iframe" not in low
        assert "<svg" not in low


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.sampled_from(["", "text/html", "text/html; charset=utf-16"]))
def test_any_bytes_never_raise(body: bytes, content_type: str) -> None:
    for candidate in (body, b"<html><body>" + body, ARTICLE.encode().replace(b"</p>", body)):
        document = parse_page(page(candidate, content_type))
        assert isinstance(document, Document | Unreadable)
        found = extract(page(candidate, content_type))
        assert not isinstance(found, Unreadable) or found.reason in REASONS


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2000))
def test_a_cut_anywhere_never_raises(length: int) -> None:
    found = extract(page(ARTICLE.encode()[:length]))
    assert isinstance(found, Article | Unreadable)
    assert not isinstance(found, Unreadable) or found.reason != "broken"


def test_a_broken_address_is_no_obstacle() -> None:
    for url in (
        "http://[::1",
        "not an address",
        "http://a.vn/" + "x" * 9000,
        "http://a.vn:99999/x",
    ):
        assert isinstance(extract(page(ARTICLE.encode(), url=url)), Article | Unreadable)
