"""What is lost when crawls are killed: ``python -m benchmarks.kills [--write FILE]``.

``congdoan crawl --sample`` is killed with SIGKILL again and again, at moments that a seed chooses:
one process of one, one of three side by side, or the whole command with all its processes. The
next command takes the crawl up, and is killed in its turn, until the sites are crawled to their
end. Then everything is compared with a crawl that nobody killed, and verified. Two hundred kills
take about ten minutes on two idle cores.
"""

from __future__ import annotations

import random
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from benchmarks.told import Told, told_parser, told_to
from crawler.sample_web import SITES
from tests.crawl.killing import Balance, Undisturbed, crawl_undisturbed, crawl_with_kills

WAYS = {
    "one of one": (1, 5),
    "one of three": (5, 12),
    "all": (3, 5),
}
"""Sites of an archive, and how many kills its crawl gets at most: some 40 requests a site."""


def measure(kills: dict[str, int], seed: int, jobs: int) -> dict[str, Balance]:
    """A balance for each way to kill; ``jobs`` archives are crawled at a time."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as threads:
        undisturbed = crawl_undisturbed(Path(folder, "undisturbed"))
        found = {way: Balance() for way in kills}
        numbers = dict.fromkeys(kills, 0)
        # A crawl may come to its end before all its kills: others then get them.
        while any(sum(found[way].kills.values()) < wanted for way, wanted in kills.items()):
            crawls: list[Future[tuple[str, Balance]]] = []
            for way, wanted in kills.items():
                left = wanted - sum(found[way].kills.values())
                while left > 0:
                    share = min(left, WAYS[way][1])
                    left -= share
                    place = Path(folder, way, str(numbers[way]))
                    crawls.append(
                        threads.submit(_one, place, way, numbers[way], share, seed, undisturbed)
                    )
                    numbers[way] += 1
            for crawl in as_completed(crawls):
                way, balance = crawl.result()
                found[way].add(balance)
                _say(found, kills)
    return found


def _one(
    folder: Path, way: str, number: int, kills: int, seed: int, undisturbed: Undisturbed
) -> tuple[str, Balance]:
    """One archive, crawled to its end; its kills depend on the seed, way and number alone."""
    names, balance = sorted(SITES), Balance()
    chosen = [names[(number + site) % len(names)] for site in range(WAYS[way][0])]
    chance = random.Random(f"{seed} {way} {number}")
    try:
        crawl_with_kills(folder, chosen, way, kills, chance, undisturbed, balance)
    except AssertionError as error:
        balance.complaints.append(str(error))
    return way, balance


def _say(found: dict[str, Balance], kills: dict[str, int]) -> None:
    done = ", ".join(f"{way}: {sum(found[way].kills.values())} of {kills[way]}" for way in kills)
    complaints = sum(len(balance.complaints) for balance in found.values())
    print(f"{done}; {complaints} complaints", file=sys.stderr, flush=True)


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
    lines: list[list[object]] = [[*head], ["---", *("---:" for _ in found)], *rows]
    return [f"| {' | '.join(map(str, line))} |" for line in lines]


def _wrong(balance: Balance) -> int:
    wrong = ("lost: ", "not in an undisturbed crawl: ")
    return balance.doubled + sum(told.startswith(wrong) for told in balance.complaints)


def _others(balance: Balance) -> int:
    return len(balance.complaints) - _wrong(balance) + balance.doubled


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--kills", type=int, default=200, help="half of one, half of three")
    parser.add_argument("--whole", type=int, default=20, help="kills of the whole command")
    parser.add_argument("--jobs", type=int, default=2, help="archives crawled at a time")
    parser.add_argument("--seed", type=int, default=20261122)
    chosen = parser.parse_args()
    half = chosen.kills // 2
    found = measure(
        {"one of one": chosen.kills - half, "one of three": half, "all": chosen.whole},
        chosen.seed,
        chosen.jobs,
    )
    for balance in found.values():
        for complaint in balance.complaints:
            print(complaint, file=sys.stderr)
    told_to(chosen.write, Told("kills", [*table(found), "", f"Seed {chosen.seed}."]))
    if any(balance.complaints or balance.surplus > balance.in_flight for balance in found.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
