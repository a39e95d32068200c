"""Reading a page by a layout: what its selectors find."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from archive.records import Attachment, Published
from crawler.extraction.blocks import Block
from crawler.extraction.body import MIN_LEAD
from crawler.extraction.captions import attach_captions
from crawler.extraction.content import opens
from crawler.extraction.date_places import hour_beside
from crawler.extraction.dates import (
    is_settled,
    looks_like_clock,
    parse_relative,
    parse_structured,
    parse_url,
    parse_visible,
)
from crawler.extraction.document import Document
from crawler.extraction.file_boxes import offered_files
from crawler.extraction.info_lines import without_info
from crawler.extraction.layout import Layout, Selectors
from crawler.extraction.layout_choice import first_with_text, is_matched
from crawler.extraction.metadata import date_near, page_heading
from crawler.extraction.named_parts import bylines_by
from crawler.extraction.neighbours import beside_title_link, others_shown
from crawler.extraction.opening import opening_figures
from crawler.extraction.parts import Parts
from crawler.extraction.shown_title import is_module_title
from crawler.extraction.structured import Structured
from crawler.extraction.surroundings import Surroundings
from crawler.extraction.text import clean_line, convert_legacy
from crawler.extraction.urls import absolute, article_key
from crawler.extraction.walk import read_blocks


def read_parts(
    document: Document, layout: Layout, body: HtmlElement, structured: Structured
) -> Parts:
    """Everything that a layout's selectors find; general rules serve where they find nothing."""
    page = document.page
    parts = Parts(layout=layout, canonical_rules=layout.canonical_rules)
    skip = dropped(document, layout)
    near = Surroundings(body, None)
    title_element = _title(document, layout, near)
    if title_element is not None:
        parts.title = element_text(title_element, skip)
        if is_module_title(parts.title):
            # What a portal calls the box in which it shows whatever article.
            parts.title = ""
    if not parts.title:
        parts.title, title_element = page_heading(document, structured, body, skip)
        parts.fallbacks.append("title")

    near = Surroundings(body, title_element)
    lead_element = first_with_text(document, layout.lead, skip, near)
    if lead_element is None:
        lead_element = _lead_beside(document, layout, skip, near)
    if lead_element is body or (lead_element is not None and _inside(body, lead_element)):
        lead_element = None
    skip = skip | others_shown(body, document.base, article_key(page.url))
    blocks = read_blocks(body, document.base, _and(skip, lead_element, body))
    if title_element is not None and _inside(title_element, body):
        # A page builder's body holds the title too, and the row of date and author below it.
        blocks = _below(blocks, title_element)
        blocks, _, _ = without_info(blocks, _ROWS)
    if lead_element is not None:
        lead = read_blocks(lead_element, document.base, skip)
        parts.lead = attach_captions(lead)
    else:
        parts.lead = _lead_between(document, near, skip, parts.title)
        if layout.lead:
            parts.fallbacks.append("lead")
    parts.opening = opening_figures(document, layout, near, skip)
    parts.blocks = attach_captions(blocks)

    parts.dates = list(_dates(document, layout, structured, near))
    if not any(found and found.evidence in ("visible", "structured") for found in parts.dates):
        if layout.date or layout.date_meta:
            parts.fallbacks.append("date")
        parts.dates.append(date_near(document, title_element, body))

    parts.byline_texts = bylines_by(document, layout.byline, skip, near)
    parts.authors = list(structured.authors)
    parts.not_authors = (*layout.ignore_byline, *structured.site_names)
    section = _last(document, layout.section, near)
    parts.section = section or structured.section
    parts.tags = _tags(document, layout, near) or list(structured.tags)
    parts.attachments = _attachments(document, layout, body, title_element)
    parts.print_view = bool(layout.print_url) and is_matched(layout.print_url, page.url)
    return parts


def _lead_between(
    document: Document, near: Surroundings, skip: set[HtmlElement], title: str
) -> list[Block]:
    """A paragraph between title and body that no selector names: a theme's own lead."""
    for element in near.between():
        if element in skip or near.foreign(element) or len(element.text_content()) < 2 * MIN_LEAD:
            continue
        for block in read_blocks(element, document.base, skip):
            if (
                block.kind != "figure"
                and opens(block)
                and block.text.endswith((".", "!", "?", "…", ":"))
                and block.text != title
            ):
                return [block]
    return []


def _lead_beside(
    document: Document, layout: Layout, skip: set[HtmlElement], near: Surroundings
) -> HtmlElement | None:
    """A lead that a theme sets in a column beside the body, in the article's own element."""
    parent = near.body.getparent()
    if parent is None or parent.tag in ("body", "html", "form"):
        return None
    for found in document.matching(layout.lead):
        for element in found:
            text = element.text_content().strip()
            if (
                element not in skip
                and 2 * MIN_LEAD <= len(text) <= 1200
                and any(holder is parent for holder in element.iterancestors())
                and near.precedes_body(element)
                and element.find(".//a") is None
            ):
                return element
    return None


