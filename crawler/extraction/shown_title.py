"""The title of an article that neither ``<title>`` nor structured data names.

Portals on SharePoint, WebForms and hand-written PHP call every page "Chi tiết tin" or by the
site's name. There the title is what stands above the text and is set as titles are: a heading,
bold, large, or in an element that is called title or "tiêu đề".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.date_lines import is_date_line, without_dates
from crawler.extraction.document import Document
from crawler.extraction.info_lines import info_row, spaced
from crawler.extraction.judge import key
from crawler.extraction.printed_dates import DATE_RE
from crawler.extraction.signature_line import is_unit_name, read_line
from crawler.extraction.text import clean_line
from crawler.extraction.urls import article_key
from crawler.extraction.walk import read_blocks

MAX_TITLE = 300
"""Characters of the longest title."""
_MIN_TITLE = 15
_SHORT_TITLE = 6
_MIN_WORDS = 4
_CLIMB = 6
"""Elements around the container in which a title is looked for."""

_FRAME = re.compile(
    r"(?:trang chủ|home|chi tiết(?: (?:tin|bài|nội dung)[\w\s]{0,20})?|(?:tin|bản tin|bài viết|"
    r"nội dung|thông tin)(?: tức| chi tiết| hoạt động| bài| sự kiện|[\s,&–-]+sự kiện){0,3}|tin tức"
    r"[\s,&–-]+(?:sự kiện|hoạt động|thông báo)|xem (?:tin|bài viết|chi tiết)|"
    r"hoạt động(?: công đoàn)?|news(?: ?details?)?|details?|article|untitled(?: document| page)?|"
    r"new page.*|index|(?:cổng|trang|hệ thống) (?:thông tin|tin|web|ttđt)[\w\s,.–-]*|"
    r"web ?site[\w\s,.–-]*|sự kiện|thông báo|giới thiệu|welcome.*|chào mừng .*)",
    re.I,
)
_SEPARATOR = re.compile(r"\s+[|»«–—:·•-]+\s+|\s*[|»]\s*|\.::?|::?\.")
_CALLED = re.compile(
    r"(?:^|[\s_-]|news|tin|bai|article|post)(?:title|tieu-?de|ten-?(?:bai|tin)|headline|tt-?tin|"
    r"heading|tittle|subject)|[a-z](?:Title|TieuDe|Headline)|title(?:[\s_-]|$)",
    re.I,
)
_LARGE = re.compile(
    r"font-size\s*:\s*(?:1[6-9]|[2-5]\d)(?:\.\d+)?(?:px|pt)|"
    r"font-size\s*:\s*(?:1\.[2-9]|[2-4](?:\.\d+)?)r?em|font-size\s*:\s*(?:x-)*large",
    re.I,
)
_TELLS_WHEN = re.compile(r"[\s|,–-]*\d{1,2}\s?[:hg]\s?\d\d")
"""An hour behind a date: a line that tells when, and no title."""
_SENTENCE = (".", ";", ",", ":", "…", ".”", '."')


def is_frame_title(text: str) -> bool:
    """Whether a page title says nothing of an article: the site's name, "Chi tiết tin".

    >>> is_frame_title("Chi tiết tin - LĐLĐ tỉnh Hải Sơn"), is_frame_title("Đại hội thành công")
    (True, False)
    """
    parts = [part.strip(" .:|-–") for part in _SEPARATOR.split(clean_line(text))]
    parts = [part for part in parts if part]
    return all(_FRAME.fullmatch(part) or is_unit_name(part) for part in parts)


def is_module_title(text: str) -> bool:
    """Whether a heading names the box that shows an article: "Chi tiết tin", "Tin tức".

    >>> is_module_title("Tin chi tiết"), is_module_title("Thông báo nghỉ lễ")
    (True, False)
    """
    return len(text) <= _MODULE and _FRAME.fullmatch(text) is not None


_MODULE = 40


def title_above(
    document: Document, container: HtmlElement, skip: set[HtmlElement]
) -> tuple[str, HtmlElement | None]:
    """The title that stands above the text of ``container``, with its element; "" where none does.

    Looked for in the container itself and then in ever larger elements around it, so that columns
    beside it are reached last. ``skip`` are elements that are noise.
    """
    own = article_key(document.page.url)
    inside = set(container.iter())
    plain: tuple[str, HtmlElement | None] = ("", None)
    inner: Block | None = None
    scope: HtmlElement | None = container
    for _ in range(_CLIMB):
        if scope is None or scope.tag == "html":
            break
        blocks = read_blocks(scope, document.base, skip)
        start = _text_start(blocks, inside)
        best: tuple[int, Block] | None = None
        for place, block in enumerate(blocks[:start]):
            if not _may_be_title(block, own) or (inner is not None and block.element in inside):
                continue
            score = _prominence(block) + (_ABOVE_ROW if _heads_row(blocks, place) else 0)
            if best is None or score > best[0]:
                best = (score, block)
        if best is not None and inner is not None:
            if best[0] >= 3 and _leads_on(blocks, best[1], inside):
                return _shown(document, best[1], skip)
        elif best is not None and best[0] >= 2:
            told = any(_tells(block) for block in blocks[: blocks.index(best[1])])
            # Only bold it may be the lead, or a subheading, of a title that stands outside.
            if best[1].level == 1 or (best[1].kind != "heading" and not told and best[0] >= 3):
                return _shown(document, best[1], skip)
            inner = best[1]
        elif best is not None and not plain[0]:
            plain = _undated(best[1]) or _unlabelled(best[1]) or (best[1].text, _tight(best[1]))
        scope = scope.getparent()
    if inner is not None:
        return _shown(document, inner, skip)
    short = _short_title(document, container, skip)
    return short if short[0] else plain


def title_by_row(document: Document) -> tuple[str, HtmlElement | None]:
    """The one line that the row of its date follows directly, on a page without headings.

    Where several lines are followed so they are teasers.
    """
    found = [
        block
        for block, after in pairwise(read_blocks(document.body, document.base))
        if _SHORT_TITLE <= len(block.text) <= MAX_TITLE
        and block.kind in ("paragraph", "heading")
        and " " in block.text
        and is_date_line(spaced(after))
        and not boilerplate_kind(block.text)
        and not _tells(block)
    ]
    if len(found) != 1 or found[0].linked or is_frame_title(found[0].text):
        return "", None
    return found[0].text, _tight(found[0])


def _shown(
    document: Document, title: Block, skip: set[HtmlElement]
) -> tuple[str, HtmlElement | None]:
    return (
        _undated(title) or _unlabelled(title) or (title.text, _first_shown(document, title, skip))
    )


def _heads_row(blocks: Sequence[Block], place: int) -> bool:
    """Whether the row of date, author and counts follows a line directly."""
    return place + 1 < len(blocks) and _tells(blocks[place + 1])


_ABOVE_ROW = 3


def _tells(block: Block) -> bool:
    """Whether a line is the row of date, author and counts that stands below a title."""
    line = spaced(block)
    return is_date_line(line) or info_row(line) is not None


def _leads_on(blocks: Sequence[Block], title: Block, inside: set[HtmlElement]) -> bool:
    """Whether a lead or a row of date and author follows a title outside the container.

    Then what is set large at the container's top is a subheading or a lead, and not the title.
    """
    start = next(i for i, block in enumerate(blocks) if block is title) + 1
    for block in blocks[start:]:
        if _tells(block):
            return True
        if block.element in inside or block.kind == "heading" or block.linked:
            return False
        if len(block.text) >= 60 and block.text.endswith(_SENTENCE):
            return True
    return False


def _unlabelled(title: Block) -> tuple[str, HtmlElement] | None:
    """The title alone where a label such as "Quay lại" stands before or behind it on its line."""
    if title.element is None or not len(title.element):
        return None
    for element in title.element.iterdescendants():
        text = clean_line(element.text_content()) if isinstance(element.tag, str) else ""
        if len(text) < _SHORT_TITLE or len(text) == len(title.text) or text not in title.text:
            continue
        if boilerplate_kind(title.text.replace(text, "", 1)):
            return text, element
    return None


def _short_title(
    document: Document, container: HtmlElement, skip: set[HtmlElement]
) -> tuple[str, HtmlElement | None]:
    """A title of two or three words ("Tin buồn"), called a title and right above date or text."""
    top, scope = container, container.getparent()
    own = len(clean_line(str(container.text_content())))
    for _ in range(_WRAPPED):
        if scope is None or scope.tag in ("body", "html"):
            break
        top, scope = scope, scope.getparent()
        if len(clean_line(str(top.text_content()))) > _SHORT_TITLE + own:
            break
    blocks = read_blocks(top, document.base, skip)
    for block, after in pairwise(blocks):
        text = block.text
        if not _SHORT_TITLE <= len(text) < _MIN_TITLE or len(text.split()) < 2 or block.linked:
            continue
        if is_frame_title(text) or boilerplate_kind(text) or _tells(block):
            continue
        follows = _tells(after) or after.text.endswith(_SENTENCE)
        if follows and (_prominence(block) >= 3 or _tells(after)):
            return text, _tight(block)
    return "", None


def _undated(title: Block) -> tuple[str, HtmlElement] | None:
    """The title alone where its date stands on the same line, in an element of its own."""
    if title.element is None or not DATE_RE.search(title.text):
        return None
    for element in title.element.iterdescendants():
        text = clean_line(element.text_content()) if isinstance(element.tag, str) else ""
        if len(text) >= _MIN_TITLE and title.text.startswith(text):
            rest = title.text[len(text) :]
            if rest and is_date_line(rest):
                return text, element
        if text and title.text.endswith(text) and is_date_line(text):
            left = title.text[: -len(text)].rstrip(" (-–|")
            if len(left) >= _MIN_TITLE:
                return left, title.element
    return None


def _first_shown(document: Document, title: Block, skip: set[HtmlElement]) -> HtmlElement | None:
    """Where a title that the text repeats stands first."""
    wanted, scope = key(title.text), title.element
    found = _tight(title)
    for _ in range(_CLIMB):
        scope = scope.getparent() if scope is not None else None
        if scope is None or scope.tag == "html":
            break
        for block in read_blocks(scope, document.base, skip):
            if key(block.text) == wanted:
                if not block.linked:
                    found = _tight(block)
                break
    return found


def _tight(title: Block) -> HtmlElement | None:
    """The element that holds a title and nothing else; None where it is a piece of a larger one."""
    if title.element is None:
        return None
    wanted = key(title.text)
    for element in title.element.iter():
        if isinstance(element.tag, str) and key(element.text_content()) == wanted:
            return element
    return None


def _text_start(blocks: Sequence[Block], inside: set[HtmlElement]) -> int:
    """Where the text begins: the first sentence of the container."""
    for index, block in enumerate(blocks):
        if block.element not in inside or block.kind == "heading":
            continue
        # A title may ask or exclaim, and may stand in the container itself.
        ends = block.text.endswith(_SENTENCE) or (
            block.text.endswith(("!", "?"))
            and _prominence(block) < 2
            and not any(is_date_line(after.text) for after in blocks[index + 1 : index + 3])
        )
        if (
            len(block.text) >= 60
            and block.linked < 0.3 * len(block.text)
            and (ends or len(block.text) > MAX_TITLE)
            and not boilerplate_kind(block.text)
        ):
            return index
    for index, block in enumerate(blocks):
        if block.element in inside and (block.kind == "table" or _verses_from(blocks, index)):
            return index
    # Pictures and their captions: what stands above the container may be its title.
    return next((i for i, block in enumerate(blocks) if block.element in inside), 0)


def _verses_from(blocks: Sequence[Block], index: int) -> bool:
    """Whether short lines of one element begin here, as verses do."""
    run = [b for b in blocks[index : index + _VERSES] if b.kind == "paragraph" and not b.linked]
    if len(run) == _VERSES and len({b.element for b in run}) == 1:
        return True
    more = [b for b in blocks[index : index + 2 * _VERSES] if b.kind == "paragraph" and b.text]
    homes = {b.element.getparent() for b in more if b.element is not None and not b.linked}
    return len(more) == 2 * _VERSES and len(homes) == 1


_WRAPPED = 5
"""Elements around the container that may hold nothing but it."""
_VERSES = 3
"""Short lines in a row that begin a text: so many in one element, or twice as many side by side."""


def _may_be_title(block: Block, own: str) -> bool:
    text = block.text
    if not _MIN_TITLE <= len(text) <= MAX_TITLE or block.kind in ("table", "item", "figure"):
        return False
    if len(text.split()) < _MIN_WORDS or is_frame_title(text) or boilerplate_kind(text):
        return False
    if _tells(block):
        return False
    dated = DATE_RE.search(text)
    if dated and (
        (len(text[: dated.start()].strip()) < _MIN_TITLE and _TELLS_WHEN.match(text, dated.end()))
        or (":" in text[: dated.start()] and not without_dates(text[: dated.start()]))
        or len(DATE_RE.sub("", text).strip(" ()[]|-–,.:")) < _MIN_TITLE
    ):
        return False
    if read_line(text).kind in ("label", "label_only"):
        return False
    if text.endswith(_SENTENCE) and (block.kind != "heading" or len(text) >= 80):
        return False
    if block.linked > 0.5 * len(text.replace(" ", "")):
        return all(article_key(url) == own for url, _ in block.links)
    return not block.linked


def _prominence(block: Block) -> int:
    score = 0
    if block.kind == "heading":
        score = 5 if block.level == 1 else 4 if block.level <= 4 else 2
    if block.bold:
        score = max(score, 2)
    for element, _ in zip(_up(block.element), range(2), strict=False):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(names) > 1 and _CALLED.search(names):
            score += 3
            break
    if score < 4 and block.element is not None and _set_large(block.element):
        score += 2
    return score


def _up(element: HtmlElement | None) -> list[HtmlElement]:
    if element is None:
        return []
    # An inline element inside the block may carry the name: <td><span class="title">.
    inner = [child for child in element if isinstance(child.tag, str)][:2]
    parent = element.getparent()
    return [element, *inner, *([parent] if parent is not None and len(parent) == 1 else [])]


def _set_large(element: HtmlElement) -> bool:
    for node in (element, *(child for child in element.iterdescendants())):
        if not isinstance(node.tag, str):
            continue
        if node.tag == "big" or _LARGE.search(node.get("style") or ""):
            return True
        if node.tag == "font" and (node.get("size") or "").strip() in (
            "3",
            "4",
            "5",
            "6",
            "+1",
            "+2",
        ):
            return True
    return False
