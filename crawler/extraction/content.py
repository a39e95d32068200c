"""Where an unknown page keeps its text: the container, and which of its blocks are content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.blocks import Block, is_attachment
from crawler.extraction.boilerplate import boilerplate_kind, is_context_only
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.document import Document
from crawler.extraction.ending import signed_below, tail_of, tells_only, until_signature
from crawler.extraction.judge import Verdict, key
from crawler.extraction.set_apart import VERSES
from crawler.extraction.signature_line import read_line
from crawler.extraction.text import clean_line
from crawler.extraction.urls import absolute, article_key

MAX_TEASER = 700
"""Characters of an element that shows another article: its title, date and teaser."""
COVER = 0.8
"""Share of the content that the container must hold."""


def opens(block: Block) -> bool:
    """Whether a block between title and text is part of the text: a lead or a picture."""
    if block.kind == "figure":
        return True
    return (
        block.kind in ("paragraph", "heading")
        and len(block.text) >= 60
        and block.linked < 0.3 * len(block.text)
        and not boilerplate_kind(block.text)
        and not is_date_line(block.text)
    )


def first_prose(blocks: list[Block]) -> int:
    """Where the first paragraph stands that is no link."""
    for index, block in enumerate(blocks):
        if (
            len(block.text) >= 60
            and block.linked < 0.3 * len(block.text)
            and block.kind != "heading"
        ):
            return index
    return len(blocks)


def is_listing(blocks: list[Block], untitled: bool, own: str) -> bool:
    """Whether title links and teasers alternate, as on a page that lists articles.

    Where the page shows no title of its own, one heading that leads to another page suffices.
    """
    texts = [block for block in blocks if block.text]
    titles = [_is_title_link(block) and article_key(block.links[0][0]) != own for block in texts]
    long = [len(block.text) >= 50 and not title for block, title in zip(texts, titles, strict=True)]
    prose = linked = 0
    headed: set[int] = set()
    for index, block in enumerate(texts):
        if titles[index] or len(block.text) < 50:
            continue
        prose += 1
        # Lines that tell author, section and date may stand between a title and its teaser.
        above = range(index - 1, max(index - 9, -1), -1)
        above = range(next((i + 1 for i in above if long[i]), max(index - 8, 0)), index)
        if any(titles[i] for i in above):
            linked += 1
            headed.update(i for i in above if titles[i] and texts[i].kind == "heading")
            if len(headed) > 1 or (headed and untitled):
                return True
    last = max((i for i, b in enumerate(texts) if len(b.text) >= 50 and not titles[i]), default=0)
    count = sum(titles[:last])
    return (linked >= 3 and linked >= 0.5 * prose) or (count >= 6 and count >= prose)


def _is_title_link(block: Block) -> bool:
    return (
        len(block.text) >= 20
        and block.linked >= 0.8 * len(block.text.replace(" ", ""))
        and len(block.links) == 1
        and not is_attachment(block.links[0][0])
    )


def find_container(document: Document, verdict: Verdict) -> HtmlElement | None:
    """The smallest element that holds at least COVER of what the verdict keeps.

    Teasers of other articles count only where there is nothing else.
    """
    own = article_key(document.page.url)
    found = _holder(document, verdict, own)
    return found if found is not None else _holder(document, verdict, "")


_LONG_TEXTS = XPath("descendant::text()[string-length() >= 25]")
_SILENT = frozenset(("script", "style", "noscript", "a", "option"))


def _holder(document: Document, verdict: Verdict, own: str) -> HtmlElement | None:
    weights: dict[HtmlElement, int] = {}
    teasers: dict[HtmlElement, bool] = {}
    total = 0
    for node in cast("list[Any]", _LONG_TEXTS(document.body)):
        holder = node.getparent()
        if node.is_tail:
            holder = holder.getparent()
            if holder is None or holder.tag in ("a", "script"):
                continue
        elif holder.tag in _SILENT:
            continue
        # What XPath gives holds the whole tree, and texts are remembered.
        piece = str(node)
        letters = key(piece)
        if len(letters) < 20 or letters not in verdict or boilerplate_kind(piece):
            continue
        if len(piece) < 120 and is_date_line(piece):
            continue
        parent = holder.getparent()
        if own and parent is not None:
            if parent not in teasers:
                teasers[parent] = _in_teaser(parent, document.base, own)
            if teasers[parent]:
                continue
        total += len(letters)
        ancestor: HtmlElement | None = holder
        while ancestor is not None:
            weights[ancestor] = weights.get(ancestor, 0) + len(letters)
            ancestor = ancestor.getparent()
    if not total:
        return None
    current = document.body
    while True:
        deeper = next((child for child in current if weights.get(child, 0) >= COVER * total), None)
        if deeper is None or deeper.tag in ("p", "span", "font", "b", "strong", "header"):
            return current if current.tag not in ("tr", "tbody") else _table(current)
        current = deeper


def _in_teaser(parent: HtmlElement, base: str, own: str) -> bool:
    """Whether an element or what holds it is a teaser: themes wrap the text below its title."""
    element: HtmlElement | None = parent
    for _ in range(_WRAPPED):
        if element is None or len(element.text_content()) >= MAX_TEASER:
            return False
        if _is_teaser(element, base, own):
            return True
        element = element.getparent()
    return False


_WRAPPED = 3


def _is_teaser(parent: HtmlElement, base: str, own: str) -> bool:
    """Whether a small element begins with a title that leads elsewhere: a teaser is beside it."""
    if parent.tag in ("body", "html") or parent.find(".//a") is None:
        return False
    if len(parent.text_content()) >= MAX_TEASER:
        return False
    for element in parent.iter():
        if element.tag == "a":
            if len(element.text_content().strip()) >= 20:
                target = absolute(base, element.get("href") or "")
                if target and not is_attachment(target) and article_key(target) != own:
                    return True
        elif isinstance(element.tag, str) and element.text and _says(element.text):
            # Text above the first title is the article's own; a box of others stands in it.
            return any(above.tag == "a" for above in element.iterancestors())
        if element is not parent and element.tail and _says(element.tail):
            return False
    return False


def _says(text: str) -> bool:
    """Whether a piece of text is more than a date or a section's name above a title."""
    line = text.strip()
    return len(line) >= 40 or (len(line) >= 25 and not is_date_line(line) and " " in line)


