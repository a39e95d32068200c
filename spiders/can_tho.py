"""Liên đoàn Lao động thành phố Cần Thơ: slugs at the root; teaser and body printed twice."""

from __future__ import annotations

from crawler.families.root_slug import RootSlugSpider


class CanThoSpider(RootSlugSpider):
    name = "can_tho"
    title = "Liên đoàn Lao động thành phố Cần Thơ"
    hosts = ("congdoan.cantho.gov.vn",)
    home = "https://congdoan.cantho.gov.vn/"
    evidence = "page"
    province = "Cần Thơ"
    start_urls = ["https://congdoan.cantho.gov.vn/tin-tuc-su-kien"]
    listing_url = r"/tin-tuc-su-kien(?:\?page=\d+)?$|/[a-z-]+\?page=\d+$"
