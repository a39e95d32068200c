"""Frame lines by the lexicon: what goes, and what looks like it and must stay."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.boilerplate import (
    ENTRIES,
    Entry,
    boilerplate_kind,
    cuts_here,
    is_context_only,
)

FRAME = [
    ("Lượt truy cập", "visit_counter"),
    ("LƯỢT TRUY CẬP:", "visit_counter"),
    ("Lượt truy cập: 1.234.567", "visit_counter"),
    ("Đang trực tuyến:215", "visit_counter"),
    ("Hôm nay:2660", "visit_counter"),
    ("Hôm nay 2.660", "visit_counter"),
    ("Tất cả:05431226", "visit_counter"),
    ("Tháng hiện tại 12,345", "visit_counter"),
    ("• Khách viếng thăm: 12", "visit_counter"),
    ("Hiện có 12 khách và không có thành viên đang online", "visit_counter"),
    ("Lượt xem: 1061", "view_count"),
    ("Đã xem: 25", "view_count"),
    ("5,074 lượt xem", "view_count"),
    ("Đọc 1204 lần", "view_count"),
    ("100%", "font_zoom"),
    ("A- A+", "font_zoom"),
    ("In ra giấy", "print"),
    ("In bài viết này", "print"),
    ("In | Gửi email", "print"),
    ("File đính kèm:", "print"),
    ("« Quay lại", "back"),
    ("< Trở về trang trước", "back"),
    ("Về đầu trang ↑", "back"),
    ("Xem tin khác", "related"),
    ("CÁC TIN KHÁC", "related"),
    ("Các tin khác (12/11)", "related"),
    ("Những tin mới hơn", "related"),
    ("Tin liên quan:", "related"),
    ("Xem thêm >>", "related"),
    ("Đọc tiếp...", "related"),
    ("Bài trước", "related"),
    ("Từ khóa: công đoàn, thi đua", "tags"),
    ("Tổng số điểm của bài viết là: 0 trong 0 đánh giá", "rating"),
    ("Xếp hạng: 5 - 1 phiếu bầu", "rating"),
    ("Click để đánh giá bài viết", "rating"),
    ("Ý kiến bạn đọc", "comments"),
    ("Bình luận (0)", "comments"),
    ("Ý kiến ()", "comments"),
    ("3 bình luận", "comments"),
    ("Bạn cần đăng nhập với tư cách là Thành viên chính thức để có thể bình luận", "comments"),
    ("Hãy là người đầu tiên nhận xét!", "comments"),
    ("(0 bỏ phiếu)", "rating"),
    ("Xem thêm trong thể loại này:", "related"),
    ("Trở lại đầu trang", "back"),
    ("Chia sẻ bài viết", "share"),
    ("Facebook Twitter Zalo", "share"),
    ("Theo dõi Báo Thượng Lâm trên Google News", "share"),
    ("Bạn đã không sử dụng Site, Bấm vào đây để duy trì trạng thái đăng nhập. "
     "Thời gian chờ: 60 giây", "session_widget"),
    ("Trình duyệt của bạn đã tắt chức năng hỗ trợ JavaScript.", "noscript"),
    ("Địa chỉ email này đang được bảo vệ từ spam bots, bạn cần bật Javascript để xem nó",
     "noscript"),
    ("Trang chủ » Tin tức » Tin hoạt động", "menu"),
    ("Bạn đang ở đây: Trang chủ Tin tức", "menu"),
    ("Tìm kiếm...", "menu"),
    ("Trang 1 / 12", "menu"),
    ("Quên mật khẩu?", "menu"),
    ('© 2021 Ghi rõ nguồn "bao.vn" khi phát hành lại thông tin từ website này', "copyright"),
    ("Copyright © 2020 Công đoàn huyện Thượng Lâm", "copyright"),
    ("Giấy phép số 12/GP-TTĐT do Sở Thông tin và Truyền thông cấp ngày 1/2/2015", "copyright"),
    ("Đường dẫn bài viết: https://bao.vn/tin-1.html", "canonical_url_line"),
    ("Designed and Maintained by Thiết kế web ABC", "credit"),
    ("Website được thiết kế và phát triển bởi ABC", "credit"),
    ("https://bao.vn/cong-doan/tin-12.ldo", "source_url_line"),
    ("0912345678901", "chat_widget"),
    ("![]() |", "markdown_residue"),
    ("| | |", "markdown_residue"),
]  # fmt: skip

ARTICLE = [
    "",
    "Lượt truy cập trang tin của công đoàn huyện đạt 12.500 lượt trong tháng 5.",
    "Trang fanpage đã thu hút 2.127 lượt xem, 300 lượt chia sẻ và nhiều ý kiến bạn đọc.",
    "Hôm nay, tại hội trường huyện, công đoàn cơ sở tổ chức đại hội.",
    "Hôm nay: 25 đoàn viên được kết nạp",
    "Tổng cộng 25 suất quà trị giá 12.500.000 đồng",
    "File đính kèm: Kế hoạch số 60/KH-LĐLĐ",
    "Tài liệu đính kèm: Hướng dẫn công tác thi đua",
    "Chia sẻ với người lao động trong khó khăn",
    "Chia sẻ của nữ công nhân Trần Thu Hà",
    "Tin, ảnh: Hà Phong",
    "Xem thêm các quy định tại Bộ luật Lao động",
    "Đọc tiếp lá thư, chị rưng rưng nước mắt",
    "Tin liên quan đến chế độ thai sản được nhiều công nhân quan tâm",
    "Phát triển: thành lập mới 05 công đoàn cơ sở",
    "Thiết kế: mỗi đội dự thi thiết kế một mô hình",
    "Xây dựng website công đoàn cơ sở",
    "Thực hiện bởi sự đoàn kết của tập thể",
    "Trang 12 của báo cáo nêu rõ",
    "In ấn tài liệu tuyên truyền",
    "Đánh giá chung",
    "Kết quả",
    "1. Công tác tuyên truyền",
    "25/30",
    "12.500.000",
    "2019",
    "Bình luận của người hâm mộ: đội bóng công nhân thi đấu rất hay",
    "Bản quyền tác giả được bảo hộ theo quy định. Các đơn vị không được sao chép.",
    "Nguồn: Báo Lao động",
    "Tải trọng của xe",
    "Đại hội Công đoàn huyện Thượng Lâm thành công tốt đẹp",
    "- Nhận chuyển giao 12 công đoàn cơ sở;",
]

IN_DOUBT = [
    "Điện thoại: 0203 382 5555", "Địa chỉ: Số 12 đường Lê Lợi, thị trấn Thượng Lâm", "Tên",
    "Hình ảnh", "Thành viên", "Hôm nay", "In", "Giới thiệu", "Liên hệ", "Trả lời:", "Chủ đề:",
    "Hỏi đáp", "Tài liệu", "Tổng cộng: 25", "Sự kiện", "Danh mục", "Tiếp theo", "Đánh giá",
    "Nhiệt liệt chào mừng Đại hội Công đoàn các cấp!",
]  # fmt: skip

CUTS = ["Xem tin khác", "Các tin khác:", "Những tin cũ hơn", "Ý kiến bạn đọc",
        "Tin cùng chuyên mục", "Bình luận (2)", "Từ khóa: công đoàn", "© 2021 Báo Thượng Lâm",
        "Đường dẫn bài viết: https://bao.vn/tin-1.html"]  # fmt: skip
NO_CUTS = ["Tin liên quan", "Đọc thêm", "Chia sẻ", "In", "Lượt xem: 12", "Trả lời", "Chủ đề",
           "Hôm nay", "Các tin khác cho thấy phong trào phát triển mạnh", ""]  # fmt: skip


@pytest.mark.parametrize(("line", "kind"), FRAME)
def test_frame_lines(line: str, kind: str) -> None:
    assert boilerplate_kind(line) == kind
    assert boilerplate_kind(f"\u00a0{line.replace(' ', '  ')}\n") == kind
    assert not is_context_only(line)


@pytest.mark.parametrize("line", ARTICLE)
def test_lines_of_articles_stay(line: str) -> None:
    kind = boilerplate_kind(line)
    assert kind == "" or is_context_only(line), kind


@pytest.mark.parametrize("line", IN_DOUBT)
def test_lines_in_doubt_depend_on_their_neighbours(line: str) -> None:
    assert boilerplate_kind(line) and is_context_only(line)
    assert not cuts_here(line)


@pytest.mark.parametrize("line", CUTS)
def test_ends_of_articles(line: str) -> None:
    assert cuts_here(line)


@pytest.mark.parametrize("line", NO_CUTS)
def test_what_ends_nothing(line: str) -> None:
    assert not cuts_here(line)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.text[:40])
def test_every_entry_is_sound(entry: Entry) -> None:
    assert entry.form in ("exact", "regex") and re.fullmatch("[a-z_]+", entry.kind)
    assert not (entry.cut and entry.context), "what is in doubt cannot end an article"
    assert entry.form == "exact" or not entry.count
    assert entry.context or not entry.doubt
    if entry.form == "exact":
        assert boilerplate_kind(entry.text) != ""
        assert boilerplate_kind(entry.text.upper()) != ""
    else:
        # A group's number would shift the numbers by which a pattern is found.
        assert re.compile(entry.text).groups == 0


def test_no_two_phrases_are_one() -> None:
    outer = " :.…!|»«<>›‹-–—•*·[]()→←↑↓▲▼►◄+/,;\"“”'"
    keys = [e.text.strip(outer).casefold() or e.text for e in ENTRIES if e.form == "exact"]
    assert len(keys) == len(set(keys))


@given(st.text(max_size=300))
def test_wild_lines_are_no_trouble(line: str) -> None:
    kind = boilerplate_kind(line)
    assert kind or not (cuts_here(line) or is_context_only(line))


@given(st.text(alphabet="Trang chủ»>0123456789. -|:©", max_size=480))
def test_patterns_do_not_backtrack_for_long(line: str) -> None:
    start = time.process_time()
    boilerplate_kind(line)
    assert time.process_time() - start < 10


def test_hostile_lines_are_cheap() -> None:
    start = time.process_time()
    for unit in (
        "1 ",
        "Trang ",
        "| ",
        "Facebook ",
        "Facebook|",
        "12",
        "© ",
        "Chia sẻ ",
        "Hôm nay 1 ",
    ):
        for count in (50, 160, 400, 100_000):
            boilerplate_kind(unit * count)
    assert time.process_time() - start < 10
