"""Công đoàn Việt Nam, the confederation's new portal: -<id>.tld, of laodong.vn's family.

A page of its Japanese edition has been seen; that host translates and is not crawled.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class CongDoanVietNamSpider(LaoDongSpider):
    name = "cong_doan_viet_nam"
    title = "Công đoàn Việt Nam"
    hosts = ("congdoanvietnam.vn",)
    home = "https://congdoanvietnam.vn/"
    level = "national"
    evidence = "page"
    start_urls = ["https://congdoanvietnam.vn/"]
    listing_url = r"^https?://[^/]+/[a-z][\w-]*(?:/[a-z][\w-]*)?/?(?:\?page=\d+)?$"
