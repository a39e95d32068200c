"""Copies of a story are joined, reports of like events are not, and order does not matter."""

from __future__ import annotations

import random
import re
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.database import open_archive, transaction
from archive.stories import keys as copy_keys
from archive.stories.at_once import (
    gather_keys,
    kept_beside,
    keys_between,
    same_between,
    slices,
    stories_of,
    write_stories,
)
from archive.stories.chunks import ABBREVIATIONS, COMMON_NAMES, plain
from archive.stories.copies import Groups, probable_original, update_stories
from archive.stories.keys import candidates, reindex
from archive.stories.run_hashes import packed_word, run_hashes
from archive.stories.tellings import packed, unpacked
from archive.stories.text import same_story, share_of, telling
from benchmarks.labelled_copies import EDITS, Told, copies, labelled_set, originals
from benchmarks.near_duplicates import measure, new_archive, save_told

TABLES = ("stories", "article_copies", "copy_keys", "copies_pending")


def stored(db: Database) -> dict[str, list[Any]]:
    return {table: sorted(db.execute(f"select * from {table}").fetchall()) for table in TABLES}


def archive_of(told: list[Told]) -> tuple[Database, dict[int, Told]]:
    db = new_archive(Path(":memory:"))
    with transaction(db):
        return db, save_told(db, told)


def test_precision_and_recall_on_texts_never_tuned_on() -> None:
    precision, recall, kinds = measure(range(31, 33))
    assert precision > 0.96, kinds
    assert recall > 0.97, kinds


@pytest.mark.parametrize("edit", EDITS)
def test_each_edit_alone_is_seen_through(edit: str) -> None:
    dice = random.Random(3)
    told = [one for one in originals(3, each=5) if len(one.paragraphs) > 2]
    same = [
        same_story(telling(f"{one.lead}\n{one.body}"), telling(f"{copy.lead}\n{copy.body}"))
        for one in told
        for copy in [EDITS[edit](one, dice)]
    ]
    assert sum(same) >= 0.97 * len(same)


def test_reports_in_the_same_sentences_stay_apart() -> None:
    told = [one for one in originals(4, each=12) if one.kind != "story"]
    texts = [telling(f"{one.lead}\n{one.body}") for one in told]
    alike = apart = 0
    for at, first in enumerate(texts):
        for second in texts[at + 1 :]:
            if share_of(first, second) > 0.4:
                alike += 1
                apart += not same_story(first, second)
    assert alike > 200
    assert apart > 0.99 * alike


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_any_order_and_any_batches_give_the_same_stories(dice: random.Random, step: int) -> None:
    told = labelled_set(7, each=3)[:70]
    straight, saved = archive_of(told)
    update_stories(straight)
    rows = list(straight.query("select * from articles"))
    dice.shuffle(rows)
    other = new_archive(Path(":memory:"))
    for at in range(0, len(rows), step):
        other.table("articles").insert_all(rows[at : at + step])
        update_stories(other)
    assert stored(other) == stored(straight)
    assert len(saved) == 70
    straight.close()
    other.close()


@pytest.mark.parametrize("crowd", [1, 2, 5])
def test_where_keys_are_crowded_order_and_way_do_not_matter(
    crowd: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_keys, "CROWD", crowd)
    dice = random.Random(crowd)
    db, _ = archive_of(labelled_set(5, each=6)[:90])
    rows = list(db.query("select * from articles"))
    dice.shuffle(rows)
    other = new_archive(Path(":memory:"))
    for at in range(0, len(rows), 7):
        other.table("articles").insert_all(rows[at : at + 7])
        update_stories(other)
        gone = [row["id"] for row in rows[: at + 7] if dice.random() < 0.03]
        other.conn.executemany("delete from articles where id = ?", [(key,) for key in gone])
        other.conn.commit()
        update_stories(other)
    left = list(other.query("select * from articles"))
    assert 60 < len(left) < 90
    at_once = new_archive(tmp_path / "archive.db")
    at_once.table("articles").insert_all(left)
    assert stored(other) == stored_at_once(at_once, tmp_path / "archive.db")
    for database in (db, other, at_once):
        database.close()


