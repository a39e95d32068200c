"""The shape of a Vietnamese person's name, a pen name or a reporter's initials.

Needed because many articles are signed by a bare last line, which looks like a heading, a place
or an item of a list to anything that does not know Vietnamese names.
"""

from __future__ import annotations

import re

from crawler.extraction.syllables import is_syllable

_SURNAMES = """
nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đoàn vương trịnh trương
đinh lâm phùng mai tô hà tạ lương nghiêm quách thái châu la lưu cao chu tống đàm thạch sơn kim danh
bế nông lò vi ma triệu sầm giàng thào vàng hứa từ tăng tôn ông quan khổng mạc doãn kiều trà âu mã
lục cù bành hàn diệp tiêu viên thân văn hoa khúc khuất ninh nhâm mẫn tưởng đồng đổng đậu lại lều
cấn chử chung cung diêm giang giáp hạ kha khương lã lạc liễu long lộc luyện lường mẫu mầu nhan nhữ
ong phí phương quàng sái sùng tào thang tòng thi thiều trang tường ung uông vừ xa y cầm điểu thị hầu
hoàn nhữ ngọ phó thẩm thường tiền tri trưng vầy vĩnh xung đường đới đặng cái cổ đỗ lỳ giàng sần tẩn
chảo phàn bàn lù hảng mùa vàng cứ hờ thao lô lữ lang ngân vang lầu
xồng moong tráng thền hạng bạch quảng đèo điêu mông lăng chẩu chẻo cháng sìn tằng ngạc cấn
"""
_GIVEN = """
ai ái an anh ánh ân ẩn ba bá bạch bách bảo bằng bích biên bình bổng bửu ca cao cảnh canh cát cẩm cầm
cần châu chi chí chiến chiêu chính chinh chỉnh chung chuyên chương chưởng công cơ cúc cung cử cương
cường dân danh dần di diễm diễn diệp diệu dinh dĩnh doãn doanh du dung dũng duy duyên duyệt dư dự
dương dưỡng đại đan đào đạo đạt đăng đằng đặng đảng đảm đệ điền điển điệp đình định đỉnh đoan đoàn
đô độ đông đồng đua đức được đường gấm gia giang giao giàu giáp hà hạ hai hải hàm hân hằng hạnh hào
hảo hậu hiên hiền hiển hiến hiệp hiếu hiệu hiểu hinh hoa hoà hòa hoá hóa hoài hoan hoàn hoàng hoạt
hoạch hoành hồ hồng hợi hợp hội huân huấn huế huệ hùng huy huyên huyền huỳnh hưng hương hường hướng
hưởng hữu hỷ khá khả khải khang khanh khánh khâm khiêm khiết khoa khoan khoát khoái khôi khởi khuê
khương khuyên khuyến kiên kiếm kiểm kiệm kiệt kiều kim kính kỉnh kỳ kỷ la lai lam làn lan lành lanh
lãm lãnh lâm lân lập lê lệ lễ lịch liêm liên liễu liệu linh lĩnh loan loát long lộc lợi luân luận
luật luyến luyện lục lực lưu lựu ly lý lương lượng mai mão mạnh mây mẫn mận mậu mến mi miên minh mơ
mùi mười muôn mừng my mỹ na nam năm năng nên nết nga ngà ngãi ngạn ngân nghi nghĩa nghiêm nghiệp ngọ
ngoan ngoạn ngọc ngôn nguyên nguyện nguyệt ngữ nhã nhạc nhàn nhạn nhan nhâm nhân nhẫn nhất nhật nhi
nhiên nhiệm nho nhơn nhu nhuận nhung như nhường nhựt ninh nở nụ nương oai oanh phan phát pháp phấn
phi phiên phong phòng phó phổ phú phúc phục phùng phước phụng phương phượng quân quang quảng quế
quốc quý quyên quyền quyến quyết quỳ quỳnh sa san sang sáng sanh sâm sen sĩ sinh soạn son song sơn
sử sự sương sửu sỹ tài tám tâm tân tấn tầm tập tây thạch thái tham thám thanh thành thảo thao thạo
thăng thắng thắm thân thâm thập thật thế thêm thể thi thì thị thiêm thiên thiện thiều thiệp thiệu
thịnh thinh thọ thoa thoại thoan thoả thỏa thoáng thoảng thơ thời thới thông thống thơm thu thuần
thuận thuật thúc thức thục thuý thúy thuỷ thủy thuỳ thùy thuyên thuyền thuyết thư thừa thương thường
thưởng tiên tiến tiệp tiệm tín tình tính tịnh toàn toại toán toản tố tô tôn tới tỏ trà trác trạch
trai trang tráng trâm trân trầm trí tri triển triều triệu trinh trịnh trọng trúc trung truyền trường
trưởng trực trượng tú tuân tuấn tuất tuệ túc tùng tuy tuyên tuyến tuyết tuyền tuyển tư từ tứ tường
tưởng tựu ty tý tỵ uy uyên uyển út ước ưng vân văn vang vàng vạn vẹn vi vĩ vỹ vịnh viên viễn viện
viết việt vinh vĩnh võ vọng vũ vui vượng vương vỵ vy xiêm xinh xoan xuân xuyên xuyến xứng ý yên yến
"""
_HIGHLAND = """
niê êban ênuôl enuôl mlô byă ayun kbuôr kbuor knul adrơng ađrơng kđoh hđơk hwing hmok buôn krông
ksor ksơr siu nay rmah rơmah rcom rơcom rahlan rchâm rơchâm kpă kpuih puih rơ rah hiao alê
alăng arất bhling bríu bnướch clâu hốih pơloong zơrâm zơ râm tơ ngôl riah ploong blúp
liêng cil bon kră kơ să lơ mu
"""
"""Clans of the Central Highlands and the Trường Sơn range: Ê Đê, Gia Rai, Cơ Tu, K'Ho."""
_NEVER = """
mùa xuân|mùa hè|mùa thu|mùa đông
biên tập|công chức|công nhân|công tác|công văn|công đoàn|dân trí|giáo viên|hà nội|hồ chí minh
hội nghị|lao động|nhân dân|thanh niên|thành phố|thông tin|thư viện|thời sự|tiền phong|trung ương
trân trọng|tuyên truyền|tổng hợp|viên chức|việt nam|văn phòng|đoàn viên|đại hội
"""
_PLACES = """
an giang|an khê|ba đình|bình dương|bình phước|bình thuận|bình đại|bình định|bắc giang|bến cát
cao bằng|cao lãnh|châu thành|gia lai|gia lâm|hoà bình|hoàng sa|hà giang|hà nam|hà tĩnh|hà đông
hòa bình|hưng yên|hải dương|hải phòng|hậu giang|khánh hoà|khánh hòa|kiên giang|lai châu|long an
long biên|long xuyên|lâm đồng|lạng sơn|nam định|nghệ an|ninh bình|ninh thuận|phú nhuận|phú quốc
phú thọ|phú yên|quy nhơn|quảng bình|quảng nam|quảng ngãi|quảng ninh|quảng trị|sóc sơn|sơn la
tam kỳ|thanh hoá|thanh hóa|thanh trì|thái bình|thái lan|thái nguyên|thăng long|tiền giang
trung quốc|trà vinh|trường sa|trường sơn|tuyên quang|tân an|tân bình|tân phú|tân yên|tây nam
tây ninh|tây sơn|vĩnh long|vĩnh phúc|vũng tàu|yên bái|điện biên|đông anh|đông nam|đồng nai
đồng tháp
"""
_HEADINGS = """
an khang|an ninh|an sinh|an toàn|biện pháp|bình an|bình luận|bình đẳng|bản lĩnh|bệnh viện
chuyên môn|chuyên đề|chân dung|chân thành|chính phủ|chính trị|chú ý|chương trình|chỉ đạo|công an
công bằng|công lý|công nghiệp|công thương|công trình|danh dự|danh hiệu|doanh thu|dân chủ
dân quân|dân sinh|dân sự|dân vận|gia đình|giáo dục|giải pháp|hiến pháp|hiệu quả|hiệu trưởng
hoàn thành|hoạt động|hành chính|hành trình|hình sự|hướng dẫn|hưởng ứng|hạnh phúc|học kỳ|học viện
hội diễn|hội thao|hội thi|hội trường|hội viên|hợp lý|hợp pháp|hợp tác|hữu nghị|khoa học
khánh thành|khởi công|kinh doanh|kinh tế|kiểm tra|kính trọng|kết luận|kỷ cương|kỷ luật|kỷ niệm
liên hoan|lãnh đạo|lý luận|lý tưởng|lưu niệm|lưu ý|lịch sử|lộ trình|minh bạch|môi trường
mùa xuân|nghĩa tình|nghĩa vụ|nghị định|nhiệm kỳ|nhân lực|nhân sự|nhân viên|nhân văn|nhân vật
nhân ái|nhân đạo|năng lực|nội dung|nữ công|phong trào|pháp lý|phát huy|phát triển|phát động
phú quý|phương hướng|phương pháp|phương tiện|phối hợp|quy trình|quyết tâm|quyết định|quyền lợi
quân dân|quân đội|quê hương|quản lý|quốc gia|quốc hội|quốc tế|sáng kiến|sáng tạo|thanh tra
thi công|thiện nguyện|thành công|thành lập|thành tích|thành tựu|thành viên|thân ái|thương hiệu
thương mại|thường trực|thảo luận|thể thao|thị trường|thịnh vượng|thời kỳ|tiến độ|toàn cảnh
tri ân|triển khai|trung bình|trung học|trung thành|trung thực|trung tâm|trí tuệ|trưởng thành
tuyên dương|tuyển dụng|tuyển sinh|tài chính|tài liệu|tài năng|tài sản|tâm huyết|tâm lý|tâm sự
tân xuân|tình hình|tình nguyện|tình thương|tôn giáo|tư pháp|tư tưởng|tư vấn|tương lai|tương thân
tường thuật|tổ quốc|tổ trưởng|vinh danh|vinh quang|văn bản|văn hoá|văn hóa|văn minh|xử lý
yêu thương|ý nghĩa|đoàn kết|đại biểu|đại diện|đại học|đạo đức|định kỳ|đồng tâm|đồng ý|động viên
"""
_ACRONYMS = """
lđlđ ubnd hđnd cnvc cnvclđ cnvcld cnlđ cđcs cđ cđn bch btv bcđ bbt ubkt tlđ tlđlđ ubmttq mttq thpt
thcs tnhh mtv tp tphcm hcm qh vn vnd usd sgk tdtt vhtt gdđt bhxh bhyt bhtn attt atvslđ atlđ pccc kcn
kcx kkt nlđ nsdlđ đvcđ qđ kh tb bc nq ct tt nđ cp clb đh đhqg bgđ tlđvn utxh tnxk dnnn xhcn chxhcn
tw covid adsl pv ctv ldo btc tin ảnh hết stt tt ttxvn vov vtv tto tno qđnd bqt btg bđv cđvc cđgd
cđyt cđct cđxd cđgt cđkcn cđcstv ldld cttđt ttđt vpub hlhpn hnd hcct đtn tđtn mttqvn
"""

