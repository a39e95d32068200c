"""Articles of a few lines: notices and sets of pictures, which long teasers beside them outweigh.

What a judge of whole pages misses there stands below the page's own heading all the same.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block, Figure
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.document import Document
from crawler.extraction.images import picture
from crawler.extraction.info_lines import info_row
from crawler.extraction.judge import Verdict, key
from crawler.extraction.metadata import page_heading
from crawler.extraction.neighbours import leads_elsewhere
from crawler.extraction.set_apart import VERSES
from crawler.extraction.shown_title import title_by_row
from crawler.extraction.structured import Structured
from crawler.extraction.surroundings import Surroundings
from crawler.extraction.urls import article_key
from crawler.extraction.walk import read_blocks

_CLIMB = 6
_PROSE = 50
_ENOUGH = 90
"""Characters of paragraphs that make a text."""
_NO_PICTURE = re.compile(r"logo|banner|icon|avatar|spacer|quang-?cao|advert", re.I)


def below_heading(document: Document, structured: Structured) -> tuple[HtmlElement, Verdict] | None:
    """The smallest element around the page's heading that holds paragraphs of its own below it.

    None where no heading names the page, or links to other articles come before any paragraph.
    """
    title, heading = page_heading(document, structured)
    if heading is None or heading.tag not in ("h1", "h2", "h3", "h4"):
        title, heading = title_by_row(document)
        if heading is None:
            return None
    own = article_key(document.page.url)
    scope = heading.getparent()
    for _ in range(_CLIMB):
        if scope is None or scope.tag in ("body", "html"):
            return None
        blocks = read_blocks(scope, document.base)
        start = next((i + 1 for i, b in enumerate(blocks) if key(b.text) == key(title)), 0)
        said: list[str] = []
        verses: list[str] = []
        for block in blocks[start:]:
            if leads_elsewhere(block, own):
                break
            if (
                len(block.text) >= _PROSE
                and block.linked < 0.3 * len(block.text)
                and not boilerplate_kind(block.text)
                and not is_date_line(block.text)
            ):
                said.append(block.text)
            elif _may_be_verse(block):
                verses.append(block.text)
        if len(verses) >= 2 * VERSES:
            said += verses
        if sum(map(len, said)) >= _ENOUGH:
            return scope, Verdict(said)
        scope = scope.getparent()
    return None


def _may_be_verse(block: Block) -> bool:
    return (
        block.kind == "paragraph"
        and len(block.text) >= 12
        and not block.linked
        and not boilerplate_kind(block.text)
        and not is_date_line(block.text)
        and info_row(block.text) is None
    )


def picture_above(
    document: Document,
    top: HtmlElement,
    title: HtmlElement | None,
    container: HtmlElement,
    noise: set[HtmlElement],
) -> list[Block]:
    """The picture that a theme prints above the title, where one alone stands there."""
    if title is None or top.tag in ("body", "html", "form"):
        return []
    # Where the title stands with the text in one of several parts of an article.
    parent = top.getparent()
    if top.tag != "article" and parent is not None and parent.tag == "article":
        top = parent
    near = Surroundings(container, title)
    found: list[Block] = []
    for element in top.iter():
        if element is title:
            break
        if element.tag != "img" or not near.own_picture(element, document.base, document.page.url):
            continue
        shown = picture(element, document.base)
        width = element.get("width") or ""
        if shown is None or _NO_PICTURE.search(shown.url) or (width.isdigit() and int(width) < 200):
            continue
        if element not in noise and noise.isdisjoint(element.iterancestors()):
            found.append(Block("figure", "", figure=Figure((shown,)), element=element))
    return found if len(found) == 1 else []
