"""Liên đoàn Lao động tỉnh Bắc Ninh, its section of laodong.vn: the newspaper's own CMS.

The section has been seen: -<id>.ldo below /ldld-bac-ninh/.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class LaoDongBacNinhSpider(LaoDongSpider):
    name = "lao_dong_bac_ninh"
    title = "Liên đoàn Lao động tỉnh Bắc Ninh - Báo Lao Động"
    hosts = ("laodong.vn", "congdoanvietnam.laodong.vn")
    part = "/ldld-bac-ninh/"
    home = "https://laodong.vn/ldld-bac-ninh/"
    province = "Bắc Ninh"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://laodong.vn/ldld-bac-ninh/"]
    article_url = r"/ldld-bac-ninh/[^/?#]+-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"/ldld-bac-ninh/?(?:\?page=\d+)?$"
