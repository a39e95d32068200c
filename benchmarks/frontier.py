"""What the frontier costs and what it holds: ``python -m benchmarks.frontier [--kills 200]``.

Three parts, each with its numbers on standard output:

- **speed**: the same crawl with Scrapy's queue in memory and with the frontier, in turn, from an
  origin in a process of its own that answers at once. Ratios within one run; CPU seconds are those
  of the crawl alone.
- **memory**: a crawl over a queue of a million requests beside one over an empty queue.
- **kills**: SIGKILL at random moments to one of one and to one of three processes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response

from crawler.frontier import Store, add_to
from crawler.frontier.written_request import write_request

ROOT = Path(__file__).resolve().parents[1]
LINKS = 20
"""Links to articles on each listing."""
CONCURRENT = 16


class InstantOrigin(asyncio.Protocol):
    """Answers GET on one connection after the other, from memory."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            path = self.buffer.split(b" ", 2)[1].decode()
            self.buffer = self.buffer[end + 4 :]
            body = _page(path)
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body) + body
            )


def _page(path: str) -> bytes:
    if not path.startswith("/l/"):
        return b"<html><h1>Tin</h1></html>" + b"<p>.</p>" * 50
    number = int(path[3:])
    links = "".join(f"<a href='/a/{number}/{n}'>Tin {n}</a>" for n in range(LINKS))
    return f"<html>{links}<a rel=next href='/l/{number + 1}'>Sau</a></html>".encode()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(InstantOrigin, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class PlainSpider(scrapy.Spider):
    """Listings and their articles; every page gives an item."""

    name = "plain"
    origin = ""
    listings = 0

    async def start(self) -> Any:
        yield Request(f"{self.origin}/l/0", self.parse_listing, priority=10, dont_filter=True)

    def parse_listing(self, response: Response) -> Iterator[Any]:
        for link in response.css("a:not([rel])::attr(href)").getall():
            yield response.follow(link, self.parse_article, priority=20)
        number = int(response.url.rpartition("/")[2]) + 1
        if number < self.listings:
            yield response.follow(f"/l/{number}", self.parse_listing, priority=10)

    def parse_article(self, response: Response) -> Iterator[Any]:
        yield {"url": response.url, "title": response.css("h1::text").get()}

    def parse_again(self, response: Response) -> None:
        """Where the million leads."""


def crawl_once(plan: dict[str, Any]) -> dict[str, Any]:
    """One crawl in this process: seconds, CPU seconds, pages, memory."""
    process = AsyncCrawlerProcess(
        {
            "TELNETCONSOLE_ENABLED": False,
            "CONCURRENT_REQUESTS": CONCURRENT,
            "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENT,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": False,
            "LOG_LEVEL": "WARNING",
            "CLOSESPIDER_PAGECOUNT": plan.get("pages", 0),
        }
    )
    settings = process.settings
    if plan.get("frontier"):
        settings.set("FRONTIER_PATH", plan["frontier"])
        add_to(settings)
    crawler = process.create_crawler(PlainSpider)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    process.crawl(crawler, origin=plan["origin"], listings=plan["listings"])
    process.start()
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    stats = crawler.stats.get_stats()
    return {
        "seconds": seconds,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "pages": stats["downloader/response_count"],
        "items": stats.get("item_scraped_count", 0),
        "megabytes": after.ru_maxrss / 1024,
    }


def _in_a_process(plan: dict[str, Any]) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.frontier", "--one-crawl", json.dumps(plan)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


class _Origin:
    def __enter__(self) -> str:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.frontier", "--origin"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        return f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()


def measure_speed(listings: int, repeats: int) -> None:
    """Pages a second and pages a CPU second, in memory and with the frontier."""
    found: dict[str, list[dict[str, Any]]] = {"memory": [], "frontier": []}
    with _Origin() as origin, tempfile.TemporaryDirectory() as folder:
        for number in range(repeats + 1):
            for kind, runs in found.items():
                path = f"{folder}/{number}.db" if kind == "frontier" else ""
                run = _in_a_process({"origin": origin, "listings": listings, "frontier": path})
                assert run["pages"] == listings * (LINKS + 1), run
                assert run["items"] == listings * LINKS, run
                if number:  # The first pair warms up disk and caches.
                    runs.append(run)
    print(f"\nspeed: {listings * (LINKS + 1)} pages, {repeats} runs each in turn")
    for measure, word in (("seconds", "second"), ("cpu", "CPU second")):
        rates = {
            kind: [run["pages"] / run[measure] for run in runs] for kind, runs in found.items()
        }
        best = {kind: max(all_of) for kind, all_of in rates.items()}
        ratios = [a / b for a, b in zip(rates["frontier"], rates["memory"], strict=True)]
        # Other work on the machine only ever slows a run down, so the best says most.
        print(
            f"  pages a {word}, best run: memory {best['memory']:.0f}, frontier"
            f" {best['frontier']:.0f}, ratio {best['frontier'] / best['memory']:.3f};"
            f" ratios of pairs: median {statistics.median(ratios):.3f},"
            f" {min(ratios):.3f} to {max(ratios):.3f}"
        )


def measure_memory(queued: int) -> None:
    """Memory and time over a long queue and over an empty one."""
    print(f"\nmemory: {queued} queued requests")
    with _Origin() as origin, tempfile.TemporaryDirectory() as folder:
        long = Path(folder, "long.db")
        spider = PlainSpider()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began = time.perf_counter()
        store = Store(long)
        store.begin()
        for number in range(queued):
            request = Request(f"{origin}/b/{number}", spider.parse_again, meta={"depth": 3})
            key = number.to_bytes(4, "big") * 5
            store.push(key, 0, write_request(request, spider))
            if number % 20 == 0:  # As many as a listing brings.
                store.commit()
        store.commit()
        filled = time.perf_counter() - began
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
        began = time.perf_counter()
        store.end("shutdown")
        store.close()
        ended = time.perf_counter() - began
        print(
            f"  filled in {filled:.0f} s ({1e6 * filled / queued:.0f} microseconds each), file"
            f" {long.stat().st_size / 1e6:.0f} MB, process grew by {grown:.0f} MB,"
            f" left in {ended:.1f} s"
        )
        pages = 2000
        plan = {"origin": origin, "listings": 10**6, "pages": pages}
        for kind, path in (("empty", Path(folder, "empty.db")), ("long", long)):
            run = _in_a_process({**plan, "frontier": str(path)})
            print(
                f"  {kind} queue: {run['pages']} pages in {run['seconds']:.2f} s,"
                f" {1000 * run['cpu'] / run['pages']:.2f} ms of CPU a page,"
                f" {run['megabytes']:.0f} MB at most"
            )
        run = _in_a_process({**plan, "frontier": ""})
        print(f"  Scrapy's memory queue, as many pages: {run['megabytes']:.0f} MB at most")


def measure_kills(kills: int, seed: int) -> None:
    """Balances of crawls that are killed."""
    from tests.frontier.killing import crawl_with_kills
    from tests.frontier.small_site import SmallSite

    print(f"\nkills: seed {seed}")
    for processes, share, per_kill in ((1, kills - kills // 2, 2.5), (3, kills // 2, 9.0)):
        if not share:
            continue
        listings = 30 + int(share * per_kill)
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder, SmallSite(listings) as site:
            balance = crawl_with_kills(site, Path(folder), share, processes, seed)
        kinds = ", ".join(f"{count} at a {kind}" for kind, count in sorted(balance.by_kind.items()))
        print(
            f"  one of {processes}: {balance.kills} kills ({kinds}); {balance.saved} of"
            f" {balance.expected} articles, {len(balance.lost)} lost, {balance.doubled} doubled;"
            f" {balance.surplus} requests more than the {site.requests_of_a_whole_crawl} of an"
            f" undisturbed crawl, {balance.in_flight} were in flight when killed;"
            f" {time.perf_counter() - began:.0f} s"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--parts", default="speed,memory,kills", help="which, with commas between")
    parser.add_argument("--listings", type=int, default=150, help="of 20 articles each, for speed")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--queued", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--one-crawl", help=argparse.SUPPRESS)
    parser.add_argument("--origin", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.origin:
        asyncio.run(_serve())
    elif chosen.one_crawl:
        print(json.dumps(crawl_once(json.loads(chosen.one_crawl))), flush=True)
    else:
        parts = chosen.parts.split(",")
        if "speed" in parts:
            measure_speed(chosen.listings, chosen.repeats)
        if "memory" in parts:
            measure_memory(chosen.queued)
        if "kills" in parts:
            measure_kills(chosen.kills, chosen.seed)


if __name__ == "__main__":
    main()
