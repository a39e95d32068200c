"""Reading a page that no layout knows: trafilatura finds the text, our walk keeps its structure.

The lines that trafilatura takes for content are located in the page; the smallest element that
holds nearly all of them is the container, and is read block by block. So leads, subheadings,
lists, tables and pictures survive that a text extractor drops, in their places.
"""

from __future__ import annotations

import re
from itertools import takewhile

from lxml.html import HtmlElement

from archive.records import Published, Unreadable
from crawler.extraction.blocks import Block
from crawler.extraction.body import attachments_of
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.captions import attach_captions
from crawler.extraction.chosen import below_foreign_title, dropped
from crawler.extraction.content import (
    content_of,
    find_container,
    first_prose,
    is_listing,
    opens,
)
from crawler.extraction.date_lines import find_in_lines, is_date_line
from crawler.extraction.date_places import dates_around, dates_at_title
from crawler.extraction.document import Document
from crawler.extraction.file_boxes import offered_files
from crawler.extraction.info_lines import info_row, lead_heading, spaced, without_info
from crawler.extraction.judge import Verdict, content_lines, key
from crawler.extraction.layout import Layout
from crawler.extraction.metadata import PRINT_RULES, date_near, page_heading
from crawler.extraction.named_parts import (
    common,
    labelled_below,
    lead_element,
    named_bylines,
    named_noise,
)
from crawler.extraction.neighbours import (
    heads_item,
    others_shown,
    pictures_elsewhere,
    without_others,
)
from crawler.extraction.page_kind import (
    is_static,
    looks_like_article_url,
    looks_like_listing_url,
    may_be_question,
    refusal,
    says_not_found,
)
from crawler.extraction.parts import Parts
from crawler.extraction.set_apart import VERSES
from crawler.extraction.short_pages import below_heading, picture_above
from crawler.extraction.structured import Structured
from crawler.extraction.urls import article_key
from crawler.extraction.walk import read_blocks

MIN_TEXT = 200
"""Characters of content below which a page of unknown make is no article."""

MIN_SHORT = 100
"""The same where the page has a date, the address of an article and shows its title."""


def read_generic(
    document: Document, structured: Structured, known: Layout | None = None
) -> Parts | Unreadable:
    """The parts of an article of unknown make, or why the page is none.

    ``known`` is the layout of the page's CMS where its theme is another than the layout reads:
    then what the CMS marks as article, as noise or as an account holds here too.
    """
    url = document.page.url
    sure = known is not None and any(map(document.select, known.article_mark))
    wary = False
    if not structured.article and not sure:
        if looks_like_listing_url(url):
            return refusal(document)
        printed = known is not None and known.print_url and re.search(known.print_url, url)
        if known is not None and not printed and not looks_like_article_url(url):
            wary = True
    if is_static(document) and not sure:
        if not may_be_question(document):
            return refusal(document)
        wary = not structured.article
    if says_not_found(document) and not structured.dates:
        return refusal(document)
    lines = content_lines(document.tree, recall=True)
    verdict = Verdict(lines)
    if sum(map(len, lines)) < MIN_SHORT:
        return refusal(document, "hardly any content")
    container = find_container(document, verdict)
    found: Parts | Unreadable
    if container is None:
        found = refusal(document, "no content that stands together")
    else:
        found = _read(document, structured, known, sure, container, verdict, dated=wary)
    if isinstance(found, Unreadable) and found.reason not in ("truncated", "static"):
        # A short notice or a set of pictures among longer teasers of others.
        again = below_heading(document, structured)
        if again is not None:
            parts = _read(document, structured, known, sure, *again, dated=True)
            found = found if isinstance(parts, Unreadable) else parts
    if wary and isinstance(found, Parts) and len(found.title.split()) < _TITLE_WORDS:
        return refusal(document, "titled as a section, and no address of an article")
    return found


