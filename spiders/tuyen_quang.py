"""Liên đoàn Lao động tỉnh Tuyên Quang: .NET, /DetailView/<id>/<section>/<slug>.html.

Seen live in January 2026, after the merger with Hà Giang; its home page has been seen too.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class TuyenQuangSpider(UnknownSpider):
    name = "tuyen_quang"
    title = "Liên đoàn Lao động tỉnh Tuyên Quang"
    hosts = ("congdoantuyenquang.vn",)
    home = "https://congdoantuyenquang.vn/"
    province = "Tuyên Quang"
    evidence = "page"
    start_urls = ["https://congdoantuyenquang.vn/"]
    article_url = r"/DetailView/\d+/\d+/[^/?#]+\.html$"
