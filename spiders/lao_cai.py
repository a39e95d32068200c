"""Liên đoàn Lao động tỉnh Lào Cai: unknown software, /<section>/<slug>-<seven digits>.

Two articles have been seen; the section is the beginning of one's address.
"""

from __future__ import annotations

from crawler.families.unknown import UnknownSpider


class LaoCaiSpider(UnknownSpider):
    name = "lao_cai"
    title = "Liên đoàn Lao động tỉnh Lào Cai"
    hosts = ("congdoanlaocai.org.vn",)
    home = "http://congdoanlaocai.org.vn/"
    province = "Lào Cai"
    evidence = "page"
    start_urls = [
        "http://congdoanlaocai.org.vn/",
        "http://congdoanlaocai.org.vn/lien-doan-lao-dong-huyen-thi-xa-thanh-pho",
    ]
    article_url = r"/[a-z0-9-]+/[a-z0-9-]+-\d{6,8}$"
