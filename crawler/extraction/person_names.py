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
chảo phàn bàn lù hảng mùa vàng cứ hờ thao
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
_NOT_NAMES = """
công đoàn|công nhân|công tác|công an|công văn|công thương|công nghiệp|thành công|thành phố|thành tích
hòa bình|hoà bình|thái bình|bình dương|bình định|bình thuận|bình phước|hà giang|hà nam|hà tĩnh|hà nội
sơn la|hưng yên|hải dương|hải phòng|quảng nam|quảng bình|quảng ninh|quảng trị|quảng ngãi|an giang
kiên giang|tiền giang|hậu giang|bắc giang|phú yên|phú thọ|lâm đồng|vĩnh long|vĩnh phúc|nam định
ninh thuận|ninh bình|khánh hòa|khánh hoà|thanh hóa|thanh hoá|thái nguyên|cao bằng|yên bái|long an
đồng nai|đồng tháp|lai châu|gia lai|tuyên quang|trà vinh|điện biên|lạng sơn|nghệ an|việt nam
trân trọng|kính trọng|trung ương|trung thành|trung thực|đại hội|tình nguyện|nghĩa tình|tiến độ
an toàn|an sinh|đoàn kết|dân chủ|kỷ cương|nhân văn|nhân dân|nhân đạo|văn minh|văn hóa|văn hoá
văn phòng|văn bản|thường trực|hiệu trưởng|quê hương|mùa xuân|tình thương|tân xuân|gia đình
tài chính|chính trị|tuyên truyền|phong trào|toàn cảnh|tổ quốc|quân đội|quân dân|dân quân|dân vận
hành chính|tiền phong|thanh niên|phát triển|phát huy|phát động|triển khai|kết luận|hạnh phúc
bình đẳng|bình an|phương hướng|phương tiện|kỷ niệm|kỷ luật|kiểm tra|thông tin|hồ chí minh|tuyên dương
biên tập|tường thuật|dân trí|dân sinh|an ninh|tình hình|hữu nghị|nội dung|ý nghĩa|tư tưởng|tư vấn
tương lai|tương thân|đại biểu|đại diện|minh bạch|trí tuệ|hưởng ứng|hướng dẫn|chương trình|chuyên môn
chuyên đề|chân dung|trung tâm|khoa học|kinh tế|nhân viên|nhân vật|thiện nguyện|thanh tra|an khê
"""
_ACRONYMS = """
lđlđ ubnd hđnd cnvc cnvclđ cnvcld cnlđ cđcs cđ cđn bch btv bcđ bbt ubkt tlđ tlđlđ ubmttq mttq thpt
thcs tnhh mtv tp tphcm hcm qh vn vnd usd sgk tdtt vhtt gdđt bhxh bhyt bhtn attt atvslđ atlđ pccc kcn
kcx kkt nlđ nsdlđ đvcđ qđ kh tb bc nq ct tt nđ cp clb đh đhqg bgđ tlđvn utxh tnxk dnnn xhcn chxhcn
tw covid adsl pv ctv ldo btc tin ảnh hết stt tt
"""

SURNAMES = frozenset(_SURNAMES.split())
GIVEN = frozenset(_GIVEN.split())
NOT_NAMES = frozenset(phrase.strip() for phrase in _NOT_NAMES.replace("\n", "|").split("|")) - {""}
ACRONYMS = frozenset(_ACRONYMS.split())

_PARTS = SURNAMES | GIVEN
_DOTTED_RE = re.compile(r"(?:[^\W\d_]{1,2}\.\s?){1,3}(?P<name>[^\W\d_]{1,7}(?:\s[^\W\d_]{1,7})?)?")


def _titled(words: list[str]) -> bool:
    return all(word[:1].isupper() and (len(word) == 1 or word[1:].islower()) for word in words)


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
    if phrase in NOT_NAMES or " ".join(lowered[:2]) in NOT_NAMES and len(words) != 3:
        return False
    known = [word in _PARTS for word in lowered]
    capitals = text.isupper()
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


def is_loose_name(text: str) -> bool:
    """Whether text that stands where a name is expected can be one: up to six capitalised words.

    Foreign and ethnic names ("H'Yến Niê", "Vincent van Dyck") pass; accounts, sentences do not.
    """
    words = text.split()
    if not words or len(words) > 6 or len(text) > 50 or any(map(str.isdigit, text)) or "@" in text:
        return False
    if is_person_name(text) or is_initials(text):
        return True
    if text.lower() in NOT_NAMES or (len(words) == 1 and text.lower() in ACRONYMS):
        return False
    return all(word[0].isupper() for word in words) and all(
        char.isalpha() or char in " .'’-" for char in text
    )
