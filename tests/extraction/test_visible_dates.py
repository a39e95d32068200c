"""Dates as people read them on a page: printed forms, and what only looks like one."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import VIETNAM
from crawler.extraction.date_lines import find_in_lines
from crawler.extraction.dates import (
    looks_like_clock,
    parse_relative,
    parse_structured,
    parse_url,
    parse_visible,
)
from tests.extraction.written_dates import NOW, as_written

VISIBLE = [
    ("Ngày cập nhật 12.6.2020 (GMT+7)", "2020-06-12"),
    ("Thứ tư, 04/10/2023", "2023-10-04"),
    ("Thứ ba, 31 Tháng 12 2019 17:16", "2019-12-31T17:16"),
    ("Thứ sáu - 01/05/2015 19:25 1.017 0", "2015-05-01T19:25"),
    ("Thứ hai - 26/10/2020 03:25 843 0", "2020-10-26T03:25"),
    ("Thứ hai, 04/11/2024, 13:00", "2024-11-04T13:00"),
    ("Thứ ba, 19/03/2024 | 10:18", "2024-03-19T10:18"),
    ("Cập nhật lúc 15:42 - 24/01/2021 (GMT +07:00)", "2021-01-24T15:42"),
    ("Thứ Sáu, ngày 15 tháng 2 năm 2019 - 08:07", "2019-02-15T08:07"),
    ("Đăng ngày 23/09/2022", "2022-09-23"),
    ("08:49 | 06/08/2021", "2021-08-06T08:49"),
    ("08:49 | 06/08/2021 GMT+7", "2021-08-06T08:49"),
    ("QUÁCH LAM LDO | 04/08/2024 22:33", "2024-08-04T22:33"),
    ("26/03/2019 | 10:30", "2019-03-26T10:30"),
    ("Ngày đăng: 09:34:01 - 05/ 06 /2017", "2017-06-05T09:34:01"),
    ("(27/04/2020 03:06 PM)", "2020-04-27T15:06"),
    ("Cập nhật: 09:53, 12/09/2020 (GMT+7)", "2020-09-12T09:53"),
    ("Cập nhật ngày: 23/12/2011 - 11:32", "2011-12-23T11:32"),
    ("Cập nhật: 14:05 | 04/10/2023", "2023-10-04T14:05"),
    ("ngày 15 tháng 2 năm 2019", "2019-02-15"),
    ("Ngày 5 Tháng 3, 2018", "2018-03-05"),
    ("Tháng 10 05, 2023", "2023-10-05"),
    ("Tháng Mười 5, 2023", "2023-10-05"),
    ("05 Tháng Mười 2023", "2023-10-05"),
    ("12 Tháng Mười, 2015", "2015-10-12"),
    ("12 Tháng Mười Một, 2015", "2015-11-12"),
    ("12 Tháng Mười Hai, 2015 lúc 7:05 chiều", "2015-12-12T19:05"),
    ("Tháng Mười Hai 12, 2015", "2015-12-12"),
    ("1 Tháng Năm, 2019", "2019-05-01"),
    ("16 Th3, 2021", "2021-03-16"),
    ("16 thg 3, 2021", "2021-03-16"),
    ("tháng 3/2021", "2021-03"),
    ("tháng 3 năm 2021", "2021-03"),
    ("Tháng Năm, 2019", "2019-05"),
    ("March 2019", "2019-03"),
    ("October 12, 2015", "2015-10-12"),
    ("12 October 2015 at 10:30 am", "2015-10-12T10:30"),
    ("Monday, 12th Oct 2015", "2015-10-12"),
    ("Thứ 5, 12/03/2020 | 03:15 CH", "2020-03-12T15:15"),
    ("12/03/2020 12:15 SA", "2020-03-12T00:15"),
    ("lúc 3h05 ngày 5-4-2019", "2019-04-05T03:05"),
    ("08 giờ 30 phút, ngày 05/4/2019", "2019-04-05T08:30"),
    ("1-2-2019", "2019-02-01"),
    ("2019-10-16 10:30:05", "2019-10-16T10:30:05"),
    ("05/10/23", "2023-10-05"),
    ("Thứ Năm, 05/10/2023 - 10:22 SA | Lượt xem: 2.019", "2023-10-05T10:22"),
    ("Đăng lúc: 10:30 12/3/2020 - Cập nhật lúc: 11:00 13/3/2020", "2020-03-12T10:30"),
    ("Cập nhật: 11:00 13/3/2020. Ngày đăng: 12/3/2020 10:30", "2020-03-12T10:30"),
    ("Xuất bản: 12/3/2020, sửa lần cuối: 15/3/2020", "2020-03-12"),
    ("Post date: 12/03/2020", "2020-03-12"),
    ("Published 12/03/2020 By Ban biên tập", "2020-03-12"),
    ("Hà Nội, thứ năm 12/03/2020 08:00 - Lan Chi", "2020-03-12T08:00"),
]
NOT_VISIBLE = [
    "",
    "Hải Phòng 12/11/2024",
    "Hải Phòng 03/11/2024",
    "TP. Cần Thơ, ngày 12/11/2024",
    "31/02/2020",
    "12/13/2020",
    "2020-13-01",
    "14/11/2024",
    "13/11/2025 10:00",
    "01/01/1970",
    "Kế hoạch số 105/KH-LĐLĐ ngày 03/12/2019",
    "nhiệm kỳ 2023-2028",
    "0912.345.678",
    "8-3",
    "20/10",
    "15:42",
    "1.017 0",
    "IP 10.12.20.2019",
    "Giá 12.500.2019 đồng",
]


@pytest.mark.parametrize(("text", "expected"), VISIBLE)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_printed_forms(text: str, expected: str, form: Literal["NFC", "NFD"]) -> None:
    found = parse_visible(unicodedata.normalize(form, text), NOW)
    assert found is not None
    assert (found.at, found.precision) == as_written(expected)
    assert found.evidence == "visible"
    assert found.raw and found.raw in unicodedata.normalize("NFC", text)
    assert found.iso().endswith("+07:00")


@pytest.mark.parametrize("text", NOT_VISIBLE)
def test_what_is_no_publication_date(text: str) -> None:
    assert parse_visible(text, NOW) is None


@given(
    st.datetimes(datetime(1998, 1, 1), datetime(2024, 11, 10)),
    st.sampled_from(
        ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "ngày %d tháng %m năm %Y", "%d Tháng %m %Y"]
    ),
    st.sampled_from(["{d} {t}", "{d} - {t}", "{t} | {d}", "{t}, {d}", "Đăng lúc: {t} ngày {d}"]),
)
def test_every_day_in_every_form(moment: datetime, form: str, order: str) -> None:
    text = order.format(d=moment.strftime(form), t=moment.strftime("%H:%M"))
    found = parse_visible(text, NOW)
    assert found is not None
    assert found.at == moment.replace(second=0, microsecond=0, tzinfo=VIETNAM)
    # Midnight is what databases print for a day without a time.
    assert found.precision == ("day" if (moment.hour, moment.minute) == (0, 0) else "minute")


@given(st.text(max_size=60))
def test_wild_text_is_no_trouble(text: str) -> None:
    for found in (
        parse_visible(text, NOW),
        parse_structured(text, NOW),
        parse_url("http://congdoan.vn/" + text, NOW),
        parse_relative(text, NOW),
        find_in_lines([text], NOW),
    ):
        assert found is None or 1990 <= found.at.year <= NOW.year
    looks_like_clock(text, NOW)


@given(st.text(alphabet="0123456789/-.: |thángnămT+Z,", max_size=50))
def test_wild_digits_are_never_in_the_future(text: str) -> None:
    for found in (parse_visible(text, NOW), parse_structured(text, NOW)):
        assert found is None or found.at <= NOW + timedelta(days=1)


def test_hostile_length_is_cheap() -> None:
    for text in ("1/" * 50_000, "tháng " * 50_000, "12:30 " * 50_000, " " * 100_000):
        assert parse_visible(text, NOW) is None
        parse_structured(text, NOW)
        find_in_lines([text], NOW)
