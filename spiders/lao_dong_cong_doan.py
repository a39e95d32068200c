"""Tạp chí Lao động và Công đoàn, the confederation's magazine: MasterCMS, by its paging.

An article and a page of a listing have been seen; host bk. is a mirror.
"""

from __future__ import annotations

from crawler.families.mastercms import MasterCmsSpider


class LaoDongCongDoanSpider(MasterCmsSpider):
    name = "lao_dong_cong_doan"
    title = "Tạp chí Lao động và Công đoàn"
    hosts = ("laodongcongdoan.vn",)
    home = "https://laodongcongdoan.vn/"
    level = "newspaper"
    evidence = "page"
    start_urls = ["https://laodongcongdoan.vn/cong-doan/hoat-dong-cong-doan"]
    listing_url = r"/cong-doan(?:/[a-z-]+)?(?:(?:&by-date=[\dT-]+)?&s_cond=&BRSR=\d+)?$"
