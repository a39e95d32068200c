"""Dates as they are printed, as metadata and addresses carry them, and the choice among them."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import VIETNAM, DateEvidence, Precision, Published
from crawler.extraction.date_lines import find_in_lines
from crawler.extraction.dates import (
    choose,
    looks_like_clock,
    parse_relative,
    parse_structured,
    parse_url,
    parse_visible,
)

NOW = datetime(2024, 11, 12, 9, 0, tzinfo=VIETNAM)

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


def _expected(text: str) -> tuple[datetime, Precision]:
    precision: Precision = "minute" if "T" in text else "day" if text.count("-") == 2 else "month"
    full = text + "-01" if precision == "month" else text
    return datetime.fromisoformat(full).replace(tzinfo=VIETNAM), precision


@pytest.mark.parametrize(("text", "expected"), VISIBLE)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_printed_forms(text: str, expected: str, form: Literal["NFC", "NFD"]) -> None:
    found = parse_visible(unicodedata.normalize(form, text), NOW)
    assert found is not None
    assert (found.at, found.precision) == _expected(expected)
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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2017-05-30+0716:29:00", "2017-05-30T16:29"),
        ("2017-05-30ICT16:29:00", "2017-05-30T16:29"),
        ("2017-05-30T07:16:29+07:00", "2017-05-30T07:16:29"),
        ("2017-05-30T07:16:29+0700", "2017-05-30T07:16:29"),
        ("2019-10-16T10:30:00Z", "2019-10-16T17:30"),
        ("2019-10-16T20:30:00.123Z", "2019-10-17T03:30"),
        ("2019-10-16 10:30", "2019-10-16T10:30"),
        ("2019-10-16T10:30:00", "2019-10-16T10:30"),
        ("2019-10-16", "2019-10-16"),
        ("2019-10-16T00:00:00", "2019-10-16"),
        ("2019-10-16T00:00:00+07:00", "2019-10-16"),
        ("20191016", "2019-10-16"),
        ("20191016T103000", "2019-10-16T10:30"),
        ("1571196600", "2019-10-16T10:30"),
        ("1571196600000", "2019-10-16T10:30"),
        ("/Date(1571196600000)/", "2019-10-16T10:30"),
        ("Wed, 16 Oct 2019 10:30:00 +0700", "2019-10-16T10:30"),
        ("Wed, 16 Oct 2019 03:30:00 GMT", "2019-10-16T10:30"),
        ("16/10/2019 3:05:00 PM", "2019-10-16T15:05"),
        ("Thứ hai - 26/10/2020 03:25", "2020-10-26T03:25"),
    ],
)
def test_structured(value: str, expected: str) -> None:
    found = parse_structured(value, NOW)
    assert found is not None
    assert (found.at, found.precision) == _expected(expected)
    assert found.evidence == "structured"
    assert found.at.utcoffset() == timedelta(hours=7)


@pytest.mark.parametrize(
    "value",
    [
        "", "x", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "-0001-11-30T00:00:00+00:00",
        "2019-13-45", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2025-01-01T00:00:00Z",
        "2019-10-16T25:00:00", "99999999", "0000000000", "Wed, 99 Oct 2019",
        "2019-10-16T10:30+99:99",
    ],
)  # fmt: skip
def test_insane_structured_values(value: str) -> None:
    assert parse_structured(value, NOW) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://congdoan.vn/index.php/2019/10/16/thanh-lap-cong-doan/", "2019-10-16"),
        ("http://congdoan.vn/2019/1/6/thanh-lap/", "2019-01-06"),
        ("https://bao.vn/2019-10-16/tin.html", "2019-10-16"),
        ("https://bao.vn/cong-doan/lam-loi-20190912211758281.htm", "2019-09-12"),
        ("https://bao.vn/Print.aspx?NewsID=20191019211335407", "2019-10-19"),
        ("https://bao.vn/ldld-cong-bo-196241009183212838.htm", "2024-10-09"),
        ("https://bao.vn/congdoan/202306/be-mac-giai-3168771/", "2023-06"),
    ],
)
def test_addresses(url: str, expected: str) -> None:
    found = parse_url(url, NOW)
    assert found is not None
    assert (found.at, found.precision) == _expected(expected)
    assert found.evidence == "url"


@pytest.mark.parametrize(
    "url",
    [
        "http://congdoan.vn/hoi-thi-nam-2019-12345.html",
        "http://congdoan.vn/le-ky-niem-20-10-2019.html",
        "http://congdoan.vn/xem-theo-ngay-12-11-2019.htm",
        "http://congdoan.vn/tin-151629.html",
        "http://congdoan.vn/2019/tin.html",
        "http://congdoan.vn/2030/10/16/tin/",
        "http://congdoan.vn/2019/13/40/tin/",
        "http://congdoan.vn/news/id/19103311/",
        "http://congdoan.vn/tin-999999999999999999.html",
        "",
    ],
)
def test_addresses_without_a_date(url: str) -> None:
    assert parse_url(url, NOW) is None


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
    assert (found.at, found.precision) == _expected(expected)
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
    assert (found.at, found.precision) == _expected(expected)
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
    at, precision = _expected(text)
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
