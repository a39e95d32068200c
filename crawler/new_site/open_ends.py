"""What a site's file leaves open: for whoever has it from ``congdoan new-site``, and for a test."""

from __future__ import annotations

from crawler.declaration import Declaration
from crawler.operation.configuration import LEVELS

ANYWHERE = ("national", "industry", "newspaper")
"""Levels of sites that need not be of one province."""


def open_ends(spider: type[Declaration]) -> list[str]:
    """What a person has still to write into the file of a site, each with what it may be.

    A level may not be guessed: it says when a site is crawled and with which it is compared.
    """
    ends: list[str] = []
    if not spider.title:
        ends.append("title: the name of the body whose site it is")
    if spider.level not in LEVELS:
        ends.append(f"level: one of {', '.join(LEVELS)}")
    if not spider.province and spider.level not in ANYWHERE:
        ends.append("province: one of the 63 before July 2025")
    if not spider.start_urls:
        ends.append("start_urls: its listings of articles")
    return ends
