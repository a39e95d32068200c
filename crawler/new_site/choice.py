"""Which pages of a site nobody has declared are worth a look, decided from those already seen.

Pure: pages in, addresses out. A handful is enough to tell the family, the form of the articles'
addresses, listings, feeds and paging; ``crawler.new_site.sketch`` draws the conclusions.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive.records import Page, Unreadable
from crawler.catalogue import host_of
from crawler.extraction.document import Document, parse_page
from crawler.extraction.links import all_links
from crawler.extraction.page_kind import looks_like_listing_url
from crawler.extraction.paging import next_page, place_of
from crawler.extraction.urls import absolute, article_key, canonical_url
from crawler.walk import malformed

MAX_PAGES = 24
ARTICLES, LISTINGS, FEEDS = 6, 7, 3
"""So many of each are looked at."""
MIN_WORDS = 5
"""Words of a headline; a section's name has fewer."""

_STANDING = re.compile(
    r"(?:lien-he|gioi-thieu|contact|about|login|logout|dang-nhap|dang-ky|dangnhap|register|search|"
    r"tim-kiem|seek|rss|feeds?|print|savefile|sitemap|so-do|video|album|thu-vien|hoi-dap|gop-y|"
    r"users?|admin|account|download|wp-|tag|tags|author|en|english|voting|statistics|siteterms|"
    r"banners|comment|lich-cong-tac|van-ban)(?:[/.?_-]|$)",
    re.I,
)
_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|jpe?g|png|gif|mp[34]|css|js|xml|json)$", re.I
)
_NEWS = re.compile(
    r"tin|hoạt động|hoat dong|công đoàn|sự kiện|phong trào|thời sự|bài viết|news", re.I
)
_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf)\+xml", re.I)
_COMMENTS = re.compile(r"comment|bình luận|phản hồi", re.I)


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str


@dataclass
class Survey:
    """What has been seen of a site. ``begin`` and ``seen`` name the addresses to ask next."""

    home: str
    pages: dict[str, Page] = field(default_factory=dict)
    """By the address that answered, in the order of arrival; the front page first."""
    documents: dict[str, Document] = field(default_factory=dict)
    feeds: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    """Named by robots.txt, or tried."""
    named_by_robots: list[str] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)
    """Addresses that were asked for as articles."""
    listings: list[str] = field(default_factory=list)
    """Addresses that were asked for as listings, next pages included."""
    asked: set[str] = field(default_factory=set)

    def seen(self, page: Page, asked_as: str) -> list[tuple[str, str]]:
        """Take a page in; (address, what it is asked as) of those to ask next.

        ``asked_as`` is one of "home", "listing", "article", "feed", "sitemap".
        """
        self.pages[page.url] = page
        if asked_as in ("feed", "sitemap"):
            return []
        document = parse_page(page)
        if isinstance(document, Unreadable):
            return []
        self.documents[page.url] = document
        wanted: list[tuple[str, str]] = []
        if asked_as == "home":
            self.home = page.url
            self.feeds = _feeds(document)[:FEEDS]
            wanted += [(url, "feed") for url in self.feeds]
            named = [url for url in self.named_by_robots if host_of(url) == host_of(self.home)]
            self.sitemaps = named[:2] or [absolute(self.home, "/sitemap.xml")]
            wanted += [(url, "sitemap") for url in self.sitemaps]
            wanted += [(url, "listing") for url in self._sections(document)[:LISTINGS]]
        if asked_as == "listing" and place_of(page.url).number is None:
            following = next_page(page.url, document)
            if following and sum(place_of(url).number is not None for url in self.listings) < 2:
                wanted.append((following, "listing"))
        if asked_as in ("home", "listing"):
            wanted += [(url, "article") for url in self._headlines(document)]
        return [(url, kind) for url, kind in wanted if self._take(url, kind)]

    def _take(self, url: str, kind: str) -> bool:
        if article_key(url) in self.asked or len(self.asked) >= MAX_PAGES or malformed(url):
            return False
        group = self.articles if kind == "article" else self.listings
        if kind == "article" and len(self.articles) >= ARTICLES:
            return False
        if kind in ("article", "listing"):
            if host_of(url) != host_of(self.home):
                return False
            group.append(url)
        self.asked.add(article_key(url))
        return True

    def links(self, document: Document) -> list[Link]:
        """Links of a page to the site itself, each address once, with its longest text."""
        found: dict[str, str] = {}
        host = host_of(self.home)
        for url, text in all_links(document):
            if host_of(url) == host and not _FILE.search(urlsplit(url).path):
                address = canonical_url(url)
                if len(text) >= len(found.get(address, "")):
                    found[address] = text
        return [Link(url, text) for url, text in found.items()]

    def _headlines(self, document: Document) -> list[str]:
        """Addresses that a page's headlines lead to, those of the most frequent form first.

        At most four of a page, so that other pages may show other forms.
        """
        headlines = [
            link
            for link in self.links(document)
            if len(link.text.split()) >= MIN_WORDS
            and not looks_like_listing_url(link.url)
            and not _standing(link.url)
        ]
        forms = Counter(form_of(link.url) for link in headlines)
        headlines.sort(key=lambda link: -forms[form_of(link.url)])
        return [link.url for link in headlines[:4]]

    def _sections(self, document: Document) -> list[str]:
        """Addresses of sections that a page links to; those that sound like news come first."""
        headlines = {
            form_of(link.url)
            for link in self.links(document)
            if len(link.text.split()) > MIN_WORDS + 2
        }
        sections = [
            link
            for link in self.links(document)
            if link.text
            and len(link.text.split()) <= MIN_WORDS + 2
            and urlsplit(link.url).path.strip("/")
            and article_key(link.url) != article_key(self.home)
            and form_of(link.url) not in headlines
            and not _standing(link.url)
            and place_of(link.url).number is None
        ]
        sections.sort(key=lambda link: not _NEWS.search(link.text))
        return [link.url for link in sections]


