"""Title, canonical address and the lines around a title, on pages of any make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from archive.records import Published
from crawler.extraction.date_lines import find_in_lines
from crawler.extraction.document import Document
from crawler.extraction.judge import key
from crawler.extraction.marks import is_hidden
from crawler.extraction.shown_title import is_frame_title, title_above
from crawler.extraction.signature_line import is_unit_name
from crawler.extraction.structured import Structured
from crawler.extraction.text import clean_line, convert_legacy
from crawler.extraction.urls import absolute, canonical_url

_SEPARATORS = re.compile(r"\s+[|»«–—:·•-]+\s+|\s*\|\s*|\s*»\s*|\.:|:\.")
_PRINTED_URL = re.compile(
    r"(?:đường dẫn bài viết|url của bản tin này|link bài viết|nguồn(?: tin)?|địa chỉ bài viết)"
    r"\s*:?\s*"
    r"(https?://[^\s<>\"']+)",
    re.I,
)
_NUMBER = re.compile(r"\d{3,}")
_NOTHING: set[HtmlElement] = set()
_PRINT_MARKS = ("print", "savefile", "tmpl=component", "apicenter", "ban-in", "inbai", "in-bai")


def page_heading(
    document: Document,
    structured: Structured,
    body: HtmlElement | None = None,
    skip: set[HtmlElement] = _NOTHING,
) -> tuple[str, HtmlElement | None]:
    """As ``_page_heading``, without a mark such as "Nổi bật" that a theme sets behind the title."""
    title, element = _page_heading(document, structured, body, skip)
    if element is not None and (marked := _MARK.search(title)):
        texts = (clean_line(child.text_content()) for child in element.iter("sup", "span", "small"))
        if marked[1] in texts:
            title = title[: marked.start()].strip()
    return title, element


_MARK = re.compile(r"\s+(Nổi bật|Featured|Mới|New|Hot)$", re.I)


def _page_heading(
    document: Document,
    structured: Structured,
    body: HtmlElement | None,
    skip: set[HtmlElement],
) -> tuple[str, HtmlElement | None]:
    """The article's title and its element, where one shows it.

    Of the headings that the page's own ``<title>`` or structured data repeats, the one that says
    most of it is the title; else a line that does; else the structured title; else what is set as
    a title above ``body``, noise in ``skip`` left out; else the first ``h1``; else what of
    ``<title>`` is not the site's name. What links to the front page is the site's own name.
    """
    sites = {key(name) for name in structured.site_names}
    named = [
        text
        for name in (*structured.headlines, document.page_title)
        if (text := clean_line(convert_legacy(name)))
        and key(text) not in sites
        and not is_frame_title(text)
    ]
    keys = [key(text) for text in named]
    first: tuple[str, HtmlElement] | None = None
    best: tuple[float, str, HtmlElement] | None = None
    for level, tag in enumerate(("h1", "h2", "h3", "h4")):
        for element in _headings(document, tag):
            text = clean_line(convert_legacy(element.text_content()))
            wanted = key(text)
            if not wanted or len(text) > 400 or _leads_home(element, document):
                continue
            if level == 0 and first is None:
                first = (text, element)
            if len(wanted) < 8 and not _whole_name(text, named):
                continue
            score, shown = _match(text, wanted, named, keys, level)
            if score and (best is None or score > best[0]):
                best = (score, shown, element)
        if best is not None and best[0] >= _SURE and len(key(best[1])) >= _WHOLE:
            return best[1], best[2]
    if best is not None and best[0] >= _SURE:
        return best[1], best[2]
    line = _line_named(document, named, keys, sites, best[0] if best is not None else 0.0)
    if line is not None:
        return line
    if best is not None:
        return best[1], best[2]
    told = {clean_line(convert_legacy(name)) for name in structured.headlines}
    for text in named:
        if text in told:
            return without_site(text, structured.site_names), None
    if body is not None:
        above = title_above(document, body, skip)
        if above[0]:
            return above
    if first is not None and key(first[0]) not in sites:
        return first
    title = without_site(document.page_title, structured.site_names)
    return ("" if key(title) in sites else title), None


def _line_named(
    document: Document,
    named: Sequence[str],
    keys: Sequence[str],
    sites: set[str],
    least: float,
) -> tuple[str, HtmlElement] | None:
    """The first line that says more than ``least`` of one of the page's names, in no heading.

    A short one ("Tin buồn") must say one of them whole, and link nowhere as menus do.
    """
    for element in document.body.iter("div", "span", "td", "p", "strong", "b", "a"):
        if len(element) > 3:
            continue
        text = clean_line(convert_legacy(_shown_text(element)))
        wanted = key(text)
        if len(wanted) < 20:
            if len(wanted) < 6 or " " not in text or least or not _whole_name(text, named):
                continue
            if element.tag == "a" or element.find(".//a") is not None or _in_link(element):
                continue
        if wanted in sites or is_unit_name(text):
            continue
        share = max(
            (len(wanted) / len(name) for name in keys if _at_an_end(wanted, name)), default=0.0
        )
        if share <= least and any(_is_part(wanted, name) for name in named):
            share = 1.5
        if share > least and not _leads_home(element, document):
            return text, element
    return None


def _shown_text(element: HtmlElement) -> str:
    """The text of a small element without children that its markup hides."""
    if not any(isinstance(child.tag, str) and is_hidden(child) for child in element):
        return str(element.text_content())
    pieces = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and not is_hidden(child):
            pieces.append(child.text_content())
        pieces.append(child.tail or "")
    return "".join(pieces)


def _in_link(element: HtmlElement) -> bool:
    """Whether an element stands inside a link."""
    return any(True for _ in element.iterancestors("a"))


def _headings(document: Document, tag: str) -> Iterator[HtmlElement]:
    """Headings of one level; as the first also what is only called one, as in SharePoint."""
    yield from document.body.iter(tag)
    if tag == "h1" and b"aria-level" in document.source.lower():
        yield from cast("list[HtmlElement]", _CALLED_FIRST(document.body))


_CALLED_FIRST = etree.XPath("descendant::*[@role='heading'][@aria-level='1'][not(self::h1)]")
_WHOLE = 12
"""Letters of a heading from which it is more than the name of a section."""
_SURE = 0.5
"""A heading that says this share of what the page is called needs no other beside it."""


def _match(
    text: str, wanted: str, named: Sequence[str], keys: Sequence[str], level: int
) -> tuple[float, str]:
    """How much of one of the page's names a heading says, and the title that it shows."""
    score, shown = 0.0, text
    for name, letters in zip(named, keys, strict=True):
        if letters == wanted:
            return 2.0 - 0.01 * level, text
        if len(wanted) < 12:
            if _whole_name(text, (name,)):
                return 1.0 - 0.01 * level, text
            continue
        share = len(wanted) / max(len(letters), 1)
        if _is_part(wanted, name) and not is_unit_name(text):
            # Between a section's name and the site's.
            score = max(score, 1.5)
            continue
        if (len(wanted) >= 12 and letters.startswith(wanted)) or (
            len(wanted) >= 20 and letters.endswith(wanted)
        ):
            score = max(score, share)
        elif (wanted.startswith(letters) or wanted.endswith(letters)) and len(letters) >= max(
            12, 0.75 * len(wanted)
        ):
            # A mark such as "Nổi bật" may stand inside the heading.
            if not score:
                score, shown = 0.6, name
        elif level == 0 and _alike(text, name):
            score = max(score, 0.55)
    return (score - 0.01 * level if score else 0.0), shown


