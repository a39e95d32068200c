"""Dates for machines: structured values, broken ones too, and addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.extraction.dates import (
    parse_structured,
    parse_url,
)
from tests.extraction.written_dates import NOW, as_written


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
    assert (found.at, found.precision) == as_written(expected)
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
    assert (found.at, found.precision) == as_written(expected)
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
