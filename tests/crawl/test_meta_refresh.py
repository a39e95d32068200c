"""A page's own redirect is found wherever Scrapy would find it, and looked for nowhere else."""

from __future__ import annotations

from unittest import mock

import pytest
from scrapy.downloadermiddlewares import redirect
from scrapy.http import HtmlResponse, Request
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from crawler.meta_refresh import MetaRefresh, may_ask_for_refresh

URL = "http://congdoan.example/"
ASKS = '<html><head><META {} content="0; url=/vi/"></head><body>Đang chuyển trang</body></html>'


def middleware() -> MetaRefresh:
    found: MetaRefresh = MetaRefresh.from_crawler(get_crawler(Spider))
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1258"])
@pytest.mark.parametrize("written", ['http-equiv="refresh"', "HTTP-EQUIV=Refresh"])
@pytest.mark.parametrize("before", [0, 3000])
def test_a_page_that_asks_for_another_leads_there(encoding: str, written: str, before: int) -> None:
    text = "<!-- " + "ă" * before + " -->" + ASKS.format(written)
    body = text.encode(encoding, "replace")
    response = HtmlResponse(URL, body=body, encoding=encoding)
    led = middleware().process_response(Request(URL), response)
    assert isinstance(led, Request)
    assert led.url.startswith(f"{URL}vi/")


def test_any_other_page_is_not_even_decoded() -> None:
    body = ("<html><head><title>Tin</title></head>" + "<p>Thân bài</p>" * 5000).encode()
    response = HtmlResponse(URL, body=body + b"refresh", encoding="utf-8")
    assert not may_ask_for_refresh(response.body)
    with mock.patch.object(redirect, "get_meta_refresh", side_effect=AssertionError):
        assert middleware().process_response(Request(URL), response) is response
