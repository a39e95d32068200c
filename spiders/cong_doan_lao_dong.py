"""Công đoàn Việt Nam on laodong.vn: the newspaper's hub of union news, one section per province.

Pages of two sections have been seen; sections with a file of their own are left to it.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class CongDoanLaoDongSpider(LaoDongSpider):
    name = "cong_doan_lao_dong"
    title = "Công đoàn Việt Nam - Báo Lao Động"
    hosts = ("congdoanvietnam.laodong.vn",)
    home = "https://congdoanvietnam.laodong.vn/"
    level = "national"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://congdoanvietnam.laodong.vn/"]
    listing_url = r"^https?://[^/]+/[a-z][\w-]*/?(?:\?page=\d+)?$"