def form_of(url: str) -> str:
    """The form of an address: its folders' number, ids, kind of slug and ending, not its words.

    >>> form_of("http://a.vn/tin/ldld-tinh-hop-ban-12.html")
    '/w/slug-N.html'
    >>> form_of("http://a.vn/NewsDetail.aspx?Id=7&c=tin")
    '/NewsDetail.aspx?Id=N&c=w'
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    form = "/" + "/".join(map(_form_of_segment, segments))
    form += "/" if segments and parts.path.endswith("/") else ""
    if parts.query:
        pairs = (part.partition("=") for part in parts.query.split("&"))
        form += "?" + "&".join(name + sign + _form_of_value(value) for name, sign, value in pairs)
    return form


def _form_of_segment(segment: str) -> str:
    if segment.lower().endswith((".aspx", ".php", ".asp", ".jsp")):
        return segment
    stem, dot, ending = segment.rpartition(".")
    if not dot or not ending.isalpha() or len(ending) > 5:
        stem, dot, ending = segment, "", ""
    if stem.isdigit():
        form = "N"
    else:
        before, dash, last = stem.rpartition("-")
        long = stem.count("-") >= 3
        if dash and last.isdigit() and len(last) >= 2:
            form = ("slug" if before.count("-") >= 2 else "w") + "-N"
        elif stem.partition("-")[0].isdigit() and long:
            form = "N-slug"
        else:
            form = "slug" if long else "w"
    return form + dot + ending


def _form_of_value(value: str) -> str:
    return "N" if value.isdigit() else ("w" if value else "")


def _standing(url: str) -> bool:
    path = urlsplit(url).path.strip("/")
    segments = path.split("/") if path else []
    return any(_STANDING.match(segment) for segment in segments)


def _feeds(document: Document) -> list[str]:
    found: dict[str, None] = {}
    for element in document.tree.iter("link"):
        rel = (element.get("rel") or "").lower().split()
        if "alternate" in rel and _FEED_TYPE.search(element.get("type") or ""):
            url = absolute(document.base, (element.get("href") or "").strip())
            named = f"{url} {element.get('title') or ''}"
            if url and not _COMMENTS.search(named):
                found.setdefault(url)
    return list(found)
