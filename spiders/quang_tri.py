"""Liên đoàn Lao động tỉnh Quảng Trị: NukeViet with the eGovernment theme, news as the root module.

Three articles have been seen, with the theme's frame.
"""

from __future__ import annotations

from crawler.families.nukeviet import NukeVietSpider


class QuangTriSpider(NukeVietSpider):
    name = "quang_tri"
    title = "Liên đoàn Lao động tỉnh Quảng Trị"
    hosts = ("congdoan.quangtri.gov.vn",)
    home = "https://congdoan.quangtri.gov.vn/"
    province = "Quảng Trị"
    evidence = "page"
    start_urls = [
        "https://congdoan.quangtri.gov.vn/",
        "https://congdoan.quangtri.gov.vn/Tin-tuc-hoat-dong-26/",
    ]
    feeds = ("https://congdoan.quangtri.gov.vn/rss/",)
    sitemaps = ("https://congdoan.quangtri.gov.vn/sitemap.xml",)
