"""Other articles that a page of unknown make shows below or beside its own.

Names tell little there, so links do: a title that leads to another page begins another article,
and what stands with it, a teaser, a date, a small picture, is that article's.
"""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block, is_attachment
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.images import is_image_address
from crawler.extraction.urls import absolute, article_key

_FILED = frozenset(("tag", "category", "author"))
"""Of a link's rel: it names what the article is filed under, or who wrote it."""
MIN_OWN = 120
"""Characters of its own text that a page must show before others may follow."""
_TITLE = 20
_PROSE = 50
_LINE = 12
_CLIMB = 3
_TRIES = 40
_SHOWN_LARGE = re.compile(
    r"attachment|lightbox|fancybox|gallery|swipebox|colorbox|zoom|popup", re.I
)
"""Of a link's class or rel: it leads to a larger view of the picture inside it."""


def leads_elsewhere(block: Block, own: str) -> bool:
    """Whether a block is nothing but a title that links to a page other than ``own``."""
    return (
        len(block.text) >= _TITLE
        and block.linked >= 0.8 * len(block.text.replace(" ", ""))
        and len(block.links) == 1
        and not is_attachment(block.links[0][0])
        and article_key(block.links[0][0]) != own
    )


def heads_item(block: Block, url: str) -> bool:
    """Whether a heading links to an address below the page's own, as items of a section do."""
    if block.kind != "heading" or len(block.links) != 1:
        return False
    own, there = urlsplit(url), urlsplit(block.links[0][0])
    path = own.path.rstrip("/")
    return (
        len(path) > 1
        and not own.query
        and own.netloc == there.netloc
        and there.path.startswith(f"{path}/")
        and leads_elsewhere(block, article_key(url))
    )


def without_others(blocks: list[Block], own: str) -> list[Block]:
    """Blocks up to where titles of other articles, with or without teasers, fill the rest.

    ``blocks`` begin below the page's title; ``own`` is the page's ``article_key``. A box of
    related titles within the text stays, since paragraphs beside those above it follow.
    """
    said = tried = led = 0
    parents: set[HtmlElement] = set()
    wrappers: set[HtmlElement] = set()
    for index, block in enumerate(blocks):
        if not block.text:
            continue
        if not leads_elsewhere(block, own):
            if len(block.text) >= _PROSE and block.linked < 0.3 * len(block.text):
                said += len(block.text)
                led += 1
                _note(block, parents, wrappers)
            continue
        tried += 1
        if said < MIN_OWN or tried > _TRIES:
            return blocks
        rest = [later for later in blocks[index:] if later.text]
        titles = sum(leads_elsewhere(later, own) for later in rest)
        if titles >= 2 and not any(_goes_on(later, parents, wrappers) for later in rest):
            if led <= _LEADS and _text_follows(rest, own):
                return blocks
            return blocks[: _heading_above(blocks, index)]
    return blocks


def _text_follows(rest: list[Block], own: str) -> bool:
    """Whether paragraphs side by side follow titles of others: these stand below a lead alone."""
    run = 0
    home: HtmlElement | None = None
    for block in rest:
        parent = block.element.getparent() if block.element is not None else None
        if block.after_break:
            parent = block.element
        if leads_elsewhere(block, own) or len(block.text) < _PROSE or block.linked:
            if block.linked:
                run = 0
            continue
        run = run + len(block.text) if parent is home and run else len(block.text)
        if parent is home and run >= _RUN:
            return True
        home = parent
    return False


_LEADS = 2
"""Paragraphs that may stand above a list of others which stands below a lead."""
_RUN = 200
"""Characters of paragraphs side by side that are no teasers."""


def pictures_elsewhere(top: HtmlElement, base: str, own: str) -> set[HtmlElement]:
    """Every ``<img>`` below ``top`` inside a link to a page other than ``own``."""
    found: set[HtmlElement] = set()
    for link in top.iter("a"):
        images = link.findall(".//img")
        if not images:
            continue
        target = absolute(base, link.get("href") or "")
        if (
            target
            and not is_image_address(target)
            and article_key(target) != own
            and not _shows_large(link, target, base)
        ):
            found.update(images)
    return found