@given(st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_whatever_is_compared_with_others_than_before_is_told(
    dice: random.Random, crowd: int
) -> None:
    db = new_archive(Path(":memory:"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copy_keys, "CROWD", crowd)
        for _ in range(6):
            before = {key: set(candidates(db, key)) for key in range(30)}
            stale = dice.sample(range(30), dice.randint(1, 6))
            moved = reindex(db, stale, lambda _: sorted(dice.sample(range(12), dice.randint(0, 5))))
            after = {key: set(candidates(db, key)) for key in range(30)}
            told = {*moved, *stale}
            for first in after:
                assert all(first in after[second] for second in after[first])
                for second in before[first] ^ after[first]:
                    assert first in told or second in told
    db.close()


def stored_at_once(db: Database, path: Path) -> dict[str, list[Any]]:
    """The stories as a rebuild works them out."""
    pieces = slices(db, 20)
    list(gather_keys(db, path, (keys_between(path, *piece) for piece in pieces)))
    assert kept_beside(path).exists()
    groups = Groups()
    for piece in pieces:
        for pair in same_between(path, *piece):
            groups.join(*pair)
    write_stories(db, stories_of(path, [sorted(group) for group in groups.groups([])]))
    return stored(db)


def test_a_story_of_more_copies_than_a_crowd_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy_keys, "CROWD", 4)
    one = next(told for told in originals(1) if told.kind == "story" and len(told.paragraphs) > 3)
    db, _ = archive_of([one] * 30)
    assert update_stories(db).copies == 30
    compared = [candidates(db, key) for (key,) in db.execute("select id from articles order by id")]
    assert [len(found) for found in compared] == [29] * 4 + [4] * 26
    db.close()


def test_a_text_that_was_kept_is_compared_as_if_read_anew(tmp_path: Path) -> None:
    for one in labelled_set(6, each=2)[:40]:
        told = telling(f"{one.lead}\n{one.body}")
        kept = unpacked(packed(1, told))
        for part in ("facts", "shingles", "places", "facts_there"):
            assert getattr(kept, part).tolist() == getattr(told, part).tolist()
        assert kept.syllables == told.syllables


def test_edits_and_deletions_regroup_as_if_made_anew() -> None:
    db, saved = archive_of(labelled_set(8, each=3)[:80])
    update_stories(db)
    keys = list(saved)
    with transaction(db):
        for key in keys[:10]:
            db.execute("update articles set body = 'Ngắn.', lead = '' where id = ?", [key])
        db.conn.executemany("delete from articles where id = ?", [(key,) for key in keys[10:20]])
        source, target = keys[30], keys[31]
        db.execute(
            "update articles set (lead, body) = (select lead, body from articles where id = ?)"
            " where id = ?",
            [source, target],
        )
    update_stories(db)
    fresh = new_archive(Path(":memory:"))
    fresh.table("articles").insert_all(db.query("select * from articles"))
    update_stories(fresh)
    assert stored(db) == stored(fresh)
    db.close()
    fresh.close()


def test_short_notices_are_copies_only_when_they_say_the_same() -> None:
    told = [
        Told("1", "A", "", ("Văn phòng công đoàn nghỉ từ ngày 3/9.",)),
        Told("1", "B", "Văn phòng công đoàn nghỉ từ ngày 3/9.", ()),
        Told("2", "C", "", ("Văn phòng công đoàn nghỉ từ ngày 4/9.",)),
        Told("3", "D", "", ("",)),
        Told("4", "E", "", ("",)),
    ]
    db, saved = archive_of(told)
    update_stories(db)
    joined = {saved[row[0]].title for row in db.execute("select article_id from article_copies")}
    assert joined == {"A", "B"}
    db.close()


def test_stories_are_counted_instead_of_copies(tmp_path: Path) -> None:
    one = next(told for told in originals(1) if told.kind == "story" and len(told.paragraphs) > 3)
    other = next(told for told in originals(1) if told.story != one.story)
    db, _ = archive_of([one, other, *copies(one, 2, random.Random(1))])
    found = update_stories(db)
    assert (found.compared, found.stories, found.copies) == (4, 1, 3)
    counted = db.execute("select count(distinct story_id) from story_articles").fetchone()
    assert counted == (2,)
    assert update_stories(db).compared == 0
    db.close()


def test_an_archive_of_before_is_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    db = new_archive(path)
    save_told(db, labelled_set(1, each=2)[:20])
    db.execute("drop view story_articles")
    for table in (*TABLES, "trigger:insert", "trigger:update", "trigger:delete"):
        kind, _, name = table.rpartition(":")
        db.execute(f"drop trigger copies_pending_{name}" if kind else f"drop table {table}")
    db.execute("delete from _sqlite_migrations where name = '0004_stories'")
    db.conn.commit()
    db.close()
    again = open_archive(path)
    assert update_stories(again).compared == 20
    again.close()


@dataclass
class Member:
    article: int
    site: str
    source: str
    names: tuple[str, ...]
    when: tuple[Any, ...]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([("a", "", 2), ("b", "", 1)], (1, "date")),
        ([("a", "", 2), ("b", "Báo Lao động", 1)], (0, "date")),
        ([("bao lao dong", "", 3), ("b", "Báo Lao động", 1), ("c", "", 2)], (0, "credit")),
        ([("a", "Báo Nhân Dân", 2), ("b", "TTXVN", 1)], (1, "elsewhere")),
        ([("lien doan lao dong lang son", "", 3), ("b", "LĐLĐ Lạng Sơn", 1)], (0, "credit")),
        ([("congdoan example vn", "", 3), ("b", "Theo congdoan.example.vn", 1)], (0, "credit")),
        ([("a", "a", 2), ("a", "a", 1)], (1, "elsewhere")),
    ],
)  # fmt: skip
def test_who_was_probably_first(
    members: list[tuple[str, str, int]], expected: tuple[int, str]
) -> None:
    told = [
        Member(at, name, source, (name,), (f"2024-01-{day:02d}", True, "", "", at))
        for at, (name, source, day) in enumerate(members)
    ]
    assert probable_original(told) == expected