def _table(element: HtmlElement) -> HtmlElement:
    while element.tag in ("tr", "tbody"):
        parent = element.getparent()
        if parent is None:
            break
        element = parent
    return element


def content_of(
    blocks: list[Block], verdict: Verdict, outside: Sequence[Block] = (), *, led: bool = False
) -> list[Block]:
    """What of the container's blocks is text, by the verdict on its paragraphs.

    ``led`` says that a marked lead stands above them, so that short lines beside the first
    paragraph belong to the text rather than to the title.

    From the first paragraph that the verdict keeps to the last, blocks stay even where it drops
    them, unless they are links: it drops subheadings, list items and boxes of an article. Above
    the first only paragraphs, headings, pictures and lines beside the text stay; below the last
    what it keeps of lines beside the text, as a poem's, then a signature.
    """
    kept = [
        index
        for index, block in enumerate(blocks)
        if (
            len(block.text) >= 50
            and block.linked < 0.5 * len(block.text)
            and verdict.keeps(block.text)
            and not boilerplate_kind(block.text)
            and not is_date_line(block.text)
        )
        or (block.kind == "table" and not tells_only(block))
    ]
    if not kept:
        kept = [
            i
            for i, b in enumerate(blocks)
            if len(b.text) >= 20 and verdict.keeps(b.text) and not is_date_line(b.text)
        ]
    if not kept:
        kept = [i for i, b in enumerate(blocks) if b.kind == "figure"]
    if not kept:
        return []
    homes = _homes([blocks[index] for index in kept])
    first, last = kept[0], _last_line(blocks, kept[-1], homes, verdict)
    head: list[Block] = []
    for block in reversed(blocks[:first]):
        if (
            block.kind in ("figure", "heading")
            or opens(block)
            or (block.bold and not block.linked and len(block.text) > 3)
            or (_is_line(block) and _beside(block, homes) and block.text.endswith(_OPENS))
            or (block.kind == "item" and _is_line(block) and verdict.keeps(block.text))
            or (led and _is_line(block) and _beside(block, homes))
        ) and not is_date_line(block.text):
            head.insert(0, block)
        else:
            break
    text = [
        block
        for block in blocks[first : last + 1]
        if not (block.text and block.linked > 0.5 * len(block.text)) or verdict.keeps(block.text)
        if not tells_only(block)
    ]
    below = [*blocks[last + 1 : last + 12], *signed_below(outside)]
    whole = [*head, *text, *tail_of(text, below)]
    return until_signature(whole)


_OPENS = (":", ".", ";", "!", "?", "…")
_BOX = 6
"""Lines of a box of other titles that may stand within a text."""


def _last_line(blocks: list[Block], last: int, homes: set[HtmlElement], verdict: Verdict) -> int:
    """Where short lines that go on below the last paragraph end: verses, items, short sentences."""
    run: list[int] = []
    end, skipped = last, 0
    for index in range(last + 1, len(blocks)):
        block = blocks[index]
        if not block.text and block.kind != "table":
            continue
        if skipped < _BOX and (block.linked or boilerplate_kind(block.text) == "related"):
            skipped += 1
            continue
        if not _is_line(block) or not verdict.keeps(block.text) or is_date_line(block.text):
            break
        if read_line(clean_line(block.text)).kind:
            break
        if _beside(block, homes):
            end = index
            continue
        if run and _parent(blocks[run[-1]]) is not _parent(block):
            break
        run.append(index)
    return run[-1] if len(run) >= VERSES else end


def _is_line(block: Block) -> bool:
    """Whether a short line can be text by itself, where it stands with the text."""
    return (
        block.kind in ("paragraph", "item")
        and len(block.text) >= 4
        and not block.linked
        and (
            not boilerplate_kind(block.text)
            or (block.text.endswith(":") and is_context_only(block.text))
        )
    )


def _homes(blocks: Sequence[Block]) -> set[HtmlElement]:
    """Elements that hold paragraphs of the text, and those that are cells of it themselves."""
    homes: set[HtmlElement] = set()
    for block in blocks:
        if block.element is None:
            continue
        if block.after_break or block.element.tag in ("td", "body"):
            homes.add(block.element)
        elif (parent := _parent(block)) is not None:
            homes.add(parent)
    return homes


def _parent(block: Block) -> HtmlElement | None:
    """What holds a block and others: wrappers around it alone, as some editors make, are passed."""
    if block.element is None:
        return None
    parent = block.element.getparent()
    while parent is not None and len(parent) == 1 and not (parent.text or "").strip():
        parent = parent.getparent()
    return parent


def _beside(block: Block, homes: set[HtmlElement]) -> bool:
    return block.element in homes or _parent(block) in homes
