"""The plain marks in which an article's body is written down, and what they mean.

Blocks are parted by an empty line::

    Một đoạn văn có **chữ đậm**, *chữ nghiêng* và [liên kết](https://example.vn/).

    ## Tiêu đề phụ
    > Lời trích
    - mục thứ nhất
    - mục thứ hai
    | Đơn vị | Số tiền |
    | Phường A | 12 |
    !picture trao-qua.jpg | Chú thích ảnh | figure
    !video dQw4w9WgXcQ | Tên đoạn phim
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

PictureForm = Literal["", "figure", "table", "plain", "cell", "mastercms"]
"""How a picture and its caption are printed; "" leaves the choice to the site."""

_INLINE = re.compile(
    r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|\[(?P<label>[^\]]+)\]\((?P<href>[^)\s]+)\)"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    file: str
    caption: str = ""
    form: PictureForm = ""


@dataclass(frozen=True, slots=True)
class Video:
    id: str
    title: str = ""


Block = Paragraph | Heading | Quote | Items | Table | Picture | Video


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a paragraph: its text, and how it is set."""

    text: str
    style: Literal["", "bold", "italic", "link"] = ""
    href: str = ""


def read_blocks(text: str) -> tuple[Block, ...]:
    """Read a body written in the marks above.

    Raises ``ValueError`` for a mark that does not exist, naming the line.
    """
    return tuple(_read_block(chunk.strip()) for chunk in re.split(r"\n\s*\n", text.strip()))


def runs(text: str) -> tuple[Run, ...]:
    """Part a paragraph into runs of one style.

    >>> [run.text for run in runs("a **b** c")]
    ['a ', 'b', ' c']
    """
    found: list[Run] = []
    end = 0
    for match in _INLINE.finditer(text):
        if match.start() > end:
            found.append(Run(text[end : match.start()]))
        if match["bold"]:
            found.append(Run(match["bold"], "bold"))
        elif match["italic"]:
            found.append(Run(match["italic"], "italic"))
        else:
            found.append(Run(match["label"], "link", match["href"]))
        end = match.end()
    if end < len(text):
        found.append(Run(text[end:]))
    return tuple(found)


def plain(text: str) -> str:
    """A paragraph without its marks, as a reader sees it."""
    return "".join(run.text for run in runs(text))


def links(text: str) -> tuple[Run, ...]:
    """The links of a paragraph."""
    return tuple(run for run in runs(text) if run.style == "link")


def _read_block(chunk: str) -> Block:
    lines = [line.strip() for line in chunk.splitlines()]
    first = lines[0]
    if first.startswith("## "):
        return Heading(first[3:])
    if first.startswith("> "):
        return Quote(" ".join(line.removeprefix("> ") for line in lines))
    if first.startswith("- "):
        return Items(tuple(line.removeprefix("- ") for line in lines))
    if first.startswith("|"):
        return Table(
            tuple(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines)
        )
    if first.startswith("!picture "):
        parts = [part.strip() for part in first[9:].split("|")] + ["", ""]
        return Picture(parts[0], parts[1], _picture_form(parts[2]))
    if first.startswith("!video "):
        video, _, title = first[7:].partition("|")
        return Video(video.strip(), title.strip())
    if first.startswith("!"):
        raise ValueError(f"unknown mark: {first!r}")
    return Paragraph(" ".join(lines))


def _picture_form(name: str) -> PictureForm:
    if name not in get_args(PictureForm):
        raise ValueError(f"unknown form of a picture: {name!r}")
    return cast(PictureForm, name)
