"""Bytes to text, clean lines, and text in encodings older than Unicode."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.vietnamese.legacy_tables import TCVN3, VIQR_SHAPES, VIQR_TONES, VNI
from crawler.extraction.syllables import is_syllable
from crawler.extraction.text import clean_line, convert_legacy, decode_html, is_whole_utf8

SENTENCES = (
    "Sáng ngày 14/5/2019, Liên đoàn Lao động huyện Thượng Lâm tổ chức hội nghị sơ kết công tác.",
    "Đồng chí Nguyễn Thị Bích Hường, Phó Chủ tịch, trao quà cho 45 đoàn viên đang gặp khó khăn.",
    "Những chuyến xe nghĩa tình đưa công nhân về quê đón Tết Kỷ Hợi với niềm vui trọn vẹn.",
    "Ưu tiên hỗ trợ người lao động bị ốm đau, tai nạn, nữ công nhân nuôi con nhỏ ở các khu trọ.",
    "Ông Đặng Quý Thuỷ phát biểu ý kiến: mỗi tổ công đoàn phải giữ được bữa ăn ca đủ chất.",
)
ODD = st.characters(max_codepoint=0x2070, exclude_categories=["Cs"])


@given(st.text(st.one_of(st.sampled_from("ab ạẩ\u0301\u0302\n\u00a0"), ODD), max_size=30))
def test_plain_text_is_cleaned_as_any_other(text: str) -> None:
    # A zero-width space is dropped at the end of the long way, which it makes the text take.
    assert clean_line(text) == clean_line(f"{text}\u200b")


@given(st.binary(max_size=40), st.integers(0, 3))
def test_bytes_are_whole_where_they_can_be_decoded(body: bytes, cut: int) -> None:
    body = ("ệ" * 6000).encode()[: 18_000 - cut] + body
    try:
        valid = bool(body.decode())
    except UnicodeDecodeError:
        valid = False
    assert is_whole_utf8(body) == (valid and b"\x00" not in body)


NOT_LEGACY = (
    "Hà Phong",
    "Báo cáo tài chính",
    "Toà án, hoà giải, khoá học",
    "Thông tin: Công ty TNHH Thành Công",
    "The café's résumé was naïve; São Paulo, Zürich, Köln, Señor Muñoz.",
    "Les événements ont été organisés à l'Hôtel de Ville, où étaient réunis les délégués.",
    "© 2021 ABC® — 5µm ± 0,2 «test» · 20 °C · ½ × ¾ ÷ 3",
    "x = a^2 + b^2; y = o+1; if (a(0) + e^x) { add(b); }",
    "See https://example.org/a.b?c=d+e for details (dd/mm/yyyy). OK?",
    "Is it? Yes. No... ma? a.b.c",
    "Iceland: Þingvellir, Ísafjörður",
    "",
    "1 + 1 = 2",
)

_FROM_UNICODE = {letter: code for code, letter in TCVN3.items()}
_VNI_FROM_UNICODE = {letter: code for code, letter in reversed(VNI.items())}


def _tcvn3(text: str) -> str:
    """As old capitals-only fonts did: a toned capital has the code of its small letter."""
    return "".join(
        _FROM_UNICODE.get(char) or _FROM_UNICODE.get(char.lower(), char) for char in text
    )


def _vni(text: str) -> str:
    return "".join(_VNI_FROM_UNICODE.get(char, char) for char in text)


def _viqr(text: str) -> str:
    shapes = {letter: code for code, letter in VIQR_SHAPES.items() if "*" not in code}
    tones = {mark: code for code, mark in VIQR_TONES.items()}
    out = []
    for char in text:
        spelled = unicodedata.normalize("NFD", char)
        tone = next((mark for mark in spelled if mark in tones), "")
        base = unicodedata.normalize("NFC", spelled.replace(tone, "") if tone else spelled)
        small = {"đ": "dd"}.get(base.lower()) or shapes.get(base.lower(), base.lower())
        out.append((small.upper() if base.isupper() else small) + tones.get(tone, ""))
    return "".join(out)


def _cp1258(text: str) -> bytes:
    out = []
    for char in text:
        try:
            out.append(char.encode("cp1258"))
        except UnicodeEncodeError:
            spelled = unicodedata.normalize("NFD", char)
            tone = next(mark for mark in spelled if mark in "\u0300\u0301\u0303\u0309\u0323")
            base = unicodedata.normalize("NFC", spelled.replace(tone, ""))
            out.append(base.encode("cp1258") + tone.encode("cp1258"))
    return b"".join(out)


def _page(text: str, charset: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>Tin</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    ("charset", "header"),
    [
        ("utf-8", ""),
        ("", "text/html; charset=utf-8"),
        ("windows-1252", "text/html; charset=ISO-8859-1"),
        ("windows-1258", ""),
        ("", ""),
    ],
)
def test_valid_utf8_is_believed_before_any_declaration(
    sentence: str, charset: str, header: str
) -> None:
    page = _page(sentence, charset)
    assert decode_html(page.encode(), header) == page


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("charset", ["windows-1258", "utf-8", "iso-8859-1", ""])
def test_windows_1258_is_found_by_its_words_and_composed(sentence: str, charset: str) -> None:
    page = _page(sentence, charset)
    decoded = decode_html(_cp1258(page), "text/html")
    assert decoded == page
    assert unicodedata.is_normalized("NFC", decoded)


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("encode", [_tcvn3, _vni])
def test_one_byte_pages_in_old_encodings_survive_to_be_converted(
    sentence: str, encode: type[str]
) -> None:
    body = _page("@").encode().replace(b"@", encode(sentence).encode("cp1252"))
    decoded = decode_html(body, "text/html; charset=utf-8")
    assert encode(sentence) in decoded


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_byte_order_marks_and_wide_text(encoding: str) -> None:
    page = _page(" ".join(SENTENCES))
    assert decode_html(page.encode(encoding), "text/html; charset=utf-8") == page


def test_cut_and_damaged_utf8_stays_utf8() -> None:
    page = _page(SENTENCES[1]).encode()
    cut = page[: page.index("ị".encode()) + 1]
    assert decode_html(cut).startswith("<html>")
    assert "Nguyễn Th\ufffd" in decode_html(cut)
    damaged = page.replace(b"<p>", b"<p>\x96 \xff ")
    assert "– \ufffd Đồng chí Nguyễn Thị Bích Hường" in decode_html(damaged)


def test_other_declared_charsets_are_honoured() -> None:
    page = _page("Новости профсоюза", "windows-1251")
    assert "Новости" in decode_html(page.encode("cp1251"))


def test_nothing_of_null_bytes_and_surrogates_is_left() -> None:
    assert decode_html(b"a\x00b") == "ab"
    assert "\x00" not in decode_html("ă\x00đ".encode())
    assert decode_html(b"") == ""
    assert not any(0xD800 <= ord(char) < 0xE000 for char in decode_html(b"\xff\xfe\x00\xd8a\x00"))


@given(
    st.binary(max_size=400),
    st.sampled_from(
        ["", "text/html", "text/html; charset=utf-8", "x; charset=\ud800", "charset=zz"]
    ),
)
def test_decoding_never_raises_and_gives_encodable_text(body: bytes, content_type: str) -> None:
    text = decode_html(body, content_type)
    assert "\x00" not in text
    text.encode("utf-8")


@given(st.text(max_size=200).filter(lambda text: "\x00" not in text and text[:1] != "\ufeff"))
def test_utf8_round_trip(text: str) -> None:
    page = "<p>Công đoàn</p>" + text
    assert decode_html(page.encode("utf-8")) == page


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("encode", [_vni, _viqr])
def test_vni_and_viqr_round_trip(sentence: str, encode: type[str]) -> None:
    assert convert_legacy(encode(sentence)) == sentence


@pytest.mark.parametrize("sentence", SENTENCES)
def test_tcvn3_round_trip(sentence: str) -> None:
    # Capitals with a tone have no code of their own; all else comes back.
    assert convert_legacy(_tcvn3(sentence)).lower() == sentence.lower()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_utf8_read_as_windows_1252_is_repaired(sentence: str) -> None:
    spoilt = "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in sentence.encode()
    )
    assert convert_legacy(spoilt) == sentence


@pytest.mark.parametrize("text", [*SENTENCES, *NOT_LEGACY])
def test_ordinary_text_is_never_converted(text: str) -> None:
    assert convert_legacy(text) == text


def test_a_converted_text_is_not_converted_again() -> None:
    for sentence in SENTENCES:
        once = convert_legacy(_tcvn3(sentence))
        assert convert_legacy(once) == once


def test_icelandic_eth_is_read_as_the_vietnamese_letter() -> None:
    assert convert_legacy("LÐLÐ tỉnh tổ chức Ðại hội") == "LĐLĐ tỉnh tổ chức Đại hội"


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=120))
def test_ascii_without_viqr_letters_stays(text: str) -> None:
    plain = text.replace("^", "").replace("+", "").replace("(", "").replace("*", "")
    assert convert_legacy(plain) == plain


@given(
    st.lists(
        st.sampled_from(
            ["công", "đoàn", "cơ", "sở", "hoà", "trao", "những", "món", "quà", "là", "(Q.1)"]
        ),
        max_size=12,
    ),
    st.text(max_size=20),
)
def test_a_text_with_unicode_vietnamese_letters_stays(words: list[str], wild: str) -> None:
    text = " ".join(["Đoàn viên", *words, wild.replace("Ð", "").replace("\u0189", "")])
    assert convert_legacy(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Công\u00a0đoàn \n\t cơ\u200b sở ", "Công đoàn cơ sở"),
        ("Lao\u00ad động", "Lao động"),
        (unicodedata.normalize("NFD", "Tiếng Việt được giữ"), "Tiếng Việt được giữ"),
        ("Tie\u0301\u0302ng Vie\u0323\u0302t", "Tiếng Việt"),
        ("\uf0b7 Nội dung\ufeff", "Nội dung"),
        ("\u202etin\u202c", "tin"),
        ("", ""),
    ],
)
def test_clean_line(text: str, clean: str) -> None:
    assert clean_line(text) == clean


@given(st.text())
def test_clean_line_is_idempotent_and_composed(text: str) -> None:
    once = clean_line(text)
    assert clean_line(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip() and "\n" not in once and "  " not in once


@pytest.mark.parametrize(
    "word", ["nghiêng", "Quỳnh", "gìn", "giếng", "khuya", "thuở", "Yên", "ý", "quốc", "xoong"]
)
def test_vietnamese_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["TiÕng", "clean", "w", "", "cầch", "strasse", "ngghe", "tỏt"])
def test_what_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)
