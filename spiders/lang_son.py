"""Liên đoàn Lao động tỉnh Lạng Sơn: Joomla 3 with K2, a slogan that runs above every page."""

from __future__ import annotations

from crawler.families.joomla_k2 import JoomlaK2Spider


class LangSonSpider(JoomlaK2Spider):
    name = "lang_son"
    title = "Liên đoàn Lao động tỉnh Lạng Sơn"
    hosts = ("liendoanlaodong.langson.gov.vn",)
    home = "http://liendoanlaodong.langson.gov.vn/"
    evidence = "page"
    province = "Lạng Sơn"
    start_urls = [
        "http://liendoanlaodong.langson.gov.vn/index.php/component/k2/itemlist/category/85"
    ]
