"""Liên đoàn Lao động tỉnh Khánh Hòa: DotNetNuke by its addresses, /categoryid/<x>/pg/<n>.

Page 65 of a listing has been seen, no article.
"""

from __future__ import annotations

from crawler.families.aspnet import DotNetNukeSpider
from crawler.families.unknown import UnknownSpider


class KhanhHoaSpider(DotNetNukeSpider):
    name = "khanh_hoa"
    title = "Liên đoàn Lao động tỉnh Khánh Hòa"
    hosts = ("congdoankh.org.vn",)
    home = "http://congdoankh.org.vn/"
    province = "Khánh Hòa"
    evidence = "page"
    start_urls = [
        "http://congdoankh.org.vn/",
        "http://congdoankh.org.vn/danh-sach-tin/categoryid/0_thanhpho/pg/1",
    ]
    article_url = rf"{DotNetNukeSpider.article_url}|{UnknownSpider.article_url}"
    listing_url = r"(?i)/pg/\d+|/categoryid/\w+(?:/pg/\d+)?$|/danh-sach-tin"
