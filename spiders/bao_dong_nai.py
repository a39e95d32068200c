"""Báo Đồng Nai, its union section: software of its own, /congdoan/<section>/YYYYMM/<slug>-<id>/.

One article has been seen; no site of the province's federation is evidenced.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class BaoDongNaiSpider(UnknownSpider):
    name = "bao_dong_nai"
    title = "Báo Đồng Nai - Công đoàn"
    hosts = ("baodongnai.com.vn",)
    part = "/congdoan/"
    home = "https://baodongnai.com.vn/congdoan/"
    province = "Đồng Nai"
    level = "newspaper"
    evidence = "page"
    start_urls = ["https://baodongnai.com.vn/congdoan/hoatdongcongdoan/"]
    article_url = r"/congdoan/(?:[\w-]+/)?\d{6}/[^/?#]+-\d+/?$"
    listing_url = r"/congdoan/[\w-]*/?(?:\?[\w=&]*page=\d+|page-?/?\d+/?)?$"
    follow_articles = False
