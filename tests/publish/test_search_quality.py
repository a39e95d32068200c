"""Labelled queries over the sample archive, beside SQLite's plain unicode61 in the same run."""

from __future__ import annotations

import sqlite3
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archive.publish.search_page import Asked, answer
from archive.search.query import parse
from tests.publish.sample import HERE, sample_articles

LABELS: dict[str, dict[str, Any]] = tomllib.loads(
    (HERE / "search_labels.toml").read_text(encoding="utf-8")
)["queries"]


@dataclass
class Score:
    hits: int = 0
    wanted: int = 0
    given: int = 0

    def add(self, found: set[str], means: set[str]) -> None:
        self.hits += len(found & means)
        self.wanted += len(means)
        self.given += len(found)

    @property
    def recall(self) -> float:
        return self.hits / self.wanted

    @property
    def precision(self) -> float:
        return self.hits / self.given if self.given else 1.0


@pytest.fixture(scope="module")
def conn(sample: tuple[Path, dict[str, int]]) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{sample[0]}?mode=ro", uri=True)


@pytest.fixture(scope="module")
def plain() -> sqlite3.Connection:
    return sqlite_alone("unicode61")


@pytest.fixture(scope="module")
def plain_2() -> sqlite3.Connection:
    return sqlite_alone("unicode61 remove_diacritics 2")


def sqlite_alone(tokenizer: str) -> sqlite3.Connection:
    """What SQLite gives without any care: words as typed, its own folding."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "create virtual table t using fts5 (key unindexed, title, lead, body, byline,"
        f' tokenize="{tokenizer}")'
    )
    for sample in sample_articles():
        article = sample.article
        row = (sample.key, article.title, article.lead, article.body, article.byline.text)
        connection.execute("insert into t values (?, ?, ?, ?, ?)", row)
    return connection


def found_by_us(conn: sqlite3.Connection, ids: dict[str, int], query: str, marks: str) -> set[str]:
    names = {key: name for name, key in ids.items()}
    got = answer(conn, Asked.of({"q": query, "size": "100", "marks": marks}))
    return {names[hit.row["id"]] for hit in got.hits}


def found_plainly(plain: sqlite3.Connection, query: str) -> set[str]:
    """The same operators, so that only the treatment of letters differs."""
    words = " AND ".join(f'"{word}"' for word in parse(query).words)
    phrase = query if query.startswith('"') else words
    return {row[0] for row in plain.execute("select key from t where t match ?", (phrase,))}


def test_the_labels_are_many_and_name_articles_that_exist(ids: dict[str, int]) -> None:
    assert len(LABELS) >= 60
    assert {key for label in LABELS.values() for key in label["means"]} <= set(ids)
    assert {label["kind"] for label in LABELS.values()} == {"marked", "plain", "wrong", "operator"}


@pytest.mark.parametrize("query", LABELS)
def test_nothing_that_is_meant_is_missed(
    conn: sqlite3.Connection, ids: dict[str, int], query: str
) -> None:
    assert set(LABELS[query]["means"]) <= found_by_us(conn, ids, query, "auto")


@pytest.mark.parametrize("query", [q for q, label in LABELS.items() if label["kind"] != "operator"])
def test_the_folded_form_misses_nothing(
    conn: sqlite3.Connection, ids: dict[str, int], query: str
) -> None:
    assert set(LABELS[query]["means"]) <= found_by_us(conn, ids, query, "fold")


def test_quality_beside_plain_unicode61(
    conn: sqlite3.Connection,
    plain: sqlite3.Connection,
    plain_2: sqlite3.Connection,
    ids: dict[str, int],
) -> None:
    """The figures of docs/search.md; printed with ``pytest -s``."""
    ours: dict[str, Score] = {}
    folded: dict[str, Score] = {}
    sqlites: dict[str, Score] = {}
    sqlites_2: dict[str, Score] = {}
    for query, label in LABELS.items():
        means, kind = set(label["means"]), label["kind"]
        if kind == "operator":
            continue
        ours.setdefault(kind, Score()).add(found_by_us(conn, ids, query, "auto"), means)
        folded.setdefault(kind, Score()).add(found_by_us(conn, ids, query, "fold"), means)
        sqlites.setdefault(kind, Score()).add(found_plainly(plain, query), means)
        sqlites_2.setdefault(kind, Score()).add(found_plainly(plain_2, query), means)
    for kind, score in ours.items():
        print(
            f"\n{kind}: recall {score.recall:.3f} precision {score.precision:.3f}"
            f" | marks ignored {folded[kind].recall:.3f} {folded[kind].precision:.3f}"
            f" | unicode61 {sqlites[kind].recall:.3f} {sqlites[kind].precision:.3f}"
            f" | remove_diacritics 2 {sqlites_2[kind].recall:.3f} {sqlites_2[kind].precision:.3f}",
            end="",
        )
    assert all(score.recall == 1.0 for score in ours.values())
    assert ours["marked"].precision >= 0.98
    assert ours["plain"].precision >= 0.90
    assert sqlites_2["plain"].recall < 0.8, "without care, đ is not found by d"
    assert ours["marked"].precision > sqlites["marked"].precision


def test_the_title_outweighs_the_body(conn: sqlite3.Connection, ids: dict[str, int]) -> None:
    names = {key: name for name, key in ids.items()}
    got = answer(conn, Asked.of({"q": "bảo hiểm xã hội"}))
    assert [names[hit.row["id"]] for hit in got.hits] == ["bao_hiem", "tu_van"]


def test_wrong_marks_fall_back_and_say_so(conn: sqlite3.Connection) -> None:
    got = answer(conn, Asked.of({"q": "tai nãn"}))
    assert got.widened and not got.exact and got.found.total == 1
    assert not answer(conn, Asked.of({"q": "tai nãn", "marks": "exact"})).hits
    assert not answer(conn, Asked.of({"q": "tai nạn"})).widened


def test_snippets_show_the_original_words_marked(conn: sqlite3.Connection) -> None:
    (hit,) = answer(conn, Asked.of({"q": '"may mac" OR "tho lo" -hoa'})).hits
    marked = [text for text, is_marked in hit.extract if is_marked]
    assert marked
    assert set(marked) == {"thợ lò"}
