"""Liên đoàn Lao động tỉnh Bình Dương, its section of laodong.vn: the newspaper's own CMS.

The section has been seen: -<id>.ldo below /ldld-binh-duong/.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class LaoDongBinhDuongSpider(LaoDongSpider):
    name = "lao_dong_binh_duong"
    title = "Liên đoàn Lao động tỉnh Bình Dương - Báo Lao Động"
    hosts = ("laodong.vn", "congdoanvietnam.laodong.vn")
    part = "/ldld-binh-duong/"
    home = "https://laodong.vn/ldld-binh-duong/"
    province = "Bình Dương"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://laodong.vn/ldld-binh-duong/"]
    article_url = r"/ldld-binh-duong/[^/?#]+-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"/ldld-binh-duong/?(?:\?page=\d+)?$"
