"""What a survey says about a site: its family, where its articles are, and what stays unknown."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from archive.records import Article, Page, Unreadable
from archive.vietnamese.folding import fold_stroke
from archive.vietnamese.provinces import PROVINCE_2025
from crawler.catalogue import host_of
from crawler.extract import extract
from crawler.extraction.document import Document
from crawler.extraction.feeds import parse_feed
from crawler.extraction.layout_choice import choose_layout, knows_page
from crawler.extraction.links import find_links
from crawler.extraction.paging import next_page, place_of
from crawler.extraction.sitemaps import parse_sitemap
from crawler.extraction.urls import article_key, canonical_url
from crawler.extraction.xml_stream import NotXml
from crawler.families import FAMILIES
from crawler.families.unknown import UnknownSpider
from crawler.new_site.choice import Survey, form_of
from crawler.site_spider import SiteSpider

MAX_STARTS = 6
PREVIEWED = 3

_LEVELS = (
    ("newspaper", re.compile(r"\b(?:báo|tạp chí)\b", re.I)),
    ("district", re.compile(r"\b(?:huyện|quận|thị xã|phường)\b", re.I)),
    ("province", re.compile(r"\b(?:tỉnh|thành phố|tp)\b", re.I)),
    ("national", re.compile(r"tổng liên đoàn|công đoàn việt nam", re.I)),
    ("industry", re.compile(r"\bngành\b|công đoàn .{3,60} việt nam", re.I)),
)


@dataclass
class Sketch:
    """A site as far as a survey could tell; ``missing`` says what a person has to fill in."""

    name: str
    title: str
    hosts: tuple[str, ...]
    home: str
    family: type[SiteSpider]
    province: str = ""
    level: str = ""
    start_urls: list[str] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    article_url: str = ""
    """"" where the family's own serves."""
    articles: list[tuple[Page, Article]] = field(default_factory=list)
    listing: tuple[Page, Unreadable] | None = None
    found: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def article_pattern(self) -> str:
        return self.article_url or self.family.article_url


def sketch_site(survey: Survey, kinds: dict[str, str], taken: Sequence[str] = ()) -> Sketch:
    """Draw the conclusions of a survey. ``kinds`` says what each page was asked as; ``taken`` are
    the names that sites have already."""
    home = survey.documents.get(survey.home)
    title = _title(home) if home is not None else ""
    outcomes = {url: extract(page) for url, page in survey.pages.items() if url in survey.documents}
    articles = [
        (survey.pages[url], outcome)
        for url, outcome in outcomes.items()
        if isinstance(outcome, Article) and kinds.get(url) == "article"
    ]
    family = recognise([survey.documents[page.url] for page, _ in articles], home)
    province, level = _province(title, survey.home), _level(title)
    sketch = Sketch(
        name=_name(survey.home, province, taken),
        title=title,
        hosts=(host_of(survey.home),),
        home=survey.home,
        family=family,
        province=province,
        level=level,
        articles=articles,
    )
    _find_articles(sketch, survey, kinds)
    _find_listings(sketch, survey, kinds, outcomes)
    _find_feeds(sketch, survey, kinds)
    _find_sitemaps(sketch, survey, kinds)
    _say_what_is_missing(sketch)
    return sketch


def recognise(articles: Sequence[Document], home: Document | None) -> type[SiteSpider]:
    """The family whose layout reads most of the articles, at least half; else the one whose mark
    the front page shows; else the unknown one."""
    read = Counter(
        family
        for document in articles
        for family in FAMILIES
        if choose_layout(document, family.layouts) is not None
    )
    # Of equals, the one that is tried first wins: its marks are less likely a coincidence.
    best = max(FAMILIES, key=lambda family: read[family])
    if read[best] * 2 > len(articles):
        return best
    shown = (f for f in FAMILIES if home is not None and knows_page(home, f.layouts))
    return next(shown, UnknownSpider)


def _find_articles(sketch: Sketch, survey: Survey, kinds: dict[str, str]) -> None:
    rules = sketch.family.layouts[0].canonical_rules if sketch.family.layouts else ()
    confirmed = [canonical_url(page.url, rules) for page, _ in sketch.articles]
    others = [url for url, kind in kinds.items() if kind in ("home", "listing")]
    if not confirmed:
        return
    if _fits(sketch.family.article_url, confirmed, others):
        sketch.found.append(f"addresses of articles as usual for {sketch.family.__name__}")
        return
    derived = derive_pattern(confirmed)
    if _fits(derived, confirmed, others):
        sketch.article_url = derived
        sketch.found.append(f"addresses of articles: {derived}")
    else:
        sketch.missing.append(
            "article_url: no pattern tells these articles from listings: " + " ".join(confirmed[:3])
        )