def test_a_credit_learnt_later_moves_the_original() -> None:
    one = next(told for told in originals(1) if told.kind == "story" and len(told.paragraphs) > 3)
    db, saved = archive_of([one, one])
    first, second = saved
    with transaction(db):
        for day, source, key in ((1, "Báo Thợ", first), (5, "", second)):
            db.execute(
                "update articles set published_at = ?, published_precision = 'day', source = ?"
                " where id = ?",
                [f"2024-01-0{day}T00:00:00+07:00", source, key],
            )
    update_stories(db)
    assert db.execute("select id, evidence from stories").fetchall() == [(second, "date")]
    with transaction(db):
        db.execute(
            "update sites set title = 'Báo Thợ' where name ="
            " (select site from articles where id = ?)", [second],
        )  # fmt: skip
    update_stories(db)
    assert db.execute("select id, evidence from stories").fetchall() == [(second, "credit")]
    db.close()


def test_shares_tell_how_much_was_kept() -> None:
    whole = telling("một hai ba bốn năm sáu bảy tám chín mười")
    half = telling("một hai ba bốn năm")
    assert share_of(half, whole) == 1.0
    assert share_of(whole, half) == pytest.approx(3 / 8)
    assert plain("Hoà ĐÔNG") == plain("hòa đông") == "hoa dong"


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_can_be_compared(first: str, second: str) -> None:
    one, other = telling(first), telling(second)
    assert same_story(one, other) == same_story(other, one)
    assert same_story(one, one)


_SCRAPS = (
    "Nguyễn", "hà", " ", "  ", "\n", "\n\n", ".", ". ", "“", '" ', "-", " - ", " – ", "12", "A",
    "\xa0", "\t", "LĐLĐ", "Đ/c", "gd&đt", "_", "(", "…", " Yên ", "tp", "4.5", "²", "đ/C",
)  # fmt: skip


def facts_one_by_one(text: str) -> set[int]:
    """The facts of a text by their definition, token by token."""
    text = unicodedata.normalize("NFC", text).replace("\n", "\n ")
    found, end = set(), 0
    for token in re.finditer(r"đ/c|gd&đt|\d+(?:[.,/:-]\d+)*|[^\W\d_]+", text, re.IGNORECASE):
        before, end, word = text[end : token.start()], token.end(), plain(token[0])
        if token[0].casefold() in ABBREVIATIONS:
            continue
        name = token[0][0].isupper() and word not in COMMON_NAMES
        begins = re.search(r"[.!?…:;“”\"\n(]\s*$", before[-4:]) or end == len(token[0])
        if token[0][0].isdigit() or (name and not begins):
            found.add(zlib.crc32(word.encode()))
    return found


@given(st.lists(st.sampled_from(_SCRAPS), max_size=30).map("".join))
def test_chunks_tell_the_facts_that_tokens_do(text: str) -> None:
    assert set(telling(text).facts.tolist()) == facts_one_by_one(text)


@given(st.lists(st.text(max_size=80), max_size=12))
def test_hashes_of_runs_are_those_of_their_text(words: list[str]) -> None:
    words = [word.encode(errors="replace").decode() for word in words]
    runs = [" ".join(words[at : at + 3]) for at in range(len(words) - 2)]
    found = run_hashes(b"".join(packed_word(word, at) for at, word in enumerate(words)))
    assert found[0].tolist() == [zlib.crc32(word.encode()) for word in words]
    assert found[1].tolist() == list(range(len(words)))
    assert found[2].tolist() == [zlib.crc32(run.encode()) for run in runs]
