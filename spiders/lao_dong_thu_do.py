"""Báo Lao động Thủ đô, newspaper of the Hà Nội federation: MasterCMS."""

from __future__ import annotations

from crawler.families.mastercms import MasterCmsSpider


class LaoDongThuDoSpider(MasterCmsSpider):
    name = "lao_dong_thu_do"
    title = "Báo Lao động Thủ đô"
    hosts = ("laodongthudo.vn",)
    home = "https://laodongthudo.vn/"
    evidence = "page"
    province = "Hà Nội"
    level = "newspaper"
    start_urls = ["https://laodongthudo.vn/cong-doan"]
    listing_url = r"/cong-doan(?:/[a-z-]+)?(?:&s_cond=&BRSR=\d+)?$"
