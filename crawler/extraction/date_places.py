"""Where a page of unknown make tells when its article was published.

In order: a line between title and text, elements that are named or tagged as dates around both,
structured data, the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile

from lxml import etree
from lxml.html import HtmlElement

from archive.records import Published
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.date_lines import is_date_line, without_dates
from crawler.extraction.dates import looks_like_clock, parse_structured, parse_url, parse_visible
from crawler.extraction.document import Document
from crawler.extraction.info_lines import info_row
from crawler.extraction.marks import is_hidden
from crawler.extraction.named_parts import around
from crawler.extraction.neighbours import beside_title_link
from crawler.extraction.printed_dates import DATE_RE
from crawler.extraction.structured import Structured
from crawler.extraction.text import clean_line
from crawler.extraction.urls import article_key

_DATE = re.compile(
    r"(?:^|[\s_-])(?:p?date\w*|time\w*|ngay\w*|publish\w*|post(?:ed)?-?(?:on|date|time)|entry-date|"
    r"created\w*|meta|article-?time|news-?time|thoi-?gian)(?:$|[\s_-])",
    re.I,
)


_BREAKS = frozenset((
    "p", "div", "td", "tr", "table", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4",
    "h5", "h6", "section", "article", "header", "footer", "br", "center", "form", "nav", "aside",
))  # fmt: skip
_UNSEEN = frozenset(("script", "style", "noscript", "template", "select", "option", "textarea"))
_ABOVE = 3
"""Lines above the title in which a date may stand, as K2 prints it."""
_REST = 8
"""Words beside the date in a line that still tells when, by whom and in which section."""


def dates_at_title(
    document: Document, title: HtmlElement | None, start: HtmlElement | None
) -> Iterator[Published | None]:
    """The date in a line between the title and ``start``, the first paragraph, or just above it.

    Needs no names: themes call the line anything, but nearly all print it there.
    """
    if title is None:
        return
    clock = document.page.fetched_at
    lines = _lines_below(document, title, start)
    before = ""
    for line in lines:
        line = clean_line(line)
        if 6 <= len(line) <= 140:
            found = parse_visible(line, clock)
            if found and (len(without_dates(line).split()) <= _REST or info_row(line) is not None):
                yield found
                after = clean_line(next(lines, ""))
                for hour in (after, before):
                    if found.precision == "day" and _HOUR.fullmatch(hour):
                        yield parse_visible(f"{line} {hour}", clock)
                return
        before = line
    above = _lines_above(document, title, start)[-_TRIED:]
    told_above = [line for line in map(clean_line, above) if not _is_tool(line)]
    for distance, line in enumerate(reversed(told_above[-_ABOVE:])):
        told = is_date_line(line) or (
            distance == 0 and (_is_filed(line) or info_row(line) is not None)
        )
        if told and not looks_like_clock(line, clock):
            yield parse_visible(line, clock)
            return


def _is_filed(line: str) -> bool:
    """Whether a line names a section, a day and an hour: "Tin công đoàn • 5/3/2024, 08:00"."""
    return (
        len(line) <= 80
        and len(without_dates(line).split()) <= _SECTION
        and DATE_RE.search(line) is not None
        and _CLOCK.search(DATE_RE.sub(" ", line)) is not None
    )


def _is_tool(line: str) -> bool:
    """Whether a line above a title is a frame's or names an account: it hides no date above it."""
    return bool(boilerplate_kind(line)) or (
        len(line) <= 60 and not any(map(str.isdigit, line)) and _POSTED.match(line) is not None
    )


_POSTED = re.compile(r"(?:được )?(?:viết|đăng|gửi) bởi|written by|posted by", re.I)
_TRIED = 8
_SECTION = 5
"""Words of a section's name."""
_CLOCK = re.compile(r"(?<!\d)\d{1,2}\s?[:hg]\s?\d{2}(?!\d)")


def hour_beside(element: HtmlElement, found: Published, clock: datetime) -> Published | None:
    """The same day with its hour, where a theme prints the two in elements side by side."""
    current = element
    for _ in range(_CLIMB):
        parent = current.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return None
        pieces = [clean_line(piece) for piece in parent.itertext() if not piece.isspace()]
        if len(pieces) > _PIECES or sum(map(len, pieces)) > 160:
            return None
        hours = [piece for piece in pieces if _HOUR.fullmatch(piece)]
        if len(hours) == 1:
            return parse_visible(f"{clean_line(element.text_content())} {hours[0]}", clock)
        current = parent
    return None


