"""Liên đoàn Lao động tỉnh Quảng Bình: 3CMS by its addresses, /3cms/<page>.htm?art=<id>.

The print view of one article is cited; the province is part of Quảng Trị since July 2025.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class QuangBinhSpider(UnknownSpider):
    name = "quang_binh"
    title = "Liên đoàn Lao động tỉnh Quảng Bình"
    hosts = ("ldld.quangbinh.gov.vn",)
    home = "https://ldld.quangbinh.gov.vn/"
    province = "Quảng Bình"
    evidence = "link"
    start_urls = ["https://ldld.quangbinh.gov.vn/"]
    article_url = r"/3cms/[^?#]+\.htm\?(?:[^#]*&)?art=\d+"
    listing_url = r"/3cms/[^?#]+\.htm(?:$|\?(?!art=))|[?&]page=\d+"
