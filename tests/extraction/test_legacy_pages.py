"""Pages in VNI, VIQR and TCVN3 without a layout; Unicode is never taken for any of these."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import VIETNAM, Article, Page
from archive.vietnamese.legacy_tables import TCVN3, VIQR_SHAPES, VIQR_TONES, VNI
from crawler.extract import extract_document
from crawler.extraction.document import Document, parse_page
from crawler.extraction.legacy_pages import in_unicode
from crawler.extraction.text import convert_legacy, legacy_kind

NOW = datetime(2012, 8, 20, 10, 0, tzinfo=VIETNAM)
TITLE = "Công đoàn ngành Y tế tổng kết phong trào thi đua"
LEAD = "Chiều 3/5, “Ngày hội” của Công đoàn ngành Y tế thu hút hơn 300 đoàn viên về dự thi đua."
BODY = (
    "Thường vụ Liên đoàn Lao động tỉnh tặng bằng khen cho mười hai tập thể có thành tích tốt.",
    "Chị Lò Thị Mến, điều dưỡng, cho biết phần thưởng sẽ được góp vào quỹ giúp bạn nghèo.",
)
_VNI = {letter: code for code, letter in reversed(VNI.items())}
_TCVN3 = {letter: code for code, letter in TCVN3.items()}
_SHAPES = {letter: code for code, letter in VIQR_SHAPES.items()}


def _viqr(text: str) -> str:
    written: list[str] = []
    for char in text:
        if char in "đĐ":
            written.append("dd" if char == "đ" else "DD")
            continue
        spread = unicodedata.normalize("NFD", char)
        tone = "".join(VIQR_TONES_BACK.get(mark, "") for mark in spread)
        base = unicodedata.normalize("NFC", "".join(m for m in spread if m not in VIQR_TONES_BACK))
        shape = _SHAPES.get(base.lower(), base)
        written.append((shape.upper() if base.isupper() else shape) + tone)
    return "".join(written)


VIQR_TONES_BACK = {tone: code for code, tone in VIQR_TONES.items()}


def _encode(text: str, kind: str) -> str:
    if kind == "viqr":
        return _viqr(text)
    table = _VNI if kind == "vni" else _TCVN3
    return "".join(table.get(char, table.get(char.lower(), char)) for char in text)


def _html(kind: str, frame: str = "") -> bytes:
    def old(text: str) -> str:
        return _encode(text, kind) if kind else text

    paragraphs = "".join(f"<p>{old(text)}</p>" for text in (LEAD, *BODY))
    return (
        f"<html><head><title>{old(TITLE)}</title></head><body><div>{frame}<h1>{old(TITLE)}</h1>"
        f"<p>05/05/2010</p><div>{paragraphs}<p align=right><b>{old('Trần Thị Mỹ Hạnh')}</b></p>"
        "</div></div></body></html>"
    ).encode()


def _document(body: bytes) -> Document:
    document = parse_page(Page("http://cdyte.test/xem.asp?id=12", body, NOW))
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("kind", ["vni", "viqr", "tcvn3", ""])
@pytest.mark.parametrize("frame", ["", "<ul><li>Trang chủ</li><li>Văn bản mới ban hành</li></ul>"])
def test_a_page_of_unknown_make(kind: str, frame: str) -> None:
    document = _document(_html(kind, frame))
    assert (in_unicode(document) is document) is (not kind)
    found = extract_document(document, ())
    assert isinstance(found, Article), found
    assert (found.title, found.lead) == (TITLE, LEAD)
    assert tuple(found.body.split("\n")) == BODY
    assert found.byline.persons == ("Trần Thị Mỹ Hạnh",)


ONSETS = ["", "b", "c", "ch", "d", "đ", "g", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "t", "th"]
RIMES = ["a", "an", "ang", "ai", "ao", "e", "ê", "iên", "oan", "ôn", "ơ", "ư", "ương", "âu", "ăm"]
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]


@st.composite
def words(draw: st.DrawFn) -> str:
    """A word of Vietnamese letters with a tone, in any capitals."""
    rime = draw(st.sampled_from(RIMES))
    place = max(i for i, char in enumerate(rime) if char not in "ncmgptihao" or i == 0)
    spelled = rime[: place + 1] + draw(st.sampled_from(TONES)) + rime[place + 1 :]
    word = unicodedata.normalize("NFC", draw(st.sampled_from(ONSETS)) + spelled)
    return draw(st.sampled_from([word, word.capitalize(), word.upper()]))


@given(st.lists(words(), min_size=1, max_size=12), st.sampled_from(["", ".", "?", " (A+)", ": 12"]))
def test_unicode_text_is_never_touched(said: list[str], end: str) -> None:
    text = unicodedata.normalize("NFC", " ".join(said)) + end
    assert convert_legacy(text) == text
    assert legacy_kind(text) == ""
    page = f"<html><body><h1>{text}</h1><p>{text}</p></body></html>".encode()
    document = _document(page)
    assert in_unicode(document) is document
