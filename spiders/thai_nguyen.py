"""Liên đoàn Lao động tỉnh Thái Nguyên: ASP.NET MVC, /TinTuc/ChiTiet/<slug>-<id>.htm.

One article has been seen.
"""

from __future__ import annotations

from crawler.families.aspnet import AspNetMvcSpider


class ThaiNguyenSpider(AspNetMvcSpider):
    name = "thai_nguyen"
    title = "Liên đoàn Lao động tỉnh Thái Nguyên"
    hosts = ("congdoanthainguyen.org.vn",)
    home = "http://congdoanthainguyen.org.vn/"
    province = "Thái Nguyên"
    evidence = "page"
    start_urls = ["http://congdoanthainguyen.org.vn/"]
    article_url = r"/TinTuc/ChiTiet/[^/?#]+-\d+\.htm$"
    listing_url = r"(?i)[?&](?:page|trang)=\d+|/TinTuc/(?!ChiTiet)[^?#]+$"
