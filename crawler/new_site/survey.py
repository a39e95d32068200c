"""Looks at a handful of a site's pages, as a process: ``python -m crawler.new_site.survey``.

Started by ``crawler.new_site.writing``, not by people. A plan comes on standard input, as JSON;
pages go through the recording, the guards and the manners of every crawl, into a WARC of their
own; what was found is told as one line of JSON on standard output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from archive.crawled_web import LIVE, SAMPLE
from archive.records import Page
from crawler import settings as base_settings
from crawler.catalogue import host_of
from crawler.declaration import Declaration
from crawler.failures import failure_kind
from crawler.new_site.choice import Survey
from crawler.reading import EXTRACTOR, page_of

_PRIORITY = {"home": 50, "feed": 40, "sitemap": 30, "listing": 20, "article": 10}


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    url: str
    folder: str
    """Where the WARC and the log go."""
    pace_folder: str = ""
    contact: str = ""
    sample_proxy: str = ""


class SurveySpider(Declaration, scrapy.Spider):
    """Asks what ``Survey`` names, nothing else."""

    name = "survey"
    handle_httpstatus_list = [400, 401, 403, 404, 410, 500, 503]

    plan: SurveyPlan
    survey: Survey
    kinds: dict[str, str]
    failures: list[str]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.hosts = (host_of(spider.plan.url),)
        spider.survey = Survey(spider.plan.url)
        spider.kinds = {}
        spider.failures = []
        crawler.signals.connect(spider._robots_parsed, signals.robots_parsed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        yield self._ask(self.plan.url, "home")

    def parse(self, response: Response, **follow: Any) -> Iterator[Request]:
        assert response.request is not None
        kind: str = follow["kind"]
        if response.status != 200:
            self.failures.append(f"{response.url}: HTTP {response.status}")
            return
        page: Page = page_of(response.request.meta["capture"], response.body)
        self.kinds[page.url] = kind
        for url, next_kind in self.survey.seen(page, kind):
            yield self._ask(url, next_kind)

    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        kind, detail = failure_kind(failure.value)
        self.failures.append(f"{request.url}: {kind}: {detail}")

    def _ask(self, url: str, kind: str) -> Request:
        return Request(
            url, self.parse, errback=self.failed, priority=_PRIORITY[kind], cb_kwargs={"kind": kind}
        )

    def _robots_parsed(self, robotparser: Any, request: Request) -> None:
        rules: Any = getattr(robotparser, "rp", None)
        self.survey.named_by_robots = [str(url) for url in getattr(rules, "sitemaps", ())][:20]


def survey_settings(plan: SurveyPlan) -> Settings:
    """Those of every crawl, with a WARC of the survey's own."""
    settings = Settings()
    settings.setmodule(base_settings, priority="project")
    agent = base_settings.USER_AGENT_FORM.format(contact=plan.contact or "sample web")
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    settings.setdict(
        {
            "USER_AGENT": agent,
            "WARC_FOLDER": plan.folder,
            "WARC_CRAWL_ID": f"survey-{host_of(plan.url)}-{stamp}",
            "WARC_OPERATOR": plan.contact,
            "WARC_SOFTWARE": EXTRACTOR,
            "WARC_WEB": SAMPLE if plan.sample_proxy else LIVE,
            "PACE_FOLDER": plan.pace_folder,
            "SAMPLE_PROXY": plan.sample_proxy,
            "LOG_FILE": str(Path(plan.folder) / "survey.log"),
            "LOG_LEVEL": "INFO",
            "ITEM_PIPELINES": {},
            "EXTENSIONS": {"scrapy.extensions.telnet.TelnetConsole": None},
        },
        priority="cmdline",
    )
    if plan.sample_proxy:
        settings.setdict(
            {
                "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver",
                "DOWNLOAD_DELAY": 0,
                "AUTOTHROTTLE_ENABLED": False,
            },
            priority="cmdline",
        )
    return settings


def main() -> int:
    """Entry point of the process; tells failures in its answer, not in the exit code."""
    plan = SurveyPlan(**json.loads(sys.stdin.readline()))
    Path(plan.folder).mkdir(parents=True, exist_ok=True)
    process = AsyncCrawlerProcess(survey_settings(plan))
    crawler = process.create_crawler(SurveySpider)
    process.crawl(crawler, plan=plan)
    process.start()
    spider: Any = crawler.spider
    found = {
        "kinds": spider.kinds if spider is not None else {},
        "named_by_robots": spider.survey.named_by_robots if spider is not None else [],
        "failures": spider.failures if spider is not None else ["the survey could not start"],
        "reason": str(crawler.stats.get_value("finish_reason", "")),
    }
    print(json.dumps(found), flush=True)
    return 0


def plan_line(plan: SurveyPlan) -> str:
    """What the process reads."""
    return json.dumps(asdict(plan)) + "\n"


if __name__ == "__main__":
    sys.exit(main())
