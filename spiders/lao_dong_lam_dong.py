"""Liên đoàn Lao động tỉnh Lâm Đồng, its section of laodong.vn: the newspaper's own CMS.

The section has been seen: -<id>.ldo below /ldld-lam-dong/.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class LaoDongLamDongSpider(LaoDongSpider):
    name = "lao_dong_lam_dong"
    title = "Liên đoàn Lao động tỉnh Lâm Đồng - Báo Lao Động"
    hosts = ("laodong.vn", "congdoanvietnam.laodong.vn")
    part = "/ldld-lam-dong/"
    home = "https://laodong.vn/ldld-lam-dong/"
    province = "Lâm Đồng"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://laodong.vn/ldld-lam-dong/"]
    article_url = r"/ldld-lam-dong/[^/?#]+-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"/ldld-lam-dong/?(?:\?page=\d+)?$"