def _is_part(wanted: str, name: str) -> bool:
    """Whether letters are all of one part of a page title: a long one, or one in the middle."""
    parts = [*map(key, _SEPARATORS.split(name))]
    return wanted in (parts if len(wanted) >= 20 else parts[1:-1])


def _whole_name(text: str, named: Sequence[str]) -> bool:
    """Whether a short heading ("Tin buồn") is one of the page's names but for the site's."""
    return any(text == name or text == _SEPARATORS.split(name)[0].strip() for name in named)


def _at_an_end(wanted: str, name: str) -> bool:
    return name.startswith(wanted) or (name.endswith(wanted) and name != wanted)


def _leads_home(element: HtmlElement, document: Document) -> bool:
    """Whether a heading is the site's own name: it links to the front page."""
    links = [element] if element.tag == "a" else list(element.iter("a"))
    parent = element.getparent()
    if not links and parent is not None and parent.tag == "a":
        links = [parent]
    for link in links[:3]:
        target = absolute(document.base, link.get("href") or "")
        if target and urlsplit(target).path.rstrip("/") in _FRONT and not urlsplit(target).query:
            return urlsplit(document.page.url).path.rstrip("/") not in _FRONT
    return False


_FRONT = frozenset(("", "/index.php", "/index.html", "/index.aspx", "/default.aspx", "/vi"))


def _alike(heading: str, name: str) -> bool:
    """Whether a heading says what a page title says, reworded or shortened."""
    words, others = set(heading.lower().split()), set(name.lower().split())
    shared = len(words & others)
    return len(words) >= 5 and shared >= 0.7 * len(words) and shared >= 0.5 * len(others)


def without_site(title: str, site_names: Sequence[str]) -> str:
    """A page title without the site's name after or before a separator."""
    title = clean_line(title)
    sites = [key(name) for name in site_names if name]
    parts = [part.strip() for part in _SEPARATORS.split(title) if part.strip()]
    if len(parts) < 2:
        return title
    if sites:
        kept = [part for part in parts if key(part) not in sites]
        if kept and len(kept) < len(parts):
            start = title.find(kept[0])
            end = title.rfind(kept[-1]) + len(kept[-1])
            return title[start:end]
    if len(parts[0]) > len(parts[-1]) and len(parts[-1]) <= 60:
        separators = list(_SEPARATORS.finditer(title))
        bar = separators[-1]
        if "|" in bar[0] or "»" in bar[0] or len(parts) == 2:
            return title[: bar.start()].strip()
    return title


