"""The declared sites, found by name the way Scrapy finds spiders: nothing here imports a site."""

from __future__ import annotations

import builtins
import logging
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

from scrapy.utils.spider import iter_spider_classes

from archive.database import ArchiveError
from archive.records import Site
from crawler.extraction.remembered import remembered, remembered_with
from crawler.extraction.urls import head_of

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.settings import BaseSettings

    from crawler.site_spider import SiteSpider


_SHORT = 300
"""Characters of an address up to which it is remembered; a hostile page has longer ones."""


SITES = "spiders"
"""The package of the sites' files; nothing here names one of them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the sites' files declare."""

    sites: dict[str, type[SiteSpider]]
    """Name -> spider class, by name."""
    broken: dict[str, str]
    """File -> why it cannot be loaded, for people."""


def load_sites(package: str = SITES) -> Loaded:
    """Load every file of a package; one that is broken takes no other with it."""
    sites: dict[str, type[SiteSpider]] = {}
    broken: dict[str, str] = {}
    for found in pkgutil.iter_modules(import_module(package).__path__):
        file = f"{package}/{found.name}.py"
        try:
            module = import_module(f"{package}.{found.name}")
        except Exception as error:  # Whatever stands in it.
            broken[file] = f"{type(error).__name__}: {error}"
            continue
        for spider in iter_spider_classes(module):
            if spider.name in sites:
                broken[file] = f"it declares {spider.name}, as another file does"
                continue
            sites[spider.name] = cast("type[SiteSpider]", spider)
    return Loaded(dict(sorted(sites.items())), broken)


@cache
def _loaded() -> Loaded:
    loaded = load_sites()
    for file, why in loaded.broken.items():
        logger.error("%s cannot be loaded, and its site is left out: %s", file, why)
    return loaded


def declared_sites() -> dict[str, type[SiteSpider]]:
    """Name -> spider class of every file in ``spiders/``, by name.

    A file that cannot be loaded is named in the log (on standard error where nobody listens to the
    log) and left out, so that one broken file does not stop the crawls of all others. What reads
    captures of every site calls ``refuse_broken`` first.
    """
    return _loaded().sites


def refuse_broken(broken: Mapping[str, str] | None = None) -> None:
    """Raise ArchiveError where a site's file cannot be loaded: its pages would be read as those of
    a site that nobody declares. ``broken``: as ``Loaded`` has it; those of ``spiders/`` if None.
    """
    for file, why in (_loaded().broken if broken is None else broken).items():
        raise ArchiveError(f"{file} cannot be loaded: {why}. Mend or remove it first.")


class SiteLoader:
    """How Scrapy finds the sites (its setting SPIDER_LOADER_CLASS): as everything here does."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        """The class of a name; raises KeyError where no site is called so."""
        return declared_sites()[spider_name]

    def list(self) -> builtins.list[str]:
        return [*declared_sites()]

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """The name of the site that serves an address."""
        spider = spider_for(request.url)
        return [spider.name] if spider is not None else []


@cache
def _by_host() -> dict[str, list[type[SiteSpider]]]:
    """Host -> the sites that it serves, those of a part of it first, the longest part first."""
    found: dict[str, list[type[SiteSpider]]] = {}
    for spider in declared_sites().values():
        for host in spider.hosts:
            found.setdefault(host, []).append(spider)
    for sharing in found.values():
        sharing.sort(key=lambda spider: -len(spider.part))
    return found


def host_of(url: str) -> str:
    """Host name of a URL, lower case, without ``www.``; "" where there is none."""
    return _host_of(head_of(url))


@remembered(count=1024, longest=_SHORT)
def _host_of(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removesuffix(".").removeprefix("www.")


def spider_for(url: str) -> type[SiteSpider] | None:
    """The declared site that serves a URL, None where no file declares its host and path."""
    sharing = _by_host().get(host_of(url), [])
    if len(sharing) == 1 and not sharing[0].part:
        return sharing[0]
    path = urlsplit(url).path if sharing else ""
    return next((spider for spider in sharing if _within(path, spider.part)), None)


def _within(path: str, part: str) -> bool:
    return path.startswith(part) or path == part.rstrip("/")


def site_record(spider: type[SiteSpider]) -> Site:
    """What a spider's file declares, as the archive keeps it."""
    return Site(
        name=spider.name,
        title=spider.title,
        level=spider.level,
        hosts=spider.hosts,
        home=spider.home or (spider.start_urls[0] if spider.start_urls else ""),
        province=spider.province,
        declared=True,
    )


def site_for(url: str) -> Site:
    """The site that a URL belongs to: a declared one, else the bare host under its own name."""
    spider = spider_for(url)
    if spider is not None:
        return site_record(spider)
    host = host_of(url)
    return Site(name=host, title=host, hosts=(host,), home=f"http://{host}/" if host else "")


def site_crawled(url: str, crawled_as: str) -> Site:
    """The site that a capture belongs to: the declared one ``crawled_as`` whose crawl made it, if
    that may ask this host, else the one of the URL.

    What sites that share a host have in common (robots.txt, pictures) tells by its address
    nothing of the site for which it was fetched.
    """
    spider = declared_sites().get(crawled_as)
    if spider is not None and host_of(url) in spider.hosts + spider.file_hosts:
        return site_record(spider)
    return site_for(url)


def expects_article(url: str) -> bool:
    """Whether a declared site says that an article should stand at this address."""
    spider = spider_for(url)
    if spider is None or not spider.article_url:
        return False
    return _is_found(url, spider.article_url)


@remembered_with(count=256, longest=_SHORT)
def _is_found(url: str, pattern: str) -> bool:
    # Of one page it is asked several times.
    return re.search(pattern, url) is not None


def is_listing(url: str) -> bool:
    """Whether a declared site says that this address leads to articles and is none itself.

    An address that its file does not speak of may still be an article: a site's older CMS had
    other ones.
    """
    spider = spider_for(url)
    if spider is None or expects_article(url):
        return False
    return url in spider.start_urls or bool(
        spider.listing_url and re.search(spider.listing_url, url)
    )
