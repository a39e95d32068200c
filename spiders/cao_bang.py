"""Liên đoàn Lao động tỉnh Cao Bằng: NukeViet 4, before that NukeViet 3, by addresses and wording.

A page of each generation has been seen.
"""

from __future__ import annotations

from crawler.families.nukeviet import NukeVietSpider


class CaoBangSpider(NukeVietSpider):
    name = "cao_bang"
    title = "Liên đoàn Lao động tỉnh Cao Bằng"
    hosts = ("ldld.caobang.gov.vn",)
    home = "https://ldld.caobang.gov.vn/"
    province = "Cao Bằng"
    evidence = "page"
    start_urls = [
        "https://ldld.caobang.gov.vn/vi/news/",
        "https://ldld.caobang.gov.vn/vi/news/tin-hoat-dong/",
    ]
    feeds = ("https://ldld.caobang.gov.vn/vi/news/rss/",)
    sitemaps = ("https://ldld.caobang.gov.vn/sitemap.xml",)
