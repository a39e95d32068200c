"""Reading a page that no layout knows: trafilatura finds the text, our walk keeps its structure.

The lines that trafilatura takes for content are located in the page; the smallest element that
holds nearly all of them is the container, and is read block by block. So leads, subheadings,
lists, tables and pictures survive that a text extractor drops, in their places.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from archive.records import Published, Unreadable
from crawler.extraction.around_text import Divided, Seen, divide, look_around, shows_others
from crawler.extraction.blocks import Block
from crawler.extraction.body import attachments_of
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.content import find_container, first_prose
from crawler.extraction.date_lines import find_in_lines
from crawler.extraction.date_places import dates_around, dates_at_title
from crawler.extraction.document import Document
from crawler.extraction.file_boxes import offered_files
from crawler.extraction.judge import Verdict, content_lines, key
from crawler.extraction.layout import Layout
from crawler.extraction.metadata import PRINT_RULES, date_near, page_heading
from crawler.extraction.named_parts import labelled_below, named_bylines
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
    title, title_element = page_heading(document, structured, container)
    if not sure and not structured.article and key(title) in map(key, structured.site_names):
        return refusal(document, "titled as the site")
    seen = look_around(document, container, verdict, title, title_element, known)
    reason = shows_others(document, seen)
    text = divide(document, seen)
    if document.cut and text.reaches_end:
        return Unreadable("truncated", "the page breaks off inside the article")
    parts = Parts(title=title, blocks=text.blocks, lead=text.lead)
    parts.opening = [
        *picture_above(document, seen.top, title_element, container, seen.noise),
        *(block for block in text.between if block.kind == "figure"),
    ]
    told_when, at_title = _tell_when(document, structured, seen, text, parts)
    if dated and not at_title:
        reason = reason or "no date at the title"
    reason = reason or _no_article(document, structured, parts, sure, seen.untitled, told_when)
    if reason:
        return refusal(document, reason)
    _tell_who(document, structured, seen, known, parts)
    parts.canonical_rules = (*(known.canonical_rules if known is not None else ()), *PRINT_RULES)
    parts.attachments = offered_files(document, (), container, title_element)
    parts.attachments += attachments_of([b for b in text.rest if b.element in seen.inside])
    parts.section = structured.section
    parts.tags = list(structured.tags)
    return parts


def _tell_when(
    document: Document, structured: Structured, seen: Seen, text: Divided, parts: Parts
) -> tuple[bool, bool]:
    """Find the dates; whether any says when it was published, and whether one is at the title."""
    start = next(
        (b.element for b in (*text.found[first_prose(text.found) :], *text.lead, *text.blocks)),
        None,
    )
    at_title = [*dates_at_title(document, seen.title_element, start)]
    told_when = bool(at_title) or "article:published_time" in document.meta
    parts.dates = [
        *at_title,
        *dates_around(document, seen.container, seen.title_element, structured, seen.noise),
    ]
    if not any(date and date.evidence in ("visible", "structured") for date in parts.dates):
        lines = [
            *seen.rows,
            *(block.text for block in text.found[:12] if 0 < len(block.text) <= 80),
        ]
        near = date_near(document, seen.title_element, seen.container, lines)
        if near is None or near.evidence != "visible":
            near = _told_below(document, text.found, text.blocks) or near
        parts.dates.append(near)
        # A label such as "Ngày đăng", wherever it stands around the text.
        told_when = told_when or (near is not None and near.evidence == "visible")
    return told_when, bool(at_title)


def _tell_who(
    document: Document, structured: Structured, seen: Seen, known: Layout | None, parts: Parts
) -> None:
    """Texts that name authors around the text, the best first, and who is none."""
    if known is None or known.byline:
        parts.byline_texts = [
            *named_bylines(document, seen.container, seen.title_element),
            *([tuple(seen.told)] if seen.told else []),
            *labelled_below(seen.container),
        ]
        parts.authors = list(structured.authors)
    parts.not_authors = (*(known.ignore_byline if known else ()), *structured.site_names)


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
