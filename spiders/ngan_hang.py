"""Công đoàn Ngân hàng Việt Nam: unknown software, as congdoanxaydungvn.org.vn: /c<id>/<slug>.html.

A listing has been seen, no article.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class NganHangSpider(UnknownSpider):
    name = "ngan_hang"
    title = "Công đoàn Ngân hàng Việt Nam"
    hosts = ("vnubw.org.vn",)
    home = "http://vnubw.org.vn/"
    level = "industry"
    evidence = "page"
    start_urls = ["http://vnubw.org.vn/", "http://vnubw.org.vn/tin-tuc/c61/goc-doan-vien.html"]
    article_url = r"^https?://[^/]+/(?![^?#]*/c\d+/[\w-]+\.html)[^?#]*(?:\d{3,}[^/?#]*|(?:[a-z0-9]+-){5,}[a-z0-9-]*)\.html$"
    listing_url = r"/c\d+/[\w-]+\.html(?:$|\?)|[?&]page=\d+"
