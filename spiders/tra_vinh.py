"""Liên đoàn Lao động tỉnh Trà Vinh: WordPress, ?p=<id> and /tin-tuc/<section>/<slug>.

Two articles have been seen; the province is part of Vĩnh Long since July 2025.
"""

from __future__ import annotations

from crawler.families.wordpress import WordPressSpider


class TraVinhSpider(WordPressSpider):
    name = "tra_vinh"
    title = "Liên đoàn Lao động tỉnh Trà Vinh"
    hosts = ("congdoantravinh.com.vn",)
    home = "https://congdoantravinh.com.vn/"
    province = "Trà Vinh"
    evidence = "page"
    start_urls = [
        "https://congdoantravinh.com.vn/",
        "https://congdoantravinh.com.vn/tin-tuc/hoat-dong-cua-ldld-tinh",
    ]
    feeds = ("https://congdoantravinh.com.vn/feed/",)
    article_url = r"[?&]p=\d+$|/tin-tuc/[^/?#]+/(?!page/)[^/?#]+/?$"
    listing_url = r"/tin-tuc/[^/?#]+/?$|/page/\d+/?$"