SURNAMES = frozenset(_SURNAMES.split())
GIVEN = frozenset(_GIVEN.split())
HIGHLAND = frozenset(_HIGHLAND.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(text.strip().replace("\n", "|").split("|"))


NEVER = _phrases(_NEVER)
"""Phrases of syllables that names have too, but which are never a person."""
PLACES = _phrases(_PLACES)
"""Places that could be pen names: no name where nothing says that a name stands here."""
HEADINGS = _phrases(_HEADINGS)
"""Common words that are no name when a line in capitals consists of them."""
ACRONYMS = frozenset(_ACRONYMS.split())

_PARTS = SURNAMES | GIVEN
_DOTTED_RE = re.compile(r"(?:[^\W\d_]{1,2}\.\s?){1,3}(?P<name>[^\W\d_]{1,7}(?:\s[^\W\d_]{1,7})?)?")


def _titled(words: list[str]) -> bool:
    return all(word[:1].isupper() and (len(word) == 1 or word[1:].islower()) for word in words)


def _is_heading(phrase: str, words: list[str]) -> bool:
    if phrase in HEADINGS:
        return True
    pairs = [" ".join(pair) for pair in zip(words[::2], words[1::2], strict=False)]
    return len(words) == 4 and any(pair in HEADINGS or pair in NEVER for pair in pairs)


_SPOKEN_RE = re.compile(r"(?:[HK]['’][^\W\d_]+|[^\W\d_]+)")


def _is_highland_name(words: list[str]) -> bool:
    """Names such as "Y Wen Niê", "H'Len Niê", "Ksor Hlinh", where the clan stands last or first."""
    if not all(word[0].isupper() and _SPOKEN_RE.fullmatch(word) for word in words):
        return False
    if words[0] in ("Y", "H") or words[0][:2] in ("H'", "H’", "K'", "K’"):
        return words[-1].lower() in HIGHLAND
    first = words[0].lower()
    if len(words) == 3 and words[1] == "A":
        # Mông men: "Giàng A Páo".
        return first in SURNAMES and is_syllable(words[2])
    return first in HIGHLAND - _PARTS and len(words[-1]) > 1


def is_person_name(text: str) -> bool:
    """Whether a whole line has the shape of a person's name or pen name: two to five syllables.

    In mixed case every syllable is capitalised; a line in capitals must consist of syllables that
    names are made of, since headings are in capitals too. Provinces and set phrases are no names.

    >>> [is_person_name(t) for t in ("Hà Phong", "ANH DŨNG", "Đỗ Thị Gấm", "Quang cảnh hội nghị")]
    [True, True, True, False]
    """
    words = text.split()
    if not 2 <= len(words) <= 5 or len(text) > 40:
        return False
    lowered = [word.lower() for word in words]
    phrase = " ".join(lowered)
    capitals = text.isupper()
    if phrase in NEVER or phrase in PLACES or (capitals and _is_heading(phrase, lowered)):
        return False
    if not capitals and _is_highland_name(words):
        return True
    known = [word in _PARTS for word in lowered]
    if not capitals and not _titled(words):
        return False
    if all(known) and lowered[-1] in GIVEN:
        return len(words) <= 4 or lowered[0] in SURNAMES
    if capitals or len(words) == 2:
        return lowered[0] in SURNAMES and known[-1] and not capitals and is_syllable(words[1])
    # A surname, at least half of the rest usual in names, the remainder possible syllables.
    return (
        lowered[0] in SURNAMES
        and sum(known[1:]) * 2 >= len(words) - 1
        and all(map(is_syllable, words))
    )


def is_initials(text: str) -> bool:
    """Whether a line is a reporter's initials ("HVL", "ĐDA") or has initials ("M.Chi", "N.T.H").

    >>> [is_initials(text) for text in ("HVL", "M.Chi", "K. An", "LĐLĐ", "TIN", "UBND")]
    [True, True, True, False, False, False]
    """
    if len(text) > 20 or text.lower().replace(".", "") in ACRONYMS:
        return False
    match = _DOTTED_RE.fullmatch(text)
    if match and text[0].isupper():
        name = match["name"]
        if name is None:
            return text.upper() == text and text.count(".") > 1
        return _titled(name.split()) and (len(name) == 1 or all(map(is_syllable, name.split())))
    if not (2 <= len(text) <= 5 and text.isalpha() and text.isupper()):
        return False
    return len(text) == 2 or not is_syllable(text)


def is_account(text: str) -> bool:
    """Whether one word that stands where an author should is a login and not a pen name.

    >>> [is_account(word) for word in ("Hungnv", "Congdoan", "Phong", "HVL", "M.Chi")]
    [True, True, False, False, False]
    """
    if " " in text.strip() or is_initials(text) or "." in text:
        return False
    return text.lower() not in _PARTS and not is_syllable(text)


def _abbreviates(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and word.isupper() and not is_syllable(word)


def is_loose_name(text: str) -> bool:
    """Whether text that stands where a name is expected can be one: up to six capitalised words.

    Foreign and ethnic names ("H'Yến Niê", "Vincent van Dyck") pass; accounts, sentences do not.
    """
    words = text.split()
    if not words or len(words) > 6 or len(text) > 50 or any(map(str.isdigit, text)) or "@" in text:
        return False
    if is_person_name(text) or is_initials(text):
        return True
    if text.lower() in NEVER or (len(words) == 1 and text.lower() in ACRONYMS):
        return False
    if len(words) > 1 and _abbreviates(words[0]) and not text.isupper():
        return False  # A body, "PTTH Bình Châu".
    return all(word[0].isupper() for word in words) and all(
        char.isalpha() or char in " .'’-" for char in text
    )
