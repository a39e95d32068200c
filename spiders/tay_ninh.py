"""Liên đoàn Lao động tỉnh Tây Ninh: NukeViet 4 by addresses, news as the root module.

Three articles have been seen; those taken over from WordPress carry their id twice.
"""

from __future__ import annotations

from crawler.families.nukeviet import NukeVietSpider


class TayNinhSpider(NukeVietSpider):
    name = "tay_ninh"
    title = "Liên đoàn Lao động tỉnh Tây Ninh"
    hosts = ("congdoan.tayninh.gov.vn",)
    home = "https://congdoan.tayninh.gov.vn/"
    province = "Tây Ninh"
    evidence = "page"
    start_urls = [
        "https://congdoan.tayninh.gov.vn/",
        "https://congdoan.tayninh.gov.vn/cong-doan-cap-tren-truc-tiep-co-so/",
    ]
    feeds = ("https://congdoan.tayninh.gov.vn/rss/",)
    sitemaps = ("https://congdoan.tayninh.gov.vn/sitemap.xml",)
