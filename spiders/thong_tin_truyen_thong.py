"""Công đoàn Thông tin và Truyền thông Việt Nam: unknown software.

Known from the list of hosts of another crawler; no page has been seen.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class ThongTinTruyenThongSpider(UnknownSpider):
    name = "thong_tin_truyen_thong"
    title = "Công đoàn Thông tin và Truyền thông Việt Nam"
    hosts = ("congdoantttt.org.vn",)
    home = "http://congdoantttt.org.vn/"
    level = "industry"
    evidence = "link"
    start_urls = ["http://congdoantttt.org.vn/"]
