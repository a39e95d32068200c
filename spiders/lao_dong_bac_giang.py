"""Liên đoàn Lao động tỉnh Bắc Giang, its section of laodong.vn: the newspaper's own CMS.

An article and the listing have been seen: -<id>.ldo below /ldld-bac-giang/.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class LaoDongBacGiangSpider(LaoDongSpider):
    name = "lao_dong_bac_giang"
    title = "Liên đoàn Lao động tỉnh Bắc Giang - Báo Lao Động"
    hosts = ("laodong.vn", "congdoanvietnam.laodong.vn")
    part = "/ldld-bac-giang/"
    home = "https://congdoanvietnam.laodong.vn/ldld-bac-giang/"
    province = "Bắc Giang"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://congdoanvietnam.laodong.vn/ldld-bac-giang/"]
    article_url = r"/ldld-bac-giang/[^/?#]+-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"/ldld-bac-giang/?(?:\?page=\d+)?$"
