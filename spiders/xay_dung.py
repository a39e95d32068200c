"""Công đoàn Xây dựng Việt Nam: unknown software, as vnubw.org.vn: /<section>/c<id>/<slug>.html.

A standing page has been seen, no article.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class XayDungSpider(UnknownSpider):
    name = "xay_dung"
    title = "Công đoàn Xây dựng Việt Nam"
    hosts = ("congdoanxaydungvn.org.vn",)
    home = "http://congdoanxaydungvn.org.vn/"
    level = "industry"
    evidence = "page"
    start_urls = ["http://congdoanxaydungvn.org.vn/"]
    article_url = r"^https?://[^/]+/(?![^?#]*/c\d+/[\w-]+\.html)[^?#]*(?:\d{3,}[^/?#]*|(?:[a-z0-9]+-){5,}[a-z0-9-]*)\.html$"
    listing_url = r"/c\d+/[\w-]+\.html(?:$|\?)|[?&]page=\d+"
