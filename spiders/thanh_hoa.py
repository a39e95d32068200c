"""Liên đoàn Lao động tỉnh Thanh Hóa: ASP.NET WebForms, NewsDetail.aspx?Id=, formerly Joomla.

A page of each has been seen; ids are walked, since WebForms lists page by postback.
"""

from __future__ import annotations

from crawler.declaration import IdWalk
from crawler.families.aspnet import WebFormsSpider


class ThanhHoaSpider(WebFormsSpider):
    name = "thanh_hoa"
    title = "Liên đoàn Lao động tỉnh Thanh Hóa"
    hosts = ("congdoanthanhhoa.org.vn",)
    home = "http://congdoanthanhhoa.org.vn/"
    province = "Thanh Hóa"
    evidence = "page"
    start_urls = ["http://congdoanthanhhoa.org.vn/"]
    article_url = r"(?i)/NewsDetail\.aspx\?(?:[^#]*&)?Id=\d+|/\d+-[^/?#]+$"
    id_walk = IdWalk("http://congdoanthanhhoa.org.vn/NewsDetail.aspx?Id={id}", newest=19289)
