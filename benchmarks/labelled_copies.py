"""Articles of which it is known who copied whom: for measuring near-duplicate detection.

Three kinds, all made from the sample web's texts and from templates written for this purpose:

* stories of the sample web, each with copies as editors make them (``EDITS``);
* *hard negatives*: reports of the same kind of event, told in the same template sentences with
  other names and numbers, as union offices write them; each with copies, too;
* *serials*: notices that differ from week to week in little but numbers.

Everything follows from a seed; nothing is taken from a real site.
"""

from __future__ import annotations

import random
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from crawler.sample_web import SITES
from crawler.sample_web.blocks import Paragraph
from crawler.sample_web.stories import site_texts

PERSONS = (
    "Nguyễn Thị Hồng Thắm", "Trần Văn Lực", "Lê Minh Đạt", "Phạm Thu Trang", "Hoàng Quốc Việt Anh",
    "Vũ Thị Mai Hương", "Đặng Xuân Trường", "Bùi Thanh Tùng", "Đỗ Khắc Hiếu", "Ngô Bích Ngọc",
    "Dương Hải Yến", "Lý Tiến Thành", "Mai Công Danh", "Tô Lan Phương", "Cao Sỹ Nguyên",
    "Hà Diệu Linh", "Đinh Trọng Nghĩa", "Phan Thế Sơn", "Lương Kim Oanh", "Tạ Quang Vinh",
)  # fmt: skip
UNITS = (
    "Công ty May Hòa Thắng", "Công ty Giày Phú Lộc", "Công ty Cơ khí Đại Nam", "Trường THPT Lê Lai",
    "Bệnh viện Đa khoa Vân Hồ", "Công ty Nhựa Tân Tiến", "Công ty Gạch men Sao Mai",
    "Công ty Thủy sản Biển Đông", "Nông trường Ia Mơ", "Công ty Điện tử Ánh Dương",
    "Trường Mầm non Hoa Sen", "Công ty Vận tải Sông Cầu", "Công ty Chế biến gỗ An Phát",
    "Xí nghiệp Môi trường số 4", "Công ty Dệt Phong Châu", "Trung tâm Y tế huyện Bắc Yên",
)  # fmt: skip
PLACES = (
    "huyện Yên Dũng", "thị xã Nghi Sơn", "huyện Krông Búk", "phường Đông Thành", "xã Mường Than",
    "quận Hải An", "thành phố Sông Công", "huyện Tân Kỳ", "phường Vĩnh Điềm", "xã Cửa Dương",
)  # fmt: skip

