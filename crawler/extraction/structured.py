"""What a page says of itself to machines: JSON-LD, Open Graph, microdata and plain meta tags.

Sources: schema.org (Article, NewsArticle), ogp.me (article:*), Dublin Core. Nothing here is
trusted alone: site names stand where authors should, and dates may be malformed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from crawler.extraction.document import Document
from crawler.extraction.text import clean_line

MAX_JSON = 500_000
"""Characters of one JSON-LD script that are looked at."""
_MAX_NODES = 2000

_ARTICLE_TYPES = re.compile(
    r"(?:^|/)(?:(?:News|Analysis|Opinion|Report|Reportage|Review|Background|SatiricalNews|Ask"
    r"PublicNews|Scholarly|Tech|Social\w*)?Article|BlogPosting|LiveBlogPosting)$"
)
_LISTING_TYPES = re.compile(
    r"(?:^|/)(?:CollectionPage|SearchResultsPage|ProfilePage|ItemList|Blog)$"
)
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "pubdate",
    "publishdate", "publish_date", "publish-date", "published_time", "date.issued",
    "dc.date.issued",
    "dcterms.created", "dcterms.issued", "dc.date", "dc.created", "article_date_original",
    "cxenseparse:recs:publishtime", "sailthru.date", "parsely-pub-date", "its_publication", "date",
)  # fmt: skip
_TRAILING_COMMA = re.compile(r",\s*([}\]])")


@dataclass(frozen=True, slots=True)
class Structured:
    """Values as found, cleaned as lines, best first; empty where the page says nothing."""

    article: bool = False
    """JSON-LD or Open Graph calls the page an article."""
    listing: bool = False
    headlines: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    site_names: tuple[str, ...] = ()
    """What the site and its publisher call themselves: never an author."""
    section: str = ""
    tags: tuple[str, ...] = ()


def read_structured(document: Document) -> Structured:
    """Collect a page's structured data. Broken JSON is mended where a comma is all that ails it."""
    article = listing = False
    headlines: dict[str, None] = {}
    dates: dict[str, None] = {}
    authors: dict[str, None] = {}
    sites: dict[str, None] = {}
    sections: dict[str, None] = {}
    for node in json_ld(document):
        kinds = [str(kind) for kind in _listed(node.get("@type"))]
        if any(_LISTING_TYPES.search(kind) for kind in kinds):
            listing = True
        if any(
            kind.endswith(("Organization", "WebSite", "NewsMediaOrganization")) for kind in kinds
        ):
            _keep(sites, _names(node.get("name")))
        if not any(_ARTICLE_TYPES.search(kind) for kind in kinds):
            continue
        article = True
        _keep(headlines, _names(node.get("headline")) or _names(node.get("name")))
        _keep(dates, _names(node.get("datePublished")))
        _keep(authors, _people(node.get("author")))
        _keep(sites, _names(node.get("publisher")))
        _keep(sections, [name for name in _names(node.get("articleSection")) if "://" not in name])
    kind = document.first_meta("og:type").lower()
    if kind in ("article", "news", "news.article", "newsarticle"):
        article = True
    meta = document.meta
    for name in _DATE_NAMES:
        if name in meta:
            _keep(dates, [clean_line(value) for value in meta[name]])
    _keep(headlines, [document.first_meta("og:title", "twitter:title", "headline")])
    _keep(sites, [document.first_meta("og:site_name", "application-name", "al:android:app_name")])
    _keep(sections, [document.first_meta("article:section", "articlesection")])
    tags = [clean_line(value) for value in document.meta.get("article:tag", ())]
    return Structured(
        article=article,
        listing=listing and not article,
        headlines=tuple(headlines),
        dates=tuple(dates),
        authors=tuple(authors),
        site_names=tuple(sites),
        section=next(iter(sections), ""),
        tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
    )


def json_ld(document: Document) -> Iterator[dict[str, Any]]:
    """Every object of a page's JSON-LD scripts, graphs and lists opened, at most 2000."""
    seen = 0
    for script in document.index.of_tag("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        for node in _objects(_loads(script.text or "")):
            seen += 1
            if seen > _MAX_NODES:
                return
            yield node


def _loads(source: str) -> Any:
    source = source.strip()[:MAX_JSON]
    for mended in (source, _TRAILING_COMMA.sub(r"\1", source.strip("; \n\t"))):
        try:
            return json.loads(mended, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    queue = [value]
    while queue:
        found = queue.pop(0)
        if isinstance(found, list):
            queue.extend(found[:_MAX_NODES])
        elif isinstance(found, dict):
            yield found
            graph = found.get("@graph")
            if graph is not None:
                queue.append(graph)
            entity = found.get("mainEntity")
            if isinstance(entity, dict):
                queue.append(entity)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _names(value: Any) -> list[str]:
    names: list[str] = []
    for item in _listed(value)[:50]:
        if isinstance(item, str):
            names.append(clean_line(unescape(item)))
        elif isinstance(item, dict):
            names.extend(_names(item.get("name")))
    return [name for name in names if name]


def _people(value: Any) -> list[str]:
    """Names of authors that are not called organisations."""
    names: list[str] = []
    for item in _listed(value)[:50]:
        if isinstance(item, dict):
            kinds = [str(kind) for kind in _listed(item.get("@type"))]
            if any(kind.endswith("Organization") for kind in kinds):
                continue
        names.extend(_names(item))
    return names


def _keep(into: dict[str, None], values: list[str]) -> None:
    for value in values:
        if value:
            into.setdefault(value)