_ROWS = 3


def _below(blocks: list[Block], title: HtmlElement) -> list[Block]:
    """Blocks below the title, all of them where no block shows it."""
    titled = set(title.iter())
    start = next((i + 1 for i, block in enumerate(blocks) if block.element in titled), 0)
    return blocks[start:]


def dropped(document: Document, layout: Layout) -> set[HtmlElement]:
    """Elements that the layout calls noise."""
    return {element for found in document.matching(layout.drop) for element in found}


def element_text(element: HtmlElement, skip: set[HtmlElement] | None = None) -> str:
    """Text of an element as one line, without dropped parts."""
    if not skip or not any(child in skip for child in element.iterdescendants()):
        return clean_line(convert_legacy(element.text_content()))
    pieces: list[str] = []
    _collect(element, skip, pieces)
    return clean_line(convert_legacy("".join(pieces)))


def _collect(element: HtmlElement, skip: set[HtmlElement], pieces: list[str]) -> None:
    if element.text:
        pieces.append(element.text)
    for child in element:
        if isinstance(child.tag, str) and child not in skip:
            _collect(child, skip, pieces)
        if child.tail:
            pieces.append(child.tail)


def _title(document: Document, layout: Layout, near: Surroundings) -> HtmlElement | None:
    """The title that a layout names, unless it links to another page below the body."""
    found = first_with_text(document, layout.title, near=near)
    if found is None or near.precedes_body(found) or near.holds(found):
        return found
    link = found.find(".//a[@href]")
    if link is None:
        return found
    target = absolute(document.base, link.get("href") or "")
    return None if target and article_key(target) != article_key(document.page.url) else found


def _last(document: Document, selectors: Selectors, near: Surroundings) -> str:
    """Text of what names the article's section: the end of a trail above the body, before what
    a foot names ("Posted in"), since what follows that is other boxes' headings.
    """
    below: list[HtmlElement] = []
    for found in document.matching(selectors):
        above = [element for element in found if near.precedes_body(element)]
        for element in reversed(above):
            if text := _own_text(element, near):
                return text
        below += found[len(above) :]
    return next((text for element in below if (text := _own_text(element, near))), "")


def _own_text(element: HtmlElement, near: Surroundings) -> str:
    return "" if near.foreign(element) else element_text(element)


def _and(skip: set[HtmlElement], lead: HtmlElement | None, body: HtmlElement) -> set[HtmlElement]:
    if lead is None or lead is body or not _inside(lead, body):
        return skip
    return skip | {lead}


def _inside(element: HtmlElement, container: HtmlElement) -> bool:
    return any(ancestor is container for ancestor in element.iterancestors())


def _dates(
    document: Document, layout: Layout, structured: Structured, near: Surroundings
) -> Iterator[Published | None]:
    clock = document.page.fetched_at
    own = article_key(document.page.url)
    for elements in document.matching(layout.date):
        found: Published | None = None
        for element in elements[:20]:
            # Elements side by side with no space between them are words apart to a reader.
            text = clean_line(" ".join(element.itertext()) if len(element) else element.text or "")
            if not text or len(text) >= 400 or near.foreign(element):
                continue
            # A list of others in the theme's own markup, where no name gives it away.
            if not beside_title_link(element, near.home, document.base, own):
                if not near.close(element) and looks_like_clock(text, clock):
                    continue
                found = parse_visible(text, clock) or parse_relative(text, clock)
                if found:
                    break
        if found:
            yield found
            if is_settled(found):
                return  # Whatever else is told.
            if found.precision == "day":
                yield hour_beside(element, found, clock)
                for timed in (element, *element.iter("time")):
                    if told := timed.get("datetime"):
                        yield parse_structured(told, clock)
            break
    for elements in document.matching(layout.date_meta):
        for element in elements[:5]:
            if near.foreign(element):
                continue
            value = element.get("content") or element.get("datetime") or element.text_content()
            if value and value.strip():
                yield parse_structured(clean_line(value), clock)
    for value in structured.dates[:6]:
        yield parse_structured(value, clock)
    yield parse_url(document.page.url, clock)


def _tags(document: Document, layout: Layout, near: Surroundings) -> list[str]:
    tags: dict[str, None] = {}
    for found in document.matching(layout.tags):
        for element in found[:200]:
            text = element_text(element).strip(" ,;#")
            if near.foreign(element):
                continue
            if text and len(text) <= 120:
                tags.setdefault(text)
        if tags:
            break
    return list(tags)


def _attachments(
    document: Document, layout: Layout, body: HtmlElement, title: HtmlElement | None
) -> list[Attachment]:
    """Files offered outside the body: where the layout says, and in boxes right below it."""
    named = [element for selector in layout.attachments for element in document.select(selector)]
    return offered_files(document, named, body, title)
