"""Liên đoàn Lao động thành phố Quy Nhơn: unknown software, slugs at the root.

One article has been seen; federations of cities below the province were abolished in 2025.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class QuyNhonSpider(UnknownSpider):
    name = "quy_nhon"
    title = "Liên đoàn Lao động thành phố Quy Nhơn"
    hosts = ("congdoanquynhon.org.vn",)
    home = "https://congdoanquynhon.org.vn/"
    province = "Bình Định"
    level = "district"
    evidence = "page"
    frozen = True
    start_urls = ["https://congdoanquynhon.org.vn/"]
    article_url = r"^https?://[^/]+/(?:[a-z0-9]+-){5,}[a-z0-9-]*$"
