"""Liên đoàn Lao động tỉnh Bắc Kạn: unknown software, slugs at the root with .html.

One article of 2021 has been seen; the province is part of Thái Nguyên since July 2025.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class BacKanSpider(UnknownSpider):
    name = "bac_kan"
    title = "Liên đoàn Lao động tỉnh Bắc Kạn"
    hosts = ("congdoanbackan.org.vn",)
    home = "http://congdoanbackan.org.vn/"
    province = "Bắc Kạn"
    evidence = "page"
    start_urls = ["http://congdoanbackan.org.vn/"]
    article_url = r"^https?://[^/]+/(?:[a-z0-9]+-){4,}[a-z0-9-]*\.html$"