_CLIMB = 3
_PIECES = 12
_HOUR = re.compile(
    r"\W*\d{1,2}\s?[:hg]\s?\d{2}(?::\d{2})?\s*"
    r"(?:AM|PM|SA|CH|\(?GMT\s?\+\s?0?7(?::00)?\)?)?\W*",
    re.I,
)
"""A piece of text that is an hour and nothing else."""


def _lines_below(
    document: Document, title: HtmlElement, start: HtmlElement | None
) -> Iterator[str]:
    """Lines of the page as they stand from behind the title down to ``start``."""
    top = _around(document, title, start)
    way = [title, *takewhile(lambda element: element is not top, title.iterancestors())]
    if any(_is_unseen(element) for element in (*way[1:], top)):
        return
    pieces: list[str] = []
    for holder in way:
        if pieces and (holder.tag in _BREAKS or holder is title):
            yield " ".join(pieces)
            pieces = []
        if holder.tail and not holder.tail.isspace():
            pieces.append(holder.tail[:400])
        for sibling in holder.itersiblings(tag=etree.Element):
            for breaks, piece, element in _pieces(sibling):
                if element is start:
                    if pieces:
                        yield " ".join(pieces)
                    return
                if breaks and pieces:
                    yield " ".join(pieces)
                    pieces = []
                if piece:
                    pieces.append(piece)
    if pieces and top.tag in _BREAKS:
        yield " ".join(pieces)
        pieces = []
    if top.tail and not top.tail.isspace():
        pieces.append(top.tail[:400])
    if pieces:
        yield " ".join(pieces)


def _lines_above(document: Document, title: HtmlElement, start: HtmlElement | None) -> list[str]:
    """Lines of the page as they stand above the title."""
    lines: list[str] = []
    pieces: list[str] = []
    for breaks, piece, element in _pieces(_around(document, title, start)):
        if (breaks or element is title) and pieces:
            lines.append(" ".join(pieces))
            pieces = []
        if element is title:
            break
        if piece:
            pieces.append(piece)
    return lines if not pieces else [*lines, " ".join(pieces)]


def _pieces(top: HtmlElement) -> Iterator[tuple[bool, str, HtmlElement]]:
    """What an element says, piece by piece: whether a line ends before it, its text, whose it is.

    At the end of an element it is the text behind it, and the element is not named again.
    """
    walk = etree.iterwalk(top, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if _is_unseen(element):
                walk.skip_subtree()
                yield False, "", element
                continue
            text = element.text
            yield tag in _BREAKS, text[:400] if text and not text.isspace() else "", element
        else:
            tail = element.tail
            yield tag in _BREAKS, tail[:400] if tail and not tail.isspace() else "", top


def _is_unseen(element: HtmlElement) -> bool:
    tag = element.tag
    return not isinstance(tag, str) or tag in _UNSEEN or bool(element.attrib and is_hidden(element))


def _around(document: Document, title: HtmlElement, start: HtmlElement | None) -> HtmlElement:
    """The element some levels above the title that holds ``start`` too: menus stand outside it."""
    above = {start, *start.iterancestors()} if start is not None else {document.body}
    for level, element in enumerate(title.iterancestors()):
        if element is document.body:
            break
        if level >= _LEVELS and element in above:
            return element
    return document.body


_LEVELS = 5


def _own_foot(element: HtmlElement, home: set[HtmlElement]) -> bool:
    """Whether a ``<time>`` stands in the foot of the article itself, as WordPress prints it."""
    if element.tag != "time" or "updated" in (element.get("class") or "").split():
        return False
    article = next(element.iterancestors("article"), None)
    return article is not None and article in home


def dates_around(
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
    titled = title is None
    for element in around(document, container, title):
        below = below or element is container
        titled = titled or element is title
        above = (element, *element.iterancestors()) if below else ()
        footed = below and _own_foot(element, home)
        if not noise.isdisjoint(above) and not footed:
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag == "time" or (len(names) > 1 and _DATE.search(names)):
            if not footed and beside_title_link(element, home, document.base, own, known):
                continue
            # Elements side by side with no space between them are words apart to a reader.
            text = clean_line(" ".join(element.itertext()))
            found = parse_visible(text, clock) if 6 <= len(text) <= 120 else None
            if found and not titled and looks_like_clock(text, clock):
                continue  # The page's own, in its head.
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
    told = b"datePublished" in document.source
    for element in document.tree.xpath("//*[@itemprop='datePublished']")[:3] if told else ():
        value = element.get("content") or element.get("datetime") or element.text_content()
        yield parse_structured(clean_line(value), clock)
    yield parse_url(document.page.url, clock)
