"""Công đoàn Giao thông vận tải Việt Nam: unknown software, /<section>/<slug>-c<section>n<id>.

One article of 2017 has been seen; the section is the beginning of its address.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class GiaoThongVanTaiSpider(UnknownSpider):
    name = "giao_thong_van_tai"
    title = "Công đoàn Giao thông vận tải Việt Nam"
    hosts = ("congdoangiaothongvantai.com.vn",)
    home = "https://congdoangiaothongvantai.com.vn/"
    level = "industry"
    evidence = "page"
    start_urls = [
        "https://congdoangiaothongvantai.com.vn/",
        "https://congdoangiaothongvantai.com.vn/phong-trao-thi-dua",
    ]
    article_url = r"-c\d+n\d+$"
