"""A rebuild over a database that is there gives what one from nothing gives, and writes less."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from archive.database import open_archive
from archive.rebuilding.standing import SEEN
from archive.verification.verify import verify
from crawler.cli import congdoan
from crawler.intake import parts
from crawler.intake.rebuild import Rebuilt, Wishes, rebuild
from tests.archive.stopping import stop_at
from tests.archive.test_rebuild import EVENTS
from tests.archive.told_pages import Event, incrementally, rows_of, use_extractor, written

HISTORY = [
    Event(0, at=0, text=1),
    Event(0, at=1, text=4, new="title"),
    Event(1, "nothing", at=2),
    Event(2, "print", at=3, to=0, text=1),
    Event(3, at=0, text=1),
    Event(4, at=0, text=5),
    Event(5, "redirect", at=4, to=1),
    Event(6, "gone", at=1),
    Event(7, at=0, site=1, text=1),
    Event(8, at=1, site=1, text=2, new="lost"),
    Event(9, "nothing", at=1, site=1),
]
"""Edits, revisits, a print view, a redirect, a takedown, copies, and a page that says nothing."""
EVERYTHING = ("warc_files", "provinces", "archive_facts", "copies_pending")


def rows(data: Path) -> dict[str, list[Any]]:
    """All that a rebuild derives, to the words in the search indexes and what they weigh."""
    found: dict[str, list[Any]] = dict(rows_of(data))
    with open_archive(data / "archive.db", create=False) as db:
        for table in EVERYTHING:
            found[table] = sorted(db.execute(f"select * from {table}").fetchall())
        for index in ("articles_fts", "articles_exact"):
            db.execute(
                f"create virtual table temp.words_{index} using fts5vocab(main, {index}, row)"
            )
            found[f"{index} words"] = db.execute(f"select * from words_{index}").fetchall()
            ranks = f"select rowid, rank from {index} where {index} match 'hoi OR nang' order by 1"
            found[f"{index} ranks"] = db.execute(ranks).fetchall()
    return found


def from_nothing(data: Path, folder: Path) -> dict[str, list[Any]]:
    """What the same WARC files give without a database."""
    shutil.copytree(data / "warc", folder / "warc")
    rebuild(folder, Wishes(jobs=1))
    return rows(folder)


def over(data: Path) -> Rebuilt:
    return rebuild(data, Wishes(jobs=1, max_lost=100))


def note(found: Rebuilt) -> str:
    """What it tells of the rows that it wrote."""
    (said,) = [each for each in found.notes if "anew" in each]
    return said


def edited(data: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data / "archive.db")) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, list[Any]]]]:
    """An archive of ``HISTORY``, to be copied, and its rows."""
    data = tmp_path_factory.mktemp("over") / "data"
    with pytest.MonkeyPatch.context() as patch:
        use_extractor(patch)
        patch.setattr(parts, "PART_BYTES", 700)
        written(data / "warc", HISTORY)
        rebuild(data, Wishes(jobs=1))
        yield data, rows(data)


@pytest.fixture
def data(made: tuple[Path, dict[str, list[Any]]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "data"))


@settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(
    events=EVENTS,
    later=st.one_of(st.just([]), EVENTS),
    prefix=st.sampled_from(["a", "z"]),
    change=st.sampled_from(["", "", "removed", "renamed", "copied"]),
    new=st.booleans(),
    part_bytes=st.sampled_from([700, 2000, 1 << 22]),
)
@example(HISTORY, [], "a", "", True, 700)
@example(HISTORY, [Event(1, "redirect", at=1, to=0), Event(5, at=2, text=3)], "a", "", True, 700)
# A print view leads to another address before that is read for itself.
@example([Event(0, "print", at=0, text=3, to=3), Event(7, at=0, text=3)], [], "a", "", False, 700)
# What a later file joins to an article is written with it, in the order of the files.
@example(
    [Event(1, at=3, new="title"), Event(12, "redirect", at=3, to=4), Event(4, at=1, text=1)],
    [Event(0, "redirect", at=1, to=3), Event(14, at=4)],
    "z",
    "",
    True,
    1 << 22,
)
def test_it_is_as_from_nothing(
    events: list[Event], later: list[Event], prefix: str, change: str, new: bool, part_bytes: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        use_extractor(patch)
        patch.setattr(parts, "PART_BYTES", part_bytes)
        patch.setattr("crawler.intake.carried_over.MOST_UNKNOWN", 1)
        data = Path(folder) / "data"
        written(data / "warc", events)
        incrementally(data)
        written(data / "warc", later, prefix=prefix)
        files = sorted((data / "warc").glob("s*.warc.gz"))
        if change == "removed" and len(files) > 1:
            files[0].unlink()
        elif change == "renamed":
            files[0].rename(files[0].with_name(f"z{files[0].name}"))
        elif change == "copied":
            shutil.copy(files[-1], files[-1].with_name(f"a{files[-1].name}"))
        use_extractor(patch, new=new)
        wanted = from_nothing(data, Path(folder) / "nothing")
        assert "others came out as they stood" in note(over(data))
        got = rows(data)
        for table, expected in wanted.items():
            # A site that nothing is left of is kept, as with all of its log.
            left = set(got[table]) - set(expected) if table == "sites" else set()
            assert [row for row in got[table] if row not in left] == expected, table


def test_what_comes_out_the_same_is_not_written(data: Path, patch: pytest.MonkeyPatch) -> None:
    edited(data, "create table told (what)")
    triggers = ", ".join(("insert", "delete", "update"))
    for table in ("articles", "captures", "revisions", "images", "article_copies", "copy_keys"):
        for event in triggers.split(", "):
            if (table, event) != ("articles", "update"):
                edited(
                    data,
                    f"create trigger told_{event}_{table} after {event} on {table}"
                    f" begin insert into told values ('{event} {table}'); end",
                )
    edited(
        data,
        "create trigger told_update_articles after update on articles"
        " when old.extractor is new.extractor begin insert into told values ('articles'); end",
    )
    patch.setattr("crawler.intake.building.EXTRACTOR", "extractor/1.1")
    assert note(over(data)).startswith("0 captures were written anew")
    with closing(sqlite3.connect(data / "archive.db")) as db:
        assert db.execute("select * from told").fetchall() == []
        assert db.execute("select distinct extractor from articles").fetchall() == [
            ("extractor/1.1",)
        ]
    assert verify_damage(data) == []


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def verify_damage(data: Path) -> list[Any]:
    return [finding for finding in verify(data) if finding.severity == "damage"]


FIRST = "(select id from articles order by title limit 1)"
EDITS = {
    "title": f"update articles set title = 'xyzzy' where id = {FIRST}",
    "body": f"update articles set body = body || ' xyzzy nang' where id = {FIRST}",
    "no text": f"update articles set lead = x'ff' where id = {FIRST}",
    "no site": f"update articles set site = x'ff' where id = {FIRST}",
    "body_html": f"update articles set body_html = '<p>xyzzy</p>' where id = {FIRST}",
    "words, which no hash covers": "update articles set words = words + 1",
    "province": "update articles set province = 'Lạng Sơn'",
    "gone": "update articles set gone_at = null, gone_reason = ''",
    "last seen": "update articles set last_seen_at = '2026-01-01T00:00:00+07:00'",
    "no revisions": "update articles set revisions = 0",
    "another capture": "update articles set capture_id = (select min(id) from captures)",
    "credit": "update images set credit = 'xyzzy'",
    "no images": "delete from images",
    "an image more": "insert into images (article_id, position, url) values (1, 1, 'http://x/')",
    "attachment": "update attachments set title = 'xyzzy' where position = 1",
    "outcome": "update captures set outcome = 'resource' where outcome = 'gone'",
    "detail": "update captures set detail = 'xyzzy' where outcome = 'no_body'",
    "address": "update captures set address = 'http://x/' where outcome = 'print'",
    "no address": "update captures set address = x'ff' where outcome = 'gone'",
    "place": "update captures set warc_offset = 7, ip = '::1', warc_file = 'x.warc.gz'"
    " where site = 'mau.example.vn' and outcome = 'article'",
    "digest": "update captures set payload_digest = 'sha1:X'",
    "another article": f"update captures set article_id = {FIRST}",
    "unsettled": "update captures set outcome = null, article_id = null where outcome = 'article'",
    "no readings": "delete from captures where outcome = 'article'",
    "no absences": "delete from captures where outcome not in ('article', 'print')",
    "a capture more": "insert into captures select 'x', url, address, site, crawl, fetched_at,"
    " status, content_type, record_type, outcome, detail, article_id, content_hash, warc_file, 5,"
    " warc_length, payload_digest, payload_bytes, ip, truncated, location, leads_to, etag,"
    " last_modified, refers_to from captures where outcome = 'gone'",
    "no id": "update captures set id = null where outcome = 'gone'",
    "addresses": f"update article_addresses set article_id = {FIRST}",
    "no addresses": "delete from article_addresses",
    "an address more": f"insert into article_addresses values ('http://x/', {FIRST})",
    "old title": "update revisions set title = 'xyzzy' where number = 1",
    "what changed": "update revisions set changed = '[\"lead\"]' where number > 1",
    "no old revision": "delete from revisions where number = 1",
    "absence": "update unreadable set detail = 'xyzzy'",
    "no absence": "delete from unreadable",
    "an absence more": "insert into unreadable select 'http://x/', url, site, 'empty', '', id,"
    " fetched_at from captures where outcome = 'article' limit 1",
    "site": "update sites set province = 'Lạng Sơn', title = 'xyzzy'",
    "no sites": "delete from sites",
    "story": "update stories set evidence = 'credit', copies = 7",
    "no stories": "delete from stories",
    "no copies": "delete from article_copies",
    "no copy of one": "delete from article_copies where not is_original",
    "no keys": "delete from copy_keys",
    "counts": "update month_counts set articles = 70",
    "no counts": "delete from topic_counts",
    "topics": "delete from article_topics",
    "readings": "update article_readings set bare = 1",
    "files": "update warc_files set sha256 = 'x', crawl = 'x'",
    "provinces": "update provinces set name_2025 = 'x'",
    "web": "insert or replace into archive_facts values ('web', 'sample')",
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_a_hand_has_changed_is_set_right(
    made: tuple[Path, dict[str, list[Any]]], data: Path, edit: str
) -> None:
    edited(data, EDITS[edit])
    assert "others came out as they stood" in note(over(data))
    got = rows(data)
    for table, expected in made[1].items():
        assert got[table] == expected, table


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ("delete from articles", "the search index articles_fts is not of the texts"),
        ("drop trigger exact_update", "the tables of the database are not those"),
        ("delete from _sqlite_migrations where name like '0010%'", "the tables of the database"),
        (f"update articles set url = cast(x'ff' as text) where id = {FIRST}", "not decode"),
    ],
)
def test_what_cannot_be_begun_with_is_made_from_nothing(
    made: tuple[Path, dict[str, list[Any]]], data: Path, edit: str, why: str
) -> None:
    edited(data, edit)
    assert why in note(over(data))
    got = rows(data)
    for table, expected in made[1].items():
        assert got[table] == expected, table


def test_what_is_mostly_new_is_written_at_once(data: Path, tmp_path: Path) -> None:
    written(data / "warc", HISTORY * 2, prefix="later")
    assert "most of what the files hold is not in the database" in note(over(data))
    assert rows(data) == from_nothing(data, tmp_path / "nothing")


def test_every_column_is_compared(data: Path) -> None:
    """But for the one that is the same in all rows, and the ones that a capture alone tells."""
    from archive.article_rows import article_row, capture_row
    from archive.records import Article, Byline, Capture
    from tests.archive.told_pages import START

    capture = Capture("i", "u", "s", "c", START, 200, "", "response", "w", 0, 1, "d", 2)
    article = Article("u", "t", "l", "b", "", None, Byline())
    with open_archive(data / "archive.db", create=False) as db:
        found = {table: {column.name for column in db[table].columns} for table in db.table_names()}
    assert {*article_row(1, capture, article, "", "", ("", "")), *SEEN} == found["articles"]
    said = {"outcome", "detail", "article_id", "content_hash"}
    assert set(capture_row(capture, "a")) | said == found["captures"]


def test_the_words_of_an_index_are_put_right_from_nothing_only(
    made: tuple[Path, dict[str, list[Any]]], data: Path
) -> None:
    """What nothing cheap can tell, and what `verify` and the manual name."""
    key = f"select id, 'xyzzy', '', '', '', '' from articles where id = {FIRST}"
    edited(data, f"insert into articles_fts (rowid, title, lead, body, byline, table_text) {key}")
    over(data)
    assert any("articles_fts" in str(finding) for finding in verify_damage(data))
    assert note_of_nothing(rebuild(data, Wishes(jobs=1, from_nothing=True))) == []
    assert rows(data) == made[1]


def note_of_nothing(found: Rebuilt) -> list[str]:
    return [each for each in found.notes if "anew" in each]


@pytest.mark.parametrize("later", [[], [Event(10, at=0, text=3), Event(10, at=3, text=2)]])
def test_stopped_at_any_moment_it_goes_on(
    data: Path, tmp_path: Path, patch: pytest.MonkeyPatch, later: list[Event]
) -> None:
    written(data / "warc", later, prefix="a")
    use_extractor(patch, new=True)
    wanted = from_nothing(data, tmp_path / "nothing")
    kept = (data / "archive.db").read_bytes()
    for moment in range(1, 200, 3):
        (data / "archive.db").write_bytes(kept)
        wishes = Wishes(jobs=1, max_lost=100)
        try:
            rebuild(data, wishes, watch=stop_at(moment))
        except KeyboardInterrupt:
            assert any("Goes on" in each for each in rebuild(data, wishes).notes) or moment == 1
        else:
            break
        assert rows(data) == wanted
    else:
        raise AssertionError("it never came to its end")
    assert moment > 20


def test_files_that_come_before_others_are_added_to_one_that_was_whole(
    data: Path, tmp_path: Path
) -> None:
    use = Wishes(jobs=1, dry_run=True, max_lost=100)
    later = {"b": Event(8, at=5, text=1), "a": Event(1, "print", at=5, to=6, text=1)}
    for prefix, event in later.items():
        rebuild(data, use)
        written(data / "warc", [event], prefix=prefix)
    assert "Goes on where an earlier rebuild was stopped." in over(data).notes
    assert rows(data) == from_nothing(data, tmp_path / "nothing")


def test_asked_for_from_nothing_it_does_not_go_on_with_a_copy(
    made: tuple[Path, dict[str, list[Any]]], data: Path
) -> None:
    rebuild(data, Wishes(jobs=1, dry_run=True))
    said = CliRunner().invoke(congdoan, ["rebuild", "--data", str(data), "--from-nothing"])
    assert said.exit_code == 0, said.output
    assert "Begun afresh: what was left had begun with a copy of the database." in said.output
    assert rows(data) == made[1]
    refused = ["rebuild", "--data", str(data), "--from-nothing", "--since", "2026-01-01"]
    assert CliRunner().invoke(congdoan, refused).exit_code == 2