def _fits(pattern: str, articles: Sequence[str], others: Sequence[str]) -> bool:
    return (
        bool(pattern)
        and all(re.search(pattern, url) for url in articles)
        and not any(re.search(pattern, url) for url in others)
    )


def derive_pattern(urls: Sequence[str]) -> str:
    """A regular expression for addresses of the forms of ``urls``; shared folders stay literal.

    >>> derive_pattern(["http://a.vn/bai-viet/le-ra-mat-cong-doan", "http://a.vn/bai-viet/x-y-z-t"])
    '/bai-viet/[^/?#]*(?:-[^/?#-]+){3,}(?:$|[?#])'
    """
    patterns: dict[str, None] = {}
    by_form: dict[str, list[str]] = {}
    for url in urls:
        by_form.setdefault(form_of(url), []).append(url)
    for form, members in by_form.items():
        path, _, query = form.partition("?")
        columns = [urlsplit(url).path.strip("/").split("/") for url in members]
        pieces = []
        for place, segment in enumerate(path.strip("/").split("/")):
            values = {row[place] for row in columns if place < len(row)}
            shared = len(values) == 1 and (len(members) > 1 or segment.endswith((".aspx", ".php")))
            last = place == len(path.strip("/").split("/")) - 1
            literal = shared and (not last or bool(query))
            pieces.append(_literal(values.pop()) if literal else _piece(segment))
        pattern = "/" + "/".join(pieces) + ("/?$" if path.endswith("/") else "")
        if query:
            ids = [name for name, _, value in _pairs(query) if value == "N"]
            pattern += r"\?" + "".join(rf"(?:[^#]*&)?{re.escape(name)}=\d+" for name in ids[-1:])
        elif not pattern.endswith("$"):
            pattern += "(?:$|[?#])"
        if len(pieces) == 1 and not query:
            pattern = "^https?://[^/]+" + pattern
        patterns.setdefault(pattern)
    return "|".join(patterns)


def _pairs(query: str) -> list[tuple[str, str, str]]:
    return [part.partition("=") for part in query.split("&")]


def _literal(value: str) -> str:
    """A folder that all addresses share; its numbers may be the month in which they were seen.

    >>> _literal("tin-tuc"), _literal("2026"), _literal("thang-03")
    ('tin-tuc', '\\\\d+', 'thang-\\\\d+')
    """
    return re.sub(r"\d+", r"\\d+", re.escape(value).replace(r"\-", "-"))


def _piece(segment: str) -> str:
    stem, dot, ending = segment.partition(".")
    known = {
        "N": r"\d+",
        "slug-N": r"[^/?#]+-\d+",
        "w-N": r"[^/?#]+-\d+",
        "N-slug": r"\d+-[^/?#]+",
        "slug": r"[^/?#]*(?:-[^/?#-]+){3,}",
    }
    return known.get(stem, r"[^/?#]+") + (r"\." + ending if dot else "")


def _find_listings(
    sketch: Sketch,
    survey: Survey,
    kinds: dict[str, str],
    outcomes: dict[str, Article | Unreadable],
) -> None:
    """Sections that show articles, as few as show all that were seen; the front page with them
    where they do not show what it shows."""
    rules = sketch.family.layouts[0].canonical_rules if sketch.family.layouts else ()
    shown: dict[str, set[str]] = {}
    paged: set[str] = set()
    for url, document in survey.documents.items():
        if kinds.get(url) not in ("home", "listing"):
            continue
        links = find_links(document, sketch.article_pattern, "", rules)
        keys = {article_key(link) for link in links.articles}
        outcome = outcomes[url]
        if len(keys) >= 3 and isinstance(outcome, Unreadable) and outcome.reason == "listing":
            sketch.listing = sketch.listing or (survey.pages[url], outcome)
        if place_of(url).number is None and len(keys) >= 2:
            shown[url] = keys
            if next_page(url, document, sketch.article_pattern):
                paged.add(url)
    covered: set[str] = set()
    sections = sorted(
        (url for url in shown if not _is_front(url, survey.home)),
        key=lambda url: (url not in paged, -len(shown[url])),
    )
    for url in sections:
        if len(sketch.start_urls) < MAX_STARTS and shown[url] - covered:
            sketch.start_urls.append(url)
            covered |= shown[url]
    if not sketch.start_urls or not paged or shown.get(survey.home, set()) - covered:
        sketch.start_urls.insert(0, survey.home)
    if shown:
        sketch.found.append(f"{len(shown)} pages that list articles, {len(paged)} with paging")
    if not paged:
        sketch.missing.append("paging: no listing with a next page was found; older articles may "
                              "be reached by a sitemap or by an id_walk alone")  # fmt: skip


