"""Which of Scrapy's own parts a crawl has, and loading them before processes are forked.

Scrapy loads a part when it makes it, also one that then says that it is turned off: a third of
what a crawl of some pages cost at its beginning.
"""

from __future__ import annotations

import importlib
from typing import Any, Self

from scrapy.settings import BaseSettings, Settings
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.misc import load_object
from sqlite_utils.plugins import ensure_plugins_loaded

_UNUSED = {
    "EXTENSIONS_BASE": (
        "scrapy.extensions.remote_control.RemoteControl",
        "scrapy.extensions.telnet.TelnetConsole",
        "scrapy.extensions.memdebug.MemoryDebugger",
        "scrapy.extensions.feedexport.FeedExporter",
        "scrapy.extensions.spiderstate.SpiderState",
    ),
    "DOWNLOADER_MIDDLEWARES_BASE": (
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware",
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware",
        "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware",
        "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware",
        "scrapy.downloadermiddlewares.cookies.CookiesMiddleware",
        "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware",
        # crawler.recording counts, and the bytes as they came.
        "scrapy.downloadermiddlewares.stats.DownloaderStats",
    ),
    "SPIDER_MIDDLEWARES_BASE": (
        "scrapy.spidermiddlewares.depth.DepthMiddleware",
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware",
        "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware",
    ),
}
"""Parts that are turned off or replaced in ``crawler.settings``, or have nothing to do here."""

_PARTS = (
    "EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "ITEM_PIPELINES",
)  # fmt: skip
_SINGLE = ("STATS_CLASS", "ROBOTSTXT_PARSER", "LOG_FORMATTER", "TWISTED_DNS_RESOLVER")
_WHEN_NEEDED = (
    "crawler.recording.wire",
    "scrapy.core.downloader.contextfactory",
    "encodings.idna",
    "encodings.utf_8_sig",
)
"""What is else imported at the first request."""


def leave_out_unused(settings: BaseSettings) -> None:
    """Take what a crawl does not use out of Scrapy's lists of parts."""
    for base, parts in _UNUSED.items():
        for part in parts:
            settings[base].delete(part, priority="cmdline")


class PlainStats(MemoryStatsCollector):
    """Scrapy's counters, without its look at every use of one whether it gives an argument that
    is not given any more: twenty calls a page."""

    __getattribute__ = object.__getattribute__


class CrawlSettings(Settings):
    """Settings of one crawl, which nobody else changes: Scrapy's three copies of them would be a
    tenth of what a crawl of a hundred pages costs at its beginning."""

    def copy(self) -> Self:
        return self

    def frozencopy(self) -> Self:
        return self


def load_parts(settings: Settings) -> None:
    """Import every part that a crawl with these settings makes. Chooses no reactor."""
    parts: list[Any] = []
    for name in _PARTS:
        parts += settings.get_component_priority_dict_with_base(name)
    parts += settings["DOWNLOAD_HANDLERS"].values()
    parts += [settings[name] for name in _SINGLE]
    for part in parts:
        if part is not None:
            load_object(part)
    for module in _WHEN_NEEDED:
        importlib.import_module(module)
    ensure_plugins_loaded()
