"""Which address is the next page of a listing, by all forms of paging that union sites use.

``/page-2/`` (NukeViet, DANAWEB), ``/page/2/`` and ``?paged=2`` (WordPress), ``?start=10`` and
``?limitstart=10`` (Joomla, K2), ``?page=2`` (Drupal from 0, Laravel, laodong.vn), ``/pg/2``
(DotNetNuke), ``&s_cond=&BRSR=15`` (MasterCMS, in the path), ``/trang-2.htm`` and
``/timelinelist/<zone>/2.htm`` (VCCorp), or links that say "Trang sau", "»" or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.extraction.document import Document
from crawler.extraction.links import all_links
from crawler.extraction.urls import absolute, article_key

MAX_PAGE = 10_000_000
"""A larger number in a paging link is no page (an id, a timestamp)."""

_PATH_FORMS = (
    re.compile(r"/page-(\d+)(?=[/?]|$)", re.I),
    re.compile(r"/page/(\d+)(?=[/?]|$)", re.I),
    re.compile(r"/trang[-/](\d+)(?=[/?.]|$)", re.I),
    re.compile(r"/pg/(\d+)(?=[/?]|$)", re.I),
    re.compile(r"/p(\d{1,4})(?=/?$|\?)", re.I),
    re.compile(r"&s_cond=[^&/?#]*&BRSR=(\d+)", re.I),
)
_TIMELINE = re.compile(r"/timelinelist/\d+/(\d+)\.htm", re.I)
_QUERY_FORM = re.compile(
    r"(?<=[?&])(?:page|paged|p|trang|pg|start|limitstart|offset|from|brsr|pageindex|pagenumber|"
    r"pageno|pagenum|currentpage|curpage)=(\d+)(?:&|$)",
    re.I,
)
_NEXT_WORDS = re.compile(
    r"^\W*(?:trang (?:sau|tiếp|kế)(?: theo)?|trang tiếp theo|tiếp(?: theo)?|sau|xem thêm|xem tiếp|"
    r"bài cũ hơn|tin cũ hơn|cũ hơn|các tin cũ hơn|next(?: page)?|older(?: posts| entries)?)\W*$|"
    r"^\s*(?:»|›|>|>>|→)\s*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address stands in a listing."""

    listing: str
    """What all pages of the listing have in common; compared, never asked for."""
    number: int | None
    """Page or offset; None on an address that names none, which is the first page."""


def place_of(url: str) -> Place:
    """The listing that an address is a page of, and its number there.

    >>> place_of("http://a.vn/tin/page-3/") == Place(place_of("http://a.vn/tin/").listing, 3)
    True
    >>> place_of("https://b.vn/cong-doan&s_cond=&BRSR=15").listing
    'b.vn/cong-doan'
    """
    timeline = _TIMELINE.search(url)
    if timeline:
        rest = url[: timeline.start(1)] + url[timeline.end(1) :]
        return Place(article_key(rest), _number(timeline[1]))
    number: int | None = None
    for form in _PATH_FORMS:
        found = form.search(url)
        if found:
            number = _number(found[1])
            url = url[: found.start()] + url[found.end() :]
            break
    else:
        found = _QUERY_FORM.search(url)
        if found:
            number = _number(found[1])
            url = (url[: found.start()] + url[found.end() :]).rstrip("?&")
    return Place(article_key(url), number)


def next_page(url: str, document: Document, article_url: str = "") -> str:
    """The address of the page that follows ``url`` in its listing, "" where the page names none.

    ``rel="next"`` decides; else the smallest number above the page's own among links to the same
    listing; else a link that says so in words. Never the page itself, nor what the regular
    expression ``article_url`` finds to be an article.
    """
    here = place_of(url)
    article = re.compile(article_url) if article_url else None

    def leads_on(link: str) -> bool:
        return article_key(link) != article_key(url) and not (article and article.search(link))

    marked = _rel_next(document)
    if marked and leads_on(marked):
        return marked
    links = [(link, text) for link, text in all_links(document) if leads_on(link)]
    numbered = numbered_pages(here, (link for link, _ in links))
    if numbered:
        return numbered[0]
    for link, text in links:
        if text and _NEXT_WORDS.match(text):
            there = place_of(link)
            if there.listing == here.listing and (there.number or 0) <= (here.number or 0):
                continue
            return link
    return ""


def numbered_pages(here: Place, links: Iterable[str]) -> list[str]:
    """The addresses among ``links`` that are later pages of the same listing, nearest first."""
    own = here.number or 0
    found: dict[int, str] = {}
    for link in links:
        there = place_of(link)
        if there.number is not None and there.number > own and there.listing == here.listing:
            found.setdefault(there.number, link)
    return [found[number] for number in sorted(found)]


def _rel_next(document: Document) -> str:
    for tag in ("link", "a"):
        for element in document.tree.iter(tag):
            if "next" in (element.get("rel") or "").lower().split():
                found = absolute(document.base, (element.get("href") or "").strip())
                if found:
                    return found.partition("#")[0]
    return ""


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= 8 and int(digits) <= MAX_PAGE else None
