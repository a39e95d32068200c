"""Runs one Scrapy crawl in a process of its own; the tests start it.

Reads a JSON plan from standard input: ``requests`` (url, and any of method, headers, body, meta),
``settings``, ``sink`` ("record" or "fail"), ``seen`` (list of PayloadRef fields), ``file_limit``
(bytes; no file may grow beyond it, as on a full disk), ``announce`` (a file that gets each
capture's id at once). Writes a JSON report to the file that
``report`` names.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import resource
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from archive.records import Capture
from archive.warc.writer import PayloadRef

SETTINGS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {
        "http": "crawler.recording.handler.RecordingDownloadHandler",
        "https": "crawler.recording.handler.RecordingDownloadHandler",
    },
    "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": "gzip, deflate", "Accept-Language": "vi"},
    "TELNETCONSOLE_ENABLED": False,
    "RETRY_ENABLED": False,
    "LOG_LEVEL": "INFO",
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": 1,
    "REMOTE_CONTROL_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 120,
    "WARC_FSYNC": False,
}


def as_json(value: Capture | None) -> dict[str, Any] | None:
    if value is None:
        return None
    fields = dataclasses.asdict(value)
    fields["fetched_at"] = value.fetched_at.isoformat()
    return fields


def payload_ref(fields: dict[str, Any]) -> PayloadRef:
    return PayloadRef(**{**fields, "date": datetime.fromisoformat(fields["date"])})


class PlannedSpider(scrapy.Spider):
    name = "lang_son"
    custom_settings = {"HTTPERROR_ALLOW_ALL": True}
    plan: dict[str, Any]
    report: dict[str, Any]
    bodies = True

    async def start(self) -> AsyncIterator[Any]:
        for planned in self.plan["requests"]:
            planned = dict(planned)
            if "body" in planned:
                planned["body"] = planned["body"].encode()
            request = scrapy.Request(
                callback=self.parse, errback=self.failed, dont_filter=True, **planned
            )
            if "revisit_of" in request.meta:
                request.meta["revisit_of"] = payload_ref(request.meta["revisit_of"])
            yield request

    def parse(self, response: Any) -> None:
        self.report["responses"].append(
            {
                "url": response.url,
                "status": response.status,
                "body": base64.b64encode(response.body if self.bodies else b"").decode(),
                "flags": response.flags,
                "capture": as_json(response.meta.get("capture")),
            }
        )

    def failed(self, failure: Any) -> None:
        self.report["failures"].append(
            {
                "url": failure.request.url,
                "error": type(failure.value).__name__,
                "capture": as_json(failure.request.meta.get("capture")),
            }
        )

    def closed(self, reason: str) -> None:
        self.report["reason"] = reason


def main() -> None:
    plan = json.load(sys.stdin)
    if limit := plan.get("file_limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    report: dict[str, Any] = {"responses": [], "failures": [], "captures": [], "reason": ""}
    process = AsyncCrawlerProcess({**SETTINGS, **plan.get("settings", {})})
    crawler = process.create_crawler(PlannedSpider)
    PlannedSpider.plan = plan
    PlannedSpider.bodies = plan.get("bodies", True)
    PlannedSpider.report = report

    def sink(capture: Capture) -> None:
        if plan.get("sink") == "fail":
            raise RuntimeError("the database is gone")
        report["captures"].append(as_json(capture))
        if "announce" in plan:
            with open(plan["announce"], "a") as announced:
                announced.write(f"{capture.id}\n")

    known = {fields["digest"]: payload_ref(fields) for fields in plan.get("seen", [])}
    for name, value in (("capture_sink", sink), ("seen_payload", known.get)):
        setattr(crawler, name, value)
    process.crawl(crawler)
    process.start()
    report["stats"] = {
        key: value for key, value in crawler.stats.get_stats().items() if key.startswith("warc/")
    }
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with open(plan["report"], "w", encoding="utf-8") as file:
        json.dump(report, file)


if __name__ == "__main__":
    main()
