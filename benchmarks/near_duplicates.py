"""How well and how fast copies of a story are found, on the labelled set.

python -m benchmarks.near_duplicates            precision and recall, seeds never tuned on
python -m benchmarks.near_duplicates 20000      the time for so many articles
"""

from __future__ import annotations

import argparse
import itertools
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from sqlite_utils import Database

from archive.articles import content_hash
from archive.database import article_id, open_archive, save_site, transaction
from archive.records import Article, Byline, Site
from archive.stories.copies import update_stories
from benchmarks.labelled_copies import Told, copies, labelled_set, originals

TUNED_ON = tuple(range(1, 9))
HELD_OUT = tuple(range(11, 21))


def save_told(db: Database, told: Iterable[Told], *, start: int = 0) -> dict[int, Told]:
    """Write articles straight into the table, each at an address of its own; by id."""
    saved = {}
    for at, one in enumerate(told, start):
        url = f"http://site-{at % 7}.example.vn/tin-{at}.html"
        key = article_id(url)
        article = Article(url, one.title, one.lead, one.body, "", None, Byline())
        row = {
            "id": key, "url": url, "site": f"site-{at % 7}", "title": one.title, "lead": one.lead,
            "body": one.body, "first_seen_at": f"2024-01-01T00:00:{at % 60:02d}+07:00",
            "last_seen_at": "", "last_checked_at": "", "capture_id": "",
            "content_hash": content_hash(article),
        }  # fmt: skip
        db.table("articles").insert(row, pk="id")
        saved[key] = one
    return saved


def new_archive(path: Path) -> Database:
    db = open_archive(path)
    for number in range(7):
        save_site(db, Site(f"site-{number}", f"Công đoàn Mẫu {number}", declared=True))
    return db


def pairs_found(db: Database, saved: dict[int, Told]) -> tuple[int, int, int, Counter[str]]:
    """Right pairs, wrong pairs, missed pairs, and the wrong and missed ones by kind."""
    stories = dict(db.execute("select article_id, story_id from article_copies").fetchall())
    right = wrong = missed = 0
    kinds: Counter[str] = Counter()
    for first, second in itertools.combinations(saved, 2):
        same = saved[first].story == saved[second].story
        joined = first in stories and stories[first] == stories.get(second)
        right += same and joined
        wrong += joined and not same
        missed += same and not joined
        if same != joined:
            kinds[f"{'missed' if same else 'wrong'} {saved[first].kind}"] += 1
    return right, wrong, missed, kinds


def measure(seeds: Iterable[int]) -> tuple[float, float, Counter[str]]:
    """Precision and recall over pairs of articles, all seeds together."""
    right = wrong = missed = 0
    kinds: Counter[str] = Counter()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            db = new_archive(Path(folder) / "archive.db")
            with transaction(db):
                saved = save_told(db, labelled_set(seed))
            update_stories(db)
            found = pairs_found(db, saved)
            right, wrong, missed = right + found[0], wrong + found[1], missed + found[2]
            kinds += found[3]
            db.close()
    return right / (right + wrong), right / (right + missed), kinds


def measure_time(count: int) -> None:
    dice = random.Random(5)
    base = originals(5, each=count // 10)
    with tempfile.TemporaryDirectory() as folder:
        db = new_archive(Path(folder) / "archive.db")
        with transaction(db):
            told = [copy for one in base for copy in (one, *copies(one, 1, dice))]
            while len(told) < count:
                told += copies(dice.choice(base), 1, dice)
            saved = save_told(db, told[:count])
        begun = time.process_time()
        stories = update_stories(db)
        spent = time.process_time() - begun
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        size = db.execute("select sum(pgsize) from dbstat where name like 'copy%'").fetchone()
        print(
            f"{len(saved)} articles: {spent:.1f} s of CPU, {spent / len(saved) * 1e3:.2f} ms each"
        )
        print(f"{stories}; memory {memory} MB; index {(size[0] or 0) / len(saved):.0f} bytes each")
        begun = time.process_time()
        save_told(db, labelled_set(99)[:100], start=count)
        update_stories(db)
        print(f"100 more: {time.process_time() - begun:.2f} s")
        db.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=int, nargs="?", default=0)
    count = parser.parse_args().articles
    if count:
        measure_time(count)
        return
    for name, seeds in (("tuned on", TUNED_ON), ("held out", HELD_OUT)):
        precision, recall, kinds = measure(seeds)
        print(f"{name}: precision {precision:.4f}, recall {recall:.4f}, {dict(kinds)}")


if __name__ == "__main__":
    main()
