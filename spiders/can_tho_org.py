"""Liên đoàn Lao động thành phố Cần Thơ, second site: slugs at the root as on the first.

Three articles of 2015 to 2017 have been seen; the site says that it is being rebuilt.
"""

from __future__ import annotations

from crawler.families.root_slug import RootSlugSpider


class CanThoOrgSpider(RootSlugSpider):
    name = "can_tho_org"
    title = "Liên đoàn Lao động thành phố Cần Thơ (ldldct.org.vn)"
    hosts = ("ldldct.org.vn",)
    home = "https://ldldct.org.vn/"
    province = "Cần Thơ"
    evidence = "page"
    start_urls = ["https://ldldct.org.vn/"]
    listing_url = r"[?&]page=\d+|^https?://[^/]+/[a-z0-9]+(?:-[a-z0-9]+){0,4}$"
