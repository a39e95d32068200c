"""Dates that lean on now: relative ones, and the clock of a page, which is none."""

from __future__ import annotations

import pytest

from crawler.extraction.dates import (
    looks_like_clock,
    parse_relative,
    parse_visible,
)
from tests.extraction.written_dates import NOW, as_written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 phút trước", "2024-11-12T08:45"),
        ("Vừa xong", "2024-11-12T09:00"),
        ("Hôm qua, 14:05", "2024-11-11T14:05"),
        ("Hôm nay, 08:10", "2024-11-12T08:10"),
        ("08:10 hôm nay", "2024-11-12T08:10"),
        ("Hôm kia", "2024-11-10"),
        ("2 giờ trước", "2024-11-12"),
        ("10 giờ trước", "2024-11-11"),
        ("Đăng cách đây 3 ngày", "2024-11-09"),
        ("1 tuần trước", "2024-11-05"),
        ("2 days ago", "2024-11-10"),
        ("11 tháng trước", "2023-12"),
    ],
)
def test_relative(text: str, expected: str) -> None:
    found = parse_relative(text, NOW)
    assert found is not None
    assert (found.at, found.precision) == as_written(expected)
    assert parse_visible(text, NOW) == found


@pytest.mark.parametrize(
    "text",
    ["3 ngày", "2 năm trước", "Trước đó 2 tháng " + "x" * 90, "", "trước", "Hôm sau"],
)
def test_not_relative(text: str) -> None:
    assert parse_relative(text, NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "Hải Phòng 12/11/2024",
        "Lạng Sơn, ngày 12/11/2024",
        "Hải Phòng 01/02/2020",
        "Thượng Lâm 12/11/2024",
        "Thứ ba, 12/11/2024",
        "Thứ ba, 12/11/2024, 08:58",
        "Thứ ba, ngày 12 tháng 11 năm 2024",
        "Hôm nay, 12/11/2024",
        "Hôm nay là thứ ba, ngày 12 tháng 11 năm 2024",
        "08:59:31 12/11/2024 GMT+7",
    ],
)
def test_clocks(text: str) -> None:
    assert looks_like_clock(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "Thứ hai, 04/11/2024, 13:00",
        "Thứ ba, 12/11/2024, 07:10",
        "Đăng ngày 12/11/2024",
        "Ngày đăng: 12/11/2024 08:59",
        "Sáng 12/11/2024, công đoàn cơ sở tổ chức hội nghị",
        "Hội nghị ngày 12/11/2024",
        "Hà Phong 12/11/2024",
        "",
    ],
)
def test_not_clocks(text: str) -> None:
    assert not looks_like_clock(text, NOW)