def others_shown(body: HtmlElement, base: str, own: str) -> set[HtmlElement]:
    """Cards of other articles within a text: a small picture and a title, both links to one page.

    The card is the smallest element around the two, which holds a teaser beside them.
    An ``article`` within the text whose heading leads elsewhere is another article whole.
    """
    titles: dict[HtmlElement, str] = {}
    pictures: dict[HtmlElement, str] = {}
    for link in body.iter("a"):
        image = link.find(".//img")
        title = link.text_content().strip()
        if image is None and len(title) < _TITLE:
            continue
        target = absolute(base, link.get("href") or "")
        if (
            not target
            or is_attachment(target)
            or is_image_address(target)
            or article_key(target) == own
        ):
            continue
        if image is not None and not _shows_large(link, target, base):
            pictures[link] = target
        if len(title) >= _TITLE:
            titles[link] = target
    found: set[HtmlElement] = set()
    if not titles:
        return found
    for article in islice(body.iter("article"), _TRIES):
        headed = article is not body and any(
            any(element.tag in _TITLES for element in (*link, *link.iterancestors()))
            for link in article.iter("a")
            if link in titles
        )
        if headed:
            found.add(article)
    for picture, target in islice(pictures.items(), _TRIES):
        card = _card(body, picture, {link for link, to in titles.items() if to == target})
        if card is not None:
            found.add(card)
    return found


def _card(body: HtmlElement, picture: HtmlElement, titles: set[HtmlElement]) -> HtmlElement | None:
    """The smallest element that holds a linked picture and a title that leads to the same page.

    Of a table with a teaser in another cell it is the table.
    """
    card: HtmlElement | None = None
    said = 0
    for element in (picture, *picture.iterancestors()):
        length = len(element.text_content())
        if element is body or length > _CARD or len(element.findall(".//img")) > 1:
            break
        if card is None:
            if any(link in titles for link in element.iter("a")):
                card, said = element, length
        elif element.tag in _CELLS and length - said <= _TEASER:
            card = element
        else:
            break
    return card


_CELLS = frozenset(("td", "tr", "tbody", "table", "li"))
_TEASER = 200
_TITLES = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CARD = 400
"""Characters of a title, date and teaser."""


def _shows_large(link: HtmlElement, target: str, base: str) -> bool:
    """Whether a link leads to a larger view of its picture, as in galleries."""
    if _SHOWN_LARGE.search(f"{link.get('class') or ''} {link.get('rel') or ''}"):
        return True
    page, there = urlsplit(base), urlsplit(target)
    if "attachment_id=" in there.query:
        return True
    path = page.path.rstrip("/")
    return page.netloc == there.netloc and len(path) > 8 and there.path.startswith(f"{path}/")


def beside_title_link(
    element: HtmlElement,
    home: set[HtmlElement],
    base: str,
    own: str,
    known: dict[HtmlElement, bool] | None = None,
) -> bool:
    """Whether an element, a date say, stands with a title that links to another page.

    ``home`` are the ancestors of the page's own title and text, where the climb ends; ``known``
    keeps what was found of each ancestor, from call to call.
    """
    known = {} if known is None else known
    current = element.getparent()
    for _ in range(_CLIMB):
        if current is None or current in home:
            return False
        if current not in known:
            known[current] = any(
                len(link.text_content().strip()) >= _TITLE
                and _FILED.isdisjoint((link.get("rel") or "").split())
                and (target := absolute(base, link.get("href") or "")) != ""
                and article_key(target) != own
                for link in current.iter("a")
            )
        if known[current]:
            return True
        current = current.getparent()
    return False


def _note(block: Block, parents: set[HtmlElement], wrappers: set[HtmlElement]) -> None:
    if block.element is None:
        return
    parents.add(block.element)
    parent = block.element.getparent()
    if parent is not None:
        parents.add(parent)
        above = parent.getparent()
        if above is not None:
            wrappers.add(above)


def _goes_on(block: Block, parents: set[HtmlElement], wrappers: set[HtmlElement]) -> bool:
    """Whether a paragraph stands beside those of the text, so that the text is not over."""
    if block.element is None or block.linked >= 0.3 * len(block.text):
        return False
    if len(block.text) < _LINE or boilerplate_kind(block.text) or is_date_line(block.text):
        return False
    parent = block.element.getparent()
    if len(block.text) < _PROSE:
        # A verse or a short sentence counts only among the text's own paragraphs.
        return block.kind == "paragraph" and not block.linked and parent in parents
    if block.element in parents or parent in parents:
        return True
    # Some editors wrap each paragraph in an element of its own.
    return parent is not None and len(parents) > 6 and parent.getparent() in wrappers


def _heading_above(blocks: list[Block], index: int) -> int:
    """Where the others begin: at the line that announces them, if one does."""
    for start in range(index - 1, max(index - 4, -1), -1):
        block = blocks[start]
        if block.text and boilerplate_kind(block.text) == "related":
            return start
        if block.text and not (block.kind == "heading" and len(block.text) <= 40):
            break
        if block.text:
            return start
    return index
