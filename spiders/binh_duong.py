"""Liên đoàn Lao động tỉnh Bình Dương: unknown software.

Known from a list of links only; the province is part of TP. Hồ Chí Minh since July 2025.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class BinhDuongSpider(UnknownSpider):
    name = "binh_duong"
    title = "Liên đoàn Lao động tỉnh Bình Dương"
    hosts = ("congdoanbinhduong.org.vn",)
    home = "http://congdoanbinhduong.org.vn/"
    province = "Bình Dương"
    evidence = "link"
    start_urls = ["http://congdoanbinhduong.org.vn/"]
