"""What a WARC costs beside ``wget --warc-file`` on the same pages: bytes, and time.

    python -m benchmarks.warc_overhead [--articles 300] [--write docs/performance.md]

Bytes are those of the files on the disk beyond what the pages alone take, each packed by gzip;
time is the share of a program's CPU time that writing takes. wget is run with its WARC and
without; of this project the stage is measured within a whole crawl, and writing once more alone,
as it waits for the disk.
"""

from __future__ import annotations

import gzip
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.warc.http import parse_message
from archive.warc.reader import read_records
from archive.warc.writer import Exchange, WarcWriter
from benchmarks.generated_origin import Origin
from benchmarks.job_process import plan_of, told_by
from benchmarks.told import Told, told_parser, told_to

REPEATS = 3
_SERVER = "203.0.113.117"
"""An address for documentation (RFC 5737)."""
_ABSOLUTE = re.compile(rb"^([A-Z]+ )https?://[^/ ]+")


@dataclass(slots=True)
class Kept:
    """What WARC files hold."""

    captures: int = 0
    bytes: int = 0
    packed: int = 0
    """Bytes of the pages, each packed by gzip alone."""
    by_type: dict[str, int] = field(default_factory=dict)

    @property
    def beyond(self) -> float:
        """Bytes a capture beyond the gzip of its page."""
        return (self.bytes - self.packed) / self.captures


def kept(folder: Path) -> Kept:
    """Measure the WARC files of a folder."""
    found = Kept()
    for path in sorted(folder.rglob("*.warc.gz")):
        found.bytes += path.stat().st_size
        for record in read_records(path):
            before = found.by_type.get(record.type, 0)
            found.by_type[record.type] = before + record.length
            if record.type == "response":
                found.captures += 1
                found.packed += len(gzip.compress(record.content(), 6, mtime=0))
    return found


def exchanges_of(folder: Path) -> Iterator[Exchange]:
    """What a crawl's WARC files hold, ready to be written again, as if asked of the sites' servers.

    Pages come through a proxy here: what is asked of it has a longer first line, and of what
    comes from it the server's address is not known, which every record bears otherwise.
    """
    requests, responses = {}, []
    for path in sorted(folder.rglob("*.warc.gz")):
        for record in read_records(path, types=("request", "response")):
            if record.type == "request":
                requests[record.url] = bytes(record.block)
            else:
                responses.append((record.url, bytes(record.block), record.date))
    for url, block, date in responses:
        payload = parse_message(block).payload
        asked = _ABSOLUTE.sub(rb"\1", requests.get(url, b""), count=1)
        yield Exchange(url, asked, block, payload, date, ip=_SERVER)


def writing(exchanges: Sequence[Exchange], folder: Path, *, fsync: bool) -> tuple[float, float]:
    """CPU and wall milliseconds for a capture, the best of some runs."""
    cpu = wall = float("inf")
    for number in range(REPEATS):
        begun, began = time.process_time(), time.perf_counter()
        with WarcWriter(folder / str(number), "site", "crawl", software="x", fsync=fsync) as out:
            for exchange in exchanges:
                out.write(exchange)
        cpu = min(cpu, time.process_time() - begun)
        wall = min(wall, time.perf_counter() - began)
    return 1000 * cpu / len(exchanges), 1000 * wall / len(exchanges)


def crawl(origin: Origin, data: Path) -> tuple[float, float]:
    """The whole line: CPU milliseconds a page, and the share of them that the WARC takes."""
    [site] = origin.sites
    told = told_by(plan_of(origin, site, data, stages=True))
    stages = told["stages"]
    share = (stages["WARC"] + stages["sync of the WARC"]) / sum(stages.values())
    return 1000 * told["crawl_cpu"] / told["counters"]["fetched"], share


def wget(origin: Origin, folder: Path, *options: str) -> float:
    """CPU milliseconds a page of wget, the best of some runs."""
    folder.mkdir()
    addresses = folder / "urls.txt"
    addresses.write_text("\n".join(origin.article_urls) + "\n", encoding="utf-8")
    best = float("inf")
    for _ in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["wget", "-q", "-e", "robots=off", "-i", str(addresses), "-O", os.devnull]
        environment = os.environ | {"http_proxy": origin.url, "no_proxy": ""}
        subprocess.run([*command, *options], env=environment, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, spent)
    return 1000 * best / len(origin.article_urls)


def measure(make: str, articles: int) -> Iterator[str]:
    """The lines that the benchmark tells."""
    with tempfile.TemporaryDirectory() as temporary, Origin([make], 1, articles) as origin:
        folder = Path(temporary)
        cpu, share = crawl(origin, folder / "ours")
        again = list(exchanges_of(folder / "ours" / "warc"))
        fast, _ = writing(again, folder / "fast", fsync=False)
        ours = kept(folder / "fast" / "0")
        synced, waited = writing(again, folder / "synced", fsync=True)
        rows = [("**this project**, wire-exact, requests kept", ours, f"{100 * share:.0f} %", cpu)]
        if shutil.which("wget"):
            for name, options in (
                ("wget --warc-file", ()),
                ("wget --warc-file --compression=gzip", ("--compression=gzip",)),
            ):
                plain = wget(origin, folder / f"plain{len(rows)}", *options)
                place = folder / f"warc{len(rows)}"
                warc = ["--warc-file", str(place / "wget"), "--no-warc-keep-log"]
                spent = wget(origin, place, *warc, *options)
                part = f"{100 * (spent - plain) / spent:.0f} %"
                rows.append((name, kept(place), part, spent))
    yield f"{articles} articles of one site ({make}), with their listings in the first line."
    yield ""
    yield "| | captures | bytes a page, packed | bytes beyond it | CPU ms a page | of these WARC |"
    yield "|---|---|---|---|---|---|"
    for name, found, part, spent in rows:
        yield (
            f"| {name} | {found.captures} | {found.packed / found.captures:,.0f} |"
            f" {found.beyond:,.0f} | {spent:.2f} | {part} |"
        )
    if len(rows) == 1:
        yield "| wget | not measured: it is not on the path | | | | |"
    yield ""
    requests = ours.by_type.get("request", 0) / ours.captures
    yield (
        f"Of the {ours.beyond:,.0f} bytes the request's record takes {requests:,.0f}, heads and"
        f" digests of the response {ours.beyond - requests:,.0f}. Writing alone costs {fast:.2f} ms"
        f" of CPU a capture, {synced:.2f} with every record brought to the disk, for which a crawl"
        f" waits {waited:.1f} ms here."
    )


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--make", default="nukeviet")
    parser.add_argument("--articles", type=int, default=300)
    given = parser.parse_args()
    told_to(given.write, Told("WARC", list(measure(given.make, given.articles))))


if __name__ == "__main__":
    main()