def lines_near(
    document: Document, title: HtmlElement | None, body: HtmlElement, limit: int = 30
) -> tuple[list[str], list[str]]:
    """Lines around a title and up to the body, and lines just below the body.

    Lines of menus and side columns are kept out by distance: at most ``limit`` lines before and
    between, ten after.
    """
    before: list[str] = []
    after: list[str] = []
    state = "before"
    inside = set(body.iter())
    titled = set(title.iter()) if title is not None else set()
    for element in document.body.iter():
        if not isinstance(element.tag, str) or element.tag in (
            "script",
            "style",
            "noscript",
            "option",
        ):
            continue
        if element in inside:
            if state == "before":
                state = "body"
            if element is body and body.tail and body.tail.strip():
                after.append(clean_line(body.tail))
            continue
        if state == "body":
            state = "after"
        into = before if state == "before" else after
        if element in titled:
            if element is title:
                del before[:-6]
            continue
        for piece in (element.text, element.tail):
            if piece and piece.strip():
                into.append(clean_line(piece))
        if state == "after" and len(after) >= 10:
            break
    return (
        [line for line in before[-limit:] if len(line) <= 200],
        [line for line in after[:10] if len(line) <= 200],
    )


def date_near(
    document: Document, title: HtmlElement | None, body: HtmlElement, first: Sequence[str] = ()
) -> Published | None:
    """The date among ``first`` and the lines around title and body.

    Below the body dates are of other articles, unless a label says "Ngày đăng" or the like.
    """
    clock = document.page.fetched_at
    above, below = lines_near(document, title, body)
    found = find_in_lines([*first, *above], clock)
    if found is None or found.evidence != "visible":
        labelled = find_in_lines(below, clock)
        if labelled is not None and labelled.evidence == "visible":
            return labelled
    return found


PRINT_RULES: tuple[tuple[str, str], ...] = (
    (r"/(?:print|savefile)/((?:[^/?#]+/)?[^/?#]+-\d+\.html)", r"/\1"),
    (r"(?i)/DetailContent/printcontent\.aspx", "/DetailContent/detailcontent.aspx"),
    (r"(?i)(?<=[?&])borderstyle=[^&]*(?:&|$)", ""),
    (r"(?<=[?&])(?:tmpl=component|print=\w*|printable=\w*|layout=default|amp(?:=1)?)(?:&|$)", ""),
    (r"/print(?:/html|pdf)?/(?:node/)?(\d+)$", r"/node/\1"),
    (r"(?<=\w)/(?:print|amp|in-bai-viet|ban-in)/?$", ""),
    (r"[?&]+$", ""),
)
"""Print, save and mobile forms of NukeViet, CPS, Joomla, Drupal and WordPress, by address alone."""


def article_address(
    document: Document, rules: tuple[tuple[str, str], ...] = (), print_view: bool = False
) -> str:
    """The article's canonical URL.

    The page's ``rel=canonical`` is believed when it leads to the same host, not to the front
    page, and does not contradict the address by another id. A print view's printed address
    ("Đường dẫn bài viết: ...") comes before it.
    """
    own = canonical_url(document.page.url, rules)
    if print_view or _is_marked(document.page.url):
        printed = _printed_address(document)
        if printed:
            address = canonical_url(printed, rules)
            if _plausible(address, own) and not _is_marked(address):
                return address
    for link in document.index.of_tag("link"):
        if (link.get("rel") or "").lower() == "canonical":
            href = absolute(document.base, link.get("href") or "")
            if href:
                address = canonical_url(href, rules)
                return address if address == own or _plausible(address, own) else own
    return own


def _printed_address(document: Document) -> str:
    tail = clean_line(" ".join(document.body.itertext())[-6000:])
    found = _PRINTED_URL.search(tail)
    return absolute(document.base, found[1].rstrip(".,;)")) if found else ""


def _is_marked(address: str) -> bool:
    """Whether an address bears the mark of a print or save view."""
    return any(map(address.lower().__contains__, _PRINT_MARKS))


def _plausible(address: str, own: str) -> bool:
    there, here = urlsplit(address), urlsplit(own)
    if there.netloc.lower().removeprefix("www.") != here.netloc.lower().removeprefix("www."):
        return False
    if there.path in ("", "/", "/index.php") and not there.query:
        return False
    if _is_marked(address) and not _is_marked(own):
        return False
    numbers_there = set(_NUMBER.findall(there.path + there.query))
    numbers_here = set(_NUMBER.findall(here.path + here.query))
    if there.path.rstrip("/") == here.path.rstrip("/"):
        return True
    if numbers_here and numbers_there:
        return bool(numbers_here & numbers_there) or bool(here.query and not there.query)
    return True
