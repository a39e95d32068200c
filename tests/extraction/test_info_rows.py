"""Rows around a title that tell of an article: who, when, where filed, how often read."""

from __future__ import annotations

from datetime import datetime

import pytest
from lxml.html import document_fromstring

from archive.records import VIETNAM
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.dates import parse_visible
from crawler.extraction.info_lines import info_row, without_info
from crawler.extraction.shown_title import is_frame_title, is_module_title
from crawler.extraction.walk import read_blocks

CLOCK = datetime(2025, 11, 16, 10, 0, tzinfo=VIETNAM)
LEAD = (
    "<p>Sáng 12/7, Liên đoàn Lao động huyện tổ chức hội nghị sơ kết sáu tháng đầu năm, "
    "triển khai nhiệm vụ sáu tháng cuối năm.</p>"
)


def told(rows: str) -> tuple[list[str], list[str]]:
    tree = document_fromstring(f"<html><body>{rows}</body></html>")
    kept, authors, _ = without_info(read_blocks(tree, "https://a.test/"), 6)
    return [block.text for block in kept], authors


@pytest.mark.parametrize(
    ("rows", "authors"),
    [
        ("<div><b>Đinh Thị Hảo</b><span>08:37 ngày 15/08/2023</span></div>", ["Đinh Thị Hảo"]),
        ("<p>Hà Phương - 5/3/2024 08:00</p>", ["Hà Phương"]),
        (f"{LEAD}<p>Thực hiện: Mai Trang</p>", ["Thực hiện: Mai Trang"]),
        (f"{LEAD}<p>8 tháng 3, 2024, 04:55</p>", []),
        ("<p>Người đăng: Văn thư - Ngày đăng: 30/1/2024 08:20 - Lượt đọc: 77</p>", []),
        ("<p>Đăng ngày 20-9-2023 lúc 16h33 | Lượt xem: 442 | In bài</p>", []),
    ],
)
def test_rows_leave_the_text(rows: str, authors: list[str]) -> None:
    kept, named = told(rows)
    assert named == authors
    assert len(kept) == rows.count("Sáng 12/7")


@pytest.mark.parametrize(
    "line",
    [
        "Lê Chân, ngày 5/3/2024",
        "Ngày 5/3/2024, hội nghị đã kết thúc tại thành phố.",
        "Kính gửi: Các công đoàn cơ sở",
    ],
)
def test_lines_of_the_text_stay(line: str) -> None:
    assert told(f"{LEAD}<p>{line}</p>")[0][-1] == line


def test_an_office_may_have_posted_it_but_a_sentence_has_not() -> None:
    assert info_row("Người đăng: Văn thư - Ngày đăng: 30/1/2024") == []
    assert info_row("Nguồn: một người dân kể lại, ngày đăng: 30/1/2024") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Submitted by bientap on Sat, 06/17/2023 - 09:09", "2023-06-17T09:09"),
        ("Submitted by bientap on Sat, 05/04/2024 - 13:26", "2024-05-04T13:26"),
        ("Fri, 05/04/2024 - 13:26", "2024-04-05T13:26"),
    ],
)
def test_a_weekday_tells_which_of_two_figures_is_the_month(text: str, day: str) -> None:
    found = parse_visible(text, CLOCK)
    assert found is not None
    assert found.iso()[:16] == day


def test_titles_that_name_a_box_and_titles_of_articles() -> None:
    assert is_module_title("Tin chi tiết")
    assert not is_module_title("Thông báo nghỉ lễ")
    assert is_frame_title("Chi tiết tin - Cổng thông tin Công đoàn")
    assert not is_frame_title("THÔNG BÁO TUYỂN DỤNG VIÊN CHỨC")
    assert is_date_line("Đăng ngày 20-9-2023 lúc 16h33")
    assert not is_date_line("Ngày 20-9-2023 hội nghị")
