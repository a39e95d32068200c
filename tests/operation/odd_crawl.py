"""One crawl of an invented site over a proxy, with the project's own settings; a process.

Standard input: JSON with ``data``, ``proxy``, ``spider`` (attributes) and ``settings``. Standard
output: JSON with ``reason``, ``ended``, ``stats``, and ``granted`` and ``pauses`` as
``tests.operation.noted_pace`` has noted them.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from archive.crawl_log import begin_crawl
from archive.database import open_archive, save_site
from archive.records import Site
from crawler.extractor import Extractor
from crawler.one_site import crawl_settings, equip
from crawler.plan import Plan
from crawler.politeness import manners
from crawler.politeness.manners import how_manners_ended_it
from crawler.site_spider import SiteSpider
from tests.operation import noted_pace


class OddSpider(SiteSpider):
    name = "odd"
    title = "Trang thử"
    article_url = r"/tin/\d+$"
    listing_url = r"/tin\?trang=\d+$"


def main() -> None:
    asked: dict[str, Any] = json.loads(sys.stdin.read())
    data = Path(asked["data"])
    attributes = asked["spider"] | {"hosts": tuple(asked["spider"]["hosts"])}
    spider = type("OddSpider", (OddSpider,), attributes)
    crawl_id = f"odd-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    settings = crawl_settings(
        Plan("odd", str(data), "test@example.org", sample_proxy=asked["proxy"]), crawl_id
    )
    settings.setdict(asked["settings"], priority=100)
    (data / "logs").mkdir(parents=True, exist_ok=True)
    db = open_archive(data / "archive.db")
    save_site(db, Site("odd", hosts=tuple(asked["spider"]["hosts"]), declared=True))
    begin_crawl(db, crawl_id, "odd", "crawl", datetime.now(UTC), "test")
    manners.SharedPace = noted_pace.NotedPace  # type: ignore[attr-defined,assignment]
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)
    extractor = Extractor()
    equip(crawler, db, extractor)
    process.crawl(crawler, crawl_id=crawl_id)
    process.start()
    extractor.close()
    crawler.saver.write()  # type: ignore[attr-defined]
    stats = crawler.stats.get_stats() if crawler.stats else {}
    reason = str(stats.get("finish_reason"))
    numbers = {key: value for key, value in stats.items() if isinstance(value, int)}
    ended = how_manners_ended_it(reason)
    db.close()
    said = {"reason": reason, "ended": ended, "stats": numbers}
    print(json.dumps(said | {"granted": noted_pace.GRANTED, "pauses": noted_pace.PAUSES}))


if __name__ == "__main__":
    main()
