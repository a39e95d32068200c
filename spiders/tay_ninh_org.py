"""Liên đoàn Lao động tỉnh Tây Ninh, its site until 2021: WordPress, /index.php/YYYY/MM/DD/<slug>/.

Four articles of 2019 to 2021 have been seen; congdoan.tayninh.gov.vn took its place.
"""

from __future__ import annotations

from crawler.families.wordpress import WordPressSpider


class TayNinhOrgSpider(WordPressSpider):
    name = "tay_ninh_org"
    title = "Liên đoàn Lao động tỉnh Tây Ninh (trang cũ)"
    hosts = ("congdoantayninh.org.vn",)
    home = "https://congdoantayninh.org.vn/"
    province = "Tây Ninh"
    evidence = "page"
    frozen = True
    start_urls = ["https://congdoantayninh.org.vn/"]
    feeds = ("https://congdoantayninh.org.vn/index.php/feed/",)
