"""Liên đoàn Lao động tỉnh Bình Định: NukeViet 4, formerly Joomla 1.5, by addresses.

A page of each has been seen; the province is part of Gia Lai since July 2025.
"""

from __future__ import annotations

from crawler.families.nukeviet import NukeVietSpider


class BinhDinhSpider(NukeVietSpider):
    name = "binh_dinh"
    title = "Liên đoàn Lao động tỉnh Bình Định"
    hosts = ("congdoanbinhdinh.org.vn",)
    home = "http://congdoanbinhdinh.org.vn/"
    province = "Bình Định"
    evidence = "page"
    start_urls = [
        "http://congdoanbinhdinh.org.vn/vi/news/",
        "http://congdoanbinhdinh.org.vn/vi/news/tin-hoat-dong-25/",
    ]
    feeds = ("http://congdoanbinhdinh.org.vn/vi/news/rss/",)
    sitemaps = ("http://congdoanbinhdinh.org.vn/sitemap.xml",)