def _read(
    document: Document,
    structured: Structured,
    known: Layout | None,
    sure: bool,
    container: HtmlElement,
    verdict: Verdict,
    *,
    dated: bool = False,
) -> Parts | Unreadable:
    """What stands in and around ``container``; ``dated`` asks for a date at the title."""
    url = document.page.url
    title, title_element = page_heading(document, structured, container)
    if not sure and not structured.article and key(title) in map(key, structured.site_names):
        return refusal(document, "titled as the site")
    top = common(container, title_element)
    noise = named_noise(top, container, verdict)
    if known is not None:
        noise |= dropped(document, known) - {container, *container.iterancestors()}
    if title_element is not None:
        # Page builders put the title itself into a "widget".
        noise -= {title_element, *title_element.iterancestors()}
    own = article_key(url)
    noise |= pictures_elsewhere(top, document.base, own)
    found = read_blocks(top, document.base, noise)
    inside = set(container.iter())
    reason = ""
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
    shown = found if untitled else below_title
    within = [b for b in shown if b.element in inside]
    before = [*takewhile(lambda b: b.element not in inside, below_title)]
    if is_listing(within, untitled, own) or is_listing(before, False, own):
        reason = "titles that lead to other pages"
    elif any(heads_item(block, url) for block in found[: first_prose(found)]):
        reason = "a title that leads below the page"
    elif untitled and below_foreign_title(document, container):
        reason = "a teaser below its title"
    cards = {e for card in others_shown(container, document.base, own) for e in card.iter()}
    found = attach_captions([block for block in below_title if block.element not in cards])
    lead_mark = lead_element(document, container, title_element, noise)
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
        [*(block for block in rest[first:] if block.element in inside)],
        verdict,
        rest[len(rest) - below :],
        led=bool(lead),
    )
    if document.cut and found and any(block is found[-1] for block in (*blocks, *lead)):
        return Unreadable("truncated", "the page breaks off inside the article")
    if not lead:
        blocks = [*between, *blocks]
    parts = Parts(title=title, blocks=blocks, lead=lead)
    parts.canonical_rules = (*(known.canonical_rules if known is not None else ()), *PRINT_RULES)
    parts.opening = [
        *picture_above(document, top, title_element, container, noise),
        *(block for block in between if block.kind == "figure"),
    ]
    start = next((b.element for b in (*found[first_prose(found) :], *lead, *blocks)), None)
    at_title = [*dates_at_title(document, title_element, start)]
    told_when = bool(at_title) or "article:published_time" in document.meta
    parts.dates = [
        *at_title,
        *dates_around(document, container, title_element, structured, noise),
    ]
    if not any(date and date.evidence in ("visible", "structured") for date in parts.dates):
        lines = [*rows, *(block.text for block in found[:12] if 0 < len(block.text) <= 80)]
        near = date_near(document, title_element, container, lines)
        if near is None or near.evidence != "visible":
            near = _told_below(document, found, blocks) or near
        parts.dates.append(near)
        # A label such as "Ngày đăng", wherever it stands around the text.
        told_when = told_when or (near is not None and near.evidence == "visible")
    if dated and not at_title:
        reason = reason or "no date at the title"
    reason = reason or _no_article(document, structured, parts, sure, untitled, told_when)
    if reason:
        return refusal(document, reason)
    if known is None or known.byline:
        parts.byline_texts = [
            *named_bylines(document, container, title_element),
            *([tuple(told or told_above)] if told or told_above else []),
            *labelled_below(container),
        ]
        parts.authors = list(structured.authors)
    parts.not_authors = (*(known.ignore_byline if known else ()), *structured.site_names)
    parts.attachments = offered_files(document, (), container, title_element)
    parts.attachments += attachments_of([b for b in rest if b.element in inside])
    parts.section = structured.section
    parts.tags = list(structured.tags)
    return parts


def _told_above(blocks: list[Block]) -> list[str]:
    """Who a row right above the title names: "5/3/2024 / Tác giả: Hà Phương / Lượt xem (8)"."""
    for block in [block for block in blocks if block.text][-_ROWS_BELOW:]:
        if block.kind != "heading" and (row := info_row(spaced(block))):
            return row
    return []


def _told_below(document: Document, found: list[Block], blocks: list[Block]) -> Published | None:
    """The date of a labelled line below the text, "Cập nhật: 5/3/2024 08:00"."""
    if not blocks:
        return None
    end = next((i for i, block in enumerate(found) if block is blocks[-1]), len(found))
    lines = [block.text for block in found[end + 1 :] if block.text][:_FOOT]
    told = find_in_lines(lines, document.page.fetched_at)
    return told if told is not None and told.evidence == "visible" else None


_TITLE_WORDS = 6
"""Words from which a title is no section's, where an address may well be one's."""
_FOOT = 6
"""Lines below a text in which it may tell when it was published."""
_ROWS_BELOW = 3
"""Lines below the first paragraph, a lead, among which date and author may still stand."""


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


def _no_article(
    document: Document,
    structured: Structured,
    parts: Parts,
    sure: bool,
    untitled: bool,
    told_when: bool,
) -> str:
    """Why what was found is no article; "" when it is one.

    ``told_when`` says that a date of publication stands between title and text, as it does only
    above articles.
    """
    if not parts.title:
        return "no title"
    prose = [
        block for block in [*parts.lead, *parts.blocks]
        if len(block.text) >= 60 and block.linked < 0.3 * len(block.text)
    ]  # fmt: skip
    verses = [b for b in parts.blocks if len(b.text) >= 12 and not b.linked and b.kind != "heading"]
    told = structured.article or (told_when and not untitled)
    if not prose and not (told and len(verses) >= 2 * VERSES):
        return "no paragraph"
    cut = sum(1 for block in prose if block.text.endswith(("...", "…")))
    if cut >= 3 and cut >= 0.5 * len(prose):
        return "teasers that break off"
    dated = any(found is not None for found in parts.dates)
    size = sum(
        len(block.text)
        for block in [*parts.lead, *parts.blocks]
        if block.linked < 0.3 * len(block.text) and not boilerplate_kind(block.text)
    )
    size += sum(len(block.figure.caption) for block in parts.blocks if block.figure is not None)
    if structured.listing and not dated:
        return "a collection by its own word"
    if sure or (structured.article and size >= MIN_TEXT):
        return ""
    if untitled and not structured.article and size < 2 * MIN_TEXT:
        return "no title above the text"
    filed = [block for block in parts.blocks if block.kind == "table" and len(block.links) >= 3]
    if filed and size < 2 * MIN_TEXT and not structured.article:
        return "a table of documents"
    if dated and size >= MIN_TEXT:
        return ""
    named = told or looks_like_article_url(document.page.url)
    if dated and named and not untitled and size >= MIN_SHORT:
        return ""
    if looks_like_article_url(document.page.url) and size >= 2 * MIN_TEXT:
        return ""
    return "no date and no address of an article"
