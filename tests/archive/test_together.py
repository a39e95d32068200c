"""Captures that are written together give the rows that each alone would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.articles import content_hash
from archive.database import transaction
from archive.rebuilding.bulk_load import Read, save_together
from archive.records import Article, Capture, Unreadable
from tests.archive.test_articles import EVENTS, archive, article, capture, everything, take_in

PLAIN = [
    (
        capture(20 + number, url=f"https://congdoan.example.vn/tin/bai-{number}.html"),
        article(f"Bài thứ {number}.", url=f"https://congdoan.example.vn/tin/bai-{number}.html"),
    )
    for number in range(6)
]
OTHERS: list[tuple[Capture, Article | Unreadable | None]] = [
    *PLAIN,
    (replace(PLAIN[0][0], id=capture(30).id, fetched_at=capture(30).fetched_at), PLAIN[0][1]),
    (capture(31, url="https://congdoan.example.vn/robots.txt"), None),
    (capture(32, url="https://congdoan.example.vn/tin/mat.html"), Unreadable("no_body", "trống")),
    (capture(33, url="https://congdoan.example.vn/cu", status=301, location=PLAIN[1][0].url), None),
    (capture(34, url=PLAIN[2][0].url, status=404), Unreadable("http_error", "404")),
]
ALL = [*EVENTS, *OTHERS]


def key(url: str) -> str:
    return url.partition("://")[2]


def read(capture: Capture, outcome: Article | Unreadable | None, *, waiting: bool = False) -> Read:
    leads_to = key(capture.location)
    if waiting or not isinstance(outcome, Article):
        said = None if waiting else outcome
        return Read(capture, key(capture.url), leads_to, said, expected=True, elsewhere=waiting)
    return Read(
        capture,
        key(capture.url),
        leads_to,
        outcome,
        key(outcome.url),
        content_hash(outcome),
        expected=True,
    )


def write(db: Database, reads: Sequence[Read]) -> list[str]:
    with transaction(db):
        return list(save_together(db, reads, "test"))


def found(db: Database, word: str) -> list[int]:
    sql = "select rowid from {} where {} match ? order by rowid"
    both = [db.execute(sql.format(name, name), [word]).fetchall() for name in INDEXES]
    assert both[0] == both[1]
    return [row[0] for row in both[0]]


INDEXES = ("articles_fts", "articles_exact")


@settings(max_examples=60, deadline=None)
@example(order=list(range(len(ALL))), sizes=[len(ALL)])
@example(order=list(range(len(ALL))), sizes=[1])
@given(st.permutations(range(len(ALL))), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_groups_of_any_size_give_the_same_rows(order: list[int], sizes: list[int]) -> None:
    alone, together = archive(), archive()
    for event in ALL:
        take_in(alone, event)
    left = [ALL[index] for index in order]
    turn = 0
    while left:
        size = sizes[turn % len(sizes)]
        turn += 1
        group, left = left[:size], left[size:]
        write(together, [read(*event) for event in group])
        # A second time, as after a kill: nothing changes.
        write(together, [read(*event) for event in group])
    assert everything(together) == everything(alone)
    for word in ("hội", "thứ", "khác"):
        assert found(together, word) == found(alone, word)
    for name in INDEXES:
        together.execute(f"insert into {name} ({name}) values ('integrity-check')")
    alone.close()
    together.close()


def test_what_changed_is_told_in_order() -> None:
    db = archive()
    first, *others = [read(*event) for event in PLAIN[:3]]
    gone = read(capture(40, url=PLAIN[0][0].url, status=404), Unreadable("http_error", "404"))
    missing = read(*OTHERS[8])
    assert write(db, [first]) == ["new"]
    assert write(db, [*others, gone, missing]) == ["new", "new", "gone", "unreadable"]
    assert write(db, [first, *others, gone, missing]) == ["none"] * 5


def test_a_capture_that_is_yet_to_be_read_has_a_row_and_is_settled_later() -> None:
    db = archive()
    event = PLAIN[0]
    assert write(db, [read(*event, waiting=True)]) == ["none"]
    assert db.execute("select outcome from captures").fetchall() == [(None,)]
    assert db["articles"].count == 0
    assert write(db, [read(*event)]) == ["new"]
    alone = archive()
    take_in(alone, event)
    assert everything(db) == everything(alone)


def test_many_new_articles_are_written_at_once_with_all_their_counts() -> None:
    db = archive()
    address = "https://congdoan.example.vn/tin/{}.html".format
    reads = [
        read(capture(100 + n, url=address(n)), article(f"Số {n}.", url=address(n), tags=("Tết",)))
        for n in range(1200)
    ]
    assert write(db, reads) == ["new"] * 1200
    assert len(found(db, "số")) == 1200
    assert db.execute("select sum(articles) from month_counts").fetchone() == (1200,)
    assert db.execute("select articles from topic_counts where topic = 'Tết'").fetchone() == (1200,)
