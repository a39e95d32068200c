"""Liên đoàn Lao động tỉnh Quảng Nam: DotNetNuke (?tabid=), a news module of its own (NID).

One article has been seen; the province is part of Đà Nẵng since July 2025.
"""

from __future__ import annotations

from crawler.families.aspnet import DotNetNukeSpider


class QuangNamSpider(DotNetNukeSpider):
    name = "quang_nam"
    title = "Liên đoàn Lao động tỉnh Quảng Nam"
    hosts = ("congdoanquangnam.org.vn",)
    home = "http://congdoanquangnam.org.vn/"
    province = "Quảng Nam"
    evidence = "page"
    start_urls = ["http://congdoanquangnam.org.vn/"]
    article_url = r"(?i)[?&]NID=\d+"
    listing_url = r"(?i)/Default\.aspx\?tabid=\d+|[?&](?:pg|page|currentpage)=\d+|/tabid/\d+"
