"""Liên đoàn Lao động tỉnh Thanh Hóa, its section of laodong.vn: the newspaper's own CMS.

The section has been seen: -<id>.ldo below /ldld-thanh-hoa/.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class LaoDongThanhHoaSpider(LaoDongSpider):
    name = "lao_dong_thanh_hoa"
    title = "Liên đoàn Lao động tỉnh Thanh Hóa - Báo Lao Động"
    hosts = ("laodong.vn", "congdoanvietnam.laodong.vn")
    part = "/ldld-thanh-hoa/"
    home = "https://laodong.vn/ldld-thanh-hoa/"
    province = "Thanh Hóa"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://laodong.vn/ldld-thanh-hoa/"]
    article_url = r"/ldld-thanh-hoa/[^/?#]+-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"/ldld-thanh-hoa/?(?:\?page=\d+)?$"
