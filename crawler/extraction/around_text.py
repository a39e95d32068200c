"""What a page of unknown make shows around the place of its text: rows, lead, others, the text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.captions import attach_captions
from crawler.extraction.chosen import dropped
from crawler.extraction.content import content_of, first_prose, is_listing, opens
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.document import Document
from crawler.extraction.info_lines import info_row, lead_heading, spaced, without_info
from crawler.extraction.judge import Verdict, key
from crawler.extraction.layout import Layout
from crawler.extraction.layout_choice import below_foreign_title
from crawler.extraction.named_parts import common, lead_element, named_noise
from crawler.extraction.neighbours import (
    heads_item,
    others_shown,
    pictures_elsewhere,
    without_others,
)
from crawler.extraction.urls import article_key
from crawler.extraction.walk import read_blocks


@dataclass(slots=True)
class Seen:
    """What stands in the smallest element that holds title and container."""

    container: HtmlElement
    title_element: HtmlElement | None
    top: HtmlElement
    """The smallest element that holds both."""
    noise: set[HtmlElement]
    inside: set[HtmlElement]
    """The container and all within it."""
    found: list[Block]
    below_title: list[Block]
    """Of these what stands below the title, without rows that tell of the article."""
    told: list[str]
    """Who such rows name."""
    rows: list[str]
    untitled: bool
    """Whether the page does not show its title above the text."""
    verdict: Verdict


@dataclass(slots=True)
class Divided:
    """The blocks below a title: lead, text, and what else was found."""

    found: list[Block]
    lead: list[Block]
    between: list[Block]
    """What stands between title and container and is part of the text."""
    rest: list[Block]
    """All but the marked lead and what only tells of the article above it."""
    blocks: list[Block]
    reaches_end: bool
    """Whether the last block of all is part of the text."""


def look_around(
    document: Document,
    container: HtmlElement,
    verdict: Verdict,
    title: str,
    title_element: HtmlElement | None,
    known: Layout | None,
) -> Seen:
    """Read what stands around ``container`` and below the title."""
    top = common(container, title_element)
    noise = named_noise(top, container, verdict)
    if known is not None:
        noise |= dropped(document, known) - {container, *container.iterancestors()}
    if title_element is not None:
        # Page builders put the title itself into a "widget".
        noise -= {title_element, *title_element.iterancestors()}
    own = article_key(document.page.url)
    noise |= pictures_elsewhere(top, document.base, own)
    found = read_blocks(top, document.base, noise)
    inside = set(container.iter())
    wanted = key(title)
    above = [key(b.text) for b in found[: first_prose(found) + 1]]
    untitled = not wanted or not any(wanted in letters for letters in above)
    below_title = _after_title(found, title, title_element, inside)
    told_above = _told_above(found[: len(found) - len(below_title) - 1])
    below_title = _title_once(below_title, wanted)
    below_title, told, rows = without_info(below_title, first_prose(below_title) + 1 + _ROWS_BELOW)
    lead_heading(below_title[: first_prose(below_title)])
    if not untitled:
        below_title = without_others(below_title, own)
        verdict = _own_verdict(below_title, inside, verdict)
    return Seen(
        container,
        title_element,
        top,
        noise,
        inside,
        found,
        below_title,
        told or told_above,
        rows,
        untitled,
        verdict,
    )


def shows_others(document: Document, seen: Seen) -> str:
    """Why what is seen lists other articles; "" where it does not."""
    url = document.page.url
    own = article_key(url)
    shown = seen.found if seen.untitled else seen.below_title
    within = [b for b in shown if b.element in seen.inside]
    before = [*takewhile(lambda b: b.element not in seen.inside, seen.below_title)]
    if is_listing(within, seen.untitled, own) or is_listing(before, False, own):
        return "titles that lead to other pages"
    if any(heads_item(block, url) for block in seen.found[: first_prose(seen.found)]):
        return "a title that leads below the page"
    if seen.untitled and below_foreign_title(document, seen.container):
        return "a teaser below its title"
    return ""


def divide(document: Document, seen: Seen) -> Divided:
    """Lead and text among the blocks below the title."""
    own = article_key(document.page.url)
    cards = {
        element
        for card in others_shown(seen.container, document.base, own)
        for element in card.iter()
    }
    inside = seen.inside
    found = attach_captions([block for block in seen.below_title if block.element not in cards])
    lead_mark = lead_element(document, seen.container, seen.title_element, seen.noise)
    marked = set(lead_mark.iter()) if lead_mark is not None else set()
    lead = [block for block in found if block.element in marked and block.text]
    marked_at = next((i for i, b in enumerate(found) if b.element in marked and b.text), 0)
    rest = [
        block
        for index, block in enumerate(found)
        if not (block.text and (block.element in marked or (index < marked_at and _tells(block))))
    ]
    first = next((i for i, block in enumerate(rest) if block.element in inside), len(rest))
    between = [block for block in rest[:first] if opens(block)]
    below = next((i for i, b in enumerate(reversed(rest)) if b.element in inside), len(rest))
    blocks = content_of(
        [block for block in rest[first:] if block.element in inside],
        seen.verdict,
        rest[len(rest) - below :],
        led=bool(lead),
    )
    reaches_end = bool(found) and any(block is found[-1] for block in (*blocks, *lead))
    if not lead:
        blocks = [*between, *blocks]
    return Divided(found, lead, between, rest, blocks, reaches_end)


_ROWS_BELOW = 3
"""Lines below the first paragraph, a lead, among which date and author may still stand."""


def _told_above(blocks: list[Block]) -> list[str]:
    """Who a row right above the title names: "5/3/2024 / Tác giả: Hà Phương / Lượt xem (8)"."""
    for block in [block for block in blocks if block.text][-_ROWS_BELOW:]:
        if block.kind != "heading" and (row := info_row(spaced(block))):
            return row
    return []


def _tells(block: Block) -> bool:
    """Whether a line above the lead only tells of the article: its date, author or section."""
    return block.kind != "table" and len(block.text) < 60


def _own_verdict(blocks: list[Block], inside: set[HtmlElement], verdict: Verdict) -> Verdict:
    """The verdict, or one for every paragraph where it drops most of what stands below the title.

    A short article among long lists of others is judged by the lists.
    """
    prose = [
        block.text
        for block in blocks
        if block.element in inside
        and len(block.text) >= 50
        and block.linked < 0.3 * len(block.text)
        and not boilerplate_kind(block.text)
    ]
    if sum(len(text) for text in prose if verdict.keeps(text)) >= 0.5 * sum(map(len, prose)):
        return verdict
    return Verdict(prose)


def _title_once(blocks: list[Block], wanted: str) -> list[Block]:
    """Blocks without the title where it is printed again above the text."""
    end = first_prose([block for block in blocks if key(block.text) != wanted]) + 1
    return [
        block
        for i, block in enumerate(blocks)
        if i > end or not wanted or key(block.text) != wanted
    ]


def _after_title(
    blocks: list[Block], title: str, element: HtmlElement | None, inside: set[HtmlElement]
) -> list[Block]:
    """Blocks below the title; those of the container where no block shows it."""
    titled = set(element.iter()) if element is not None else set()
    wanted = key(title)
    for index, block in enumerate(blocks):
        if block.element in titled or (wanted and key(block.text) == wanted):
            return blocks[index + 1 :]
        if element is not None and title in block.text and _frames(block.text, title):
            return blocks[index + 1 :]
    return [block for block in blocks if block.element in inside]


def _frames(line: str, title: str) -> bool:
    """Whether what stands with the title on its line is a date or a label ("Quay lại")."""
    rest = line.replace(title, "", 1).strip()
    return is_date_line(rest) or bool(boilerplate_kind(rest))
