"""The 63 provinces before 1 July 2025 and the 34 after it.

Source: Resolution 202/2025/QH15 of the National Assembly, passed 12 June 2025, in force from
1 July 2025: 11 units unchanged, 23 formed by merger. Archives stay keyed by site; a province is
a fact about a site, kept for both maps.
"""

from __future__ import annotations

MERGED_FROM: dict[str, tuple[str, ...]] = {
    "Hà Nội": ("Hà Nội",),
    "Huế": ("Thừa Thiên Huế",),
    "Cao Bằng": ("Cao Bằng",),
    "Điện Biên": ("Điện Biên",),
    "Hà Tĩnh": ("Hà Tĩnh",),
    "Lai Châu": ("Lai Châu",),
    "Lạng Sơn": ("Lạng Sơn",),
    "Nghệ An": ("Nghệ An",),
    "Quảng Ninh": ("Quảng Ninh",),
    "Thanh Hóa": ("Thanh Hóa",),
    "Sơn La": ("Sơn La",),
    "An Giang": (
        "An Giang",
        "Kiên Giang",
    ),
    "Bắc Ninh": (
        "Bắc Ninh",
        "Bắc Giang",
    ),
    "Cà Mau": (
        "Cà Mau",
        "Bạc Liêu",
    ),
    "Đắk Lắk": (
        "Đắk Lắk",
        "Phú Yên",
    ),
    "Đồng Nai": (
        "Đồng Nai",
        "Bình Phước",
    ),
    "Đồng Tháp": (
        "Đồng Tháp",
        "Tiền Giang",
    ),
    "Gia Lai": (
        "Gia Lai",
        "Bình Định",
    ),
    "Hưng Yên": (
        "Hưng Yên",
        "Thái Bình",
    ),
    "Khánh Hòa": (
        "Khánh Hòa",
        "Ninh Thuận",
    ),
    "Lào Cai": (
        "Lào Cai",
        "Yên Bái",
    ),
    "Lâm Đồng": (
        "Lâm Đồng",
        "Đắk Nông",
        "Bình Thuận",
    ),
    "Ninh Bình": (
        "Ninh Bình",
        "Hà Nam",
        "Nam Định",
    ),
    "Phú Thọ": (
        "Phú Thọ",
        "Vĩnh Phúc",
        "Hòa Bình",
    ),
    "Quảng Ngãi": (
        "Quảng Ngãi",
        "Kon Tum",
    ),
    "Quảng Trị": (
        "Quảng Trị",
        "Quảng Bình",
    ),
    "Tây Ninh": (
        "Tây Ninh",
        "Long An",
    ),
    "Thái Nguyên": (
        "Thái Nguyên",
        "Bắc Kạn",
    ),
    "Tuyên Quang": (
        "Tuyên Quang",
        "Hà Giang",
    ),
    "Đà Nẵng": (
        "Đà Nẵng",
        "Quảng Nam",
    ),
    "Cần Thơ": (
        "Cần Thơ",
        "Sóc Trăng",
        "Hậu Giang",
    ),
    "Hải Phòng": (
        "Hải Phòng",
        "Hải Dương",
    ),
    "TP. Hồ Chí Minh": (
        "TP. Hồ Chí Minh",
        "Bà Rịa - Vũng Tàu",
        "Bình Dương",
    ),
    "Vĩnh Long": (
        "Vĩnh Long",
        "Bến Tre",
        "Trà Vinh",
    ),
}
"""New province -> the old ones it was made of."""

PROVINCE_2025: dict[str, str] = {old: new for new, olds in MERGED_FROM.items() for old in olds}
"""Old province -> the new one that holds its territory."""
