"""Công đoàn Giáo dục Việt Nam: unknown software, pictures below /Uploaded/images/.

Known from the address of a picture; no page has been seen.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class GiaoDucSpider(UnknownSpider):
    name = "giao_duc"
    title = "Công đoàn Giáo dục Việt Nam"
    hosts = ("congdoangdvn.org.vn",)
    home = "https://congdoangdvn.org.vn/"
    level = "industry"
    evidence = "link"
    start_urls = ["https://congdoangdvn.org.vn/"]
