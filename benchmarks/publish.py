"""How long a reader waits: pages of the face beside plain Datasette, one reader and four.

    python -m benchmarks.generated_archive data/bench.db 200000
    python -m benchmarks.publish data/bench.db --rounds 30

Servers run in processes of their own, readers in this one; p50 and p95 in milliseconds over
varied queries, after two rounds of warming up (the archive's file is then in memory as far as it
fits), and the server's CPU time a page, which other work on the machine hardly changes.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from archive.publish.serve import datasette_arguments
from archive.publish.settings import PLUGIN

COMMON = ("công đoàn", "cong doan", '"nguoi lao dong"', "doan vien", "hoạt động")
MIDDLING = ("thỏa ước lao động tập thể", "doi thoai tai noi lam viec", '"tai nan lao dong"',
            "CNVCLĐ", "Tết Sum vầy", "bua an ca")  # fmt: skip
RARE = ("title:thôn", '"an toàn vệ sinh" -nữ', "luong* tap the", "nghieng nguyen", "quyết xuân")

AWKWARD = ("ng*", "th* lao dong", '"lao do"*', '"doan cong lao dong"', "lao dong -cong -doan",
           "cong doan lao dong nguoi viec hoat dong hoi nghi")  # fmt: skip
"""Beginnings of very many words, common words that stand side by side nowhere, many common ones."""


def pages(path: Path) -> dict[str, list[str]]:
    """Kinds of page with many addresses each, so that nothing is measured from one cache."""
    rng = random.Random(11)
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    reach = (1 << 49) - 1
    ids = [
        conn.execute("select id from articles where id >= ? limit 1", (rng.randrange(reach),))
        for _ in range(60)
    ]
    keys = [row[0] for cursor in ids if (row := cursor.fetchone())]
    provinces = [row[0] for row in conn.execute("select name from provinces order by 1")]
    sites = [row[0] for row in conn.execute("select name from sites order by 1")]
    units = [row[0] for row in conn.execute("select unit from unit_counts limit 40")]
    months = [f"{year}-{month:02}" for year in range(2012, 2026) for month in (1, 5, 9)]
    conn.close()

    def search(words: tuple[str, ...]) -> list[str]:
        return [f"/search?q={quote_plus(word)}" for word in words]

    everything = COMMON + MIDDLING + RARE
    filters = [*(("province", p) for p in provinces[::6]), *(("year", str(y)) for y in
               range(2012, 2025, 3)), *(("site", s) for s in sites[::9])]  # fmt: skip
    return {
        "home": ["/", "/?map=2025"],
        "article": [f"/archive/articles/{key}" for key in keys],
        "search, common words": search(COMMON),
        "search, middling words": search(MIDDLING),
        "search, rare words": search(RARE),
        "search, beginnings, common phrases": search(AWKWARD),
        "search by date": [f"{path}&sort=newest" for path in search(everything)],
        "search with a filter": [
            f"/search?q={quote_plus(word)}&{name}={quote_plus(value)}"
            for word, (name, value) in zip(itertools.cycle(everything), filters)
        ],
        "filter alone": [
            *(f"/search?province={quote_plus(p)}" for p in provinces[::8]),
            *(f"/search?unit={quote_plus(u)}" for u in units[::8]),
            "/search?topic=CNVCL%C4%90", "/search?year=2020", "/search",
        ],
        "province": [f"/provinces/{quote(province)}" for province in provinces],
        "site": [f"/sites/{site}" for site in sites],
        "month": [f"/months/{month}" for month in months],
        "sites": ["/sites"],
        "health": ["/health"],
        "coverage": ["/coverage"],
        "all provinces, all months": ["/provinces", "/provinces?map=2025", "/months"],
        "feed of a search": [f"/feed.atom?q={quote_plus(word)}" for word in everything],
        "feed of changes": [
            "/changes.atom", "/changes.atom?kind=edited", "/changes.atom?kind=gone",
            *(f"/changes.atom?province={quote_plus(p)}" for p in provinces[::12]),
            *(f"/changes.atom?site={s}" for s in sites[::12]),
        ],
        "table": ["/archive/articles", "/archive/articles?_sort_desc=published_at"],
        "database": ["/archive"],
    }  # fmt: skip


PLAIN = {
    "home": ["/"],
    "article": [],
    "search, common words": [f"/archive/articles?_search={quote_plus(w.strip(chr(34)))}"
                             for w in COMMON],
    "search, middling words": [f"/archive/articles?_search={quote_plus(w.strip(chr(34)))}"
                               for w in MIDDLING],
    "search, rare words": ["/archive/articles?_search=nghieng+nguyen",
                           "/archive/articles?_search=quyet+xuan"],
    "search with a filter": [f"/archive/articles?_search=cong+doan&province={quote_plus(p)}"
                             for p in ("An Giang", "Yên Bái", "Cà Mau")],
    "filter alone": ["/archive/articles?_facet=province&_facet=site&_facet=unit"],
    "province": ["/archive/articles?province=An+Giang&_sort_desc=published_at"],
    "table": ["/archive/articles"],
    "database": ["/archive"],
}  # fmt: skip
"""What comes nearest to each page in plain Datasette with its defaults."""


@contextlib.contextmanager
def server(arguments: list[str]) -> Iterator[tuple[int, int]]:
    """Its port and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments, "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                ask(port, "/-/versions.json")
                break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def ask(port: int, path: str) -> float:
    """Milliseconds until the whole answer is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    took = (time.perf_counter() - began) * 1000
    connection.close()
    if answer.status >= 500:
        raise RuntimeError(f"{answer.status} for {path}")
    return took


def measure(port: int, paths: list[str], rounds: int, readers: int) -> list[float]:
    times: list[float] = []

    def read(offset: int) -> None:
        for turn in range(rounds):
            times.append(ask(port, paths[(turn * readers + offset) % len(paths)]))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times)


def processor(pid: int, port: int, paths: list[str], rounds: int) -> list[float]:
    """The server's CPU time for each of these pages, in milliseconds: what a reader would wait on
    an idle machine, whatever else runs on this one."""
    times = []
    for turn in range(rounds):
        before = running_time(pid)
        ask(port, paths[turn % len(paths)])
        times.append((running_time(pid) - before) / 1e6)
    return sorted(times)


def running_time(pid: int) -> int:
    """Nanoseconds that the threads of a process have run."""
    return sum(
        int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")
    )


def percentile(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


def table(
    port: int, pid: int, kinds: dict[str, list[str]], rounds: int
) -> dict[str, dict[str, float]]:
    figures: dict[str, dict[str, float]] = {}
    for kind, paths in kinds.items():
        if not paths:
            continue
        for path in paths[:40] * 2:
            ask(port, path)
        worked = processor(pid, port, paths, max(rounds, len(paths)))
        figures[kind] = {"cpu50": percentile(worked, 0.5), "cpu95": percentile(worked, 0.95)}
        for readers in (1, 4):
            times = measure(port, paths, max(rounds, len(paths)) if readers == 1 else rounds,
                            readers)  # fmt: skip
            figures[kind][f"p50x{readers}"] = percentile(times, 0.5)
            figures[kind][f"p95x{readers}"] = percentile(times, 0.95)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--only", default="", help="part of the names of the pages to measure")
    parser.add_argument("--not", dest="without", default="-", help="and of those not to measure")
    parser.add_argument("--workers", type=int, default=1, help="processes that serve (CPU time is"
                        " then not told)")  # fmt: skip
    parser.add_argument("--remember", action="store_true", help="hold the searches that were"
                        " made, as serve does by itself; else each is made anew")  # fmt: skip
    parser.add_argument("--no-plain", action="store_true", help="leave plain Datasette out")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    link = arguments.archive
    if link.stem != "archive" or not link.parent.name.startswith("face-"):
        link = arguments.archive.parent / f"face-{arguments.archive.stem}" / "archive.db"
        link.parent.mkdir(exist_ok=True)
        for ending in ("", "-wal", "-shm"):
            target = Path(str(link) + ending)
            target.unlink(missing_ok=True)
            source = Path(str(arguments.archive.resolve()) + ending)
            if source.exists():
                target.symlink_to(source)
    kinds = {
        kind: paths
        for kind, paths in pages(link).items()
        if arguments.only in kind and arguments.without not in kind
    }
    metadata = link.parent / "metadata.json"
    settings = {PLUGIN: {"remember_searches": arguments.remember}}
    metadata.write_text(json.dumps({"plugins": settings}), encoding="utf-8")
    command = datasette_arguments(link, metadata)
    if arguments.workers > 1:
        command = ["crawler.cli", "serve", "--data", str(link.parent),
                   "--workers", str(arguments.workers)]  # fmt: skip
    with server(command) as (port, pid):
        ours = table(port, pid, kinds, arguments.rounds)
    plain: dict[str, dict[str, float]] = {}
    if not arguments.no_plain:
        with server(["datasette", "serve", str(link), "--setting", "sql_time_limit_ms",
                     "20000"]) as (port, pid):  # fmt: skip
            chosen = {k: v for k, v in PLAIN.items() if k in kinds}
            if "article" in chosen:
                chosen["article"] = kinds["article"]
            plain = table(port, pid, chosen, max(arguments.rounds // 3, 5))
    columns = ("cpu50", "cpu95", "p50x1", "p95x1", "p50x4", "p95x4")
    print("| page | CPU, p50 | CPU, p95 | p50 | p95 | p50, 4 readers | p95, 4 readers |"
          " plain Datasette p50 / p95 |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for kind, row in ours.items():
        cells = " | ".join(f"{row[column]:.0f}" for column in columns)
        other = plain.get(kind)
        beside = f"{other['p50x1']:.0f} / {other['p95x1']:.0f}" if other else ""
        print(f"| {kind} | {cells} | {beside} |")
    if arguments.json:
        arguments.json.write_text(json.dumps({"ours": ours, "plain": plain}, indent=1))


if __name__ == "__main__":
    main()
