"""Signatures by the words in them: kinds of writing, professions, bodies in brackets."""

from __future__ import annotations

import pytest

from crawler.extraction.bylines import read_signature
from crawler.extraction.signature_line import is_unit_name

SIGNED = [
    (["Ký sự của Trung Dũng - Lam Giang"], ("Trung Dũng", "Lam Giang"), ""),
    (["Phóng sự: Hải Minh"], ("Hải Minh",), ""),
    (["Bài của Nguyễn Thị Hoa"], ("Nguyễn Thị Hoa",), ""),
    (["Luật gia Đàm Quốc Thái"], ("Đàm Quốc Thái",), ""),
    (["Thượng tá Lê Văn Bình"], ("Lê Văn Bình",), ""),
    (
        ["Luật gia Đàm Quốc Thái", "(Văn phòng Tư vấn pháp luật Công đoàn)"],
        ("Đàm Quốc Thái",),
        "Văn phòng Tư vấn pháp luật Công đoàn",
    ),
    (["BTC Giải"], (), "BTC Giải"),
]


@pytest.mark.parametrize(("lines", "persons", "unit"), SIGNED, ids=lambda value: str(value)[:40])
def test_signatures(lines: list[str], persons: tuple[str, ...], unit: str) -> None:
    byline, taken = read_signature(["Hội nghị đã kết thúc thành công tốt đẹp.", *lines])
    assert (byline.persons, byline.unit, taken) == (persons, unit, len(lines))


@pytest.mark.parametrize(
    "line",
    [
        "Ký sự của anh viết trong bảy năm đã được in thành sách và bán hết.",
        "(Xem tiếp kỳ sau)",
        "Thơ của công nhân",
    ],
)
def test_lines_that_sign_nothing(line: str) -> None:
    assert read_signature(["Hội nghị đã kết thúc thành công tốt đẹp.", line])[0].persons == ()


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("LIÊN ĐOÀN LAO ĐỘNG HUYỆN BA TRẠCH", True),
        ("Công đoàn ngành Y tế", True),
        ("TIN BUỒN", False),
        ("THÔNG BÁO TUYỂN DỤNG VIÊN CHỨC", False),
    ],
)
def test_names_of_bodies(line: str, is_one: bool) -> None:
    assert is_unit_name(line) is is_one
