"""Reading a page that no layout knows: trafilatura finds the text, our walk keeps its structure.

The lines that trafilatura takes for content are located in the page; the smallest element that
holds nearly all of them is the container, and is read block by block. So leads, subheadings,
lists, tables and pictures survive that a text extractor drops, in their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from archive.records import Published, Unreadable
from crawler.extraction.blocks import Block
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.captions import attach_captions
from crawler.extraction.chosen import dropped
from crawler.extraction.content import content_of, find_container, first_prose, is_listing, opens
from crawler.extraction.dates import parse_structured, parse_url, parse_visible
from crawler.extraction.document import Document
from crawler.extraction.judge import Verdict, content_lines, key
from crawler.extraction.layout import Layout
from crawler.extraction.marks import is_hidden
from crawler.extraction.metadata import date_near, page_heading
from crawler.extraction.neighbours import beside_title_link, pictures_elsewhere, without_others
from crawler.extraction.page_kind import (
    is_static,
    looks_like_article_url,
    looks_like_listing_url,
    refusal,
    says_not_found,
)
from crawler.extraction.parts import Parts
from crawler.extraction.structured import Structured
from crawler.extraction.text import clean_line, convert_legacy
from crawler.extraction.urls import article_key
from crawler.extraction.walk import read_blocks

MIN_TEXT = 200
"""Characters of content below which a page of unknown make is no article."""

MIN_SHORT = 100
"""The same where the page has a date, the address of an article and shows its title."""

_NOISE = re.compile(
    r"(?:^|[\s_-])(?:relat\w*|lien-?quan|tin-?khac|other-?news|more-?news|read-?more|readmore|"
    r"recommend\w*|suggest\w*|shar(?:e|ing)\w*|social\w*|comments?|binh-?luan|tags?|tag-?list|"
    r"keywords?|author-?(?:box|info|bio)|rating|vot(?:e|ing)|breadcrumbs?|banner\w*|ads?|adv\w*|"
    r"quang-?cao|newsletter|subscribe|toolbar|pagination|paging|sidebar|widget|"
    r"most-?(?:read|view)\w*|follow\w*|reaction\w*)(?:$|[\s_-])|tin-?lien-?quan|box-?tin|"
    r"newsrelation|relatednews|link-content-footer|"
    r"(?:^|\s)(?:print|tools?|menu|nav|copyright|audio|player|tts|popup|modal)(?:$|\s)",
    re.I,
)
_RELATED_TYPE = re.compile(r"relat|newsbox|boxnews|link|quiz|vote|survey", re.I)
_LEAD = re.compile(
    r"(?:^|[\s_-])(?:sapo|lead|chapeau|summary|hometext|intro(?:text)?|abstract|standfirst|dek|"
    r"trich-?dan|mo-?ta|description|desc|excerpt|tomtat|tom-?tat|singular-sapo)(?:$|[\s_-])",
    re.I,
)
_DATE = re.compile(
    r"(?:^|[\s_-])(?:p?date\w*|time\w*|ngay\w*|publish\w*|post(?:ed)?-?(?:on|date|time)|entry-date|"
    r"created\w*|meta|article-?time|news-?time|thoi-?gian)(?:$|[\s_-])",
    re.I,
)
_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:authors?|tac-?gia|byline|nguoi-?viet|but-?danh|author-?name|name-?author|"
    r"author_mail)(?:$|[\s_-])",
    re.I,
)


def read_generic(
    document: Document, structured: Structured, known: Layout | None = None
) -> Parts | Unreadable:
    """The parts of an article of unknown make, or why the page is none.

    ``known`` is the layout of the page's CMS where its theme is another than the layout reads:
    then what the CMS marks as article, as noise or as an account holds here too.
    """
    url = document.page.url
    sure = known is not None and any(map(document.select, known.article_mark))
    if not structured.article and not sure:
        if looks_like_listing_url(url):
            return refusal(document)
        if known is not None and not looks_like_article_url(url):
            return refusal(document, f"no text by layout {known.name} and no address of an article")
    if is_static(document) and not sure:
        return refusal(document)
    if says_not_found(document) and not structured.dates:
        return refusal(document)
    lines = content_lines(document.tree, recall=True)
    verdict = Verdict(lines)
    if sum(map(len, lines)) < (MIN_SHORT if structured.article else MIN_TEXT):
        return refusal(document, "hardly any content")
    container = find_container(document, verdict)
    if container is None:
        return refusal(document, "no content that stands together")
    title, title_element = page_heading(document, structured)
    if not sure and not structured.article and key(title) in map(key, structured.site_names):
        return refusal(document, "titled as the site")
    top = _common(container, title_element)
    noise = _noise(top, container, verdict)
    if known is not None:
        noise |= dropped(document, known) - {container, *container.iterancestors()}
    own = article_key(url)
    noise |= pictures_elsewhere(top, document.base, own)
    found = read_blocks(top, document.base, noise)
    inside = set(container.iter())
    reason = ""
    wanted = key(title)
    above = [key(b.text) for b in found[: first_prose(found) + 1]]
    untitled = not wanted or not any(letters.startswith(wanted) for letters in above)
    below_title = _after_title(found, title, title_element, inside)
    if not untitled:
        below_title = without_others(below_title, own)
        verdict = _own_verdict(below_title, inside, verdict)
    shown = found if untitled else below_title
    if is_listing([b for b in shown if b.element in inside], untitled, own):
        reason = "titles that lead to other pages"
    found = attach_captions(below_title)
    lead_element = _lead_element(document, container, title_element, noise)
    marked = set(lead_element.iter()) if lead_element is not None else set()
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
    )
    if document.cut and found and any(block is found[-1] for block in (*blocks, *lead)):
        return Unreadable("truncated", "the page breaks off inside the article")
    if not lead:
        blocks = [*between, *blocks]
    parts = Parts(title=title, blocks=blocks, lead=lead)
    parts.opening = [block for block in between if block.kind == "figure"]
    start = next((block.element for block in found[first_prose(found) :]), None)
    parts.dates = [
        *_dates_under(document, title_element, start),
        *_dates(document, container, title_element, structured, noise),
    ]
    if not any(date and date.evidence in ("visible", "structured") for date in parts.dates):
        near = [block.text for block in found[:12] if 0 < len(block.text) <= 80]
        parts.dates.append(date_near(document, title_element, container, near))
    reason = reason or _no_article(document, structured, parts, sure, untitled)
    if reason:
        return refusal(document, reason)
    if known is None or known.byline:
        parts.byline_texts = _bylines(document, container, title_element)
        parts.authors = list(structured.authors)
    parts.not_authors = (*(known.ignore_byline if known else ()), *structured.site_names)
    parts.section = structured.section
    parts.tags = list(structured.tags)
    return parts


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


def _common(container: HtmlElement, title: HtmlElement | None) -> HtmlElement:
    """The smallest element that holds container and title."""
    if title is None:
        return container
    above = {title, *title.iterancestors()}
    if container in above:
        return container
    return next((a for a in container.iterancestors() if a in above), container)


def _after_title(
    blocks: list[Block], title: str, element: HtmlElement | None, inside: set[HtmlElement]
) -> list[Block]:
    """Blocks below the title; those of the container where no block shows it."""
    titled = set(element.iter()) if element is not None else set()
    wanted = key(title)
    for index, block in enumerate(blocks):
        if block.element in titled or (element is not None and key(block.text) == wanted):
            return blocks[index + 1 :]
    return [block for block in blocks if block.element in inside]


def _noise(top: HtmlElement, container: HtmlElement, verdict: Verdict) -> set[HtmlElement]:
    """Elements around the text that call themselves related, share, tags and the like."""
    whole = len(container.text_content()) or 1
    above = set(container.iterancestors())
    found: set[HtmlElement] = set()
    for element in top.iterdescendants():
        if not isinstance(element.tag, str) or element in above or element is container:
            continue
        if not element.attrib and element.tag not in ("aside", "nav", "footer"):
            continue
        if element.tag in ("aside", "nav", "footer"):
            found.add(element)
            continue
        kind = element.get("type") or element.get("data-role") or ""
        if element.tag in ("div", "section", "ul", "span") and kind and _RELATED_TYPE.search(kind):
            found.add(element)
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(names) > 1 and _NOISE.search(names):
            text = element.text_content()
            linked = sum(len(link.text_content()) for link in element.iter("a"))
            if linked > 0.6 * len(text) or (
                len(text) < 0.3 * whole and not (len(text) > 400 and verdict.keeps(text))
            ):
                found.add(element)
    return found


def _lead_element(
    document: Document,
    container: HtmlElement,
    title: HtmlElement | None,
    noise: set[HtmlElement],
) -> HtmlElement | None:
    """The marked lead: above the text, called sapo, summary or the like, and a sentence long."""
    inside = set(container.iter())
    seen_title = title is None or title in inside
    for element in document.body.iter():
        if not isinstance(element.tag, str):
            continue
        if element is title:
            seen_title = True
            continue
        if not seen_title or element in noise or element.tag in ("meta", "script", "a", "input"):
            continue
        prop = element.get("itemprop") or element.get("data-role") or ""
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if (prop in ("description", "sapo") or (len(names) > 1 and _LEAD.search(names))) and (
            30 <= len(clean_line(element.text_content())) <= 1200
            and element is not container
            and not any(child is title for child in element.iterdescendants())
            and element.find(".//a[@href]") is None
        ):
            before = clean_line(container.text_content())[:3000]
            text = clean_line(element.text_content())
            if element in inside and before.find(text[:60]) > 1200:
                return None
            return element
        if element in inside and element.tag == "p" and len(element.text_content()) > 400:
            return None
    return None


def _dates_under(
    document: Document, title: HtmlElement | None, start: HtmlElement | None
) -> Iterator[Published | None]:
    """The date in a line between the title and ``start``, the first paragraph, if there is one."""
    if title is None or start is None:
        return
    passed = False
    titled = set(title.iter())
    for element in document.body.iter():
        if element is start:
            return
        if element in titled:
            passed = True
            continue
        if not passed or not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        if element.attrib and is_hidden(element):
            continue
        for piece in (element.text, element.tail):
            line = clean_line(piece) if piece and len(piece) < 400 else ""
            if 6 <= len(line) <= 80 and (found := parse_visible(line, document.page.fetched_at)):
                yield found
                return


def _dates(
    document: Document,
    container: HtmlElement,
    title: HtmlElement | None,
    structured: Structured,
    noise: set[HtmlElement],
) -> Iterator[Published | None]:
    clock = document.page.fetched_at
    own = article_key(document.page.url)
    home = {container, *container.iterancestors()}
    if title is not None:
        home.update((title, *title.iterancestors()))
    known: dict[HtmlElement, bool] = {}
    below = False
    for element in _around(document, container, title):
        below = below or element is container
        if below and not noise.isdisjoint((element, *element.iterancestors())):
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag == "time" or (len(names) > 1 and _DATE.search(names)):
            if beside_title_link(element, home, document.base, own, known):
                continue
            text = clean_line(element.text_content())
            found = parse_visible(text, clock) if 6 <= len(text) <= 120 else None
            if found:
                yield found
            for timed in (element, *element.iterdescendants("time", "abbr")):
                value = timed.get("datetime") or (timed.get("title") if timed.tag == "abbr" else "")
                if value:
                    yield parse_structured(value, clock)
            if found:
                break
    for value in structured.dates[:6]:
        yield parse_structured(value, clock)
    for element in document.tree.xpath("//*[@itemprop='datePublished']")[:3]:
        value = element.get("content") or element.get("datetime") or element.text_content()
        yield parse_structured(clean_line(value), clock)
    yield parse_url(document.page.url, clock)


def _bylines(document: Document, container: HtmlElement, title: HtmlElement | None) -> list[str]:
    texts: dict[str, None] = {}
    for element in _around(document, container, title, inside=True):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if (
            element.get("rel") == "author"
            or element.get("itemprop") == "author"
            or element.get("data-role") == "author"
            or (len(names) > 1 and _AUTHOR.search(names))
        ):
            text = clean_line(convert_legacy(element.text_content()))
            if 2 <= len(text) <= 80:
                texts.setdefault(text)
    return list(texts)[:4]


def _around(
    document: Document,
    container: HtmlElement,
    title: HtmlElement | None,
    inside: bool = False,
) -> Iterator[HtmlElement]:
    """Elements of the smallest element that holds title and container, the body itself aside."""
    top = container
    if title is not None:
        above = set(title.iterancestors())
        top = next((a for a in container.iterancestors() if a in above), container)
        if container in above:
            top = container
    if top is container:
        parent = container.getparent()
        top = container if parent is None or parent.tag in ("html", "body") else parent
    held = (
        set()
        if inside
        else {
            element for element in container.iterdescendants() if element.tag in ("p", "td", "li")
        }
    )
    for element in top.iter():
        if isinstance(element.tag, str) and element not in held:
            yield element


def _no_article(
    document: Document, structured: Structured, parts: Parts, sure: bool, untitled: bool
) -> str:
    """Why what was found is no article; "" when it is one."""
    if not parts.title:
        return "no title"
    prose = [
        block for block in [*parts.lead, *parts.blocks]
        if len(block.text) >= 60 and block.linked < 0.3 * len(block.text)
    ]  # fmt: skip
    if not prose:
        return "no paragraph"
    cut = sum(1 for block in prose if block.text.endswith(("...", "…")))
    if cut >= 3 and cut >= 0.5 * len(prose):
        return "teasers that break off"
    dated = any(found is not None for found in parts.dates)
    size = sum(len(block.text) for block in prose)
    if structured.listing and not dated:
        return "a collection by its own word"
    if sure or (structured.article and size >= MIN_TEXT):
        return ""
    filed = [block for block in parts.blocks if block.kind == "table" and len(block.links) >= 3]
    if filed and size < 2 * MIN_TEXT and not structured.article:
        return "a table of documents"
    if dated and size >= MIN_TEXT:
        return ""
    named = structured.article or looks_like_article_url(document.page.url)
    if dated and named and not untitled and size >= MIN_SHORT:
        return ""
    if looks_like_article_url(document.page.url) and size >= 2 * MIN_TEXT:
        return ""
    return "no date and no address of an article"
