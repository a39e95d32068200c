"""Parts of Scrapy that are left out, loaded early or replaced do what Scrapy's do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawler import settings as base_settings
from crawler.direct_middlewares import DirectMiddlewares
from crawler.one_site import crawl_settings
from crawler.plan import Plan
from crawler.scrapys_parts import leave_out_unused

REQUEST = Request("http://cong-doan.example/tin")
ANOTHER = Request("http://cong-doan.example/khac")
FETCHED = Response("http://cong-doan.example/tin", body=b"fetched")
GIVEN = Response("http://cong-doan.example/tin", body=b"given")


def test_what_the_settings_turn_off_is_not_loaded() -> None:
    settings = Settings()
    settings.setmodule(base_settings, priority="project")
    leave_out_unused(settings)
    for name in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"):
        off = {part for part, order in settings[name].items() if order is None}
        assert off
        assert not off & set(settings[f"{name}_BASE"])


def test_settings_of_one_crawl_are_its_own() -> None:
    first, second = (crawl_settings(Plan(site, "data"), "crawl") for site in ("one", "two"))
    first.set("BOT_NAME", "changed")
    first["EXTENSIONS"]["x"] = 1
    assert second["BOT_NAME"] == "congdoan"
    assert "x" not in second["EXTENSIONS"]


def asked(answer: Any) -> Any:
    """A middleware that gives this for a request."""
    return type("Asked", (), {"process_request": lambda self, request: answer})()


def answered(answer: Any) -> Any:
    """A middleware that gives this for a response."""
    return type("Answered", (), {"process_response": lambda self, request, response: answer})()


class Slow:
    """A middleware that has to wait."""

    async def process_request(self, request: Request) -> None:
        await asyncio.sleep(0)

    async def process_response(self, request: Request, response: Response) -> Response:
        await asyncio.sleep(0)
        return response.replace(body=response.body + b", slowly")


@pytest.mark.parametrize(
    "parts",
    [
        lambda: [],
        lambda: [asked(None), answered(FETCHED)],
        lambda: [Slow(), asked(None)],
        lambda: [asked(None), asked(GIVEN), asked(ANOTHER), Slow()],
        lambda: [asked(ANOTHER), answered(GIVEN)],
        lambda: [answered(GIVEN), answered(ANOTHER)],
        lambda: [asked("nonsense")],
        lambda: [answered("nonsense")],
        lambda: [answered(None)],
    ],
)
def test_middlewares_are_asked_as_scrapy_asks_them(parts: Callable[[], list[Any]]) -> None:
    async def fetch(request: Request) -> Response:
        return FETCHED

    def said(manager: type[DownloaderMiddlewareManager]) -> Any:
        made = manager(*parts(), crawler=get_crawler())
        try:
            found = asyncio.run(made.download_async(fetch, REQUEST))
        except Exception:
            return "refused"
        return found.url, getattr(found, "body", None)

    assert said(DirectMiddlewares) == said(DownloaderMiddlewareManager)
