"""Liên đoàn Lao động tỉnh Phú Thọ, "Công đoàn Đất Tổ": unknown software.

Known from the foot of a page that names it with its licence; no page has been seen.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class PhuThoSpider(UnknownSpider):
    name = "phu_tho"
    title = "Công đoàn Đất Tổ"
    hosts = ("congdoandatto.org.vn",)
    home = "http://congdoandatto.org.vn/"
    province = "Phú Thọ"
    evidence = "link"
    start_urls = ["http://congdoandatto.org.vn/"]
