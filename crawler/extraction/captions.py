"""Captions: which lines beside a picture say what it shows. They leave the body."""

from __future__ import annotations

import re
from html import escape
from itertools import islice

from lxml.html import HtmlElement

from archive.records import Image
from crawler.extraction.blocks import Block, Figure
from crawler.extraction.images import split_credit
from crawler.extraction.text import clean_line

MAX_CAPTION = 450
"""Characters. Longer text beside a picture is a paragraph, however it is set."""

_STARTS = re.compile(
    r"^\W*(?:ảnh|hình|chú thích ảnh|photo)\s*(?:minh họa|minh hoạ|tư liệu|\d+)?\s*[:.()]", re.I
)
_CREDITED = re.compile(r"(?:^|[.,;(\s–-])(?:ảnh|photo)\s*:\s*\S", re.I)
_ILLUSTRATION = re.compile(r"^\W*ảnh (?:minh (?:họa|hoạ)|tư liệu|internet|chụp màn hình)\b", re.I)
_SIGNATURE = re.compile(
    r"^\W*(?:(?:tin|bài|ảnh|video|clip)\s*(?:,|và|-|–|/|&|viết)\s*(?:tin|bài|ảnh|video|clip|viết)|"
    r"tin|bài viết|bài|thực hiện|tác giả|theo|nguồn tin|biên tập|người viết|p\.?v\b|"
    r"ban biên tập|btv)"
    r"\s*[:-]|^\W*theo\s",
    re.I,
)
_ATTACHED = re.compile(r"^\W*(?:file|tệp|tập tin|văn bản|tài liệu)\s+(?:đính|kèm)", re.I)


def attach_captions(blocks: list[Block]) -> list[Block]:
    """Give every figure its caption and take the caption's line out of the blocks.

    A line is a caption when the markup says so, or when it follows a picture directly and is
    set apart from the text as captions are: in italics, centred, or beginning "Ảnh: ...".
    """
    out: list[Block] = []
    index = 0
    while index < len(blocks):
        block = blocks[index]
        if block.kind not in ("figure", "video") or block.figure is None:
            out.append(block)
            index += 1
            named = blocks[index] if block.kind == "video" and index < len(blocks) else None
            if named is not None and named.caption_mark and _fits(named):
                block.html = block.html or escape(named.text, quote=False)
                index += 1
            continue
        caption = block.figure.caption
        side: list[Block] = []
        following = index + 1
        while not caption and following < len(blocks) and _beside(block, blocks[following]):
            # Pictures side by side in one paragraph have the caption below them in common.
            side.append(blocks[following])
            following += 1
        first = following
        taken: list[Block] = []
        if not caption:
            while following < len(blocks) and len(taken) < 3:
                line = blocks[following]
                if line.kind not in ("paragraph", "heading", "item"):
                    break
                last = not any(later.text for later in blocks[following + 1 :])
                if not _is_caption(line, block, taken, last):
                    break
                if not taken and _leads(line, block, out, last):
                    break
                taken.append(line)
                following += 1
            if not taken and (
                _pairs(block, blocks, index) or _names_picture(block, blocks, following, out)
            ):
                taken.append(blocks[following])
                following += 1
            caption = " ".join(line.text for line in taken)
        elif following < len(blocks) and blocks[following].text == caption:
            following += 1  # Printed below the picture as well as kept in its title.
        if side and (not caption or following == first):
            side, following = [], index + 1
        if not caption and out and out[-1].caption_mark and _fits(out[-1]):
            caption = out.pop().text
        out.append(block.with_figure(_with_caption(block.figure, caption)))
        out += [b.with_figure(_with_caption(b.figure, caption)) for b in side if b.figure]
        index = following
    return out


def _beside(picture: Block, other: Block) -> bool:
    return (
        other.kind == "figure"
        and other.figure is not None
        and not other.figure.caption
        and other.element is picture.element
        and other.element is not None
        and other.element.tag == "p"
    )


def _with_caption(figure: Figure, caption: str) -> Figure:
    credit = split_credit(caption)
    images = tuple(
        Image(image.url, caption, credit or image.credit, image.alt) for image in figure.images
    )
    return Figure(images, caption)


def _fits(line: Block) -> bool:
    return 0 < len(line.text) <= MAX_CAPTION and line.linked <= len(line.text) * 0.6


def _is_caption(line: Block, picture: Block, before: list[Block], last: bool) -> bool:
    text = line.text
    if line.caption_mark:
        return len(text) <= 2 * MAX_CAPTION and (not before or before[-1].caption_mark)
    if before:
        # A caption may run over a second line, of which the credit is the usual case.
        same = line.element is before[-1].element and line.after_break == 1
        return _fits(line) and (
            (_STARTS.match(text) is not None and len(text) < 120)
            or (same and line.italic and not _is_signature(line, last))
        )
    if not _fits(line) or _ATTACHED.match(text) or _is_signature(line, last):
        return False
    if line.align == "right":
        return False
    if _STARTS.match(text) or _ILLUSTRATION.match(text):
        return True
    same_element = line.element is picture.element
    if line.italic:
        return line.align != "justify" or len(text) <= 250
    if _CREDITED.search(text) and len(text) <= 300:
        return True
    centred = line.align == "center"
    if same_element and centred:
        return len(text) <= 300
    if centred:
        return len(text) <= 300 and not (line.bold and text.isupper()) and line.kind != "heading"
    return False


