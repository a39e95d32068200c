"""The words by which signatures are recognised: labels, union bodies, papers, accounts.

Kept apart from ``bylines`` because these lists grow with every site, and its rules do not.
"""

from __future__ import annotations

import re

WORK = r"(?:tin\s?bài|bài\s?viết|tin|bài|ảnh|hình(?:\s?ảnh)?|clip|video|nội\s+dung|chữ|text|photo)"
JOIN = r"\s*(?:,|và|&|\+|/|-|–|;|\.)?\s*"
GENRE = (
    r"(?:ký\s+sự|bút\s+ký|phóng\s+sự(?:\s+ảnh)?|ghi\s+chép|tùy\s+bút|tản\s+văn|truyện\s+ngắn|thơ)"
)
LABEL_RE = re.compile(
    rf"""(?:
      (?P<photo>(?:nguồn\s)?(?:ảnh|hình(?:\s?ảnh)?|clip|video|đồ\s+họa|photo)
        (?:{JOIN}(?:ảnh|clip|video|hình(?:\s?ảnh)?))*(?:\s+(?:minh\s+họa|minh\s+hoạ|tư\s+liệu))?)
        \s*[:：]
    | (?P<source>nguồn(?:\s+(?:tin|bài|bài\s+viết|trích\s+dẫn|nlđ))?|trích\s+nguồn|trích\s+từ|
        dẫn\s+nguồn|dẫn\s+theo|theo\s+nguồn|theo|source)\s*[:：]
    | (?P<author>{WORK}(?:{JOIN}{WORK})*
      | (?:người\s+|nhóm\s+)?(?:thực\s+hiện|tổng\s+hợp|biên\s+soạn|sưu\s+tầm|viết(?:\s+bài)?)
      | t\s?/\s?h|th | (?:nhóm\s+)?tác\s+giả(?:\s+bài\s+viết)? | người\s+(?:viết|đưa\s+tin|gửi|đăng)
      | đơn\s+vị(?:\s+công\s+tác)?
      | (?:nhóm\s+)?(?:phóng\s+viên|cộng\s+tác\s+viên|pv|ctv|btv) | đưa\s+tin(?:\s+bởi)?
      | (?:viết|đăng|được\s+đăng|được\s+viết)\s+bởi | biên\s+tập | author
      | (?:written|posted|published)\s+by | {GENRE}
      )\s*[:：]
    | (?P<plain>(?:tin|bài)(?:\s+viết)?{JOIN}ảnh(?:\s+của)?|(?:được\s+)?(?:viết|đăng)\s+bởi|bởi|by
      |(?:written|posted|published)\s+by|(?:{GENRE}|bài(?:\s+viết)?)\s+của)\s+[-–]?\s*(?=[^\W\d_])
    )\s*""",
    re.X | re.I,
)
COMPOUND_RE = re.compile(
    r"[\s;,.|/–-]+(?=(?:tin|bài|ảnh|hình ảnh|clip|video|nguồn(?: tin)?|theo|thực hiện)\s*[:：])",
    re.I,
)
UNIT_STRONG = (
    r"LĐLĐ|Liên\s+đoàn\s+Lao\s+động|Công\s+đoàn|Tổng\s+(?:LĐLĐ|Liên\s+đoàn)|TLĐ|CĐCS|CĐ|CĐN|BTC|"
    r"UBKT|Ủy\s+ban\s+Kiểm\s+tra|Uỷ\s+ban\s+Kiểm\s+tra|(?:Văn\s+phòng|VP)\s+(?:LĐLĐ|Công\s+đoàn|CĐ)|"
    r"Ban\s+(?:Tuyên\s+giáo|Tổ\s+chức|Chính\s+sách|Nữ\s+công|Tài\s+chính|Quan\s+hệ|Kiểm\s+tra|"
    r"Chấp\s+hành|Thường\s+vụ|Công\s+tác|Pháp\s+luật|TGNC|CSPL|TG|TC)"
)
UNIT_LOOSE = (
    r"Văn\s+phòng|Phòng|Trung\s+tâm|Nhà\s+văn\s+h[oó][áa]|Cung\s+văn\s+h[oó][áa]|Trường|Hội|Đoàn|"
    r"Ban(?!\s+biên)|Khối|Cụm|Tổ|Sở|Công\s+ty|Đảng\s+[uủ][ỷy]|Đảng\s+bộ|UBND|UBMTTQ|Bệnh\s+viện|"
    r"Tổng\s+công\s+ty|Chi\s+đoàn|Bộ\s+phận|Tỉnh\s+đoàn|Huyện\s+đoàn|Thành\s+đoàn|Nhà\s+máy|BCH|BTV"
)
ROLE = (
    r"(?:(?:Phó\s+|Nguyên\s+)?(?:Chủ\s+tịch|Trưởng\s+ban|Giám\s+đốc|Hiệu\s+trưởng|Bí\s+thư|"
    r"Trưởng\s+phòng|Chánh\s+[Vv]ăn\s+phòng)|Chuyên\s+viên|Cán\s+bộ|CT|PCT|UVBCH|UV\s?BTV|"
    r"Đoàn\s+viên|Giáo\s+viên|CTV|PV)[\s,–-]+"
)
NAME_THEN_UNIT_RE = re.compile(
    r"([^\W\d_]+(?:\s[^\W\d_]+){1,4})\s((?:LĐLĐ|CĐCS|Liên\s+đoàn\s+Lao\s+động|Công\s+đoàn)\s.+)"
)
"""A name and a union body with nothing between them."""
UNIT_STRONG_RE = re.compile(rf"(?:{ROLE})?(?P<unit>(?:{UNIT_STRONG})(?!\w).*)", re.I)
UNIT_LOOSE_RE = re.compile(
    rf"(?:{ROLE})?(?P<unit>(?:{UNIT_STRONG}|{UNIT_LOOSE})(?!\w)\s*\S.*)", re.I
)
DOMAIN_RE = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+(?:vn|com|net|org|info|edu|gov))(?:[:/]\S*)?", re.I
)
UNIT_VOCABULARY = """
tỉnh thành phố tp huyện quận thị xã phường trấn ngành khối cơ sở quan viên chức khu công nghiệp
và các trường mầm non mẫu giáo tiểu học trung phổ thông thpt thcs đại cao đẳng dạy nghề bệnh
viện đa khoa ty cổ phần tnhh mtv giáo dục y tế xây dựng giao thông vận tải nông thôn phát triển
dệt may than khoáng sản điện lực lao động liên đoàn chế xuất kinh nữ chính sách pháp luật tuyên
tổ tài kiểm tra hệ văn phòng ban đảng ủy uỷ trực thuộc thương mại du lịch ngân hàng bưu viễn
thông quốc đô kiểm sát tòa án thuế kho bạc cụm thi đua số cấp trên đảng bộ giáo chủ tịch cung
hóa hoá trung tâm nhà máy xí nghiệp nông lâm trại trạm cảng mỏ xưởng đội chi nhánh hợp tác
"""
UNIT_WORDS = frozenset(UNIT_VOCABULARY.split())
SLOGAN_RE = re.compile(
    r"muôn năm|quang vinh|nhiệt liệt|tiếp tục|đổi mới|quyết tâm|phấn đấu|vững mạnh|các cấp|"
    r"chào mừng|hoạt động|đồng hành|vì sự|thực hiện|tổ chức (?:tốt|thành công)|việt nam$",
    re.I,
)
PRESS_RE = re.compile(
    r"(?:báo|tạp\s+chí|đài|cổng|trang|website|web|thông\s+tấn|ttx|ttxvn|bản\s+tin|kênh|vov|vtv|"
    r"vnexpress|vietnamnet|vnanet|dân\s+trí|tuổi\s+trẻ|thanh\s+niên|lao\s+động|người\s+lao\s+động|"
    r"nlđ|nlđo|tiền\s+phong|nhân\s+dân|sài\s+gòn|hà\s+nội\s+mới|hànộimới|lđo|lđtđ|lcđt|qđnd|"
    r"quân\s+đội|công\s+an|chinhphu|chính\s+phủ|zing|afp|reuters|ap|bbc|cnn|xinhua)(?![^\W\d_]).*",
    re.I,
)
AGENCY_RE = re.compile(
    r"[\s,/|-]+(?:LDO|LĐO|NLĐO|TTXVN|TTO|TNO|VOV|VTV|LĐTĐ)$|\s*\((?:LDO|LĐO|NLĐO|TTXVN)\)$"
)
GENERIC_RE = re.compile(
    r"(?:(?:nhóm|các)\s+)?(?:pv|p\.v|ctv|btv|phóng viên(?:,?\s*(?:ctv|cộng tác viên))?|"
    r"cộng tác viên|tác giả)|ban biên tập(?:\s.*)?|bbt(?:\s.*)?|ban quản trị(?:\s.*)?|quản trị"
    r"(?:\s+(?:viên|web(?:site)?|hệ thống|trang|mạng))?|admin\w*|administrator|super user|root|"
    r"editor|author|user\d*|guest|khách|webmaster|moderator|mod|biên tập(?:\s+viên)?|tòa soạn|"
    r"toà soạn|sưu tầm|st|s\.t|tổng hợp|t/h|th|theo|hệ thống|cổng thông tin(?: điện tử)?|"
    r"nukeviet|vinades(?:\W.*)?|danaweb(?:\W.*)?|vnpt(?:\W.*)?|viettel(?:\W.*)?|joomla|wordpress|"
    r"không rõ|khuyết danh|unknown|n/a|test|demo|nguồn|tác giả bài viết|phóng viên\s.*|"
    r"ảnh|tin|bài|tin tức|trang chủ|website|web|bởi|by|(?:viết|đăng|gửi|tạo) bởi|"
    r"(?:posted|published|written)(?: by)?|người (?:đăng|viết|gửi|tạo|cập nhật)|"
    r"admin\w*\s.*|\S+\sadmin\w*|quản trị\s.*|"
    r"(?:ban|bo phan) (?:bien tap|quan tri|tuyen giao)(?:\s.*)?|bien tap(?: vien)?|"
    r"quan tri(?: vien| web)?|cong doan(?:\s.*)?|ldld(?:\s.*)?|lien doan lao dong(?:\s.*)?|"
    r"toa soan|phong vien|cong tac vien|bbt\w*|super\s?admin|superuser|manager|mặc định|"
    r"(?:.*\s)?(?:accounts?|online|users?|news|portal|official|fanpage|channel|media|team)(?:\s.*)?|"
    r"superuser\s.*|(?:người|thành viên) quản trị|tin(?:-| )bài|news|post|system|host",
    re.I,
)
PRINTED_DESK_RE = re.compile(
    r"(?:(?:nhóm\s+)?(?:pv|p\.v|phóng viên|ctv|cộng tác viên|btv)(?:[\s,.-]+(?:pv|ctv))?|bbt|"
    r"(?:ban|phòng) (?:biên tập|bạn đọc)|sưu tầm|st|s\.t|tổng hợp|t/h|theo tổng hợp|"
    r"(?:bbt|pv|ctv)\s+(?:sưu tầm|tổng hợp)|"
    r"sưu tầm(?:,|\s+và|\s+&)?\s+(?:tổng hợp|biên soạn|biên tập))"
    r"(?:\s*\((?:tổng hợp|t/h|th|st|sưu tầm)\))?",
    re.I,
)
COLLECTED_RE = re.compile(r"(?:bbt\s+|pv\s+|ctv\s+)?(?:sưu tầm|st|s\.t)(?:\W.*)?", re.I)
POSTED_RE = re.compile(
    r"\W*(?:người (?:đăng|gửi|nhập|cập nhật)|(?:được )?đăng bởi|gửi bởi|(?:posted|published) by|"
    r"biên tập|chịu trách nhiệm|cập nhật bởi)(?!\w)",
    re.I,
)
"""Labels of those who publish what others wrote."""
SIDE_NOTE_RE = re.compile(
    r"(?:tổng hợp|t/h|th|st|sưu tầm|thực hiện|ghi|dịch|lược ghi|biên soạn|lược dịch|ctv|pv|"
    r"tin,? ảnh|ảnh|bài,? ảnh)",
    re.I,
)
HONORIFIC_RE = re.compile(
    r"^(?:đ/c|đ\.c|đồng chí|ông|bà|nhà báo|nb\.?|(?:ctv|pv|btv)\.?:?|cộng tác viên|"
    r"phóng viên|ths\.?|ts\.?|pgs\.?|gs\.?|luật sư|luật gia|ls\.?|lg\.?|bác sĩ|bs\.?)\s+",
    re.I,
)
NOT_A_SOURCE_RE = re.compile(
    r"(?:đó|kế hoạch|nghị (?:quyết|định)|quyết định|luật|điều|thông tư|quy định|chương trình|"
    r"chỉ thị|công văn|báo cáo|ông|bà|đồng chí|đ/c|đại diện|thống kê|số liệu|hướng dẫn|dự kiến)"
    r"(?!\w)",
    re.I,
)
DATE_OR_TIME_RE = re.compile(
    r"(?:\b(?:vào|lúc|ngày)\s*:?\s*)*\(?\d{1,2}[:hg]\d{2}(?::\d{2})?|"
    r"(?:\b(?:vào|lúc|ngày)\s*:?\s*)*"
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|"
    r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy)|chủ\s+nhật),?|\bGMT\s?\+\d+",
    re.I,
)
EDGES = " \t-–—*•·>|,;:/.\"“”'«»_~=+"
