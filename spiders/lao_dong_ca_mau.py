"""Liên đoàn Lao động tỉnh Cà Mau, its section of laodong.vn: the newspaper's own CMS.

An article and the listing have been seen: -<id>.ldo below /ldld-ca-mau/.
"""

from __future__ import annotations

from crawler.families.laodong import LaoDongSpider


class LaoDongCaMauSpider(LaoDongSpider):
    name = "lao_dong_ca_mau"
    title = "Liên đoàn Lao động tỉnh Cà Mau - Báo Lao Động"
    hosts = ("laodong.vn", "congdoanvietnam.laodong.vn")
    part = "/ldld-ca-mau/"
    home = "https://congdoanvietnam.laodong.vn/ldld-ca-mau/"
    province = "Cà Mau"
    evidence = "page"
    note = "A first answer may be a cookie stub (D1N), which is not answered."
    start_urls = ["https://congdoanvietnam.laodong.vn/ldld-ca-mau/"]
    article_url = r"/ldld-ca-mau/[^/?#]+-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"/ldld-ca-mau/?(?:\?page=\d+)?$"
