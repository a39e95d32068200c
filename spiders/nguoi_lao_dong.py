"""Báo Người Lao Động, TP. Hồ Chí Minh: VCCorp's software, ids that hold the time of publication.

Dozens of articles have been seen; the address of the union section is from memory.
"""

from __future__ import annotations

from crawler.families.vccorp import VcCorpSpider


class NguoiLaoDongSpider(VcCorpSpider):
    name = "nguoi_lao_dong"
    title = "Báo Người Lao Động"
    hosts = ("nld.com.vn",)
    home = "https://nld.com.vn/"
    province = "TP. Hồ Chí Minh"
    level = "newspaper"
    evidence = "page"
    start_urls = ["https://nld.com.vn/cong-doan.htm"]
    listing_url = r"/cong-doan(?:/[a-z-]+)?(?:/trang-\d+)?\.htm$|/timelinelist/\d+/\d+\.htm"
    follow_articles = False
