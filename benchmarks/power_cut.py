"""What is lost when the power goes: ``python -m benchmarks.power_cut [--cuts 40] [--write FILE]``.

One crawl is recorded by ``strace``, system call by system call. Then the power goes at moments
that a seed chooses: files are made as a disk may hold them that has lost everything, or part of
what had not been brought to it (``tests.crawl.power_cut``), and ``congdoan crawl`` goes on from
there. What comes of it is compared with a crawl that nobody disturbed, and verified.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from benchmarks.told import Told, told_parser, told_to
from crawler.sample_web import SampleWeb
from tests.crawl.killing import Balance, crawl_undisturbed
from tests.crawl.power_cut import after_cut, go_on, record

SITE = "lang_son"


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--cuts", type=int, default=40, help="half of them lose all they can")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    balance, chance = Balance(), random.Random(given.seed)
    lost = lost_bytes = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        undisturbed = crawl_undisturbed(folder / "undisturbed")
        with SampleWeb(slow_seconds=0.2) as web:
            calls = record(folder / "recorded", SITE, web.proxy_url, folder / "trace")
        for number in range(given.cuts):
            moment = chance.randint(1, len(calls))
            place = folder / "cut"
            dropped, size = after_cut(calls[:moment], place, chance if number % 2 else None)
            lost, lost_bytes = lost + dropped, lost_bytes + size
            go_on(place, SITE, undisturbed, balance)
            done = f"{number + 1} of {given.cuts}: {dropped} of {moment} calls lost"
            print(f"{done}, {len(balance.complaints)} complaints", file=sys.stderr, flush=True)
    for complaint in balance.complaints:
        print(complaint, file=sys.stderr)
    lines = [
        "| power cuts | writes lost | MB lost | articles to be had | articles had | doubled |"
        " other complaints |",
        "|---|---|---|---|---|---|---|",
        f"| {given.cuts} | {lost:,} | {lost_bytes / 1e6:.0f} | {balance.expected} |"
        f" {balance.saved} | {balance.doubled} | {len(balance.complaints)} |",
        "",
        f"One crawl of {len(calls):,} calls, seed {given.seed}.",
    ]
    told_to(given.write, Told("power cuts", lines))
    if balance.complaints:
        sys.exit(1)


if __name__ == "__main__":
    main()
