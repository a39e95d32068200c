"""What is lost when imports are killed: ``python -m benchmarks.killed_imports [--write FILE]``.

An archive of generated pages is imported into another one that holds some of the same pages.
``congdoan import`` is killed with SIGKILL at random moments, each time the same command goes on and
is killed in its turn, and at last one is let come to its end: then every row is compared with an
import that nobody killed, and the archive verified.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.told import Told, told_parser, told_to
from tests.archive.import_killing import Killed, import_with_kills, other_archive, undisturbed

HERE = ("nukeviet", "joomla_k2")
THERE = ("nukeviet", "joomla_k2", "wordpress")
AT_MOST = 5
"""Kills of one import, before it is let come to its end."""


def measure(kills: int, captures: int, seed: int) -> Killed:
    chance = random.Random(seed)
    found = Killed()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        here = other_archive(folder / "here", HERE, captures // 4)
        there = other_archive(folder / "there", THERE, captures)
        wanted, seconds = undisturbed(there, here, folder / "wanted")
        while found.kills < kills:
            data = folder / f"data-{found.imports}"
            most = min(AT_MOST, kills - found.kills)
            import_with_kills(there, here, data, wanted, most, seconds, chance, found)
            shutil.rmtree(data)
            told = f"{found.kills} kills, {len(found.complaints)} complaints"
            print(told, file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--captures", type=int, default=200, help="pages of the other archive")
    parser.add_argument("--seed", type=int, default=20261122)
    chosen = parser.parse_args()
    found = measure(chosen.kills, chosen.captures, chosen.seed)
    for complaint in found.complaints:
        print(complaint, file=sys.stderr)
    lines = [
        "| SIGKILL to `congdoan import` | |",
        "|---|---:|",
        f"| kills | {found.kills} |",
        f"| imports that came to their end | {found.imports} |",
        f"| rows compared | {found.rows:,} |",
        f"| **lost, doubled, different, or otherwise wrong** | {len(found.complaints)} |",
        *(f"| left behind: {state} | {count} |" for state, count in sorted(found.found.items())),
        "",
        f"{chosen.captures} pages into an archive of {chosen.captures // 4}, seed {chosen.seed}.",
    ]
    told_to(chosen.write, Told("killed imports", lines))
    if found.complaints:
        sys.exit(1)


if __name__ == "__main__":
    main()
