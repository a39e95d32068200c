"""Liên đoàn Lao động tỉnh Bến Tre: probably Drupal, whose aliases drop the "to" of "tổ chức".

Two articles have been seen; the province is part of Vĩnh Long since July 2025.
"""

from __future__ import annotations

from crawler.families.drupal import DrupalSpider


class BenTreSpider(DrupalSpider):
    name = "ben_tre"
    title = "Liên đoàn Lao động tỉnh Bến Tre"
    hosts = ("congdoan.bentre.gov.vn",)
    home = "http://congdoan.bentre.gov.vn/"
    province = "Bến Tre"
    evidence = "page"
    start_urls = [
        "http://congdoan.bentre.gov.vn/",
        "http://congdoan.bentre.gov.vn/noi-dung/cong-doan-co-so",
    ]
    article_url = r"/noi-dung/[^/?#]+/[^/?#]+$|/node/\d+$"
    listing_url = r"/noi-dung/[^/?#]+(?:\?page=\d+)?$|[?&]page=\d+"
