"""Liên đoàn Lao động thành phố Hải Phòng: a DANAWEB site with a page clock and a counter."""

from __future__ import annotations

from crawler.families.danaweb import DanawebSpider


class HaiPhongSpider(DanawebSpider):
    name = "hai_phong"
    title = "Liên đoàn Lao động thành phố Hải Phòng"
    hosts = ("congdoanhaiphong.vn",)
    home = "https://congdoanhaiphong.vn/"
    evidence = "page"
    province = "Hải Phòng"
    start_urls = ["https://congdoanhaiphong.vn/tin-tuc-su-kien"]
    # The second form is the address of the site before its redesign; it leads on to the first.
    article_url = r"/[\w-]+/[\w-]+/[\w-]+-\d+\.html(?:$|[?#])|/tin-tuc/\d+\.html$"
    listing_url = r"/tin-tuc-su-kien(?:/[a-z-]+)?(?:/page-\d+)?$"
