"""Liên đoàn Lao động tỉnh Gia Lai, its section of laodong.vn: the newspaper's own CMS.

The section has been seen: -<id>.ldo below /ldld-gia-lai/.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class LaoDongGiaLaiSpider(LaoDongSpider):
    name = "lao_dong_gia_lai"
    title = "Liên đoàn Lao động tỉnh Gia Lai - Báo Lao Động"
    hosts = ("laodong.vn", "congdoanvietnam.laodong.vn")
    part = "/ldld-gia-lai/"
    home = "https://laodong.vn/ldld-gia-lai/"
    province = "Gia Lai"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://laodong.vn/ldld-gia-lai/"]
    article_url = r"/ldld-gia-lai/[^/?#]+-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"/ldld-gia-lai/?(?:\?page=\d+)?$"
