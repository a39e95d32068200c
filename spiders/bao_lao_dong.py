"""Báo Lao Động, newspaper of the confederation: its own software, -<id>.ldo, formerly .bld.

Dozens of pages have been seen; only its union sections are wanted.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class BaoLaoDongSpider(LaoDongSpider):
    name = "bao_lao_dong"
    title = "Báo Lao Động"
    hosts = ("laodong.vn",)
    home = "https://laodong.vn/"
    level = "newspaper"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://laodong.vn/cong-doan"]
    article_url = r"/(?:cong-doan[\w-]*|cd-[\w-]+|ldld-[\w-]+)/[^/?#]+-\d+\.(?:ldo|bld)$"
    listing_url = r"/cong-doan(?:-toan-quoc)?(?:\?page=\d+)?$"
    follow_articles = False
