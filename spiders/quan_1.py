"""Liên đoàn Lao động Quận 1, Thành phố Hồ Chí Minh: "CPS" portal on ASP.NET WebForms."""

from __future__ import annotations

from crawler.families.cps import CpsSpider


class Quan1Spider(CpsSpider):
    name = "quan_1"
    title = "Liên đoàn Lao động Quận 1, Thành phố Hồ Chí Minh"
    hosts = ("ldldq1hcm.gov.vn",)
    home = "http://ldldq1hcm.gov.vn/"
    evidence = "page"
    province = "TP. Hồ Chí Minh"
    level = "district"
    frozen = True
    note = "District federations were abolished on 1 July 2025."
    start_urls = [
        "http://ldldq1hcm.gov.vn/cps/WebParts/Quanlytin/ListContent/listcontent.aspx?CatID=1"
    ]
