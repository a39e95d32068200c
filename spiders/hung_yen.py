"""Liên đoàn Lao động tỉnh Hưng Yên: unknown software, /tin-tuc/<slug>.html, ":" written x3a.

Two articles, of 2013 and 2022, have been seen.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class HungYenSpider(UnknownSpider):
    name = "hung_yen"
    title = "Liên đoàn Lao động tỉnh Hưng Yên"
    hosts = ("congdoanhungyen.vn",)
    home = "http://congdoanhungyen.vn/"
    province = "Hưng Yên"
    evidence = "page"
    start_urls = ["http://congdoanhungyen.vn/", "http://congdoanhungyen.vn/tin-tuc/"]
    article_url = r"/tin-tuc/[a-z0-9-]+\.html$"