WORDING = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
"""Template sentences, with gaps for names and numbers."""
SPELT = (
    ("Liên đoàn Lao động", "LĐLĐ"), ("công đoàn cơ sở", "CĐCS"), ("đồng chí", "đ/c"),
    ("thành phố", "TP"), ("Ủy ban nhân dân", "UBND"), ("công nhân, viên chức, lao động", "CNVCLĐ"),
    ("Tổng Liên đoàn Lao động Việt Nam", "Tổng LĐLĐVN"), ("người lao động", "NLĐ"),
)  # fmt: skip
REWORDED = (
    ("tham dự", "tới dự"), ("tổ chức", "tiến hành tổ chức"), ("trao", "trao tặng"),
    ("cho biết", "chia sẻ"), ("nhấn mạnh", "lưu ý"), ("đề nghị", "mong muốn"), ("hơn", "trên"),
    ("đã", ""), ("nhằm", "để"), ("trên địa bàn", "tại địa phương"), ("Sáng", "Buổi sáng"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One article. ``story``: what tells the same story bears the same name."""

    story: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    edits: tuple[str, ...] = ()
    kind: str = "story"

    @property
    def body(self) -> str:
        return "\n".join(self.paragraphs)


Edit = Callable[[Told, random.Random], Told]


def _retitle(told: Told, dice: random.Random) -> Told:
    return replace(told, title=f"{dice.choice(PLACES).capitalize()}: {told.title[:30]}")


def _cut_lead(told: Told, dice: random.Random) -> Told:
    return replace(told, lead="")


def _drop_paragraphs(told: Told, dice: random.Random) -> Told:
    """Up to half of them, anywhere."""
    count = len(told.paragraphs)
    kept = sorted(dice.sample(range(count), max(count - dice.randint(1, max(count // 2, 1)), 1)))
    return replace(told, paragraphs=tuple(told.paragraphs[at] for at in kept))


def _merge(told: Told, dice: random.Random) -> Told:
    return replace(told, paragraphs=(" ".join(told.paragraphs),))


def _split(told: Told, dice: random.Random) -> Told:
    pieces = [piece for text in told.paragraphs for piece in re.split(r"(?<=[.!?]) ", text)]
    return replace(told, paragraphs=tuple(pieces))


def _lead_into_body(told: Told, dice: random.Random) -> Told:
    return replace(told, lead="", paragraphs=tuple(filter(None, (told.lead, *told.paragraphs))))


def _respell(told: Told, dice: random.Random) -> Told:
    """Long forms to abbreviations, or back."""
    pairs = SPELT if dice.random() < 0.5 else tuple((short, long) for long, short in SPELT)
    return _replaced(told, pairs)


def _reword(told: Told, dice: random.Random) -> Told:
    return _replaced(told, dice.sample(REWORDED, 5))


def _change_names(told: Told, dice: random.Random) -> Told:
    """Titles before names, and one name corrected throughout."""
    pairs = [("Ông", "Đồng chí"), ("ông", "đồng chí"), ("bà", "đồng chí")]
    names = re.findall(r"(?:[A-ZĐ][\w]+ ){2,3}[A-ZĐ][\w]+", told.body)
    if names:
        chosen = dice.choice(names)
        pairs.append((chosen, f"{chosen.rsplit(' ', 1)[0]} {dice.choice(PERSONS).split()[-1]}"))
    return _replaced(told, pairs)


def _add_local(told: Told, dice: random.Random) -> Told:
    added = dice.choice(WORDING["local"]).format(**_facts(dice))
    return replace(told, paragraphs=(*told.paragraphs, added))


def _mistype(told: Told, dice: random.Random) -> Told:
    def worn(text: str) -> str:
        words = text.split(" ")
        for at in range(len(words)):
            if dice.random() < 0.02:
                words[at] = words[at][:-1] or words[at]
        return " ".join(words)

    return replace(told, lead=worn(told.lead), paragraphs=tuple(map(worn, told.paragraphs)))


def _old_tones(told: Told, dice: random.Random) -> Told:
    return _replaced(told, [("hòa", "hoà"), ("hóa", "hoá"), ("thỏa", "thoả"), ("Hòa", "Hoà")])


def _decompose(told: Told, dice: random.Random) -> Told:
    texts = tuple(unicodedata.normalize("NFD", text) for text in told.paragraphs)
    return replace(told, paragraphs=texts)


EDITS: dict[str, Edit] = {
    "retitle": _retitle,
    "cut lead": _cut_lead,
    "drop paragraphs": _drop_paragraphs,
    "merge paragraphs": _merge,
    "split paragraphs": _split,
    "lead into body": _lead_into_body,
    "respell": _respell,
    "reword": _reword,
    "change names": _change_names,
    "add local paragraph": _add_local,
    "mistype": _mistype,
    "old tone marks": _old_tones,
    "decompose": _decompose,
}


def _replaced(told: Told, pairs: Iterable[tuple[str, str]]) -> Told:
    def over(text: str) -> str:
        for old, new in pairs:
            text = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text)
        return re.sub(r" {2,}", " ", text)

    return replace(told, lead=over(told.lead), paragraphs=tuple(map(over, told.paragraphs)))


def _facts(dice: random.Random) -> dict[str, object]:
    place = dice.choice(PLACES)
    unit, unit2 = dice.sample(UNITS, 2)
    p1, p2 = dice.sample(PERSONS, 2)
    day = dice.randint(1, 27)
    week = dice.randint(2, 50)
    return {
        "place": place, "place_cap": place[0].upper() + place[1:], "unit": unit, "unit2": unit2,
        "p1": p1, "p2": p2, "day": day, "day2": day + 1, "month": dice.randint(1, 12),
        "week": week, "week2": week + 1, "a": dice.randint(12, 480), "b": dice.randint(3, 90),
        "c": dice.randint(5, 99), "d": dice.randint(6, 400), "e": dice.randint(3, 9),
    }  # fmt: skip


def originals(seed: int = 1, *, each: int = 15) -> list[Told]:
    """Articles that tell different stories: the sample web's, and ``each`` of every template."""
    dice = random.Random(seed)
    told = []
    for site in sorted(SITES):
        for story in site_texts(site).stories:
            texts = tuple(
                re.sub(r"[*_\[\]]", "", block.text)
                for block in story.blocks
                if isinstance(block, Paragraph)
            )
            if story.source or len(" ".join(texts).split()) < 40:
                continue  # Copied in the sample web itself, or next to no text.
            told.append(Told(f"{site}/{story.id}", story.title, story.lead, texts))
    for at, template in enumerate(WORDING["template"]):
        kind, title, texts = template["kind"], template["title"], template["texts"]
        for number in range(each):
            facts = _facts(dice)
            filled = [text.format(**facts) for text in texts]
            name = f"{kind}-{at}/{number}"
            told.append(Told(name, title.format(**facts), filled[0], tuple(filled[1:]), kind=kind))
    return told


def copies(told: Told, count: int, dice: random.Random) -> list[Told]:
    """Copies of an article, each with one to four edits, in the order in which they were made."""
    made = []
    for _ in range(count):
        names = dice.sample(sorted(EDITS), dice.randint(1, 4))
        copy = told
        for name in names:
            copy = EDITS[name](copy, dice)
        made.append(replace(copy, edits=tuple(names)))
    return made


def labelled_set(seed: int = 1, *, each: int = 15, copied: int = 2) -> list[Told]:
    """Originals and ``copied`` copies of every second one, shuffled."""
    dice = random.Random(seed + 1000)
    told = originals(seed, each=each)
    told += [copy for at, one in enumerate(told) if at % 2 for copy in copies(one, copied, dice)]
    dice.shuffle(told)
    return told