def _pairs(picture: Block, blocks: list[Block], index: int) -> bool:
    """Whether picture and line share an element that holds nothing else: an item of a gallery."""
    line = blocks[index + 1] if index + 1 < len(blocks) else picture
    if line.element is picture.element is not None:
        return _beside_in_its_box(line, picture.element)
    if not _stands_below(line, picture) or len(line.text) > _MAX_PAIRED or not len(blocks) > 2:
        return False
    assert line.element is not None and picture.element is not None
    above = (picture.element, *islice(picture.element.iterancestors(), _WRAPPED))
    for element in islice(line.element.iterancestors(), _WRAPPED):
        if element in above:
            return (
                len(element) <= _PARTS
                and element.tag in ("div", "li", "section", "td", "span", "p")
                and clean_line(element.text_content()) == line.text
                and len(element.findall(".//img")) == 1
                and (not line.text.endswith(".") or _is_one_of_several(element))
            )
    return False


def _beside_in_its_box(line: Block, element: HtmlElement) -> bool:
    """Whether an element holds a picture and, in an element of its own, a line, and nothing else.

    Small letters say so of a sentence too; a paragraph that begins with a picture is none.
    """
    if line.kind != "paragraph" or not len(line.text) <= _MAX_PAIRED or len(element) > _PARTS:
        return False
    if element.tag not in ("p", "div", "center", "td", "li") or line.linked or line.after_break:
        return False
    ends = line.text[-1:] in _GOES_ON or line.bold
    return clean_line(element.text_content()) == line.text and any(
        clean_line(child.text_content()) == line.text and (child.tag == "small" or not ends)
        for child in element
        if isinstance(child.tag, str)
    )


def _is_one_of_several(element: HtmlElement) -> bool:
    """Whether an element beside it is made as it is and holds a picture too."""
    return any(
        other is not None
        and other.tag == element.tag
        and other.get("class") == element.get("class")
        and other.find(".//img") is not None
        for other in (element.getprevious(), element.getnext())
    )


def _names_picture(picture: Block, blocks: list[Block], at: int, above: list[Block]) -> bool:
    """Whether a line in plain letters below a picture, amid whole sentences, ends none itself."""
    line = blocks[at] if at < len(blocks) else picture
    if not _stands_below(line, picture) or len(line.text) > _MAX_PLAIN or line.bold:
        return False
    if picture.element is None or len(picture.element.text_content().strip()) > 0:
        return False
    if not line.text[0].isupper() or line.text[-1] in _GOES_ON or " " not in line.text:
        return False
    below = next((block for block in blocks[at + 1 :] if block.text), None)
    before = next((block for block in reversed(above) if block.text), None)
    return _is_sentence(below) and (before is None or _is_sentence(before))


def _stands_below(line: Block, picture: Block) -> bool:
    return (
        line.kind == "paragraph"
        and line.element is not None
        and line.element is not picture.element
        and picture.element is not None
        and line.align != "right"
        and not line.linked
        and not line.after_break
        and not line.quote
        and not _is_signature(line, False)
        and not _ATTACHED.match(line.text)
    )


def _is_sentence(block: Block | None) -> bool:
    return block is not None and len(block.text) >= _PROSE and block.text.endswith(_ENDS)


_PARTS = 4
"""Elements in an item of a gallery: a picture, its line, a place for buttons."""
_MAX_PAIRED = 300
_MAX_PLAIN = 140
_PROSE = 60
_WRAPPED = 3
_GOES_ON = '.!?…:;,”"-–'
_ENDS = (".", "!", "?", "…", "”", '"', ":")


def _leads(line: Block, picture: Block, above: list[Block], last: bool) -> bool:
    """Whether a sentence in italics below the picture that opens a text is its lead.

    Captions are centred, stand in the picture's own element or credit somebody.
    """
    return (
        not last
        and line.italic
        and not line.caption_mark
        and line.align != "center"
        and len(line.text) >= 100
        and line.text.endswith(".")
        and line.element is not picture.element
        and not any(len(block.text) >= 60 and block.text.endswith(".") for block in above)
        and not _STARTS.match(line.text)
        and not _CREDITED.search(line.text)
    )


def _is_signature(line: Block, last: bool) -> bool:
    if _SIGNATURE.match(line.text):
        return True
    # The last line of an article, short and bold, signs it rather than explains a picture.
    return last and line.bold and not line.italic and len(line.text) <= 40
