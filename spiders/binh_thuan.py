"""Liên đoàn Lao động tỉnh Bình Thuận: unknown PHP software, bai-viet-<slug>-<id>.html.

One article has been seen; links climb above the root and carry port 80.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class BinhThuanSpider(UnknownSpider):
    name = "binh_thuan"
    title = "Liên đoàn Lao động tỉnh Bình Thuận"
    hosts = ("congdoanbinhthuan.org.vn",)
    home = "http://congdoanbinhthuan.org.vn/"
    province = "Bình Thuận"
    evidence = "page"
    start_urls = [
        "http://congdoanbinhthuan.org.vn/",
        "http://congdoanbinhthuan.org.vn/cong-doan-co-so-11/",
    ]
    article_url = r"/bai-viet-[^/?#]+-\d+\.html$"
