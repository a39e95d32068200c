"""Which of a page's dates is that of publication."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from archive.records import VIETNAM, DateEvidence, Published
from crawler.extraction.date_lines import find_in_lines
from crawler.extraction.dates import (
    choose,
    parse_visible,
)
from tests.extraction.written_dates import NOW, as_written


def test_lines_of_an_unknown_page() -> None:
    lines = [
        "Thượng Lâm 12/11/2024",
        "Trang chủ » Tin tức",
        "Kế hoạch số 12/KH-LĐLĐ ngày 03/12/2019 của Ban Thường vụ",
        "Sáng 05/11/2024, tại hội trường huyện, công đoàn cơ sở tổ chức hội nghị cán bộ.",
        "Thứ sáu - 08/11/2024 10:15",
        "Chào mừng ngày 20/10",
    ]
    found = find_in_lines(lines, NOW)
    assert found is not None
    assert (found.at, found.precision, found.evidence) == (
        datetime(2024, 11, 8, 10, 15, tzinfo=VIETNAM), "minute", "text",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected", "evidence"),
    [
        (["08/11/2024", "Ngày đăng: 07/11/2024"], "2024-11-07", "visible"),
        (["Cập nhật: 10:00 09/11/2024", "08/11/2024 09:00"], "2024-11-09T10:00", "visible"),
        (
            ["Cập nhật: 10:00 09/11/2024", "Đăng lúc 09:00 08/11/2024"],
            "2024-11-08T09:00",
            "visible",
        ),
        (["Thứ ba, 12/11/2024, 07:10"], "2024-11-12T07:10", "text"),
        (["2 giờ trước"], "2024-11-12", "text"),
    ],
)
def test_lines_by_label(lines: list[str], expected: str, evidence: DateEvidence) -> None:
    found = find_in_lines(lines, NOW)
    assert found is not None
    assert (found.at, found.precision) == as_written(expected)
    assert found.evidence == evidence


@pytest.mark.parametrize(
    "line",
    [
        "Thứ ba, 12/11/2024",
        "Điện thoại: 0203.3825.2019",
        "Ngày 30/12/2019, Liên đoàn Lao động huyện Thượng Lâm tổ chức hội nghị tổng kết.",
        "Nghị quyết có hiệu lực từ 01/01/2020",
        "Đại hội nhiệm kỳ 2018-2023",
        "Chào mừng ngày Phụ nữ Việt Nam 20/10/2023 tại các công đoàn cơ sở trong huyện",
        "© 2021",
    ],
)
def test_lines_that_hold_no_publication_date(line: str) -> None:
    assert find_in_lines([line], NOW) is None


def _date(text: str, evidence: DateEvidence, raw: str = "") -> Published:
    at, precision = as_written(text)
    return Published(at, precision, evidence, raw)


def test_choice_by_trust_and_precision() -> None:
    visible = _date("2023-10-04", "visible")
    structured = _date("2023-10-04T15:42", "structured")
    url = _date("2023-10-03", "url")
    chosen = choose([url, structured, visible], NOW)
    assert chosen is not None
    assert (chosen.at, chosen.precision, chosen.evidence) == (structured.at, "minute", "visible")
    assert choose([url, _date("2023-10-04", "text")], NOW) == url
    assert choose([url, _date("2023-10-04T08:00", "text")], NOW) == url
    month = choose([_date("2023-10", "visible"), url], NOW)
    assert month is not None and (month.at, month.precision) == (url.at, "day")


def test_choice_never_takes_the_future_and_may_find_nothing() -> None:
    future = Published(NOW + timedelta(days=2), "day", "visible")
    soon = Published(NOW + timedelta(hours=10), "day", "visible")
    url = _date("2023-10-03", "url")
    assert choose([future, url], NOW) == url
    assert choose([soon], NOW) == soon
    assert choose([None, future], NOW) is None
    assert choose([], NOW) is None


def test_an_update_gives_way_to_an_earlier_publication() -> None:
    update = parse_visible("Cập nhật lúc 15:42 - 24/01/2021", NOW)
    same_day = _date("2021-01-24T09:00", "structured")
    earlier = _date("2021-01-20T09:00", "structured")
    assert choose([update, same_day], NOW) == update
    assert choose([update, earlier], NOW) == earlier
    assert choose([update, _date("2021-01-20", "url")], NOW) == update
