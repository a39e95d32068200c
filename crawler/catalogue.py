"""The declared sites, found by name the way Scrapy finds spiders: nothing here imports a site."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from archive.records import Site

if TYPE_CHECKING:
    from crawler.site_spider import SiteSpider


_SHORT = 300
"""Characters of an address up to which it is remembered; a hostile page has longer ones."""


@cache
def declared_sites() -> dict[str, type[SiteSpider]]:
    """Name -> spider class of every file in ``spiders/``, by name.

    Raises ImportError (or whatever the file raises) where a site's file is broken: a crawl of
    the others must not hide it.
    """
    settings = Settings({"SPIDER_MODULES": ["spiders"], "SPIDER_LOADER_WARN_ONLY": False})
    loader = SpiderLoader.from_settings(settings)
    return {name: cast("type[SiteSpider]", loader.load(name)) for name in sorted(loader.list())}


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
    return _host_of(url) if len(url) <= _SHORT else _host_of.__wrapped__(url)


@lru_cache(maxsize=1024)
def _host_of(url: str) -> str:
    # Of one page it is asked several times.
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
    return bool(spider and spider.article_url and re.search(spider.article_url, url))


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
