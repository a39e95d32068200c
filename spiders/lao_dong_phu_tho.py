"""Liên đoàn Lao động tỉnh Phú Thọ, its section of laodong.vn: the newspaper's own CMS.

The section has been seen: -<id>.ldo below /ldld-phu-tho/.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class LaoDongPhuThoSpider(LaoDongSpider):
    name = "lao_dong_phu_tho"
    title = "Liên đoàn Lao động tỉnh Phú Thọ - Báo Lao Động"
    hosts = ("laodong.vn", "congdoanvietnam.laodong.vn")
    part = "/ldld-phu-tho/"
    home = "https://laodong.vn/ldld-phu-tho/"
    province = "Phú Thọ"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://laodong.vn/ldld-phu-tho/"]
    article_url = r"/ldld-phu-tho/[^/?#]+-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"/ldld-phu-tho/?(?:\?page=\d+)?$"
