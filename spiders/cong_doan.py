"""Cổng thông tin Công đoàn Việt Nam, the confederation's portal: -<id>.tld, of laodong.vn's family.

A page has been seen on its host forum; it repeats laodong.vn and names the source at the end.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class CongDoanSpider(LaoDongSpider):
    name = "cong_doan"
    title = "Cổng thông tin điện tử Công đoàn Việt Nam"
    hosts = ("congdoan.vn", "forum.congdoan.vn")
    home = "http://congdoan.vn/"
    level = "national"
    evidence = "page"
    start_urls = [
        "http://forum.congdoan.vn/tin-tuc/hoat-dong-cong-doan-3569/",
        "http://congdoan.vn/",
    ]
    listing_url = r"/tin-tuc/[\w-]+-\d+/?(?:\?page=\d+)?$|[?&]page=\d+"
