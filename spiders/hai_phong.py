"""Liên đoàn Lao động thành phố Hải Phòng: a DANAWEB site with a page clock and a counter."""

from __future__ import annotations

from crawler.families.danaweb import DanawebSpider


class HaiPhongSpider(DanawebSpider):
    name = "hai_phong"
    title = "Liên đoàn Lao động thành phố Hải Phòng"
    hosts = ("congdoanhaiphong.vn",)
    home = "https://congdoanhaiphong.vn/"
    province = "Hải Phòng"
    start_urls = ["https://congdoanhaiphong.vn/tin-tuc-su-kien"]
    listing_url = r"/tin-tuc-su-kien(?:/[a-z-]+)?(?:/page-\d+)?$"
