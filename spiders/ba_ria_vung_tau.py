"""Liên đoàn Lao động tỉnh Bà Rịa - Vũng Tàu: WordPress by its addresses, /<slug>/.

One article has been seen; the province is part of TP. Hồ Chí Minh since July 2025.
"""

from __future__ import annotations

from crawler.families.wordpress import WordPressSpider


class BaRiaVungTauSpider(WordPressSpider):
    name = "ba_ria_vung_tau"
    title = "Liên đoàn Lao động tỉnh Bà Rịa - Vũng Tàu"
    hosts = ("congdoanbrvt.org.vn",)
    home = "https://congdoanbrvt.org.vn/"
    province = "Bà Rịa - Vũng Tàu"
    evidence = "page"
    start_urls = ["https://congdoanbrvt.org.vn/"]
    feeds = ("https://congdoanbrvt.org.vn/feed/",)
    article_url = r"^https?://[^/]+/(?:[a-z0-9]+-){4,}[a-z0-9-]*/?$|[?&]p=\d+$"
