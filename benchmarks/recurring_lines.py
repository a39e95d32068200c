"""Would lines that recur across a site's pages be worth removing? Measured, not assumed.

A site reveals its frame by repeating it: counters, tickers, credits, contact lines recur on many
pages with only digits changing. This benchmark learns such lines from what extraction gave for a
site's articles, and counts what removing them would take away: leaked lines of the frame (good)
and lines of the articles themselves (bad), with layouts and by general rules alone, with and
without the lexicon.

    python -m benchmarks.recurring_lines FOLDER...

A folder holds pages with gold; see ``congdoan evaluate``.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

from crawler.evaluation.evaluate import ours
from crawler.evaluation.gold import Case, read_cases
from crawler.extraction import body

SHARE = 0.05
"""Part of a site's articles in which a line has to stand to count as recurring."""
LEAST = 3
"""Articles in which it has to stand at least."""

_DIGITS = re.compile(r"\d+")


def masked(line: str) -> str:
    """A line with every number made the same, case folded."""
    return _DIGITS.sub("0", line.casefold()).strip()


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text that say something."""
    return (line for line in text.split("\n") if line.strip())


def measure(cases: Sequence[Case], layouts: bool) -> tuple[int, int, int, int]:
    """Leaked lines, those that the layer removes, article lines, those that it removes."""
    read = ours(layouts)
    texts: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for case in cases:
        if case.article is not None and case.kind == "article":
            gold = {masked(line) for line in lines_of(case.article.text)}
            texts[case.family].append((read(case.page).text, gold))
    leaked = caught = own = lost = 0
    for pages in texts.values():
        seen = Counter(key for text, _ in pages for key in {masked(x) for x in lines_of(text)})
        least = max(LEAST, SHARE * len(pages))
        recurring = {key for key, count in seen.items() if count >= least}
        for text, gold in pages:
            for line in lines_of(text):
                key = masked(line)
                if key in gold:
                    own += 1
                    lost += key in recurring
                else:
                    leaked += 1
                    caught += key in recurring
    return leaked, caught, own, lost


def main(folders: Sequence[str]) -> int:
    """Print the table; 2 where no folder is named."""
    if not folders:
        print(__doc__, file=sys.stderr)
        return 2
    cases = list(read_cases([Path(folder) for folder in folders]))
    print("| way | frame lines leaked | of them caught | article lines | of them lost |")
    print("|---|---|---|---|---|")
    for layouts in (True, False):
        for lexicon in (True, False):
            name = f"{'layouts' if layouts else 'general rules'}{'' if lexicon else ', no lexicon'}"
            if lexicon:
                row = measure(cases, layouts)
            else:
                with patch.object(body, "boilerplate_kind", lambda line: ""):
                    row = measure(cases, layouts)
            print(f"| {name} | {row[0]} | {row[1]} | {row[2]} | {row[3]} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
