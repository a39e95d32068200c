"""Signatures at the end of a body and elements that name an author: who, for whom, from where."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import Byline
from crawler.extraction.bylines import merge_bylines, parse_byline, read_signature
from crawler.extraction.person_names import is_initials, is_loose_name, is_person_name

BODY = [
    "Sáng 14/5/2019, Liên đoàn Lao động huyện Thượng Lâm tổ chức hội nghị sơ kết công tác.",
    "Hội nghị biểu dương 12 tập thể và 30 cá nhân có thành tích xuất sắc trong phong trào thi đua.",
]

# (lines, persons, unit, source)
SIGNED = [
    ("Tin, ảnh: Đỗ Thị Lam / LĐLĐ tỉnh", "Đỗ Thị Lam", "LĐLĐ tỉnh", ""),
    ("Tin, ảnh: / Đỗ Thị Lam / LĐLĐ tỉnh", "Đỗ Thị Lam", "LĐLĐ tỉnh", ""),
    ("Đỗ Thị Lam / LĐLĐ huyện Thượng Lâm", "Đỗ Thị Lam", "LĐLĐ huyện Thượng Lâm", ""),
    ("Tin, ảnh: LĐLĐ quận Bình Hà", "", "LĐLĐ quận Bình Hà", ""),
    ("Tin ảnh: Liên đoàn Lao động huyện An Khê", "", "Liên đoàn Lao động huyện An Khê", ""),
    ("TIN, ẢNH: HÀ PHONG", "HÀ PHONG", "", ""),
    ("Tin và ảnh: Hà Phong", "Hà Phong", "", ""),
    ("Tin và ảnh Hà Phong", "Hà Phong", "", ""),
    ("Tin-ảnh: M.Chi", "M.Chi", "", ""),
    ("Tin - ảnh: Lâm Chí Ư", "Lâm Chí Ư", "", ""),
    ("Bài, ảnh: Quang Vũ", "Quang Vũ", "", ""),
    ("Bài và ảnh: Công Luận", "Công Luận", "", ""),
    ("Bài: Hà Phong - Ảnh: Minh Tâm", "Hà Phong", "", ""),
    ("Tin: Hà Phong; Ảnh: Minh Tâm", "Hà Phong", "", ""),
    ("Hà Phong - Ảnh: Minh Tâm", "Hà Phong", "", ""),
    ("Tin: Hà Phong / Ảnh: Minh Tâm", "Hà Phong", "", ""),
    ("Thực hiện : Anh Tú - Thanh Nga (LĐLĐ huyện An Khê)", "Anh Tú|Thanh Nga",
     "LĐLĐ huyện An Khê", ""),
    ("T/H: Hà Phong", "Hà Phong", "", ""),
    ("Đỗ Thị Lam./.", "Đỗ Thị Lam", "", ""),
    ("CTV Đỗ Thị Lam", "Đỗ Thị Lam", "", ""),
    ("Phóng viên Hà Phong", "Hà Phong", "", ""),
    ("Bài, ảnh: CTV Hà Phong", "Hà Phong", "", ""),
    ("PV Báo Lao Động", "", "", "Báo Lao Động"),
    ("Tác giả: Vũ Minh Khôi", "Vũ Minh Khôi", "", ""),
    ("Tác giả bài viết: Ly Na", "Ly Na", "", ""),
    ("Người viết: Đ/c Trần Thu Hà, CĐCS Trường THCS Lý Tự Trọng", "Trần Thu Hà",
     "CĐCS Trường THCS Lý Tự Trọng", ""),
    ("Tác giả: quản trị, TC", "TC", "", ""),
    ("Tin, ảnh: H'Yến Niê", "H'Yến Niê", "", ""),
    ("HVLHVL", "HVL", "", ""),
    ("HVL", "HVL", "", ""),
    ("ĐDA", "ĐDA", "", ""),
    ("TC", "TC", "", ""),
    ("Hà PhongHà Phong", "Hà Phong", "", ""),
    ("Hà Phong Hà Phong", "Hà Phong", "", ""),
    ("Hà Phong", "Hà Phong", "", ""),
    ("(Hà Phong)", "Hà Phong", "", ""),
    ("ANH DŨNG", "ANH DŨNG", "", ""),
    ("H.Đào", "H.Đào", "", ""),
    ("K. An", "K. An", "", ""),
    ("Nguyễn Thị Bích Hường", "Nguyễn Thị Bích Hường", "", ""),
    ("Anh Tú, Thanh Nga", "Anh Tú|Thanh Nga", "", ""),
    ("Anh Tú và Thanh Nga", "Anh Tú|Thanh Nga", "", ""),
    ("Anh Tú – Thanh Nga", "Anh Tú|Thanh Nga", "", ""),
    ("Nguyễn Tiến Lực - LĐLĐ huyện Chợ Lầu", "Nguyễn Tiến Lực", "LĐLĐ huyện Chợ Lầu", ""),
    ("Nguyễn Tiến Lực-LĐLĐ huyện Chợ Lầu", "Nguyễn Tiến Lực", "LĐLĐ huyện Chợ Lầu", ""),
    ("Phạm Hồng Nhung – Chủ tịch CĐCS Công ty May Lam Sơn", "Phạm Hồng Nhung",
     "CĐCS Công ty May Lam Sơn", ""),
    ("LĐLĐ huyện Tân Yên", "", "LĐLĐ huyện Tân Yên", ""),
    ("Công đoàn ngành Giáo dục", "", "Công đoàn ngành Giáo dục", ""),
    ("Công đoàn phường Liên Hà", "", "Công đoàn phường Liên Hà", ""),
    ("Ban Tuyên giáo - Nữ công LĐLĐ tỉnh", "", "Ban Tuyên giáo - Nữ công LĐLĐ tỉnh", ""),
    ("Theo: MAI LAN (Báo Lao Động)", "MAI LAN", "", "Báo Lao Động"),
    ("Theo Lan Hương/LCĐT", "Lan Hương", "", "LCĐT"),
    ("Hà Thu (theo Báo Lao Động)", "Hà Thu", "", "Báo Lao Động"),
    ("Hà Thu (tổng hợp)", "Hà Thu", "", ""),
    ("Nguồn: Báo Lao động", "", "", "Báo Lao động"),
    ("(Nguồn: Báo Thượng Lâm)", "", "", "Báo Thượng Lâm"),
    ("Nguồn tin: congdoan.vn", "", "", "congdoan.vn"),
    ("Nguồn: https://www.laodong.vn/cong-doan/tin-1.ldo", "", "", "laodong.vn"),
    ("(Theo laodong.vn)", "", "", "laodong.vn"),
    ("Theo báo Lao động", "", "", "báo Lao động"),
    ("Theo Tạp chí Lao động và Công đoàn", "", "", "Tạp chí Lao động và Công đoàn"),
    ("Theo VnExpress", "", "", "VnExpress"),
    ("Báo Lao Động", "", "", "Báo Lao Động"),
    ("Hà Phong / Nguồn: Báo Lao động", "Hà Phong", "", "Báo Lao động"),
    ("Sưu tầm", "", "", "Sưu tầm"),
    ("PV", "", "", ""),
    ("Ban Biên tập", "", "", ""),
    ("Ảnh: Minh Tâm", "", "", ""),
    ("Nguồn: Báo Lao Động / Ảnh: Minh Tâm", "", "", "Báo Lao Động"),
]  # fmt: skip

UNSIGNED = [
    "Quang cảnh hội nghị",
    "Toàn cảnh buổi lễ",
    "Ảnh minh họa",
    "Đ/c Nguyễn Văn Khang",
    "Đồng chí Trần Thu Hà phát biểu tại hội nghị",
    "MỤC ĐÍCH, YÊU CẦU",
    "TỔ CHỨC THỰC HIỆN",
    "KẾT LUẬN",
    "Kết luận",
    "CÔNG ĐOÀN VIỆT NAM QUANG VINH MUÔN NĂM",
    "Công đoàn các cấp tiếp tục đổi mới nội dung hoạt động",
    "Công đoàn đồng hành cùng người lao động",
    "Nhiệt liệt chào mừng Đại hội Công đoàn huyện Thượng Lâm",
    "Hà Nội, ngày 12 tháng 3 năm 2020",
    "Thượng Lâm, 12/3/2020",
    "Hồ Chí Minh",
    "Hòa Bình",
    "Hà Nội",
    "UBND",
    "CNVCLĐ",
    "LĐLĐ",
    "TIN",
    "Hết",
    "Trân trọng cảm ơn!",
    "Theo đó, các đơn vị thực hiện nghiêm túc",
    "Theo Kế hoạch số 12/KH-LĐLĐ",
    "Nguồn: vốn vay ưu đãi của ngân hàng",
    "Điện thoại: 0203 382 5555",
    "File đính kèm: Công văn số 76/LĐLĐ",
    "Tin, ảnh:",
    "Hội nghị kết thúc tốt đẹp.",
    "12",
    "...",
]


def _people(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


@pytest.mark.parametrize(("printed", "persons", "unit", "source"), SIGNED)
def test_signature_forms(printed: str, persons: str, unit: str, source: str) -> None:
    lines = printed.split(" / ")
    byline, taken = read_signature([*BODY, *lines])
    assert (byline.persons, byline.unit, byline.source) == (_people(persons), unit, source)
    assert taken == len(lines)
    assert byline.text


@pytest.mark.parametrize("line", UNSIGNED)
def test_last_lines_that_sign_nothing(line: str) -> None:
    assert read_signature([*BODY, line]) == (Byline(), 0)


def test_text_is_as_printed_with_lines_joined() -> None:
    byline, _ = read_signature([*BODY, "Tin, ảnh: Đỗ Thị Lam", "LĐLĐ tỉnh"])
    assert byline.text == "Tin, ảnh: Đỗ Thị Lam / LĐLĐ tỉnh"
    assert read_signature([*BODY, "HVLHVL"])[0].text == "HVL"


def test_blank_lines_count_as_taken() -> None:
    byline, taken = read_signature([*BODY, "", "Hà Phong", "\u00a0", ""])
    assert (byline.persons, taken) == (("Hà Phong",), 3)


@pytest.mark.parametrize(
    "lines",
    [
        ["Các tập thể được khen thưởng gồm:", "Công đoàn Trường Mầm non Hoa Sen"],
        ["Các tập thể được khen:", "Công đoàn Trường Mầm non Hoa Mai",
         "Công đoàn Trường Mầm non Hoa Sen"],
        ["Các tập thể được khen:", "Công đoàn Công ty An Phát;", "Công đoàn Công ty Bình Minh"],
        ["Các cá nhân được khen:", "Nguyễn Văn Khang", "Trần Thu Hà", "Lê Minh Tâm"],
        ["Xin chúc mừng các đồng chí:", "Nguyễn Văn Khang"],
        ["- Nguyễn Văn Khang;", "- Trần Thu Hà"],
        ["Ban Chấp hành gồm các đồng chí", "Nguyễn Văn Khang"],
        ["TM. BAN THƯỜNG VỤ", "CHỦ TỊCH", "(Đã ký)", "Nguyễn Văn Khang"],
        ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Nguyễn Văn Khang"],
        ["Nguyễn Văn Khang"],
        [],
        [""],
    ],
)  # fmt: skip
def test_lists_and_officials_are_no_signature(lines: list[str]) -> None:
    assert read_signature(lines) == (Byline(), 0)


def test_a_label_is_enough_below_a_list() -> None:
    lines = ["Các tập thể được khen:", "Công đoàn A;", "Công đoàn B;", "Tin, ảnh: Hà Phong"]
    byline, taken = read_signature(lines)
    assert (byline.persons, taken) == (("Hà Phong",), 1)


def test_a_bare_name_may_follow_an_attachment() -> None:
    byline, taken = read_signature([*BODY, "File đính kèm: Kế hoạch số 60/KH-LĐLĐ", "NTT"])
    assert (byline.persons, taken) == (("NTT",), 1)


@given(st.lists(st.text(max_size=60), max_size=6))
def test_wild_bodies_are_no_trouble(lines: list[str]) -> None:
    byline, taken = read_signature(lines)
    assert 0 <= taken <= len(lines)
    assert bool(taken) == bool(byline.text)
    parse_byline(" ".join(lines))


@given(
    st.lists(
        st.sampled_from(
            ["Hà", "Công", "đoàn", "LĐLĐ", "-", ",", "(", ")", "Theo", ":", "Tin,", "ảnh:"]
        ),
        max_size=14,
    )
)
def test_wild_signatures_never_lose_a_paragraph(words: list[str]) -> None:
    _, taken = read_signature([*BODY, " ".join(words)])
    assert taken <= 1


def test_hostile_lines_are_cheap() -> None:
    start = time.process_time()
    for unit in ("Hà ", "- ", "Tin, ", "A. ", "(", "Theo ", "| ", "Hà-", "a", "LĐLĐ "):
        for count in (30, 70, 140, 100_000):
            read_signature([*BODY, unit * count])
            parse_byline(unit * count)
    assert time.process_time() - start < 10


# (text, persons, unit, source)
ELEMENTS = [
    ("Tác giả bài viết: Nguyễn Ngọc Phương - LĐLĐ Quảng Lâm", "Nguyễn Ngọc Phương",
     "LĐLĐ Quảng Lâm", ""),
    ("Tác giả: Đặng Minh", "Đặng Minh", "", ""),
    ("QUÁCH LAM LDO | 04/08/2024 22:33", "QUÁCH LAM", "", ""),
    ("Xuân Lâm |", "Xuân Lâm", "", ""),
    ("NHẬT LAM; NGHI VŨ", "NHẬT LAM|NGHI VŨ", "", ""),
    ("Minh Chiến - Ảnh: Hữu Lam", "Minh Chiến", "", ""),
    ("Viết bởi Trần Thu Hà", "Trần Thu Hà", "", ""),
    ("By Hà Thu", "Hà Thu", "", ""),
    ("Hoàng Thị Bích Lam", "Hoàng Thị Bích Lam", "", ""),
    ("LĐLĐ thành phố Minh Lâm", "", "LĐLĐ thành phố Minh Lâm", ""),
    ("Văn phòng LĐLĐ", "", "Văn phòng LĐLĐ", ""),
    ("Nguồn: Báo Lao Động", "", "", "Báo Lao Động"),
    ("Theo VnExpress", "", "", "VnExpress"),
    ("Thứ hai, 04/11/2024 - Hà Phong", "Hà Phong", "", ""),
    ("David Nguyen", "David Nguyen", "", ""),
]  # fmt: skip

NOBODY = [
    "", "admin", "Administrator", "Super User", "quản trị", "Quản trị viên", "Ban biên tập",
    "BBT", "Editor", "webmaster", "Viết bởi Super User", "Tác giả: admin", "PV", "Phóng viên",
    "Phóng viên Công đoàn", "Nhóm PV", "hoangnv", "bbt_ldld", "nguyen.van.a@congdoan.vn",
    "VNPT Thượng Lâm", "DANAWEB.vn", "04/08/2024 22:33", "Lượt xem: 1.204", "Ảnh: Hà Phong",
    "Sáng nay, hội nghị được tổ chức tại huyện.", "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize(("text", "persons", "unit", "source"), ELEMENTS)
def test_elements(text: str, persons: str, unit: str, source: str) -> None:
    byline = parse_byline(text)
    assert (byline.persons, byline.unit, byline.source) == (_people(persons), unit, source)
    assert byline.text == text


@pytest.mark.parametrize("text", NOBODY)
def test_accounts_desks_and_vendors_are_nobody(text: str) -> None:
    assert parse_byline(text).persons == ()


def test_ignored_names() -> None:
    ignore = ("Công đoàn Thượng Lâm", "Minh Tâm")
    assert parse_byline("CÔNG ĐOÀN THƯỢNG LÂM", ignore) == Byline()
    assert parse_byline("Tác giả: minh tâm", ignore) == Byline()
    assert parse_byline("Minh Tâm, Hà Phong", ignore).persons == ("Hà Phong",)


def test_merging_takes_each_field_from_the_most_trusted_that_has_it() -> None:
    signature = Byline("LĐLĐ huyện An Khê", (), "LĐLĐ huyện An Khê", "")
    element = Byline("Hà Phong", ("Hà Phong", "HÀ PHONG"), "LĐLĐ tỉnh", "Báo Lao Động")
    merged = merge_bylines(Byline(), signature, element)
    assert merged == Byline("LĐLĐ huyện An Khê", ("Hà Phong",), "LĐLĐ huyện An Khê", "Báo Lao Động")
    assert merge_bylines() == Byline()


@pytest.mark.parametrize(
    "name",
    ["Hà Phong", "Ly Na", "Minh Trường", "Quốc Khánh", "Đỗ Thị Lam", "VŨ HẢI YẾN", "Lò Văn Thoả",
     "Huỳnh Nguyễn Bảo Trân", "Nông Thị Thu Hiền", "Trà Thuận"],
)  # fmt: skip
def test_names(name: str) -> None:
    assert is_person_name(name) and is_loose_name(name)


@pytest.mark.parametrize(
    "text",
    ["Hà phong", "hà phong", "Công Đoàn", "CÔNG ĐOÀN", "AN TOÀN", "Hà Nội", "Việt Nam", "Hà",
     "Nội Dung", "Mùa Xuân", "HẠNH PHÚC GIA ĐÌNH", "Hà Phong Hà Phong Hà Phong", "Hà 2", ""],
)  # fmt: skip
def test_no_names(text: str) -> None:
    assert not is_person_name(text)


@pytest.mark.parametrize(
    "text", ["LĐLĐ", "UBND", "TIN", "Hà", "A.", "TS.", "ABCDEFG", "hvl", "P.V"]
)
def test_no_initials(text: str) -> None:
    assert not is_initials(text)


@pytest.mark.parametrize(
    ("lines", "persons", "unit"),
    [
        (["Hết.", "Luật sư Trần Hữu Nghĩa"], ("Trần Hữu Nghĩa",), ""),
        (["Hết.", "Tác giả: Bài và ảnh: Đinh Thu Hà"], ("Đinh Thu Hà",), ""),
        (
            ["Hết.", "Ảnh, bài: Mạc Đình Quý", "(Công đoàn Xi măng Bút Lĩnh)"],
            ("Mạc Đình Quý",),
            "Công đoàn Xi măng Bút Lĩnh",
        ),
    ],
)
def test_professions_two_labels_and_units_in_brackets(
    lines: list[str], persons: tuple[str, ...], unit: str
) -> None:
    byline, taken = read_signature(lines)
    assert (byline.persons, byline.unit, taken) == (persons, unit, len(lines) - 1)