def _is_front(url: str, home: str) -> bool:
    """Whether an address is the front page's, under this name or another."""
    path = urlsplit(url).path.strip("/").lower()
    return article_key(url) == article_key(home) or (
        path in ("", "vi", "index.php", "index.html", "default.aspx", "trang-chu", "trang-chu.html")
        and not urlsplit(url).query
    )


def _find_feeds(sketch: Sketch, survey: Survey, kinds: dict[str, str]) -> None:
    """The feed of the whole site: of those that the front page names, the one with the most
    articles, and of equals the one with the shortest address."""
    sizes: dict[str, int] = {}
    for url, page in survey.pages.items():
        if kinds.get(url) != "feed":
            continue
        try:
            entries = parse_feed(page.body, url).entries
        except NotXml:
            continue
        sizes[url] = sum(bool(re.search(sketch.article_pattern, entry.url)) for entry in entries)
    best = min(sizes, key=lambda url: (-sizes[url], len(url)), default="")
    if best and sizes[best] >= 3:
        sketch.found.append(f"a feed with {sizes[best]} articles: {best}")
        if not sketch.family.listing_feed:
            sketch.feeds.append(best)


def _find_sitemaps(sketch: Sketch, survey: Survey, kinds: dict[str, str]) -> None:
    for url, page in survey.pages.items():
        if kinds.get(url) != "sitemap":
            continue
        try:
            sitemap = parse_sitemap(page.body, url)
        except NotXml:
            continue
        size = len(sitemap.pages) + len(sitemap.sitemaps)
        if size and url in survey.named_by_robots:
            sketch.found.append(f"a sitemap that robots.txt names: {url}")
        elif size:
            sketch.sitemaps.append(url)
            sketch.found.append(f"a sitemap: {url}")


def _say_what_is_missing(sketch: Sketch) -> None:
    if sketch.family is UnknownSpider:
        sketch.missing.append("the family: none fits; general rules read the pages")
    if not sketch.articles:
        sketch.missing.append(
            "articles: no page could be read as one; write article_url and look at the site"
        )
    if sketch.listing is None:
        sketch.missing.append("a listing for the golden pair of a page that is no article")
    if not sketch.title:
        sketch.missing.append("title: the front page names none")
    if not sketch.level:
        sketch.missing.append("level: district, province, industry, national or newspaper")
    if not sketch.province and sketch.level not in ("national", "industry"):
        sketch.missing.append("province: the name of one of the 63 before July 2025")


def _title(home: Document) -> str:
    named = home.first_meta("og:site_name", "application-name")
    page_title = home.page_title
    if "công đoàn" in named.lower() or "lao động" in named.lower() or not page_title:
        return named
    parts = [part.strip() for part in re.split(r"\s+[|»–-]\s+|\|", page_title) if part.strip()]
    return max(parts, key=lambda part: ("đoàn" in part.lower(), len(part)), default=named)[:120]


def _province(title: str, home: str) -> str:
    """The one province that a title, or else the host, names; "" for none or several."""
    for text in (_plain(title), host_of(home)):
        spaced = " " + re.sub(r"[^a-z]+", " ", text.lower()) + " "
        packed = re.sub(r"[^a-z]+", "", text.lower())
        hits = {
            name
            for name in PROVINCE_2025
            if f" {_plain(name).lower().replace('-', ' ')} " in spaced
            or (text != _plain(title) and _plain(name).lower().replace(" ", "") in packed)
        }
        longest = {name for name in hits if not any(name != o and name in o for o in hits)}
        if len(longest) == 1:
            return longest.pop()
    return ""


def _level(title: str) -> str:
    return next((level for level, pattern in _LEVELS if pattern.search(title)), "")


def _name(home: str, province: str, taken: Sequence[str]) -> str:
    host = host_of(home)
    name = re.sub(r"[^a-z0-9]+", "_", _plain(province).lower()).strip("_")
    if not name or name in taken:
        core = re.sub(r"\.(?:(?:org|gov|com|net|edu)\.)?[a-z]+$", "", host)
        name = re.sub(r"[^a-z0-9]+", "_", core).strip("_")
    name = f"site_{name}" if not name[:1].isalpha() else name
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", fold_stroke(text))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def renamed(sketch: Sketch, name: str) -> Sketch:
    """The sketch under a name that a person chose."""
    return replace(sketch, name=name)
