"""Liên đoàn Lao động thành phố Đà Nẵng: unknown software, /bai-viet/<slug>.

Cited as a source in June 2026, after the merger with Quảng Nam; no page has been seen.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class DaNangSpider(UnknownSpider):
    name = "da_nang"
    title = "Liên đoàn Lao động thành phố Đà Nẵng"
    hosts = ("congdoandanang.org.vn",)
    home = "https://congdoandanang.org.vn/"
    province = "Đà Nẵng"
    evidence = "link"
    note = "May be drawn by scripts; look before trusting an empty crawl."
    start_urls = ["https://congdoandanang.org.vn/"]
    article_url = r"/bai-viet/[a-z0-9-]+$"
