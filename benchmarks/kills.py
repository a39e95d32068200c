"""What is lost when crawls are killed: ``python -m benchmarks.kills [--write FILE]``.

``congdoan crawl --sample`` is killed with SIGKILL again and again, at moments that a seed chooses:
one process of one, one of three side by side, or the whole command with all its processes. The
next command takes the crawl up, and is killed in its turn, until the sites are crawled to their
end. Then everything is compared with a crawl that nobody killed, and verified. Two hundred kills
take about ten minutes on two idle cores.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.told import Told, add_told, told_to
from crawler.sample_web import SITES
from tests.crawl.killing import Balance, Undisturbed, crawl_undisturbed, crawl_with_kills

WAYS = {
    "one of one": (1, 5),
    "one of three": (5, 12),
    "all": (3, 5),
}
"""Sites of an archive, and how many kills its crawl gets at most: some 40 requests a site."""


def measure(kills: dict[str, int], seed: int) -> dict[str, Balance]:
    """A balance for each way to kill."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = crawl_undisturbed(Path(folder, "undisturbed"))
        for way, share in kills.items():
            found[way] = _killed(Path(folder, way), way, share, seed, undisturbed)
    return found


def _killed(folder: Path, way: str, kills: int, seed: int, undisturbed: Undisturbed) -> Balance:
    balance, (sites, at_most) = Balance(), WAYS[way]
    names = sorted(SITES)
    while (left := kills - balance.kills[way]) > 0:
        number = balance.archives
        chance = random.Random(f"{seed} {way} {number}")
        chosen = [names[(number + site) % len(names)] for site in range(sites)]
        begun = time.monotonic()
        crawl_with_kills(
            folder / str(number), chosen, way, min(left, at_most), chance, undisturbed, balance
        )
        print(
            f"{way}: {balance.kills[way]} of {kills} kills, {len(balance.complaints)} complaints,"
            f" {time.monotonic() - begun:.0f} s",
            file=sys.stderr,
            flush=True,
        )
    return balance


def table(found: dict[str, Balance]) -> list[str]:
    """The balances side by side, as Markdown."""
    words = {"all": "the whole command"}
    head = ["SIGKILL to", *(words.get(way, way) for way in found)]
    balances = list(found.values())
    rows: list[list[object]] = [
        ["kills", *(sum(balance.kills.values()) for balance in balances)],
        ["archives crawled to their end", *(balance.archives for balance in balances)],
        ["commands for it", *(balance.commands for balance in balances)],
        ["articles to be had", *(balance.expected for balance in balances)],
        ["articles had", *(balance.saved for balance in balances)],
        ["**lost, doubled or different**", *(_wrong(balance) for balance in balances)],
        ["requests", *(balance.requests for balance in balances)],
        ["**fetched again**", *(balance.surplus for balance in balances)],
        ["in flight when killed, its bound", *(balance.in_flight for balance in balances)],
        ["WARC files", *(balance.files for balance in balances)],
        ["**other complaints**", *(_others(balance) for balance in balances)],
    ]
    kinds = sorted({kind for balance in balances for kind in balance.found})
    rows += [[f"left behind: {kind}", *(b.found[kind] for b in balances)] for kind in kinds]
    lines = [head, ["---", *("---:" for _ in found)], *rows]
    return [f"| {' | '.join(map(str, line))} |" for line in lines]


def _wrong(balance: Balance) -> int:
    wrong = ("lost: ", "not in an undisturbed crawl: ")
    return balance.doubled + sum(told.startswith(wrong) for told in balance.complaints)


def _others(balance: Balance) -> int:
    return len(balance.complaints) - _wrong(balance) + balance.doubled


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=200, help="half of one, half of three")
    parser.add_argument("--whole", type=int, default=20, help="kills of the whole command")
    parser.add_argument("--seed", type=int, default=20261122)
    add_told(parser)
    chosen = parser.parse_args()
    half = chosen.kills // 2
    found = measure(
        {"one of one": chosen.kills - half, "one of three": half, "all": chosen.whole}, chosen.seed
    )
    for balance in found.values():
        for complaint in balance.complaints:
            print(complaint, file=sys.stderr)
    told_to(chosen.write, Told("kills", [*table(found), "", f"Seed {chosen.seed}."]))
    if any(balance.complaints or balance.surplus > balance.in_flight for balance in found.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
